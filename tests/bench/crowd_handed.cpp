// Many streams at once through libcurl on a thread of its own, which hands their bytes to
// the caller's: a plain library that works while its host does not call it.  One multi
// handle, one list each way, one wake-up for all that a round has.
//
//   crowd-handed URL STREAMS BODY [TIMES [PROMPT_BYTES [CA]]]
//
// Arguments and output are those of crowd-libcurl.
#include <curl/curl.h>

#include <condition_variable>
#include <deque>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/crowd_cost.h"
#include "bench/plain_curl.h"

namespace {

using xai::BenchClock;

class OwnThread;

struct Running {
  xai::Expected body;
  BenchClock::time_point begun;
  OwnThread* thread;
};

struct Piece {
  Running* running;
  std::string bytes;
  bool end;
};

class OwnThread {
 public:
  explicit OwnThread(const xai::PlainRequest* request) : request_(request) {
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    thread_ = std::thread([this] { Work(); });
  }
  ~OwnThread() {
    Begin(nullptr);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  // [host] Null ends the thread.
  void Begin(Running* running) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      inbox_.push_back(running);
      if (inbox_.size() > 1) return;
    }
    curl_multi_wakeup(multi_);
  }
  // [host]
  std::vector<Piece> Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !outbox_.empty(); });
    return std::exchange(outbox_, {});
  }

 private:
  static std::size_t Take(char* data, std::size_t size, std::size_t count, void* owner) {
    auto* running = static_cast<Running*>(owner);
    running->thread->had_.push_back({running, std::string(data, size * count), false});
    return size * count;
  }

  bool BeginAll() {
    std::vector<Running*> begun;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      begun.swap(inbox_);
    }
    for (Running* running : begun) {
      if (running == nullptr) return false;
      xai::BeginPlain(multi_, *request_, &Take, running);
    }
    return true;
  }

  void HandOver() {
    if (had_.empty()) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      std::move(had_.begin(), had_.end(), std::back_inserter(outbox_));
    }
    had_.clear();
    changed_.notify_one();
  }

  void Work() {
    while (BeginAll()) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        had_.push_back(
            {static_cast<Running*>(xai::EndPlain(multi_, *message)), "", true});
      }
      HandOver();
      curl_multi_poll(multi_, nullptr, 0, 60'000, nullptr);
    }
  }

  const xai::PlainRequest* request_;
  CURLM* multi_ = curl_multi_init();
  std::vector<Piece> had_;  // the thread's
  std::mutex mutex_;        // guards what follows
  std::condition_variable changed_;
  std::vector<Running*> inbox_;
  std::vector<Piece> outbox_;
  std::thread thread_;
};

void Run(OwnThread* thread, const xai::PlainArguments& arguments, xai::CrowdCost* cost) {
  std::deque<Running> all;
  for (std::size_t i = 0; i < arguments.streams; ++i) {
    all.push_back({xai::Expected(arguments.body), BenchClock::now(), thread});
    thread->Begin(&all.back());
  }
  for (std::size_t ended = 0; ended < arguments.streams;) {
    for (const Piece& piece : thread->Wait()) {
      piece.running->body.Take(piece.bytes);
      if (!piece.end) continue;
      cost->Add(piece.running->body, piece.running->begun);
      ++ended;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const xai::PlainArguments arguments = xai::ReadPlainArguments(argc, argv);
  xai::AllowConnections(arguments.streams);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  xai::CrowdCost cost;
  {
    OwnThread thread(&arguments.request);
    for (int times = arguments.times; times > 0; --times) Run(&thread, arguments, &cost);
    std::cout << cost.Tell() << '\n';
  }
  curl_slist_free_all(arguments.request.headers);
  return 0;
}
