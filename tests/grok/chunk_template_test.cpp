#include "grok/chunk_template.h"

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace xai {
namespace {

using std::string_literals::operator""s;
using Text = std::optional<std::string_view>;

constexpr std::string_view kBefore = R"({"n":)";
constexpr std::string_view kBetween = R"(,"t":")";
constexpr std::string_view kAfter = R"("})";

std::string Chunk(std::string_view number, std::string_view text) {
  std::string chunk(kBefore);
  chunk.append(number).append(kBetween).append(text).append(kAfter);
  return chunk;
}

// The number first, or the text.
ChunkTemplate Learned(bool number_first = true) {
  ChunkTemplate like;
  if (number_first) {
    const size_t text = kBefore.size() + 2 + kBetween.size();
    like.Learn(Chunk("41", "one"), {text, text + 3},
               ChunkTemplate::Range{kBefore.size(), kBefore.size() + 2});
  } else {
    like.Learn(R"({"t":"one","n":41})", {6, 9}, ChunkTemplate::Range{15, 17});
  }
  return like;
}

TEST(ChunkTemplateTest, KnowsNothingBeforeItHasLearned) {
  ChunkTemplate like;
  EXPECT_EQ(like.TextOf(Chunk("41", "one")), std::nullopt);
  EXPECT_EQ(like.TextOf(""), std::nullopt);
}

TEST(ChunkTemplateTest, FindsTheTextOfChunksLikeTheOneLearned) {
  ChunkTemplate like = Learned();
  EXPECT_EQ(like.TextOf(Chunk("41", "one")), Text("one"));
  EXPECT_EQ(like.TextOf(Chunk("0", "a longer one")), Text("a longer one"));
  EXPECT_EQ(like.TextOf(Chunk("1234567890123456789012", "2")), Text("2"));
  ChunkTemplate other = Learned(false);
  EXPECT_EQ(other.TextOf(R"({"t":"two","n":5})"), Text("two"));
}

TEST(ChunkTemplateTest, ReadsEscapesOfOneLetter) {
  ChunkTemplate like = Learned();
  EXPECT_EQ(like.TextOf(Chunk("1", R"(a\"\\\/\b\f\n\r\tz)")), Text("a\"\\/\b\f\n\r\tz"));
  EXPECT_EQ(like.TextOf(Chunk("1", R"(\\)")), Text("\\"));
  EXPECT_EQ(like.TextOf(Chunk("1", "plain")), Text("plain"));
}

TEST(ChunkTemplateTest, LeavesOtherEscapesToWhoeverReadsAll) {
  ChunkTemplate like = Learned();
  for (const char* text : {R"(\u00e9)", R"(a\ud83d\ude00)", R"(\x)", R"(\)", R"(a\)"}) {
    EXPECT_EQ(like.TextOf(Chunk("1", text)), std::nullopt) << text;
  }
}

TEST(ChunkTemplateTest, DoubtsWhatIsNoJson) {
  ChunkTemplate like = Learned();
  for (const std::string& text : {"\n"s, "a\x1f"s, "a\0b"s, "\\n\x01"s, "a\"b"s, ""s}) {
    EXPECT_EQ(like.TextOf(Chunk("1", text)), std::nullopt) << text;
  }
  for (const char* number : {"", "01", "00", "-1", "1.5", "1e3", "+1", "x", "1x"}) {
    EXPECT_EQ(like.TextOf(Chunk(number, "a")), std::nullopt) << number;
  }
}

TEST(ChunkTemplateTest, NothingElseMayDiffer) {
  for (const std::string& chunk : {Chunk("7", "two"), R"({"t":"two","n":7})"s}) {
    ChunkTemplate like = Learned(chunk.find('n') < chunk.find('t'));
    ASSERT_EQ(like.TextOf(chunk), Text("two"));
    EXPECT_EQ(like.TextOf(chunk + " "), std::nullopt);
    EXPECT_EQ(like.TextOf(" " + chunk), std::nullopt);
    for (size_t at = 0; at < chunk.size(); ++at) {
      EXPECT_EQ(like.TextOf(chunk.substr(0, at)), std::nullopt) << at;
      if (chunk[at] == '7' || chunk.substr(0, at).ends_with(":\"")) continue;
      std::string other = chunk;
      ++other[at];
      EXPECT_NE(like.TextOf(other), Text("two")) << other;
    }
  }
}

TEST(ChunkTemplateTest, DoesNotKeepWhatItCannotBeSureOf) {
  ChunkTemplate like = Learned();
  like.Learn(R"({"a":"\n","t":"one"})", {15, 18}, std::nullopt);
  EXPECT_EQ(like.TextOf(R"({"a":"\n","t":"two"})"), std::nullopt);
  like = Learned();
  const std::string long_text(limits::kChunkTemplateBytesMax, 'x');
  const size_t at = kBefore.size() + 1 + kBetween.size();
  like.Learn(Chunk("1", long_text), {at, at + long_text.size()}, std::nullopt);
  EXPECT_EQ(like.TextOf(Chunk("1", "two")), std::nullopt);
  like = Learned();
  like.Forget();
  EXPECT_EQ(like.TextOf(Chunk("41", "one")), std::nullopt);
}

TEST(ChunkTemplateTest, ATextMayBeLongerThanWhatItRemembers) {
  ChunkTemplate like = Learned();
  const std::string text(2 * limits::kChunkTemplateBytesMax, 'x');
  EXPECT_EQ(like.TextOf(Chunk("1", text)), Text(text));
}

}  // namespace
}  // namespace xai
