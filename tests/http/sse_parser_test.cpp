#include "http/sse_parser.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace xai {
namespace {

using namespace std::string_view_literals;

using Events = std::vector<std::pair<std::string, std::string>>;

class Collector : public SseHandler {
 public:
  bool OnEvent(std::string_view type, std::string_view data) override {
    events.emplace_back(type, data);
    return events.size() != stop_after;
  }

  Events events;
  size_t stop_after = 0;  // 0: never
};

// Feeds `stream` in pieces that end where `cuts` say, then ends it.
Events ParseAt(std::string_view stream, const std::vector<size_t>& cuts) {
  SseParser parser;
  Collector collector;
  size_t from = 0;
  for (const size_t to : cuts) {
    // A copy that dies at once: what the parser keeps must be its own.
    const std::string piece(stream.substr(from, to - from));
    EXPECT_TRUE(parser.Feed(piece, &collector).ok());
    from = to;
  }
  const std::string rest(stream.substr(from));
  EXPECT_TRUE(parser.Feed(rest, &collector).ok());
  parser.Finish(&collector);
  return collector.events;
}

Events Parse(std::string_view stream) {
  return ParseAt(stream, {});
}

struct Case {
  std::string_view name;
  std::string_view stream;
  Events events;
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {"nothing", "", {}},
      {"LF", "data: a\n\ndata: b\n\n", {{"", "a"}, {"", "b"}}},
      {"CR", "data: a\r\rdata: b\r\r", {{"", "a"}, {"", "b"}}},
      {"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", {{"", "a"}, {"", "b"}}},
      {"line ends mixed",
       "data: a\r\n\ndata: b\n\r\ndata: c\r\r\ndata: d\n\rdata: e\r\n\r",
       {{"", "a"}, {"", "b"}, {"", "c"}, {"", "d"}, {"", "e"}}},
      {"a CR before LF ends one line, not two",
       "data: a\r\ndata: b\r\n\r\n",
       {{"", "a\nb"}}},
      {"BOM",
       "\xEF\xBB\xBF"
       "data: a\n\n",
       {{"", "a"}}},
      {"BOM and an empty line", "\xEF\xBB\xBF\n\ndata: a\n\n", {{"", "a"}}},
      {"only the first BOM is one",
       "\xEF\xBB\xBF\xEF\xBB\xBF"
       "data: a\n\ndata: b\n\n",
       {{"", "b"}}},
      {"a BOM later is text",
       "data: a\n\n\xEF\xBB\xBF"
       "data: b\n\n",
       {{"", "a"}}},
      {"part of a BOM is not one",
       "\xEF\xBB"
       "data: a\n\ndata: b\n\n",
       {{"", "b"}}},
      {"comments", ": x\n:\n:data: no\ndata: a\n: within\n\n", {{"", "a"}}},
      {"several data lines", "data: a\ndata: b\ndata: c\n\n", {{"", "a\nb\nc"}}},
      {"an empty data line at the start", "data:\ndata: b\n\n", {{"", "\nb"}}},
      {"an empty data line at the end", "data: a\ndata\n\n", {{"", "a\n"}}},
      {"two empty data lines", "data\ndata\n\n", {{"", "\n"}}},
      {"one space goes, more stay",
       "data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\n",
       {{"", "a"}, {"", "a"}, {"", " a"}, {"", "\ta"}}},
      {"colons in the value", "data: {\"a\":1}\n\n", {{"", "{\"a\":1}"}}},
      {"a type", "event: ping\ndata: a\n\ndata: b\n\n", {{"ping", "a"}, {"", "b"}}},
      {"the last type counts", "event: x\ndata: a\nevent: y\n\n", {{"y", "a"}}},
      {"a type without data is nothing, and is forgotten",
       "event: x\n\ndata: a\n\n",
       {{"", "a"}}},
      {"empty data is nothing", "event: x\ndata:\n\ndata\n\ndata: a\n\n", {{"", "a"}}},
      {"id and retry", "id: 7\nretry: 100\ndata: a\nid\n\n", {{"", "a"}}},
      {"unknown fields, and names with other letters",
       "Data: x\ndata : x\n data: x\nfoo\nfoo: x\ndata: a\n\n",
       {{"", "a"}}},
      {"many empty lines", "\n\n\r\n\rdata: a\n\n\n\n", {{"", "a"}}},
      {"no blank line at the end", "data: a\n\ndata: b\n", {{"", "a"}, {"", "b"}}},
      {"no line end at the end",
       "data: a\n\ndata: b\ndata: c",
       {{"", "a"}, {"", "b\nc"}}},
      {"ends within a comment", "data: a\n: x", {{"", "a"}}},
      {"ends within the BOM", "\xEF\xBB\xBF", {}},
      {"NUL and ill-formed UTF-8 pass as they are",
       "data: a\0b\xFF\n\n"sv,
       {{"", std::string("a\0b\xFF", 4)}}},
      {"the terminal marker",
       "data: {}\n\ndata: [DONE]\n\n",
       {{"", "{}"}, {"", "[DONE]"}}},
  };
  return cases;
}

// Matrix C14, C16.
TEST(SseParser, ReadsWhatTheStandardSays) {
  for (const Case& c : Cases()) EXPECT_EQ(Parse(c.stream), c.events) << c.name;
}

TEST(SseParser, ACutAtAnyByteChangesNothing) {
  for (const Case& c : Cases()) {
    for (size_t at = 0; at <= c.stream.size(); ++at) {
      EXPECT_EQ(ParseAt(c.stream, {at}), c.events) << c.name << " cut at " << at;
    }
  }
}

// Matrix C14.
TEST(SseParser, TwoCutsAtAnyBytesChangeNothing) {
  for (const Case& c : Cases()) {
    for (size_t first = 0; first <= c.stream.size(); ++first) {
      for (size_t second = first; second <= c.stream.size(); ++second) {
        ASSERT_EQ(ParseAt(c.stream, {first, second}), c.events)
            << c.name << " cut at " << first << " and " << second;
      }
    }
  }
}

TEST(SseParser, OneByteAtATimeChangesNothing) {
  for (const Case& c : Cases()) {
    std::vector<size_t> cuts;
    for (size_t at = 1; at < c.stream.size(); ++at) cuts.push_back(at);
    EXPECT_EQ(ParseAt(c.stream, cuts), c.events) << c.name;
  }
}

TEST(SseParser, AHandlerThatHasEnoughGetsNoMore) {
  for (const std::string_view end : {"\n\n"sv, "\n"sv, ""sv}) {
    SseParser parser;
    Collector collector;
    collector.stop_after = 1;
    const std::string stream = "data: a\n\ndata: b\n\ndata: c" + std::string(end);
    EXPECT_TRUE(parser.Feed(stream, &collector).ok());
    EXPECT_TRUE(parser.Feed("data: d\n\n", &collector).ok());
    parser.Finish(&collector);
    EXPECT_EQ(collector.events, (Events{{"", "a"}}));
  }
}

TEST(SseParser, AHandlerCanStopInALineOfTwoPieces) {
  SseParser parser;
  Collector collector;
  collector.stop_after = 1;
  EXPECT_TRUE(parser.Feed("data: a\n\r", &collector).ok());
  EXPECT_TRUE(parser.Feed("\ndata: b\n\n", &collector).ok());
  parser.Finish(&collector);
  EXPECT_EQ(collector.events, (Events{{"", "a"}}));
}

// Feeds in pieces of `step` bytes; kTooLarge as text, else "ok".
std::string FeedAll(std::string_view stream, size_t step, Collector* collector) {
  SseParser parser;
  for (size_t at = 0; at < stream.size(); at += step) {
    const Result<void> fed = parser.Feed(stream.substr(at, step), collector);
    if (!fed.ok()) return std::string(InfoOf(fed.error().code).name);
  }
  parser.Finish(collector);
  return "ok";
}

constexpr size_t kSteps[] = {size_t{1} << 30, size_t{1} << 20, 65'521};

// Matrix C17.
TEST(SseParser, ALineMayHaveItsBoundAndNotOneMore) {
  const std::string line = "data:" + std::string(limits::kSseLineBytesMax - 5, 'x');
  for (const size_t step : kSteps) {
    Collector collector;
    EXPECT_EQ(FeedAll(line + "\n\n", step, &collector), "ok") << step;
    ASSERT_EQ(collector.events.size(), 1u);
    EXPECT_EQ(collector.events[0].second.size(), limits::kSseLineBytesMax - 5);

    Collector refused;
    EXPECT_EQ(FeedAll(line + "x\n\n", step, &refused), "too_large") << step;
    EXPECT_EQ(FeedAll(":" + line + "\n\n", step, &refused), "too_large") << step;
    EXPECT_EQ(FeedAll(line + "x", step, &refused), "too_large") << step << ", no end";
    EXPECT_TRUE(refused.events.empty());
  }
}

// Matrix C17.
// The line's name counts with the event, so that what is held is bounded.
TEST(SseParser, AnEventMayHaveItsBoundAndNotOneMore) {
  constexpr size_t kHalf = limits::kSseEventBytesMax / 2;
  const std::string first = "data:" + std::string(kHalf, 'a') + "\n";
  const std::string second = "data:" + std::string(kHalf - 5, 'b');
  for (const size_t step : kSteps) {
    Collector collector;
    EXPECT_EQ(FeedAll(first + second + "\n\n", step, &collector), "ok") << step;
    ASSERT_EQ(collector.events.size(), 1u);
    EXPECT_EQ(collector.events[0].second.size(), limits::kSseEventBytesMax - 4);

    Collector refused;
    EXPECT_EQ(FeedAll(first + second + "b\n\n", step, &refused), "too_large") << step;
    EXPECT_TRUE(refused.events.empty());
  }
}

TEST(SseParser, AfterABoundIsPassedNothingComes) {
  SseParser parser;
  Collector collector;
  const std::string line(limits::kSseLineBytesMax + 1, 'x');
  const Result<void> fed = parser.Feed(line, &collector);
  ASSERT_FALSE(fed.ok());
  EXPECT_EQ(fed.error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(parser.Feed("\n\ndata: a\n\n", &collector).ok());
  parser.Finish(&collector);
  EXPECT_TRUE(collector.events.empty());
}

TEST(SseParser, ManyEventsOfAnySizeAreNoLimit) {
  SseParser parser;
  Collector collector;
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(
        parser.Feed("data: {\"n\":" + std::to_string(i) + "}\n\n", &collector).ok());
  }
  EXPECT_EQ(collector.events.size(), 10'000u);
  EXPECT_EQ(collector.events.back().second, "{\"n\":9999}");
}

// Hangs if the whole rest is searched for each line.
TEST(SseParser, ManyEmptyLinesOfEitherKindAreReadInOneGo) {
  constexpr size_t kLines = 4 << 20;
  for (const char end : {'\r', '\n'}) {
    SseParser parser;
    Collector collector;
    const std::string lines = std::string(kLines, end) + "data: a" + end + end;
    ASSERT_TRUE(parser.Feed(lines, &collector).ok());
    ASSERT_EQ(collector.events.size(), 1u);
    EXPECT_EQ(collector.events[0].second, "a");
  }
}

}  // namespace
}  // namespace xai
