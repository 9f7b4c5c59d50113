#include "grok/text_joiner.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "support/collecting_sink.h"

namespace xai {
namespace {

using Strings = std::vector<std::string>;

class TextJoinerTest : public testing::Test {
 protected:
  CollectingSink sink_;
  TextJoiner joiner_{&sink_};
};

TEST_F(TextJoinerTest, PassesTextUnlessItIsToldToJoin) {
  EXPECT_TRUE(joiner_.OnText("a"));
  EXPECT_TRUE(joiner_.OnText("b"));
  joiner_.Begin();
  EXPECT_TRUE(joiner_.End());
  EXPECT_TRUE(joiner_.OnReasoning("c"));
  EXPECT_EQ(sink_.texts, (Strings{"a", "b"}));
  EXPECT_EQ(sink_.log, "TTR");
}

TEST_F(TextJoinerTest, JoinsWhatIsOfOneKind) {
  joiner_.Begin();
  (void)joiner_.OnReasoning("a");
  (void)joiner_.OnReasoning("b");
  (void)joiner_.OnText("c");
  (void)joiner_.OnText("d");
  (void)joiner_.OnReasoning("e");
  EXPECT_EQ(sink_.log, "RT");
  EXPECT_TRUE(joiner_.End());
  EXPECT_EQ(sink_.log, "RTR");
  EXPECT_EQ(sink_.reasonings, (Strings{"ab", "e"}));
  EXPECT_EQ(sink_.texts, Strings{"cd"});
  EXPECT_TRUE(joiner_.End());
  EXPECT_EQ(sink_.log, "RTR");
}

TEST_F(TextJoinerTest, NothingOvertakesAText) {
  joiner_.Begin();
  (void)joiner_.OnText("a");
  (void)joiner_.OnToolCall(0, {});
  (void)joiner_.OnText("b");
  (void)joiner_.OnToolArguments(0, "{}");
  (void)joiner_.OnText("c");
  (void)joiner_.OnUsage({});
  (void)joiner_.OnText("d");
  (void)joiner_.End();
  EXPECT_EQ(sink_.log, "TCTATUT");
  EXPECT_EQ(sink_.texts, (Strings{"a", "b", "c", "d"}));
}

TEST_F(TextJoinerTest, HoldsNoMoreThanItsBound) {
  const std::string half(limits::kJoinedTextBytesMax / 2, 'x');
  const std::string too_much(limits::kJoinedTextBytesMax + 1, 'y');
  joiner_.Begin();
  (void)joiner_.OnText(half);
  (void)joiner_.OnText(half);
  EXPECT_EQ(sink_.log, "");
  (void)joiner_.OnText("z");
  EXPECT_EQ(sink_.texts, Strings{half + half});
  (void)joiner_.OnText(too_much);
  EXPECT_EQ(sink_.texts, (Strings{half + half, "z", too_much}));
  (void)joiner_.End();
  EXPECT_EQ(sink_.texts.size(), 3u);
}

TEST_F(TextJoinerTest, AsksForAPauseWheneverTheSinkDoes) {
  sink_.pause = true;
  joiner_.Begin();
  EXPECT_TRUE(joiner_.OnText("it waits"));
  EXPECT_FALSE(joiner_.OnReasoning("passes the text"));
  EXPECT_FALSE(joiner_.OnToolCall(0, {}));
  EXPECT_FALSE(joiner_.OnToolArguments(0, "{}"));
  EXPECT_FALSE(joiner_.OnUsage({}));
  EXPECT_TRUE(joiner_.OnText("it waits"));
  EXPECT_FALSE(joiner_.End());
  EXPECT_FALSE(joiner_.OnText("passes"));
  sink_.pause = false;
  EXPECT_TRUE(joiner_.OnText("passes"));
}

}  // namespace
}  // namespace xai
