// What a crowd of streams costs its process.
#ifndef XAI_TESTS_BENCH_CROWD_COST_H_
#define XAI_TESTS_BENCH_CROWD_COST_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace xai {

using BenchClock = std::chrono::steady_clock;

// Holds what comes on one stream against what should come.
class Expected {
 public:
  // `whole` lives longer.
  explicit Expected(std::string_view whole) : whole_(whole) {}

  void Take(std::string_view piece) {
    if (taken_ == 0 && !piece.empty()) first_ = BenchClock::now();
    good_ = good_ && whole_.substr(taken_, piece.size()) == piece;
    taken_ += piece.size();
  }
  bool whole() const { return good_ && taken_ == whole_.size(); }
  BenchClock::time_point first() const { return first_; }

 private:
  std::string_view whole_;
  std::size_t taken_ = 0;
  bool good_ = true;
  BenchClock::time_point first_;
};

class CrowdCost {
 public:
  // From here on.
  CrowdCost();

  // One stream has ended, whole or not, which was begun at this time.
  void Add(const Expected& stream, BenchClock::time_point begun);

  // One line of JSON: cpu_ms, wall_ms, peak_kb and start_kb of the process, the first
  // token's first_p50_ms and first_p99_ms, whole and broken streams.
  std::string Tell();

 private:
  double Percentile(double part);

  BenchClock::time_point begun_;
  double cpu_ms_;
  long start_kb_;
  std::vector<double> first_ms_;
  std::size_t whole_ = 0;
  std::size_t broken_ = 0;
};

// The content of a file.  Ends the process if there is none.
std::string ReadWholeFile(const std::string& path);

// A request as the API takes it, with a prompt of so many bytes: words and line ends.
// `after` follows the messages.
std::string ChatRequest(std::size_t prompt_bytes, std::string_view after);

// Enough descriptors for so many connections.
void AllowConnections(std::size_t count);

}  // namespace xai

#endif  // XAI_TESTS_BENCH_CROWD_COST_H_
