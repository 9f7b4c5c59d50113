// A chunk that is like the last is read in a shorter way, and nobody may be able to tell:
// each decoder is held to one that has to read every chunk in full.
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "grok/answer_folder.h"
#include "grok/chat_decoder.h"
#include "grok/responses_decoder.h"
#include "grok/shapes.h"
#include "http/sse_parser.h"
#include "support/collecting_sink.h"

namespace xai {
namespace {

using Progress = AnswerDecoder::Progress;
using Strings = std::vector<std::string>;

// A sanitizer makes each course some twenty times slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kCourses = 200;
constexpr int kBytesApart = 7;  // every seventh byte there is
#else
constexpr int kCourses = 40'000;
constexpr int kBytesApart = 1;
#endif

// One decoder and all that can be seen of it.
class Reading {
 public:
  // `in_full`: an event that tells nothing comes before each, and so none is like the
  // last.
  Reading(Lane lane, bool in_full) : in_full_(in_full) {
    if (lane == Lane::kChatCompletions) {
      decoder_ = std::make_unique<ChatDecoder>(&answer_, &sink_, true);
      nothing_ = R"({"choices":[]})";
    } else {
      decoder_ = std::make_unique<ResponsesDecoder>(&answer_, &sink_, true);
      nothing_ = R"({"type":"response.nothing"})";
    }
  }

  // False at the end of the answer, which may be a fault.
  bool Read(const std::string& data, bool pause) {
    if (in_full_) (void)decoder_->OnData(nothing_);
    sink_.pause = pause;
    // A copy that dies at once: what is kept must be somebody's own.
    const Progress progress = decoder_->OnData(std::string(data));
    seen_ += std::to_string(static_cast<int>(progress)) +
             (decoder_->TakePause() ? "p" : "") + (decoder_->MayEnd() ? "e" : "") + " ";
    return progress == Progress::kContent || progress == Progress::kLiveness;
  }

  std::string Seen() const {
    std::string seen = seen_ + "|" + sink_.log + "|";
    const auto add = [&seen](const Strings& strings) {
      for (const std::string& one : strings) seen += one + "~";
      seen += "|";
    };
    add(sink_.texts);
    add(sink_.reasonings);
    for (const CollectingSink::Call& call : sink_.calls) {
      seen += call.id + call.name + call.Arguments() + "|";
    }
    add({answer_.id, answer_.model, answer_.finish_reason, answer_.refusal});
    if (answer_.usage) seen += answer_.usage->wire;
    add(answer_.citations);
    add(answer_.annotations);
    add(answer_.server_tool_calls);
    add(answer_.encrypted_reasoning);
    return seen;
  }

 private:
  bool in_full_;
  std::string nothing_;
  Answer answer_;
  CollectingSink sink_;
  std::unique_ptr<AnswerDecoder> decoder_;
  std::string seen_;
};

// The sink asks for a pause at the events of this number.
void ExpectSame(Lane lane, const Strings& events, size_t pause_at = SIZE_MAX) {
  Reading short_way(lane, false);
  Reading in_full(lane, true);
  for (size_t i = 0; i < events.size(); ++i) {
    const bool pause = i == pause_at;
    const bool more = short_way.Read(events[i], pause);
    if (in_full.Read(events[i], pause) != more || !more) break;
  }
  if (short_way.Seen() == in_full.Seen()) return;
  std::string all;
  for (const std::string& event : events) all += "\n  " + event;
  ADD_FAILURE() << "of" << all << "\n got  " << short_way.Seen() << "\n want "
                << in_full.Seen();
}

class LikeChunksTest : public testing::TestWithParam<Lane> {};

// Each byte of a chunk removed, replaced by each, and each put before it.
TEST_P(LikeChunksTest, WhateverOneByteIs) {
  const std::string first = FirstShape(GetParam(), "1", "ab");
  const std::string last = FirstShape(GetParam(), "3", "cd");
  for (size_t at = 0; at <= first.size(); ++at) {
    std::string chunk = FirstShape(GetParam(), "2", "x\\nz");
    if (at < chunk.size()) {
      ExpectSame(GetParam(), {first, std::string(chunk).erase(at, 1), last});
    }
    for (int byte = 0; byte < 256; byte += kBytesApart) {
      const char c = static_cast<char>(byte);
      ExpectSame(GetParam(), {first, std::string(chunk).insert(at, 1, c), last});
      if (at < chunk.size()) {
        ExpectSame(GetParam(), {first, std::string(chunk).replace(at, 1, 1, c), last});
      }
    }
    if (HasFailure()) return;
  }
}

TEST_P(LikeChunksTest, WhateverTheTextIs) {
  for (const std::string& shape : Shapes(GetParam())) {
    Strings events;
    for (const std::string& text : Texts()) {
      for (const char* number : {"1", "2"}) {
        // Learned, looked at, and learned from.
        ExpectSame(GetParam(), {Filled(shape, "1", "ab"), Filled(shape, number, text),
                                Filled(shape, "3", "cd")});
      }
    }
  }
}

TEST_P(LikeChunksTest, WhicheverShapeFollowsWhich) {
  const Strings shapes = Shapes(GetParam());
  for (const std::string& a : shapes) {
    for (const std::string& b : shapes) {
      ExpectSame(GetParam(),
                 {Filled(a, "1", "one"), Filled(a, "2", "two"), Filled(b, "3", "three"),
                  Filled(a, "4", "four"), Filled(b, "5", "five"), Filled(b, "6", "six")});
    }
  }
}

// Courses that follow from their number.
TEST_P(LikeChunksTest, WhateverComesByChance) {
  const Strings shapes = Shapes(GetParam());
  const Strings texts = Texts();
  const Strings numbers = Numbers();
  for (int course = 0; course < kCourses && !HasFailure(); ++course) {
    std::mt19937 chance(static_cast<unsigned>(course));
    const auto below = [&chance](size_t bound) { return chance() % bound; };
    Strings events;
    size_t shape = below(shapes.size());
    for (int i = 0; i < 12; ++i) {
      if (below(4) == 0) shape = below(shapes.size());
      const bool odd = below(4) == 0;
      std::string event =
          Filled(shapes[shape], odd ? numbers[below(numbers.size())] : std::to_string(i),
                 odd ? texts[below(texts.size())] : " word");
      if (below(16) == 0) event[below(event.size())] = static_cast<char>(below(256));
      events.push_back(std::move(event));
    }
    ExpectSame(GetParam(), events, below(24));
  }
}

INSTANTIATE_TEST_SUITE_P(Lanes, LikeChunksTest,
                         testing::Values(Lane::kChatCompletions, Lane::kResponses),
                         [](const auto& lane) {
                           return lane.param == Lane::kChatCompletions ? "Chat"
                                                                       : "Responses";
                         });

class Events : public SseHandler {
 public:
  bool OnEvent(std::string_view, std::string_view data) override {
    all.emplace_back(data);
    return true;
  }
  Strings all;
};

void ExpectSameOf(const StoredAnswer& stored) {
  SCOPED_TRACE(stored.name);
  Events events;
  SseParser parser;
  ASSERT_TRUE(parser.Feed(stored.body, &events).ok());
  parser.Finish(&events);
  const Lane lane = stored.chat ? Lane::kChatCompletions : Lane::kResponses;
  ExpectSame(lane, events.all);
  Strings twice;
  for (const std::string& event : events.all) twice.insert(twice.end(), 2, event);
  ExpectSame(lane, twice);
}

// Our own, and those recorded at api.x.ai if there are any: see recorded_test.cpp.
TEST(LikeChunksOfAnswersTest, StoredAnswersAreReadTheSame) {
  std::vector<StoredAnswer> answers = ReadAnswerFolder(XAI_GROK_VECTORS);
  const char* recorded = std::getenv("RECORDED_DIR");
  if (recorded != nullptr && *recorded != '\0') {
    for (StoredAnswer& stored : ReadAnswerFolder(recorded)) {
      answers.push_back(std::move(stored));
    }
  }
  int streams = 0;
  for (const StoredAnswer& stored : answers) {
    if (!stored.stream) continue;
    ExpectSameOf(stored);
    ++streams;
  }
  EXPECT_GE(streams, 4);
}

}  // namespace
}  // namespace xai
