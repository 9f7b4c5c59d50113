// What a stream costs in allocations once it runs: nothing.
#include "bench/hot_stream.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace {

size_t allocations = 0;

}  // namespace

// Of glibc.  operator new comes here as well.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);

void* malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
}

namespace xai {
namespace {

constexpr size_t kEvents = 2'000;
// Until every buffer has grown to what it needs.
constexpr int kWarmUp = 4;
constexpr int kRounds = 10;

class HotStreamMemoryTest : public testing::TestWithParam<Lane> {};

TEST_P(HotStreamMemoryTest, NoEventAllocates) {
  const std::string bytes = TextEvents(GetParam(), kEvents);
  HotStream stream(GetParam());
  for (int i = 0; i < kWarmUp; ++i) stream.Feed(bytes);
  const size_t text_before = stream.text_bytes();
  const size_t before = allocations;
  for (int i = 0; i < kRounds; ++i) stream.Feed(bytes);
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_EQ(stream.text_bytes() - text_before, kRounds * TextOf(kEvents).size());
}

// Or the test above would hold nothing.
TEST(HotStreamMemoryCountTest, AllocationsAreSeen) {
  const size_t before = allocations;
  std::string text(100, 'x');
  EXPECT_GT(allocations, before) << text.size();
}

INSTANTIATE_TEST_SUITE_P(Lanes, HotStreamMemoryTest,
                         testing::Values(Lane::kChatCompletions, Lane::kResponses),
                         [](const auto& lane) {
                           return lane.param == Lane::kChatCompletions ? "Chat"
                                                                       : "Responses";
                         });

}  // namespace
}  // namespace xai
