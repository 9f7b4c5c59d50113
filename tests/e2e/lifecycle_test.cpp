// A provider comes and goes, and leaves nothing behind.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "e2e/plugin_stage.h"
#include "support/process_state.h"
#include "support/wait_for.h"

namespace xai {
namespace {

constexpr int kRounds = 50;
constexpr const char* kBackend = "xai_grok_backend.so";
constexpr const char* kEcho = "This is a simulated Grok. You said: ";

// Load, status, a streamed answer; destroy and dlclose on the way out.
void RunRound(const PluginStage& stage, int round) {
  const std::string prompt = "round " + std::to_string(round);
  const llmp::Provider provider = stage.Load();
  ASSERT_TRUE(provider.ready()) << provider.info();
  EXPECT_EQ(Onboard(provider, R"({"action":"status"})")["state"].str(), "connected");
  llmp::Stream stream = provider.complete(ChatRequest(prompt));
  const Answer answer = ReadAnswer(&stream);
  EXPECT_EQ(answer.status, LLMP_OK) << answer.document.dump();
  EXPECT_EQ(answer.text, kEcho + prompt);
  EXPECT_TRUE(IsMapped(kBackend));
}

// Matrix D16.
TEST(LifecycleTest, FiftyRoundsLeaveNothingBehind) {
  const PluginStage stage;
  stage.SignIn();
  // What libcurl and its libraries keep for good is there after one round.
  RunRound(stage, 0);
  const size_t fds = CountOpenFds();
  const size_t threads = CountThreads();
  for (int round = 1; round <= kRounds; ++round) {
    RunRound(stage, round);
    ASSERT_FALSE(IsMapped(kBackend)) << "round " << round;
    ASSERT_EQ(CountOpenFds(), fds) << "round " << round;
    ASSERT_EQ(CountThreads(), threads) << "round " << round;
  }
}

TEST(LifecycleTest, AProviderThatIsNotUsedStartsNothing) {
  const PluginStage stage;
  const size_t threads = CountThreads();
  {
    const llmp::Provider provider = stage.Load();
    EXPECT_TRUE(provider.ready());
    EXPECT_EQ(CountThreads(), threads);
  }
  EXPECT_FALSE(IsMapped(kBackend));
}

// Its resolver threads may outlive the provider that asked for a name.  Matrix D15.
TEST(LifecycleTest, LibcurlStaysForItsThreads) {
  const PluginStage stage;
  EXPECT_TRUE(stage.Load().ready());
  EXPECT_FALSE(IsMapped(kBackend));
  EXPECT_TRUE(IsMapped("libcurl.so.4"));
}

TEST(LifecycleTest, TheBackendStaysAsLongAsOneProviderDoes) {
  const PluginStage stage;
  stage.SignIn();
  {
    const llmp::Provider first = stage.Load();
    {
      const llmp::Provider second = stage.Load();
      EXPECT_EQ(Onboard(second, R"({"action":"status"})")["state"].str(), "connected");
    }
    EXPECT_TRUE(IsMapped(kBackend));
    llmp::Stream stream = first.complete(ChatRequest("still here"));
    EXPECT_EQ(ReadAnswer(&stream).text, std::string(kEcho) + "still here");
  }
  EXPECT_FALSE(IsMapped(kBackend));
}

// In the child.  The exit code counts what it found wrong.
int CheckForked(llmp_provider* provider, uint64_t queue) {
  const std::string request = ChatRequest("from a child");
  const std::string action = R"({"action":"status"})";
  llmp_event event = {};
  int wrong = 0;
  wrong += provider->complete(provider, queue, 101, request.data(), request.size()) !=
           LLMP_E_FORKED;
  wrong += provider->list_models(provider, queue, 102, "{}", 2) != LLMP_E_FORKED;
  wrong += provider->onboarding_action(provider, queue, 103, action.data(),
                                       action.size()) != LLMP_E_FORKED;
  wrong += provider->queue_wait(provider, queue, 0, &event, 1) != LLMP_E_FORKED;
  wrong += provider->queue_open(provider, 0) != 0;
  provider->cancel(provider, 1);
  provider->queue_close(provider, queue);
  provider->destroy(provider);  // must neither wait nor crash
  return wrong;
}

// Matrix D17.
TEST(LifecycleTest, AForkedChildIsToldSo) {
  const PluginStage stage({"--chunk-delay-ms", "5"});
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  const llmp::Queue queue = provider.open_queue();
  // Forked in the middle of an answer, when every thread is at work.
  llmp::Stream stream = provider.complete(ChatRequest("[words:100]"));
  ASSERT_TRUE(WaitForText(&stream));

  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(CheckForked(provider.get(), queue.id()));
  int status = 0;
  const bool ended = WaitFor([&] { return waitpid(child, &status, WNOHANG) == child; });
  if (!ended) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }
  ASSERT_TRUE(ended) << "the child hangs";
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "wrong results in the child";

  // The parent has not noticed.
  EXPECT_EQ(ReadAnswer(&stream).status, LLMP_OK);
  EXPECT_EQ(Onboard(provider, R"({"action":"status"})")["state"].str(), "connected");
}

}  // namespace
}  // namespace xai
