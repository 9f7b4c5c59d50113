// A host for tests of the store: many requests in one process, which a program that
// starts anew for each action cannot do.
//
//   store_driver FOLDER CONFIG [--times N] [REQUEST...]
//
// FOLDER holds the plugin, CONFIG is the JSON for create().  With requests it runs them
// in order and ends; without, it answers those that come line by line on stdin.  A
// request is the JSON of an onboarding action, or of a completion if it has "messages".
// For each there is a line with the result.  With --times they are run N times, or until
// one fails, and one line sums it up; "states" counts what the action status said:
//
//   {"ok":N,"longest_ms":N,"states":{"connected":N},"failure":DOCUMENT or null}
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "llm_provider.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kUsage = 2;

struct Arguments {
  std::string folder;
  std::string config;
  int64_t times = 0;  // 0: once, with a line for each
  std::vector<std::string> requests;
};

bool ReadArguments(int argc, char** argv, Arguments* arguments) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 2) return false;
  arguments->folder = words[0];
  arguments->config = words[1];
  size_t at = 2;
  if (words.size() >= 4 && words[2] == "--times") {
    const std::string& text = words[3];
    const auto [end, fault] =
        std::from_chars(text.data(), text.data() + text.size(), arguments->times);
    if (fault != std::errc() || end != text.data() + text.size()) return false;
    if (arguments->times < 1) return false;
    at = 4;
  }
  arguments->requests.assign(words.begin() + static_cast<std::ptrdiff_t>(at),
                             words.end());
  return arguments->times == 0 || !arguments->requests.empty();
}

// The document at the end of a request.
std::string Ask(const llmp::Provider& provider, const std::string& request) {
  const auto json = llmp::Json::parse(request);
  const bool completion = json && json->has("messages");
  llmp::Stream stream =
      completion ? provider.complete(request) : provider.onboarding_action(request);
  return stream.finish().document();
}

class Tally {
 public:
  // False once a request has failed.
  bool Add(const std::string& document, Clock::duration took) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    longest_ms_ = std::max<int64_t>(longest_ms_, ms);
    llmp::Json json = llmp::Json::parse(document).value_or(llmp::Json());
    if (!json.is_object() || json.has("error")) {
      failure_ = std::move(json);
      return false;
    }
    ++ok_;
    if (json.has("state")) ++states_[json["state"].str()];
    return true;
  }

  std::string Text() const {
    llmp::Json states = llmp::Json::object();
    for (const auto& [name, count] : states_) states.set(name, count);
    llmp::Json all = llmp::Json::object();
    all.set("ok", ok_).set("longest_ms", longest_ms_).set("states", std::move(states));
    return all.set("failure", failure_).dump();
  }

 private:
  int64_t ok_ = 0;
  int64_t longest_ms_ = 0;
  std::map<std::string, int64_t> states_;
  llmp::Json failure_;
};

bool RunOnce(const llmp::Provider& provider, const std::vector<std::string>& requests,
             Tally* tally) {
  for (const std::string& request : requests) {
    const auto begun = Clock::now();
    const std::string document = Ask(provider, request);
    if (!tally->Add(document, Clock::now() - begun)) return false;
  }
  return true;
}

void RunMany(const llmp::Provider& provider, const Arguments& arguments) {
  Tally tally;
  int64_t rounds = 0;
  while (rounds < arguments.times && RunOnce(provider, arguments.requests, &tally)) {
    ++rounds;
  }
  std::cout << tally.Text() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!ReadArguments(argc, argv, &arguments)) {
    std::cerr << "usage: store-driver FOLDER CONFIG [--times N] [REQUEST...]\n";
    return kUsage;
  }
  const llmp::Provider provider =
      llmp::load(arguments.folder, {"store-driver", "1.0"}, arguments.config);
  if (arguments.times > 0) {
    RunMany(provider, arguments);
    return 0;
  }
  for (const std::string& request : arguments.requests) {
    std::cout << Ask(provider, request) << std::endl;
  }
  if (!arguments.requests.empty()) return 0;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << Ask(provider, line) << std::endl;
  }
  return 0;
}
