// A host that does not read makes the server wait; the plugin does not hoard the answer.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "e2e/plugin_stage.h"
#include "support/wait_for.h"

namespace xai {
namespace {

constexpr size_t kChunks = 320;
constexpr size_t kChunkBytes = 65536;  // 20 MB in all
// The window is 256 KB; the rest is room for buffers, arenas and the allocator.
constexpr int64_t kGrowthKbMax = 8 * 1024;
constexpr std::chrono::milliseconds kQuiet{200};

char ByteAt(size_t position) {
  return static_cast<char>('a' + (position / kChunkBytes + position) % 26);
}

// The whole answer as a scene.
std::string LargeScene() {
  std::string scene =
      R"({"path":"/v1/chat/completions","headers":{"Content-Type":"text/event-stream"},)"
      R"("chunks":[)";
  for (size_t chunk = 0; chunk < kChunks; ++chunk) {
    scene +=
        R"("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,)";
    scene +=
        R"(\"model\":\"grok-4.3\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\")";
    for (size_t i = 0; i < kChunkBytes; ++i) scene += ByteAt(chunk * kChunkBytes + i);
    scene += R"(\"},\"finish_reason\":null}]}\n\n",)";
  }
  scene += R"("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,)";
  scene += R"(\"model\":\"grok-4.3\",\"choices\":[{\"index\":0,\"delta\":{},)";
  scene += R"(\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"]})";
  return scene;
}

int64_t ResidentKb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stoll(line.substr(6));
  }
  return -1;
}

// Bytes that this machine holds for the clients of a port because they do not read them.
int64_t UnreadBytes(uint16_t port) {
  std::ifstream table("/proc/net/tcp");
  int64_t unread = 0;
  for (std::string line; std::getline(table, line);) {
    unsigned remote = 0;
    unsigned rx = 0;
    const int found =
        std::sscanf(line.c_str(), " %*d: %*x:%*x %*x:%x %*x %*x:%x", &remote, &rx);
    if (found == 2 && remote == port) unread += rx;
  }
  return unread;
}

// Until bytes wait for the client and go on waiting: it has stopped reading.
bool WaitUntilStalled(uint16_t port) {
  using Clock = std::chrono::steady_clock;
  int64_t last = 0;
  Clock::time_point since = Clock::now();
  return WaitFor([&] {
    // One look may take long where thousands of sockets are open.
    const int64_t unread = UnreadBytes(port);
    if (unread == 0 || unread != last) since = Clock::now();
    last = unread;
    return Clock::now() - since >= kQuiet;
  });
}

// Matrix C37.
TEST(BackPressureTest, AnAnswerThatNobodyReadsStaysOnTheWire) {
  const PluginStage stage;
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  llmp::Stream warm_up = provider.complete(ChatRequest("[words:2000]"));
  ASSERT_EQ(ReadAnswer(&warm_up).status, LLMP_OK);
  stage.sim().Post("scene", LargeScene());

  const int64_t before = ResidentKb();
  llmp::Stream stream = provider.complete(ChatRequest("much"));
  ASSERT_TRUE(WaitUntilStalled(stage.sim().port()));
  EXPECT_LT(ResidentKb() - before, kGrowthKbMax) << "while nobody read";

  // Now all of it, in order and intact.
  size_t position = 0;
  int64_t most = 0;
  for (const llmp_event& event : stream) {
    if (event.kind != LLMP_EV_TEXT) continue;
    for (const char c : llmp::text(event)) {
      ASSERT_EQ(c, ByteAt(position)) << "at byte " << position;
      ++position;
    }
    most = std::max(most, ResidentKb());
  }
  EXPECT_EQ(stream.status(), LLMP_OK) << stream.document();
  EXPECT_EQ(position, kChunks * kChunkBytes);
  EXPECT_LT(most - before, kGrowthKbMax) << "while it was read";
}

// Matrix C37.
TEST(BackPressureTest, OneSlowReaderDoesNotStopTheOthers) {
  const PluginStage stage;
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  llmp::Stream slow = provider.complete(ChatRequest("[words:200000]"));
  ASSERT_TRUE(WaitUntilStalled(stage.sim().port()));
  llmp::Stream quick = provider.complete(ChatRequest("hello"));
  EXPECT_EQ(ReadAnswer(&quick).status, LLMP_OK);
  EXPECT_FALSE(slow.ended());
  const Answer answer = ReadAnswer(&slow);
  EXPECT_EQ(answer.status, LLMP_OK);
  const std::string eight = "alpha beta beta gamma delta naïve 日本 😀 ";
  EXPECT_EQ(answer.text.size(), eight.size() * 25000 - 1);
}

}  // namespace
}  // namespace xai
