#include "entry/unavailable.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_document.h"
#include "base/manifest.h"
#include "base/unique_fd.h"
#include "support/process_state.h"
#include "support/wait_for.h"

namespace xai {
namespace {

struct Destroyer {
  void operator()(llmp_provider* p) const { p->destroy(p); }
};
using Owner = std::unique_ptr<llmp_provider, Destroyer>;

class Unavailable : public testing::Test {
 protected:
  Owner Make(const llmp_host* host = nullptr) {
    return Owner(MakeUnavailable(host, document_));
  }

  // Takes one event without waiting.
  int32_t Poll(llmp_provider* p, uint64_t queue) {
    return p->queue_wait(p, queue, 0, &event_, 1);
  }

  const std::string document_ = UnavailableDocument(
      Error::Make(ErrorCode::kBackendUnavailable, "not \"here\"", "backend_missing"),
      {"/a/b.so", "/c/d.so"});
  llmp_event event_ = {};
};

std::string Text(JsonValue value) {
  return std::string(value.String().value_or("?"));
}

TEST_F(Unavailable, DocumentHasAllItsMembers) {
  const auto document = JsonDocument::Parse(document_);
  ASSERT_TRUE(document.ok());
  const JsonValue root = document.value()->root();
  EXPECT_EQ(root["ok"].Bool(), false);
  EXPECT_EQ(Text(root["error"]), "xai_oauth_backend_unavailable");
  EXPECT_EQ(Text(root["reason"]), "backend_missing");
  EXPECT_EQ(Text(root["detail"]), "not \"here\"");
  EXPECT_EQ(root["checked_paths"].size(), 2u);
  EXPECT_EQ(Text(root["checked_paths"].FirstChild()), "/a/b.so");
  EXPECT_THAT(Text(root["hint"]), testing::HasSubstr("byok-custom-model"));
  EXPECT_EQ(root["retry"].Bool(), false);
}

TEST_F(Unavailable, InfoSaysWhoAndWhy) {
  const Owner p = Make();
  EXPECT_EQ(p->struct_size, sizeof(llmp_provider));
  EXPECT_EQ(p->abi_major, LLMP_ABI_MAJOR);
  EXPECT_EQ(p->abi_minor, LLMP_ABI_MINOR);
  EXPECT_EQ(p->state, uint32_t{LLMP_UNAVAILABLE});
  const auto info = JsonDocument::Parse(p->info);
  ASSERT_TRUE(info.ok());
  const JsonValue root = info.value()->root();
  EXPECT_EQ(Text(root["id"]), "xai-grok");
  EXPECT_FALSE(Text(root["name"]).empty());
  EXPECT_EQ(Text(root["version"]), PluginVersion());
  EXPECT_EQ(Text(root["state"]), "unavailable");
  EXPECT_EQ(root["abi"]["major"].Integer(), LLMP_ABI_MAJOR);
  EXPECT_EQ(Text(root["error"]["reason"]), "backend_missing");
  EXPECT_NE(std::string(p->info).find(document_), std::string::npos);
}

TEST_F(Unavailable, EveryRequestEndsOnceWithTheDocument) {
  const Owner p = Make();
  const uint64_t queue = p->queue_open(p.get(), LLMP_QUEUE_NOTIFY);
  uint64_t request = 0;
  for (const auto function : {p->list_models, p->complete, p->onboarding_action}) {
    ++request;
    EXPECT_EQ(function(p.get(), queue, request, "", 0), LLMP_OK);
    ASSERT_EQ(Poll(p.get(), queue), 1);
    EXPECT_EQ(event_.kind, uint32_t{LLMP_EV_END});
    EXPECT_EQ(event_.request, request);
    EXPECT_EQ(event_.status, LLMP_E_UNAVAILABLE);
    EXPECT_EQ(std::string(event_.data), document_);
    p->cancel(p.get(), request);
    EXPECT_EQ(Poll(p.get(), queue), 0);
  }
}

// Matrix D01.
TEST_F(Unavailable, WrongArgumentsAreInvalid) {
  const Owner p = Make();
  const uint64_t queue = p->queue_open(p.get(), 0);
  EXPECT_EQ(p->complete(p.get(), queue, 0, "{}", 2), LLMP_E_INVALID);
  EXPECT_EQ(p->complete(p.get(), queue, 1, nullptr, 2), LLMP_E_INVALID);
  EXPECT_EQ(p->complete(p.get(), queue + 1, 1, "{}", 2), LLMP_E_INVALID);
  EXPECT_EQ(p->complete(p.get(), 0, 1, "{}", 2), LLMP_E_INVALID);
  EXPECT_EQ(p->queue_wait(p.get(), queue, 0, nullptr, 1), LLMP_E_INVALID);
  EXPECT_EQ(Poll(p.get(), queue), 0) << "nothing of that was accepted";
}

TEST_F(Unavailable, NumberIsTakenUntilItsEndIs) {
  const Owner p = Make();
  const uint64_t one = p->queue_open(p.get(), 0);
  const uint64_t two = p->queue_open(p.get(), 0);
  EXPECT_EQ(p->complete(p.get(), one, 5, "{}", 2), LLMP_OK);
  EXPECT_EQ(p->list_models(p.get(), two, 5, "{}", 2), LLMP_E_INVALID);
  EXPECT_EQ(Poll(p.get(), one), 1);
  EXPECT_EQ(p->list_models(p.get(), two, 5, "{}", 2), LLMP_OK);
  p->queue_close(p.get(), two);
  EXPECT_EQ(p->complete(p.get(), one, 5, "{}", 2), LLMP_OK) << "its queue was closed";
}

TEST_F(Unavailable, UnknownQueuesAreHarmless) {
  const Owner p = Make();
  const uint64_t queue = p->queue_open(p.get(), 0);
  p->queue_close(p.get(), queue);
  for (const uint64_t unknown : {queue, uint64_t{0}, UINT64_MAX}) {
    EXPECT_EQ(Poll(p.get(), unknown), LLMP_E_CLOSED);
    EXPECT_EQ(p->queue_fd(p.get(), unknown), -1);
    p->queue_wake(p.get(), unknown);
    p->queue_close(p.get(), unknown);
  }
  EXPECT_NE(p->queue_open(p.get(), 0), queue) << "no number twice";
}

TEST_F(Unavailable, DescriptorAndWakeWork) {
  const Owner p = Make();
  const uint64_t queue = p->queue_open(p.get(), 0);
  const UniqueFd fd(p->queue_fd(p.get(), queue));
  pollfd poll_fd = {fd.get(), POLLIN, 0};
  EXPECT_EQ(poll(&poll_fd, 1, 0), 0);
  p->complete(p.get(), queue, 1, "{}", 2);
  EXPECT_EQ(poll(&poll_fd, 1, 0), 1);
  EXPECT_EQ(Poll(p.get(), queue), 1);
  EXPECT_EQ(poll(&poll_fd, 1, 0), 0);
  std::thread other([&] { p->queue_wake(p.get(), queue); });
  EXPECT_EQ(p->queue_wait(p.get(), queue, -1, &event_, 1), 0);
  other.join();
}

TEST_F(Unavailable, ExtensionsAndNullAreAnswered) {
  const Owner p = Make();
  EXPECT_EQ(p->get_extension(p.get(), "llm.secret-key/1"), nullptr);
  EXPECT_EQ(p->get_extension(p.get(), nullptr), nullptr);
  p->destroy(nullptr);
}

// What a host's wake() saw.
struct WakeHost : llmp_host {
  std::atomic<int> wakes{0};
  std::atomic<uint64_t> queue{0};
  std::mutex held;  // by the host around its calls, and in wake()
  std::thread::id thread;

  WakeHost() : llmp_host() {
    struct_size = sizeof(llmp_host);
    wake = [](const llmp_host* host, uint64_t number) {
      auto* self = const_cast<WakeHost*>(static_cast<const WakeHost*>(host));
      const std::lock_guard<std::mutex> lock(self->held);
      self->thread = std::this_thread::get_id();
      self->queue = number;
      ++self->wakes;
    };
  }
};

TEST_F(Unavailable, WakeComesFromAnotherThreadThatHoldsNoLock) {
  WakeHost host;
  const size_t threads = CountThreads();
  {
    const Owner p = Make(&host);
    const uint64_t queue = p->queue_open(p.get(), 0);
    EXPECT_EQ(CountThreads(), threads) << "none before the first request";
    {
      const std::lock_guard<std::mutex> lock(host.held);
      EXPECT_EQ(p->complete(p.get(), queue, 1, "{}", 2), LLMP_OK);
    }
    ASSERT_TRUE(WaitFor([&] { return host.wakes == 1; }));
    EXPECT_EQ(host.queue, queue);
    EXPECT_NE(host.thread, std::this_thread::get_id());
    EXPECT_EQ(p->complete(p.get(), queue, 2, "{}", 2), LLMP_OK);
    EXPECT_EQ(Poll(p.get(), queue), 1);
    EXPECT_EQ(Poll(p.get(), queue), 1);
    EXPECT_EQ(p->complete(p.get(), queue, 3, "{}", 2), LLMP_OK);
    ASSERT_TRUE(WaitFor([&] { return host.wakes == 2; }));
  }
  EXPECT_EQ(CountThreads(), threads);
}

// Matrix D17.
TEST_F(Unavailable, ForkedChildIsRefused) {
  const Owner p = Make();
  const uint64_t queue = p->queue_open(p.get(), 0);
  const pid_t child = fork();
  if (child == 0) {
    const bool refused = p->complete(p.get(), queue, 1, "{}", 2) == LLMP_E_FORKED &&
                         Poll(p.get(), queue) == LLMP_E_FORKED &&
                         p->queue_open(p.get(), 0) == 0 &&
                         p->queue_fd(p.get(), queue) == -1;
    p->queue_wake(p.get(), queue);
    p->queue_close(p.get(), queue);
    p->destroy(p.get());
    _exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(p->complete(p.get(), queue, 1, "{}", 2), LLMP_OK) << "the parent goes on";
}

// Matrix D13.
TEST_F(Unavailable, ACancelledThreadLeavesAfterItsCall) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a cancelled thread was not tested: a sanitizer does not follow it";
#endif
  struct Waiter {
    llmp_provider* p;
    uint64_t queue;
  };
  const Owner p = Make();
  Waiter waiter = {p.get(), p->queue_open(p.get(), 0)};
  pthread_t thread;
  const auto wait = [](void* argument) -> void* {
    const auto* self = static_cast<Waiter*>(argument);
    llmp_event event;
    (void)self->p->queue_wait(self->p, self->queue, -1, &event, 1);
    pthread_testcancel();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, nullptr, wait, &waiter), 0);
  ASSERT_EQ(pthread_cancel(thread), 0);
  p->queue_wake(p.get(), waiter.queue);
  void* result = nullptr;
  ASSERT_EQ(pthread_join(thread, &result), 0);
  EXPECT_EQ(result, PTHREAD_CANCELED);
  p->queue_close(p.get(), waiter.queue);
}

TEST_F(Unavailable, ManyThreadsAtOnce) {
  WakeHost host;
  const Owner p = Make(&host);
  std::vector<std::thread> threads;
  std::atomic<int> ended{0};
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t i = 1; i <= 100; ++i) {
        const uint64_t queue = p->queue_open(p.get(), 0);
        p->complete(p.get(), queue, t * 1000 + i, "{}", 2);
        llmp_event event;
        if (p->queue_wait(p.get(), queue, -1, &event, 1) == 1) ++ended;
        p->queue_close(p.get(), queue);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended, 400);
}

}  // namespace
}  // namespace xai
