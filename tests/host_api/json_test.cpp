// The JSON value of the host library.
#include <gtest/gtest.h>

#include "llm_provider.hpp"

namespace xai::testing {
namespace {

using llmp::Json;

TEST(HostJson, KeepsOrderAndNumbersAsWritten) {
  const std::string text =
      R"({"z":1.50,"a":[true,false,null,-0,1e300,123456789012345678901234567890],"s":"x"})";
  EXPECT_EQ(Json::parse(text).value_or(Json()).dump(), text);
}

TEST(HostJson, ReadsWhatIsThereAndNothingElse) {
  const Json json =
      *Json::parse(R"({"n":42,"d":1.5,"t":true,"s":"x","a":[7],"big":1e3})");
  EXPECT_EQ(json["n"].integer(), 42);
  EXPECT_EQ(json["d"].integer(), std::nullopt);
  EXPECT_EQ(json["big"].integer(), std::nullopt);
  EXPECT_EQ(json["s"].integer(), std::nullopt);
  EXPECT_TRUE(json["t"].is_true());
  EXPECT_FALSE(json["n"].is_true());
  EXPECT_EQ(json["s"].str("y"), "x");
  EXPECT_EQ(json["n"].str("y"), "y");
  EXPECT_EQ(json["a"][std::size_t{0}].integer(), 7);
  EXPECT_TRUE(json["a"][1].is_null());
  EXPECT_TRUE(json["no"]["such"]["member"].is_null());
  EXPECT_TRUE(json["s"]["member"].is_null());
  EXPECT_FALSE(json.has("no"));
}

TEST(HostJson, RefusesWhatIsNotJson) {
  for (const char* text :
       {"", "{", "{}x", "{'a':1}", "[1,]", "01", "+1", "NaN", "\"\x01\"", "\"\xC3\"",
        "\"\xED\xA0\x80\"", "\"as long as a heap block must be\xF0", "{\"a\":1,\"a\":2}",
        "// x\n1"}) {
    std::string error;
    EXPECT_FALSE(Json::parse(text, &error)) << text;
    EXPECT_NE(error.find(" at byte "), std::string::npos) << text;
    EXPECT_EQ(error.find(". at"), std::string::npos) << error;
  }
  EXPECT_FALSE(Json::parse(std::string_view("1\0", 2)));
}

TEST(HostJson, LimitsTheDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(Json::parse(nested(Json::kMaxDepth)));
  EXPECT_FALSE(Json::parse(nested(Json::kMaxDepth + 1)));
}

TEST(HostJson, SurvivesTheNumberThatBreaksItsParser) {  // CVE-2024-38517
  const std::string text = "1.0e-2147483639";
  EXPECT_EQ(Json::parse(text).value_or(Json()).dump(), text);
}

TEST(HostJson, WritesValidUtf8WhateverItIsGiven) {
  EXPECT_EQ(Json("a\xff\xc3").dump(), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(Json("\"\\\n\x1b\x7f").dump(), "\"\\\"\\\\\\n\\u001b\\u007f\"");
  EXPECT_EQ(Json("é€😀").dump(), "\"é€😀\"");
  EXPECT_EQ(llmp::valid_utf8("\xC0\x80\xF5\x80"),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(HostJson, ReplacesAMemberThatIsSetAgain) {
  Json json = Json::object().set("a", 1).set("b", "x");
  json.set("a", Json::array().push_back(true));
  EXPECT_EQ(json.dump(), R"({"a":[true],"b":"x"})");
}

TEST(HostJson, UnescapesStrings) {
  EXPECT_EQ(Json::parse(R"("\u00e9\ud83d\ude00\/\n")")->str(), "é😀/\n");
  EXPECT_FALSE(Json::parse(R"("\ud83d")"));
  // The other half alone is taken, but no text is ever ill-formed.
  const auto half = Json::parse(R"({"a\ude00":"\ude00!"})");
  ASSERT_TRUE(half);
  EXPECT_EQ((*half)[std::size_t{0}].str(), "\uFFFD\uFFFD\uFFFD!");
  EXPECT_EQ(half->names()[0], "a\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace xai::testing
