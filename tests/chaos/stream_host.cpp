// A host that asks much at once, and tells what it got.
//
//   stream_host FOLDER CONFIG AT_ONCE <REQUESTS
//
// REQUESTS has one completion request in each line, read when there is room for it; so
// many as AT_ONCE says are under way at the same time, on one queue.  One that begins
// with `!` is cancelled, twice, as soon as nothing else is left to wait for.  For each
// there is a line when it has ended, in the order of the ends:
//
//   {"line":0,"status":0,"text":"","reasoning":"","tools":[{"id","name","arguments"}],
//    "result":{...}}
//
// `line` counts from 0.  The last line has `ends`, how many ends there were, `late`, how
// many events came after the end of their request, `cancel_ms`, how long cancelled
// requests took to end, `cpu_ms` and `peak_kb`, the process's time and its largest size,
// and its open descriptors: `descriptors_before` the first request, and `descriptors`
// when the provider is gone.
#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "llm_provider.hpp"

namespace {

// Whatever hangs is ended by the test; this only bounds the wait for what must not come.
constexpr std::int32_t kLateMs = 100;

using Clock = std::chrono::steady_clock;

std::int64_t MsSince(Clock::time_point moment) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - moment)
      .count();
}

struct Tool {
  std::string id;
  std::string name;
  std::string arguments;
};

struct Answer {
  std::size_t line = 0;
  bool unwanted = false;
  std::string text;
  std::string reasoning;
  std::map<std::uint32_t, Tool> tools;
};

std::int64_t CountDescriptors() {
  const std::filesystem::directory_iterator open("/proc/self/fd");
  return std::distance(begin(open), end(open)) - 1;  // that of the iterator itself
}

// Of this program: getrusage() would count what its parent was before.
std::int64_t PeakKb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stoll(line.substr(6));
  }
  return -1;
}

void Add(const llmp_event& event, Answer* answer) {
  const std::string_view data = llmp::text(event);
  switch (event.kind) {
    case LLMP_EV_TEXT:
      answer->text += data;
      break;
    case LLMP_EV_REASONING:
      answer->reasoning += data;
      break;
    case LLMP_EV_TOOL_CALL: {
      const llmp::Json call = llmp::Json::parse(data).value_or(llmp::Json());
      Tool& tool = answer->tools[event.index];
      tool.id = call["id"].str();
      tool.name = call["name"].str();
      break;
    }
    case LLMP_EV_TOOL_ARGS:
      answer->tools[event.index].arguments += data;
      break;
    default:
      break;
  }
}

std::string Tell(const Answer& answer, const llmp_event& end) {
  llmp::Json tools = llmp::Json::array();
  for (const auto& [index, tool] : answer.tools) {
    llmp::Json one = llmp::Json::object();
    one.set("id", tool.id).set("name", tool.name).set("arguments", tool.arguments);
    tools.push_back(std::move(one));
  }
  llmp::Json line = llmp::Json::object();
  line.set("line", static_cast<std::int64_t>(answer.line)).set("status", end.status);
  line.set("text", answer.text).set("reasoning", answer.reasoning);
  line.set("tools", std::move(tools));
  line.set("result", llmp::Json::parse(llmp::text(end)).value_or(llmp::Json()));
  return line.dump();
}

class Crowd {
 public:
  explicit Crowd(const llmp::Provider& provider)
      : provider_(provider), queue_(provider.open_queue()) {}

  // False if the provider refused something.
  bool Run(std::size_t at_once) {
    if (!Fill(at_once)) return false;
    while (!under_way_.empty()) {
      if (wanted_ == 0 && all_read_) CancelTheRest();
      const llmp::Batch batch = queue_.wait(-1);
      if (batch.error() != LLMP_OK) return false;
      for (const llmp_event& event : batch) Take(event);
      if (!Fill(at_once)) return false;
    }
    if (cancelled_at_) cancel_ms_ = MsSince(*cancelled_at_);
    for (const llmp_event& event : queue_.wait(kLateMs)) Take(event);
    return true;
  }

  std::int64_t ends() const { return ends_; }
  std::int64_t late() const { return late_; }
  std::int64_t cancel_ms() const { return cancel_ms_; }

 private:
  // False if the provider refused something.  Waits for lines that are not there yet.
  bool Fill(std::size_t at_once) {
    while (!all_read_ && under_way_.size() < at_once) {
      std::string line;
      all_read_ = !std::getline(std::cin, line);
      if (!all_read_ && !Ask(line)) return false;
    }
    return true;
  }

  bool Ask(std::string_view request) {
    const std::uint64_t id = provider_.next_request();
    Answer& answer = under_way_[id];
    answer.line = next_++;
    answer.unwanted = request.substr(0, 1) == "!";
    if (answer.unwanted) request.remove_prefix(1);
    if (!answer.unwanted) ++wanted_;
    llmp_provider* raw = provider_.get();
    return raw->complete(raw, queue_.id(), id, request.data(), request.size()) == LLMP_OK;
  }

  void CancelTheRest() {
    if (cancelled_at_) return;
    cancelled_at_ = Clock::now();
    llmp_provider* raw = provider_.get();
    for (const auto& [id, answer] : under_way_) {
      raw->cancel(raw, id);
      raw->cancel(raw, id);
    }
  }

  void Take(const llmp_event& event) {
    if (event.request == 0) return;
    const auto found = under_way_.find(event.request);
    if (found == under_way_.end()) {
      ++late_;
      return;
    }
    if (event.kind != LLMP_EV_END) {
      Add(event, &found->second);
      return;
    }
    ++ends_;
    if (!found->second.unwanted) --wanted_;
    std::cout << Tell(found->second, event) << '\n';
    under_way_.erase(found);
  }

  const llmp::Provider& provider_;
  llmp::Queue queue_;
  std::unordered_map<std::uint64_t, Answer> under_way_;
  bool all_read_ = false;
  std::size_t next_ = 0;
  std::size_t wanted_ = 0;
  std::optional<Clock::time_point> cancelled_at_;
  std::int64_t cancel_ms_ = 0;
  std::int64_t ends_ = 0;
  std::int64_t late_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  std::size_t at_once = 0;
  if (argc == 4) {
    std::from_chars(words[3].data(), words[3].data() + words[3].size(), at_once);
  }
  if (at_once == 0) {
    std::cerr << "usage: stream-host FOLDER CONFIG AT_ONCE <REQUESTS\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  llmp::Json last = llmp::Json::object();
  last.set("descriptors_before", CountDescriptors());
  bool good = false;
  {
    const llmp::Provider provider =
        llmp::load(words[1], {"stream-host", "1.0"}, words[2]);
    Crowd crowd(provider);
    good = crowd.Run(at_once);
    last.set("ends", crowd.ends()).set("late", crowd.late());
    last.set("cancel_ms", crowd.cancel_ms()).set("peak_kb", PeakKb());
    last.set("cpu_ms", std::int64_t{std::clock()} * 1000 / CLOCKS_PER_SEC);
  }
  last.set("descriptors", CountDescriptors());
  std::cout << last.dump() << '\n';
  return good ? 0 : 1;
}
