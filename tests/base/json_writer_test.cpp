#include "base/json_writer.h"

#include <cstdint>
#include <cstdio>
#include <map>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "base/json_memory.h"

namespace xai {
namespace {

TEST(JsonWriter, LooksAfterCommasAndNesting) {
  JsonWriter json;
  json.BeginObject();
  json.Key("a").BeginArray().Int(1).Int(-2).Bool(true).Null().EndArray();
  json.Key("b").BeginObject().EndObject();
  json.Key("c").String("text").Key("d").Raw("[1.50]");
  json.EndObject();
  EXPECT_EQ(json.Take(), R"({"a":[1,-2,true,null],"b":{},"c":"text","d":[1.50]})");
}

TEST(JsonWriter, WritesTheLargestNumbersWhole) {
  JsonWriter json;
  json.BeginArray().Int(INT64_MAX).Int(INT64_MIN).EndArray();
  EXPECT_EQ(json.Take(), "[9223372036854775807,-9223372036854775808]");
}

TEST(JsonWriter, EscapesWhatMustBe) {
  JsonWriter json;
  json.BeginObject()
      .Key("\"\\")
      .String(std::string_view("\n\t\x01\0\x7f/", 6))
      .EndObject();
  EXPECT_EQ(json.Take(), "{\"\\\"\\\\\":\"\\n\\t\\u0001\\u0000\x7f/\"}");
}

TEST(JsonWriter, EscapesEachByteWhereverItStands) {
  const std::map<char, std::string> short_forms = {
      {'"', "\\\""}, {'\\', "\\\\"}, {'\b', "\\b"}, {'\t', "\\t"},
      {'\n', "\\n"}, {'\f', "\\f"},  {'\r', "\\r"}};
  for (char c = 0; c != 0x7F; ++c) {
    std::string escaped(1, c);
    if (c < 0x20) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\u%04X", c);
      escaped = hex;
    }
    if (const auto found = short_forms.find(c); found != short_forms.end()) {
      escaped = found->second;
    }
    const std::string byte(1, c);
    JsonWriter json;
    json.BeginArray();
    json.String(byte).String(byte + "a" + byte).String("a" + byte + byte + "\xc3\xa9");
    json.EndArray();
    EXPECT_EQ(json.Take(), "[\"" + escaped + "\",\"" + escaped + "a" + escaped +
                               "\",\"a" + escaped + escaped + "\xc3\xa9\"]");
  }
}

TEST(JsonWriter, KeepsUtf8AndMendsWhatIsNot) {
  JsonWriter json;
  json.BeginArray().String("\xe2\x82\xac").String("a\xff").EndArray();
  EXPECT_EQ(json.Take(), "[\"\xe2\x82\xac\",\"a\xef\xbf\xbd\"]");
}

TEST(JsonWriter, EmptyTextsNeedNoMemory) {
  JsonWriter json;
  json.BeginObject().Key({}).String({}).EndObject();
  EXPECT_EQ(json.Take(), R"({"":""})");
}

// RapidJSON does not look at what it gets.
TEST(JsonMemory, IsNeverNull) {
  const volatile size_t too_much = SIZE_MAX / 4;
  JsonMemory memory;
  EXPECT_THROW(memory.Malloc(too_much), std::bad_alloc);
  void* some = memory.Realloc(nullptr, 0, 16);
  ASSERT_NE(some, nullptr);
  EXPECT_THROW(memory.Realloc(some, 16, too_much), std::bad_alloc);
  some = memory.Realloc(some, 16, 32);  // it was still there
  EXPECT_EQ(memory.Realloc(some, 32, 0), nullptr);
}

TEST(JsonWriter, IsEmptyAfterTake) {
  JsonWriter json;
  json.Int(1);
  EXPECT_EQ(json.Take(), "1");
  json.BeginArray().EndArray();
  EXPECT_EQ(json.Take(), "[]");
}

}  // namespace
}  // namespace xai
