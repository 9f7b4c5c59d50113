#include "base/json_document.h"

#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace xai {
namespace {

std::unique_ptr<JsonDocument> Parse(std::string text) {
  Result<std::unique_ptr<JsonDocument>> document = JsonDocument::Parse(std::move(text));
  EXPECT_TRUE(document.ok()) << document.error().detail;
  return std::move(document).value();
}

std::string RoundTrip(const std::string& text) {
  JsonWriter json;
  Parse(text)->root().WriteTo(&json);
  return json.Take();
}

std::string FaultOf(std::string text) {
  const auto document = JsonDocument::Parse(std::move(text));
  if (document.ok()) return "";
  EXPECT_EQ(document.error().code, ErrorCode::kInvalidRequest);
  return document.error().detail;
}

TEST(JsonDocument, ValuesAreFoundByNameAndType) {
  const auto document =
      Parse(R"({"s":"text","n":12,"f":0.5,"b":true,"z":null,"o":{"x":1},"a":[1,"2"]})");
  const JsonValue root = document->root();
  EXPECT_TRUE(root.is_object());
  EXPECT_EQ(root.size(), 7u);
  EXPECT_EQ(root["s"].String(), "text");
  EXPECT_EQ(root["n"].Integer(), 12);
  EXPECT_EQ(root["f"].Number(), 0.5);
  EXPECT_EQ(root["b"].Bool(), true);
  EXPECT_TRUE(root["z"].is_null());
  EXPECT_EQ(root["o"]["x"].Integer(), 1);
  EXPECT_TRUE(root["a"].is_array());
  EXPECT_EQ(root["a"].FirstChild().Integer(), 1);
  EXPECT_EQ(root["a"].FirstChild().Next().String(), "2");
  EXPECT_FALSE(root["a"].FirstChild().Next().Next().present());
}

TEST(JsonDocument, AbsentAndOtherTypesAreNothing) {
  const auto document = Parse(R"({"s":"text","n":12,"e":{},"l":[]})");
  const JsonValue root = document->root();
  const JsonValue absent = root["missing"];
  EXPECT_FALSE(absent.present());
  EXPECT_FALSE(absent["deeper"].FirstChild().Next().String());
  EXPECT_EQ(absent.size(), 0u);
  EXPECT_EQ(absent.name(), "");
  EXPECT_FALSE(root["s"].Integer());
  EXPECT_FALSE(root["s"]["x"].present());
  EXPECT_FALSE(root["n"].String());
  EXPECT_FALSE(root["n"].Bool());
  EXPECT_FALSE(root["n"].FirstChild().present());
  EXPECT_FALSE(root["e"].FirstChild().present());
  EXPECT_FALSE(root["l"].FirstChild().present());
}

TEST(JsonDocument, AMemberIsNamedOnce) {
  EXPECT_EQ(FaultOf(R"({"a":1,"b":2,"a":3})"),
            "JSON, offset 19: a member is named twice");
  for (const char* text : {R"({"a":1,"a":1})", R"([{"x":{"":0,"":0}}])",
                           R"({"a":1,"\u0061":2})", R"({"a":[],"b":{},"c":{},"a":[]})"}) {
    EXPECT_NE(FaultOf(text), "") << text;
  }
  for (const char* text : {R"({"a":{"a":{"a":1}}})", R"([{"a":1},{"a":1}])",
                           R"({"a":1,"A":1,"aa":1,"":1})", "{}"}) {
    EXPECT_EQ(FaultOf(text), "") << text;
  }
}

TEST(JsonDocument, WhatAModelWroteMayNameOneTwice) {
  const auto document =
      JsonDocument::Parse(R"({"a":1,"a":2})", JsonDocument::Names::kAny);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document.value()->root()["a"].Integer(), 2) << "the last counts";
}

TEST(JsonDocument, ChildrenKeepTheirNamesAndOrder) {
  const auto document = Parse(R"({"a":{"x":[1,2]},"b":[{"y":1}],"c":3})");
  std::string names;
  for (JsonValue v = document->root().FirstChild(); v.present(); v = v.Next()) {
    names += v.name();
  }
  EXPECT_EQ(names, "abc");
  EXPECT_EQ(document->root()["b"].FirstChild().name(), "");
}

// Numbers stand in the buffer without an end of their own, between values that do.
TEST(JsonDocument, NumbersInPlaceKeepTheirBytes) {
  const auto document = Parse(R"([1,"a",-2.5e3,{"n":10,"m":1e5},7])");
  const JsonValue first = document->root().FirstChild();
  EXPECT_EQ(first.Integer(), 1);
  const JsonValue third = first.Next().Next();
  EXPECT_EQ(third.Number(), -2500.0);
  EXPECT_EQ(third.Next()["n"].Integer(), 10);
  EXPECT_EQ(third.Next()["m"].Integer(), 100000);
  EXPECT_EQ(third.Next().Next().Integer(), 7);
  EXPECT_EQ(Parse("42")->root().Integer(), 42);
}

// Matrix E02.
TEST(JsonDocument, NumbersOfCve202438517AreOnlyText) {
  const std::string number = "1.0000000000000000e-2147483639";
  EXPECT_EQ(RoundTrip("[" + number + "," + number + "]"),
            "[" + number + "," + number + "]");
  EXPECT_FALSE(Parse(number)->root().Integer());
}

TEST(JsonDocument, EscapesAreDecodedInPlace) {
  const auto document =
      Parse(R"({"\u0061\t":"\"\\\/\b\f\n\r\t\u20ac\ud83d\ude00","next":"after"})");
  EXPECT_EQ(document->root()["a\t"].String(),
            "\"\\/\b\f\n\r\t\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(document->root()["next"].String(), "after");
  EXPECT_EQ(Parse(R"("a\u0000b")")->root().String(), std::string_view("a\0b", 3));
}

TEST(JsonDocument, WritesBackWhatItRead) {
  const std::string text =
      R"({"a":[1,-2.50e+3,0.1,12345678901234567890,true,false,null,[],{},""],)"
      R"("":{"b":"line\n\"quoted\" \u0001 )"
      "\xe2\x82\xac"
      R"("},"c":"again"})";
  EXPECT_EQ(RoundTrip(text), text);
  EXPECT_EQ(RoundTrip(" [ 1 ,\n2 ] "), "[1,2]");
}

TEST(JsonDocument, AbsentIsWrittenAsNull) {
  JsonWriter json;
  JsonValue().WriteTo(&json);
  EXPECT_EQ(json.Take(), "null");
}

TEST(JsonDocument, DepthIsBounded) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(RoundTrip(nested(limits::kJsonDepthMax)), nested(limits::kJsonDepthMax));
  EXPECT_NE(FaultOf(nested(limits::kJsonDepthMax + 1)).find("nested too deep"),
            std::string::npos);
  EXPECT_NE(FaultOf(std::string(200'000, '[')).find("nested too deep"),
            std::string::npos);
}

// Matrix E09.
TEST(JsonDocument, NumberOfValuesIsBounded) {
  const auto array_of = [](size_t count) {
    std::string text = "[0";
    text.reserve(2 * count + 2);
    for (size_t i = 1; i < count; ++i) text += ",0";
    return text + "]";
  };
  // The array itself is a value as well.
  EXPECT_EQ(Parse(array_of(limits::kJsonNodesMax - 1))->root().size(),
            limits::kJsonNodesMax - 1);
  EXPECT_NE(FaultOf(array_of(limits::kJsonNodesMax)).find("too many values"),
            std::string::npos);
}

TEST(JsonDocument, FaultsNameTheOffset) {
  EXPECT_NE(FaultOf("{\"a\":x}").find("offset 5"), std::string::npos);
  EXPECT_NE(FaultOf("{\"a\":\"\xff\"}").find("offset 6: not UTF-8"), std::string::npos);
  EXPECT_NE(FaultOf(std::string("{}\0", 3)).find("offset 2: a NUL byte"),
            std::string::npos);
}

// Matrix E08.
TEST(JsonDocument, WhatIsNotOneValueIsRefused) {
  for (const char* text :
       {"", " ", "{", "{}{}", "[1,]", "{\"a\":1,}", "{a:1}", "nul", "01", "1.", "NaN",
        "\"\x01\"", "\"\\ud800\"", "\xef\xbb\xbf{}"}) {
    EXPECT_NE(FaultOf(text), "") << text;
  }
}

}  // namespace
}  // namespace xai
