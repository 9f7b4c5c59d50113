#include "base/utf8.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace xai {
namespace {

using namespace std::string_view_literals;

TEST(Utf8, WellFormedTextPasses) {
  for (const std::string_view text :
       {""sv, "plain"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv,
        "\xed\x9f\xbf"sv, "\xee\x80\x80"sv, "\xef\xbf\xbf"sv, "\xf0\x90\x80\x80"sv,
        "\xf4\x8f\xbf\xbf"sv, "a\0b"sv,
        "eight by eight, and \xe2\x82\xac after that"sv}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
}

TEST(Utf8, IllFormedTextStopsWhereItBegins) {
  for (const std::string_view bad :
       {"\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc2"sv, "\xc2x"sv,
        "\xe0\x80\x80"sv, "\xe0\x9f\xbf"sv, "\xe2\x82"sv, "\xed\xa0\x80"sv,
        "\xed\xbf\xbf"sv, "\xf0\x80\x80\x80"sv, "\xf0\x8f\xbf\xbf"sv,
        "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\xf0\x9f\x98"sv, "\xfe"sv,
        "\xff"sv}) {
    for (const std::string_view before : {""sv, "abc"sv, "12345678"sv, "123456789"sv}) {
      const std::string text = std::string(before) + std::string(bad);
      EXPECT_EQ(ValidUtf8Prefix(text), before.size());
      EXPECT_EQ(ValidUtf8Prefix(text + "and more text"), before.size());
    }
  }
}

// Matrix E06.
TEST(Utf8, EachIllFormedByteBecomesAReplacement) {
  EXPECT_EQ(ToValidUtf8("a\xff\xfe b"), "a\xef\xbf\xbd\xef\xbf\xbd b");
  EXPECT_EQ(ToValidUtf8("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(ToValidUtf8("\xe2\x82\xac"), "\xe2\x82\xac");
}

TEST(Utf8, TruncationKeepsCodePointsWhole) {
  const std::string_view text = "a\xe2\x82\xac\xf0\x9f\x98\x80";
  const size_t kept[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 8};
  for (size_t size = 0; size < std::size(kept); ++size) {
    EXPECT_EQ(Utf8Truncate(text, size).size(), kept[size]) << size;
  }
}

TEST(Utf8, ShownTextHasNothingThatSteersATerminal) {
  EXPECT_EQ(ToShownText("  a\n\t b\x1b[31m\x7f red \xc2\x9b"
                        "c ",
                        280),
            "a b [31m red c");
  EXPECT_EQ(ToShownText("\r\n", 280), "");
  EXPECT_EQ(ToShownText("x\xffy", 280), "x\xef\xbf\xbdy");
}

TEST(Utf8, ShownTextHasNothingThatHidesOrTurnsAround) {
  std::vector<std::string> folded = {"\xD8\x9C", "\xE2\x81\xA0", "\xEF\xBB\xBF"};
  const auto add = [&folded](const std::string& lead, int first, int last) {
    for (int c = first; c <= last; ++c) folded.push_back(lead + static_cast<char>(c));
  };
  add("\xE2\x80", 0x8B, 0x8F);
  add("\xE2\x80", 0xA8, 0xAE);
  add("\xE2\x81", 0xA6, 0xA9);
  for (const std::string& c : folded) {
    EXPECT_EQ(ToShownText(c + "a" + c + c + "b" + c, 280), "a b")
        << testing::PrintToString(c);
  }
  // Their neighbours are letters, spaces of a width, and signs.
  for (const std::string c :
       {"\xD8\x9B", "\xD8\x9D", "\xE2\x80\x8A", "\xE2\x80\x90", "\xE2\x80\xA7",
        "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE2\x81\xA1", "\xE2\x81\xA5", "\xE2\x81\xAA",
        "\xEF\xBB\xBE", "\xE1\x80\x8B", "\xF0\x9F\x98\x80"}) {
    EXPECT_EQ(ToShownText(c, 280), c) << testing::PrintToString(c);
  }
}

TEST(Utf8, ShownTextIsBounded) {
  EXPECT_EQ(ToShownText("12345678", 8), "12345678");
  EXPECT_EQ(ToShownText("123456789", 8), "12345...");
  EXPECT_EQ(ToShownText("1234\xe2\x82\xac"
                        "89",
                        8),
            "1234...")
      << "whole code points";
  for (size_t bound = 0; bound < 8; ++bound) {
    EXPECT_LE(ToShownText("123456789", bound).size(), bound);
  }
}

}  // namespace
}  // namespace xai
