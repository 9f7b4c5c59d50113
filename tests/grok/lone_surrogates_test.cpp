#include "grok/lone_surrogates.h"

#include <gtest/gtest.h>

namespace xai {
namespace {

struct Case {
  const char* json;
  const char* expected;
};

TEST(LoneSurrogatesTest, ReplacesHalvesOnly) {
  const Case cases[] = {
      {R"("\ud83d")", R"("\uFFFD")"},
      {R"("\uDE00")", R"("\uFFFD")"},
      {R"("\ud83d\ud83d\ude00")", R"("\uFFFD\ud83d\ude00")"},
      {R"("\ude00\ud83d")", R"("\uFFFD\uFFFD")"},
      {R"("\ud83dx\ude00")", R"("\uFFFDx\uFFFD")"},
      {R"("\ud83d\n")", R"("\uFFFD\n")"},
      {R"("\\\ud83d")", R"("\\\uFFFD")"},
  };
  for (const Case& one : cases) {
    std::string buffer;
    EXPECT_EQ(ReplaceLoneSurrogates(one.json, &buffer), one.expected) << one.json;
  }
}

TEST(LoneSurrogatesTest, LeavesTheRestWhereItIs) {
  for (const std::string_view json :
       {"", "\\", "\"a\"", R"("\ud83d\ude00")", R"("\\ud83d")", R"("\\\\ud83d")",
        R"("\ud7ff\ue000")", R"("\u00e9\n\t\"")", R"("\ud8)", R"({"a":"\ud8"})",
        R"("\ud83g")", R"("\ud8 0")", R"("\uD83D\uDE00\uD83D\uDE00")"}) {
    std::string buffer;
    EXPECT_EQ(ReplaceLoneSurrogates(json, &buffer).data(), json.data()) << json;
  }
}

}  // namespace
}  // namespace xai
