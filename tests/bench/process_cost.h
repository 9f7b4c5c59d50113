// What this process has cost so far.
#ifndef XAI_TESTS_BENCH_PROCESS_COST_H_
#define XAI_TESTS_BENCH_PROCESS_COST_H_

#include <string_view>

namespace xai {

// CPU time of all threads.
double CpuMs();

// A figure of /proc/self/status that is in KB: VmRSS, or VmHWM for the most so far, of
// this program alone, where ru_maxrss begins with what the parent had.  -1 if there is
// none.
long StatusKb(std::string_view name);

}  // namespace xai

#endif  // XAI_TESTS_BENCH_PROCESS_COST_H_
