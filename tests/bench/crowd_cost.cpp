#include "bench/crowd_cost.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "bench/process_cost.h"

namespace xai {
namespace {

double Ms(BenchClock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

CrowdCost::CrowdCost()
    : begun_(BenchClock::now()), cpu_ms_(CpuMs()), start_kb_(StatusKb("VmRSS")) {}

void CrowdCost::Add(const Expected& stream, BenchClock::time_point begun) {
  ++(stream.whole() ? whole_ : broken_);
  first_ms_.push_back(Ms(stream.first() - begun));
}

std::string CrowdCost::Tell() {
  const double cpu_ms = CpuMs() - cpu_ms_;
  const double wall_ms = Ms(BenchClock::now() - begun_);
  std::sort(first_ms_.begin(), first_ms_.end());
  char line[512];
  std::snprintf(
      line, sizeof line,
      "{\"cpu_ms\":%.1f,\"wall_ms\":%.1f,\"peak_kb\":%ld,\"start_kb\":%ld,"
      "\"first_p50_ms\":%.3f,\"first_p99_ms\":%.3f,\"whole\":%zu,\"broken\":%zu}",
      cpu_ms, wall_ms, StatusKb("VmHWM"), start_kb_, Percentile(0.50), Percentile(0.99),
      whole_, broken_);
  return line;
}

double CrowdCost::Percentile(double part) {
  if (first_ms_.empty()) return -1;
  const auto last = static_cast<double>(first_ms_.size() - 1);
  return first_ms_[static_cast<std::size_t>(part * last + 0.5)];
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "cannot read " << path << '\n';
    std::exit(2);
  }
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::string ChatRequest(std::size_t prompt_bytes, std::string_view after) {
  constexpr std::string_view kHead =
      R"({"model":"grok-4.3","messages":[{"role":"user","content":")";
  constexpr std::string_view kTail = R"("}])";
  constexpr std::string_view kWords =
      R"(words of a long prompt, and the end of a line\n)";
  std::string request;
  request.reserve(kHead.size() + prompt_bytes + kTail.size() + after.size());
  request = kHead;
  std::size_t left = prompt_bytes;
  for (; left >= kWords.size(); left -= kWords.size()) request += kWords;
  request.append(left, '.');
  request.append(kTail).append(after);
  return request;  // moved: a copy would count in the peak
}

void AllowConnections(std::size_t count) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, count + 256);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    std::cerr << count << " connections need more descriptors: ulimit -n\n";
    std::exit(2);
  }
}

}  // namespace xai
