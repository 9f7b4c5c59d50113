// A host that begins requests and cancels them as it is told, and says how long that
// took.
//
//   bench-cancel FOLDER CONFIG <COMMANDS
//
// Each line of the input is a command, and has a line of JSON for an answer:
//
//   complete JSON, onboard JSON   begins a request, which the rest is about:
//   {"begun":true} await start, await text       reads until such an event comes:
//   {"seen":true} cancel                        from the call of cancel() until END is in
//   the host's hand:
//                                 {"status":-6,"error":"cancelled","us":81}
//
// Between two commands nobody reads.  Requests that were not cancelled go on until the
// end of the input.
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "llm_provider.hpp"

namespace {

using Clock = std::chrono::steady_clock;

// Ten times and more what anything may take: this ends what hangs.
constexpr std::chrono::seconds kHang{60};

class Host {
 public:
  explicit Host(const llmp::Provider& provider) : provider_(provider) {}

  // Nothing if there is no such command.
  std::optional<llmp::Json> Obey(std::string_view line) {
    const std::size_t space = line.find(' ');
    const std::string_view word = line.substr(0, space);
    const std::string_view rest =
        space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
    llmp::Json answer = llmp::Json::object();
    if (word == "complete" || word == "onboard") {
      // make_unique() would need to move it.
      streams_.emplace_back(word == "complete"
                                ? new llmp::Stream(provider_.complete(rest))
                                : new llmp::Stream(provider_.onboarding_action(rest)));
      answer.set("begun", true);
    } else if (word == "await" && !streams_.empty()) {
      answer.set("seen", Await(rest == "start" ? LLMP_EV_START : LLMP_EV_TEXT));
    } else if (word == "cancel" && !streams_.empty()) {
      Cancel(&answer);
    } else {
      return std::nullopt;
    }
    return answer;
  }

 private:
  bool Await(std::uint32_t kind) {
    const Clock::time_point end = Clock::now() + kHang;
    llmp::Stream& stream = *streams_.back();
    while (!stream.ended() && Clock::now() < end) {
      const llmp_event* event = stream.next(kWaitMs);
      if (event != nullptr && event->kind == kind) return true;
    }
    return false;
  }

  void Cancel(llmp::Json* answer) {
    llmp::Stream& stream = *streams_.back();
    const Clock::time_point begun = Clock::now();
    stream.cancel();
    while (!stream.ended() && Clock::now() < begun + kHang) stream.next(kWaitMs);
    const std::chrono::microseconds took =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
    const llmp::Json document =
        llmp::Json::parse(stream.document()).value_or(llmp::Json());
    answer->set("status", stream.status()).set("error", document["error"].str());
    answer->set("us", static_cast<std::int64_t>(took.count()));
    streams_.pop_back();
  }

  static constexpr std::int32_t kWaitMs = 1'000;

  const llmp::Provider& provider_;
  std::vector<std::unique_ptr<llmp::Stream>> streams_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bench-cancel FOLDER CONFIG <COMMANDS\n";
    return 2;
  }
  const llmp::Provider provider = llmp::load(argv[1], {"bench-cancel", "1.0"}, argv[2]);
  Host host(provider);
  for (std::string line; std::getline(std::cin, line);) {
    const std::optional<llmp::Json> answer = host.Obey(line);
    if (!answer) {
      std::cerr << "bench-cancel: not understood: " << line << '\n';
      return 2;
    }
    std::cout << answer->dump() << std::endl;
  }
  return 0;
}
