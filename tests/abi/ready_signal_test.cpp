#include "abi/ready_signal.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/process_state.h"

namespace xai {
namespace {

bool IsReadable(const UniqueFd& fd) {
  pollfd entry = {fd.get(), POLLIN, 0};
  return poll(&entry, 1, 0) == 1;
}

TEST(ReadySignalTest, CostsNothingUntilAskedFor) {
  const size_t before = CountOpenFds();
  {
    ReadySignal signal;
    signal.Raise();
    signal.Clear();
    EXPECT_EQ(CountOpenFds(), before);
    const UniqueFd fd(signal.Dup(false));
    EXPECT_GE(fd.get(), 0);
  }
  EXPECT_EQ(CountOpenFds(), before);
}

TEST(ReadySignalTest, IsReadableWhileThereIsSomething) {
  ReadySignal signal;
  const UniqueFd fd(signal.Dup(false));
  EXPECT_FALSE(IsReadable(fd));
  for (int i = 0; i < 3; ++i) {
    signal.Raise();
    signal.Raise();
    EXPECT_TRUE(IsReadable(fd));
    signal.Clear();
    EXPECT_FALSE(IsReadable(fd)) << "however often it was raised";
    signal.Clear();
  }
}

TEST(ReadySignalTest, MayBeReadyFromTheStart) {
  ReadySignal signal;
  const UniqueFd fd(signal.Dup(true));
  EXPECT_TRUE(IsReadable(fd));
  const UniqueFd other(signal.Dup(true));
  EXPECT_TRUE(IsReadable(other));
  signal.Clear();
  EXPECT_FALSE(IsReadable(fd));
  EXPECT_FALSE(IsReadable(other));
}

TEST(ReadySignalTest, SurvivesAHostThatReadsTheByte) {
  ReadySignal signal;
  const UniqueFd fd(signal.Dup(true));
  char byte = 0;
  EXPECT_EQ(recv(fd.get(), &byte, 1, MSG_DONTWAIT), 1);
  signal.Clear();
  signal.Raise();
  EXPECT_TRUE(IsReadable(fd));
}

TEST(ReadySignalTest, TheHostsDescriptorEndsWithIt) {
  auto signal = std::make_unique<ReadySignal>();
  const UniqueFd fd(signal->Dup(false));
  signal.reset();
  EXPECT_TRUE(IsReadable(fd));
  char byte = 0;
  EXPECT_EQ(recv(fd.get(), &byte, 1, MSG_DONTWAIT), 0) << "end of file";
}

}  // namespace
}  // namespace xai
