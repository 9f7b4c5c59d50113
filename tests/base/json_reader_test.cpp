#include "base/json_reader.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace xai {
namespace {

using namespace std::string_view_literals;

// Writes down what it is told; stops at a string "stop".
class Recorder : public JsonHandler {
 public:
  bool OnNull() override { return Add("null"); }
  bool OnBool(bool value) override { return Add(value ? "true" : "false"); }
  bool OnNumber(std::string_view text) override { return Add("#" + std::string(text)); }
  bool OnString(std::string_view text) override {
    return Add("'" + std::string(text) + "'") && text != "stop";
  }
  bool OnKey(std::string_view text) override { return Add(std::string(text) + ":"); }
  bool OnStartObject() override { return Add("{"); }
  bool OnEndObject() override { return Add("}"); }
  bool OnStartArray() override { return Add("["); }
  bool OnEndArray() override { return Add("]"); }

  std::string events;

 private:
  bool Add(const std::string& event) {
    events += event + " ";
    return true;
  }
};

std::string Nested(size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(ReadJson, TellsEveryKindOfValue) {
  Recorder recorder;
  EXPECT_FALSE(
      ReadJson(R"( {"a":[1,-2.50e+3,true,false,null],"b\n":"\u20ac"} )", &recorder));
  EXPECT_EQ(recorder.events,
            "{ a: [ #1 #-2.50e+3 true false null ] b\n: '\xe2\x82\xac' } ");
}

TEST(ReadJson, NumbersStayText) {
  // Converting the first one is what CVE-2024-38517 is about.
  for (const std::string number :
       {"1.0000000000000000e-2147483639", "123456789012345678901234567890", "1e308",
        "-0.0", "0"}) {
    Recorder recorder;
    EXPECT_FALSE(ReadJson(number, &recorder)) << number;
    EXPECT_EQ(recorder.events, "#" + number + " ");
  }
}

// Matrix E01.
TEST(ReadJson, DepthIsBounded) {
  Recorder recorder;
  EXPECT_FALSE(ReadJson(Nested(limits::kJsonDepthMax), &recorder));
  const std::optional<JsonFault> fault =
      ReadJson(Nested(limits::kJsonDepthMax + 1), &recorder);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->what, "nested too deep");
  std::string objects;
  for (int i = 0; i <= limits::kJsonDepthMax; ++i) objects += "{\"a\":";
  EXPECT_EQ(ReadJson(objects, &recorder)->what, "nested too deep");
}

// Matrix E01.
TEST(ReadJson, TwoHundredThousandArraysDoNotExhaustTheStack) {
  Recorder recorder;
  EXPECT_EQ(ReadJson(std::string(200'000, '['), &recorder)->what, "nested too deep");
}

// Matrix E09.
TEST(ReadJson, NumberOfValuesIsBounded) {
  // Counts as all others do.
  class Counter : public Recorder {
   public:
    bool OnNumber(std::string_view) override { return ++numbers > 0; }
    size_t numbers = 0;
  };
  for (const std::string value : {"7", "{}", "[]", "null", "true", "\"\""}) {
    for (const size_t over : {0u, 1u}) {
      std::string array = "[" + value;  // two values
      array.reserve(array.size() + 2 * limits::kJsonValuesMax);
      for (size_t i = 2; i < limits::kJsonValuesMax + over; ++i) array += ",7";
      Counter counter;
      const std::optional<JsonFault> fault = ReadJson(array + "]", &counter);
      EXPECT_EQ(fault.has_value(), over > 0) << value;
      EXPECT_EQ(fault && fault->too_many_values, over > 0) << value;
      EXPECT_EQ(counter.numbers, limits::kJsonValuesMax - (value == "7" ? 1 : 2));
    }
  }
}

TEST(ReadJson, HandlerStopsIt) {
  Recorder recorder;
  const std::optional<JsonFault> fault = ReadJson(R"(["go","stop","on"])", &recorder);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->what, "");
  EXPECT_EQ(recorder.events, "[ 'go' 'stop' ");
}

// Matrix E03.
TEST(ReadJson, WhatIsNotJsonIsRefused) {
  for (const std::string_view text : {""sv,           " "sv,
                                      "{"sv,          "{}{}"sv,
                                      "{} x"sv,       "[1,]"sv,
                                      "{\"a\":1,}"sv, "{a:1}"sv,
                                      "'a'"sv,        "nul"sv,
                                      "01"sv,         "1."sv,
                                      ".5"sv,         "+1"sv,
                                      "NaN"sv,        "Infinity"sv,
                                      "0x1"sv,        "1e999999999"sv,
                                      "\"\x01\""sv,   "\"a\0b\""sv,
                                      "{}\0"sv,       "{}\0{}"sv,
                                      "\"\\x\""sv,    "\"\\ud800\""sv,
                                      "// c\n{}"sv,   "\xef\xbb\xbf{}"sv}) {
    Recorder recorder;
    const std::optional<JsonFault> fault = ReadJson(text, &recorder);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->what, "not JSON") << text;
    EXPECT_LE(fault->offset, text.size());
  }
}

TEST(ReadJson, EveryPrefixOfADocumentIsRefused) {
  const std::string text = R"({"a":[1,"\u20ac",{"b":null}],"c":true})";
  for (size_t size = 0; size < text.size(); ++size) {
    // In memory of exactly this size, so that reading further shows.
    const std::string prefix(text, 0, size);
    Recorder recorder;
    EXPECT_TRUE(ReadJson(prefix, &recorder)) << prefix;
  }
}

TEST(JsonFields, AreFoundByPath) {
  const auto fields = JsonFields::Read(
      R"({"error":{"code":7,"deep":{"x":"y"}},"list":[true,{"n":null},[1.5]],"s":""})");
  ASSERT_TRUE(fields.ok());
  const JsonFields& f = fields.value();
  EXPECT_EQ(f.Integer("error.code"), 7);
  EXPECT_EQ(f.String("error.deep.x"), "y");
  EXPECT_EQ(f.Bool("list.0"), true);
  EXPECT_EQ(f.Find("list.1.n")->kind, JsonFields::Kind::kNull);
  EXPECT_EQ(f.Find("list.2.0")->text, "1.5");
  EXPECT_EQ(f.Find("error")->kind, JsonFields::Kind::kObject);
  EXPECT_EQ(f.Find("list")->kind, JsonFields::Kind::kArray);
  EXPECT_EQ(f.String("s"), "");
  EXPECT_EQ(f.Find("missing"), nullptr);
}

TEST(JsonFields, AnotherTypeIsNothing) {
  const auto fields = JsonFields::Read(R"({"s":"7","n":7,"b":true,"z":null,"f":1.5})");
  const JsonFields& f = fields.value();
  EXPECT_FALSE(f.Integer("s"));
  EXPECT_FALSE(f.String("n"));
  EXPECT_FALSE(f.Bool("n"));
  EXPECT_FALSE(f.String("b"));
  EXPECT_FALSE(f.String("z"));
  EXPECT_FALSE(f.Integer("f"));
  EXPECT_FALSE(f.Integer("missing"));
}

// Matrix E04.
TEST(JsonFields, DuplicatesAreRefused) {
  for (const char* text :
       {R"({"a":1,"a":2})", R"({"x":{"a":1,"b":2,"a":1}})", R"({"a":1,"\u0061":2})",
        R"({"":1,"":2})", R"([{"a":1,"a":1}])"}) {
    const auto fields = JsonFields::Read(text);
    ASSERT_FALSE(fields.ok()) << text;
    EXPECT_EQ(fields.error().code, ErrorCode::kProtocol);
    EXPECT_NE(fields.error().detail.find("named twice"), std::string::npos);
  }
}

TEST(JsonFields, SameNameElsewhereIsNoDuplicate) {
  EXPECT_TRUE(
      JsonFields::Read(R"({"a":{"a":1},"b":{"a":2},"c":[{"a":3},{"a":4}]})").ok());
  EXPECT_TRUE(JsonFields::Read(R"({"a.b":1,"a":{"b":2}})").ok()) << "a dot is no level";
  EXPECT_TRUE(JsonFields::Read(R"({"":1,"a":{"":2}})").ok()) << "an empty name is a name";
  EXPECT_TRUE(JsonFields::Read(R"({"..":1,"\u001f":2,".\u001f":3})").ok());
  EXPECT_TRUE(JsonFields::Read(R"({"a":1,"":{"a":2}})").ok());
}

TEST(JsonFields, WhatIsWithinAnEmptyNameIsNotAtTheTop) {
  const auto fields = JsonFields::Read(R"({"":{"access_token":"a"},"b":{"":1}})");
  ASSERT_TRUE(fields.ok());
  EXPECT_EQ(fields.value().Find("access_token"), nullptr);
  EXPECT_EQ(fields.value().Find("")->kind, JsonFields::Kind::kObject);
  EXPECT_EQ(fields.value().Find("b")->kind, JsonFields::Kind::kObject);
}

TEST(JsonFields, AreBounded) {
  const auto text_of = [](size_t count) {
    std::string text = "[0";
    for (size_t i = 1; i < count; ++i) text += ",0";
    return text + "]";
  };
  EXPECT_TRUE(JsonFields::Read(text_of(limits::kJsonFieldsMax - 1)).ok());
  const auto over = JsonFields::Read(text_of(limits::kJsonFieldsMax));
  ASSERT_FALSE(over.ok());
  EXPECT_NE(over.error().detail.find("too many members"), std::string::npos);
}

TEST(JsonFields, PathsAreBounded) {
  // In one name, over two levels, and in a list.
  const auto texts_of = [](size_t size) {
    return std::vector<std::string>{
        "{\"" + std::string(size, 'n') + "\":1}",
        "{\"" + std::string(size - 2, 'n') + "\":{\"m\":1}}",
        "{\"" + std::string(size - 2, 'n') + "\":[1]}",
    };
  };
  for (const std::string& text : texts_of(limits::kJsonPathBytesMax)) {
    EXPECT_TRUE(JsonFields::Read(text).ok());
  }
  for (const std::string& text : texts_of(limits::kJsonPathBytesMax + 1)) {
    EXPECT_FALSE(JsonFields::Read(text).ok());
  }
}

TEST(JsonFields, FailureNeverQuotesTheText) {
  const auto fields = JsonFields::Read(R"({"access_token":"secret",})");
  ASSERT_FALSE(fields.ok());
  EXPECT_EQ(fields.error().detail.find("secret"), std::string::npos);
}

TEST(ParseInteger, WholeNumbersInAnyNotation) {
  EXPECT_EQ(ParseInteger("21600"), 21600);
  EXPECT_EQ(ParseInteger("2.16e4"), 21600);
  EXPECT_EQ(ParseInteger("21600.0"), 21600);
  EXPECT_EQ(ParseInteger("-0"), 0);
  EXPECT_EQ(ParseInteger("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(ParseInteger("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(ParseInteger("9007199254740992.0"), int64_t{1} << 53);
}

TEST(ParseInteger, OthersAreNothing) {
  for (const char* text :
       {"", "1.5", "1e-1", "9223372036854775808", "1e19", "1e400", "1e-400", "abc", "1x",
        "inf", "nan", "9007199254740994.0", " 1"}) {
    EXPECT_FALSE(ParseInteger(text)) << text;
  }
}

}  // namespace
}  // namespace xai
