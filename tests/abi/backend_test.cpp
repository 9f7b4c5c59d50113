#include "abi/backend.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "ext/secret_store.h"
#include "runtime/process.h"
#include "support/json_text.h"
#include "support/process_state.h"
#include "support/temp_dir.h"
#include "support/wait_for.h"

namespace xai {
namespace {

constexpr const char* kComplete =
    R"({"model":"grok-4.3","messages":[{"role":"user","content":"hi"}]})";

class BackendTest : public testing::Test {
 protected:
  struct Event {
    uint64_t request;
    uint32_t kind;
    int32_t status;
    std::string data;
  };

  BackendTest() {
    EXPECT_TRUE(InitProcess().ok());
    host_.struct_size = sizeof(host_);
    host_.name = "test";
    host_.version = "1";
    Make("{\"state_dir\":\"" + (folder_.path() / "state").string() +
         "\",\"key_file\":\"" + (folder_.path() / "key").string() + "\"}");
  }

  void Make(const std::string& config) {
    backend_ = Backend::Make(&host_, config);
    ASSERT_NE(backend_, nullptr);
    queue_ = backend_->OpenQueue(0);
    ASSERT_NE(queue_, 0u);
  }

  // Up to and with this request's END.
  std::vector<Event> Take(uint64_t request) {
    std::vector<Event> events;
    const std::shared_ptr<EventQueue> queue = backend_->FindQueue(queue_);
    for (;;) {
      llmp_event event;
      if (queue->Wait(20'000, &event, 1) != 1) {
        ADD_FAILURE() << "no END came";
        return events;
      }
      events.push_back(
          {event.request, event.kind, event.status, std::string(event.data, event.size)});
      if (event.kind == LLMP_EV_END && event.request == request) return events;
    }
  }
  void ExpectEnd(uint64_t request, int32_t status, std::string_view error) {
    const std::vector<Event> events = Take(request);
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().status, status) << events.back().data;
    const std::unique_ptr<JsonDocument> end = MustParse(events.back().data);
    EXPECT_EQ(end->root()["ok"].Bool(), status == LLMP_OK);
    EXPECT_EQ(end->root()["error"].String().value_or(""), error);
  }

  TempDir folder_;
  llmp_host host_ = {};
  std::unique_ptr<Backend> backend_;
  uint64_t queue_ = 0;
};

TEST_F(BackendTest, InfoSaysWhatItIs) {
  const std::unique_ptr<JsonDocument> info = MustParse(backend_->info());
  EXPECT_EQ(info->root()["id"].String(), "xai-grok");
  EXPECT_EQ(info->root()["state"].String(), "ready");
  EXPECT_EQ(info->root()["abi"]["major"].Integer(), LLMP_ABI_MAJOR);
  EXPECT_EQ(info->root()["fork"].String(), "refuses");
  EXPECT_EQ(info->root()["features"].FirstChild().String(), "device_code");
}

TEST_F(BackendTest, MakingOneStartsNoThread) {
  backend_.reset();
  const size_t before = CountThreads();
  Make("{\"state_dir\":\"" + folder_.path().string() + "\"}");
  EXPECT_EQ(CountThreads(), before);
}

TEST_F(BackendTest, AnswersWithoutASignIn) {
  EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, 1, kComplete), LLMP_OK);
  ExpectEnd(1, LLMP_E_NO_AUTH, "not_connected");
  EXPECT_EQ(backend_->Begin(Backend::Call::kListModels, queue_, 1, "{}"), LLMP_OK);
  ExpectEnd(1, LLMP_E_NO_AUTH, "not_connected");
  EXPECT_EQ(backend_->Begin(Backend::Call::kOnboard, queue_, 1, R"({"action":"status"})"),
            LLMP_OK);
  ExpectEnd(1, LLMP_OK, "");
}

TEST_F(BackendTest, RefusesWrongNumbers) {
  EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, 0, kComplete),
            LLMP_E_INVALID);
  EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_ + 1, 1, kComplete),
            LLMP_E_INVALID);
  EXPECT_EQ(backend_->FindQueue(queue_ + 1), nullptr);
  backend_->CloseQueue(queue_ + 1);
  backend_->Cancel(99);
}

TEST_F(BackendTest, ANumberIsInUseUntilItsEnd) {
  EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, 5, kComplete), LLMP_OK);
  (void)Take(5);
  EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, 5, "{}"), LLMP_OK);
  ExpectEnd(5, LLMP_E_INVALID, "invalid_request");
}

// Matrix E11.
TEST_F(BackendTest, AWrongRequestEndsWithWhatIsWrong) {
  uint64_t request = 0;
  for (const char* json : {"", "{", "[]", "{}", R"({"model":7})"}) {
    for (const auto call : {Backend::Call::kComplete, Backend::Call::kOnboard}) {
      ++request;
      EXPECT_EQ(backend_->Begin(call, queue_, request, json), LLMP_OK);
      ExpectEnd(request, LLMP_E_INVALID, "invalid_request");
    }
  }
  EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, ++request,
                            std::string(limits::kRequestBytesMax + 1, ' ')),
            LLMP_OK);
  ExpectEnd(request, LLMP_E_INVALID, "invalid_request");
}

TEST_F(BackendTest, AWrongConfigEndsEachRequest) {
  for (const char* config : {"{", "[]", R"({"window":1})"}) {
    Make(config);
    EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, 1, kComplete), LLMP_OK);
    const std::vector<Event> events = Take(1);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].kind, LLMP_EV_START);
    EXPECT_EQ(events[1].status, LLMP_E_INVALID);
    EXPECT_NE(events[1].data.find("invalid_config"), std::string::npos);
    EXPECT_EQ(
        backend_->Begin(Backend::Call::kOnboard, queue_, 1, R"({"action":"status"})"),
        LLMP_OK);
    ExpectEnd(1, LLMP_E_INVALID, "invalid_config");
    EXPECT_NE(std::string(backend_->info()).find("\"ready\""), std::string::npos);
  }
}

TEST_F(BackendTest, ManyThreadsGetTheirEnds) {
  constexpr int kThreads = 4;
  constexpr int kRequests = 50;
  std::atomic<uint64_t> next{1};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRequests; ++i) {
        const uint64_t request = next.fetch_add(1);
        EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, request, kComplete),
                  LLMP_OK);
        if (i % 3 == 0) backend_->Cancel(request);
      }
    });
  }
  std::vector<int> ends(kThreads * kRequests + 1, 0);
  const std::shared_ptr<EventQueue> queue = backend_->FindQueue(queue_);
  for (int seen = 0; seen < kThreads * kRequests;) {
    llmp_event events[8];
    const int32_t count = queue->Wait(20'000, events, 8);
    ASSERT_GT(count, 0);
    for (int32_t i = 0; i < count; ++i) {
      if (events[i].kind != LLMP_EV_END) continue;
      ++ends[events[i].request];
      ++seen;
    }
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t request = 1; request < ends.size(); ++request) {
    EXPECT_EQ(ends[request], 1) << request;
  }
}

TEST_F(BackendTest, ClosingAQueueEndsItsRequestsQuietly) {
  const std::shared_ptr<EventQueue> queue = backend_->FindQueue(queue_);
  for (uint64_t request = 1; request <= 20; ++request) {
    EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, request, kComplete),
              LLMP_OK);
  }
  backend_->CloseQueue(queue_);
  EXPECT_EQ(backend_->FindQueue(queue_), nullptr);
  llmp_event event;
  EXPECT_EQ(queue->Wait(0, &event, 1), LLMP_E_CLOSED);
  EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, 99, kComplete),
            LLMP_E_INVALID);
}

TEST_F(BackendTest, DestroyingItEndsItsThreads) {
  backend_.reset();
  const size_t before = CountThreads();
  Make("{\"state_dir\":\"" + (folder_.path() / "state").string() + "\"}");
  for (uint64_t request = 1; request <= 20; ++request) {
    EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, request, kComplete),
              LLMP_OK);
  }
  EXPECT_GT(CountThreads(), before);
  backend_.reset();
  EXPECT_EQ(CountThreads(), before);
}

// The host's store does not answer until it is released: whoever needs a token waits.
class BackendCrowdTest : public BackendTest {
 protected:
  BackendCrowdTest() {
    host_.ctx = &store_;
    host_.get_extension = [](const llmp_host* host, const char*) -> const void* {
      return host->ctx;
    };
    store_.struct_size = sizeof(store_);
    store_.ctx = this;
    store_.get = [](void* ctx, const char*, void*, size_t*, uint64_t*) -> int32_t {
      auto* test = static_cast<BackendCrowdTest*>(ctx);
      std::unique_lock<std::mutex> lock(test->mutex_);
      test->changed_.wait_for(lock, kTestDeadline, [test] { return test->released_; });
      return LLMP_E_NO_AUTH;
    };
    store_.put = [](void*, const char*, const void*, size_t, uint64_t,
                    uint64_t*) -> int32_t { return LLMP_E_STORE; };
    store_.lock = [](void*, const char*, int32_t) -> int32_t { return LLMP_OK; };
    store_.unlock = [](void*, const char*) {};
    Make("{\"max_requests\":2,\"key_file\":\"" + (folder_.path() / "key").string() +
         "\"}");
  }
  ~BackendCrowdTest() override {
    Release();
    backend_.reset();
  }

  void Release() {
    const std::lock_guard<std::mutex> lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

  llmp_secret_store store_ = {};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = false;
};

// Matrix D25.
TEST_F(BackendCrowdTest, OneTooManyIsToldSoUntilThereIsRoom) {
  for (uint64_t request = 1; request <= 3; ++request) {
    EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, request, kComplete),
              LLMP_OK);
  }
  ExpectEnd(3, LLMP_E_RATE_LIMIT, "local_limit");
  backend_->Cancel(1);
  ExpectEnd(1, LLMP_E_CANCELLED, "cancelled");
  EXPECT_EQ(backend_->Begin(Backend::Call::kComplete, queue_, 4, kComplete), LLMP_OK);
  Release();
  ExpectEnd(4, LLMP_E_NO_AUTH, "not_connected");
}

TEST_F(BackendTest, KnowsThatItIsInAFork) {
  EXPECT_FALSE(backend_->Forked());
  const pid_t child = fork();
  if (child == 0) _exit(backend_->Forked() ? 7 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
}  // namespace xai
