// The hot paths by the clock, with Google Benchmark: how long a round takes, and how many
// units and bytes that is in a second.  Its options are those of Google Benchmark.
#include <benchmark/benchmark.h>

#include "bench/hot_paths.h"

namespace {

void Run(benchmark::State& state, const std::string& name) {
  const xai::HotPath path = xai::PrepareHotPath(name);
  path.round();  // what grows has grown
  for (auto round : state) {
    (void)round;
    path.round();
  }
  const auto rounds = static_cast<int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<int64_t>(path.units));
  state.SetBytesProcessed(rounds * static_cast<int64_t>(path.bytes));
}

}  // namespace

int main(int argc, char** argv) {
  for (const std::string& name : xai::HotPathNames()) {
    benchmark::RegisterBenchmark(name.c_str(), Run, name);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
