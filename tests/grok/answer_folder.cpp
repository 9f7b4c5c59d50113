#include "grok/answer_folder.h"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "grok/chat_decoder.h"
#include "grok/responses_decoder.h"
#include "http/sse_parser.h"
#include "support/collecting_sink.h"
#include "support/json_text.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

using Progress = AnswerDecoder::Progress;

// One answer on its way through parser and decoder.
class Reading : public SseHandler {
 public:
  explicit Reading(const StoredAnswer& stored) {
    if (stored.chat) {
      decoder_ = std::make_unique<ChatDecoder>(&answer, &sink, false);
    } else {
      decoder_ = std::make_unique<ResponsesDecoder>(&answer, &sink, false);
    }
  }

  bool OnEvent(std::string_view, std::string_view data) override {
    const Progress progress = decoder_->OnData(data);
    EXPECT_NE(progress, Progress::kInvalid) << data.substr(0, 200);
    EXPECT_NE(progress, Progress::kError) << data.substr(0, 200);
    if (progress == Progress::kComplete) ++completions;
    return progress != Progress::kComplete;
  }

  void Feed(std::string_view bytes) {
    // A copy that dies at once: what is kept must be somebody's own.
    const std::string piece(bytes);
    EXPECT_TRUE(parser_.Feed(piece, this).ok());
  }

  AnswerDecoder* decoder() { return decoder_.get(); }

  Answer answer;
  CollectingSink sink;
  int completions = 0;

 private:
  SseParser parser_;
  std::unique_ptr<AnswerDecoder> decoder_;
};

void WriteDocuments(const char* name, const std::vector<std::string>& documents,
                    JsonWriter* json) {
  json->Key(name).BeginArray();
  for (const std::string& document : documents) json->Raw(document);
  json->EndArray();
}

void WriteUsage(const Answer& answer, bool chat, JsonWriter* json) {
  json->Key("usage");
  if (!answer.usage) {
    json->Null();
    return;
  }
  const Usage& usage = *answer.usage;
  const std::unique_ptr<JsonDocument> wire = MustParse(usage.wire);
  json->BeginObject();
  json->Key("prompt_tokens").Int(usage.input_tokens.value_or(-1));
  json->Key("completion_tokens").Int(usage.output_tokens.value_or(-1));
  json->Key("reasoning_tokens").Int(usage.reasoning_tokens.value_or(-1));
  json->Key("cached_tokens").Int(usage.cached_tokens.value_or(-1));
  json->Key("total_tokens").Int(usage.total_tokens.value_or(-1));
  json->Key("completion_tokens_wire")
      .Int(wire->root()[chat ? "completion_tokens" : "output_tokens"].Integer().value_or(
          -1));
  json->EndObject();
}

// In the words of an expected.json.
std::string Describe(const Reading& reading, bool chat) {
  const Answer& answer = reading.answer;
  JsonWriter json;
  json.BeginObject().Key("id").String(answer.id).Key("model").String(answer.model);
  json.Key("text").String(reading.sink.Text());
  json.Key("reasoning").String(reading.sink.Reasoning());
  json.Key("tool_calls").BeginArray();
  for (const CollectingSink::Call& call : reading.sink.calls) {
    json.BeginObject().Key("id").String(call.id).Key("name").String(call.name);
    json.Key("arguments").String(call.Arguments()).EndObject();
  }
  json.EndArray().Key("finish_reason").String(answer.finish_reason);
  WriteUsage(answer, chat, &json);
  json.Key("citations").BeginArray();
  for (const std::string& url : answer.citations) json.String(url);
  json.EndArray();
  WriteDocuments("annotations", answer.annotations, &json);
  WriteDocuments("server_tool_calls", answer.server_tool_calls, &json);
  json.Key("encrypted_reasoning").BeginArray();
  for (const std::string& item : answer.encrypted_reasoning) {
    const std::unique_ptr<JsonDocument> document = MustParse(item);
    const JsonValue root = document->root();
    json.BeginObject().Key("id").String(root["id"].String().value_or(""));
    const size_t size = root["encrypted_content"].String().value_or("").size();
    json.Key("len").Int(static_cast<int64_t>(size)).EndObject();
  }
  json.EndArray().Key("refusal");
  if (answer.refusal.empty()) {
    json.Null();
  } else {
    json.String(answer.refusal);
  }
  return json.EndObject().Take();
}

}  // namespace

std::vector<StoredAnswer> ReadAnswerFolder(const std::filesystem::path& folder) {
  std::vector<StoredAnswer> answers;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".body") continue;
    StoredAnswer stored;
    stored.name = entry.path().stem().string();
    const std::filesystem::path base = folder / stored.name;
    const std::unique_ptr<JsonDocument> meta =
        MustParse(ReadFile(base.string() + ".meta.json"));
    stored.chat = meta->root()["endpoint"].String() == "chat";
    stored.stream = meta->root()["kind"].String() == "stream";
    stored.body = ReadFile(entry.path());
    stored.expected = ReadFile(base.string() + ".expected.json");
    answers.push_back(std::move(stored));
  }
  std::sort(answers.begin(), answers.end(),
            [](const StoredAnswer& a, const StoredAnswer& b) { return a.name < b.name; });
  return answers;
}

std::string Read(const StoredAnswer& stored, const std::vector<size_t>& cuts) {
  Reading reading(stored);
  if (!stored.stream) {
    const Progress progress = reading.decoder()->OnData(stored.body);
    EXPECT_TRUE(progress == Progress::kContent || progress == Progress::kComplete);
  } else {
    size_t from = 0;
    for (const size_t to : cuts) {
      reading.Feed(std::string_view(stored.body).substr(from, to - from));
      from = to;
    }
    reading.Feed(std::string_view(stored.body).substr(from));
    EXPECT_EQ(reading.completions, 1);
  }
  EXPECT_TRUE(reading.decoder()->MayEnd());
  return Describe(reading, stored.chat);
}

void ExpectAsStored(const StoredAnswer& stored) {
  SCOPED_TRACE(stored.name);
  const std::unique_ptr<JsonDocument> got = MustParse(Read(stored));
  const std::unique_ptr<JsonDocument> expected = MustParse(stored.expected);
  const JsonValue want = expected->root();
  for (JsonValue member = got->root().FirstChild(); member.present();
       member = member.Next()) {
    const JsonValue wanted = want[member.name()];
    ASSERT_TRUE(wanted.present()) << member.name();
    if (member.name() == "finish_reason" && wanted.is_null()) continue;  // not judged
    if (member.name() == "encrypted_reasoning") {
      // The stored one has a checksum as well.
      ASSERT_EQ(member.size(), wanted.size());
      JsonValue item = wanted.FirstChild();
      for (JsonValue mine = member.FirstChild(); mine.present();
           mine = mine.Next(), item = item.Next()) {
        EXPECT_EQ(mine["id"].String(), item["id"].String());
        EXPECT_EQ(mine["len"].Integer(), item["len"].Integer());
      }
      continue;
    }
    EXPECT_TRUE(SameJson(member, wanted))
        << member.name() << "\n  got  " << JsonOf(member) << "\n  want "
        << JsonOf(wanted);
  }
}

void ExpectSameWhenCut(const StoredAnswer& stored, size_t cuts_max) {
  SCOPED_TRACE(stored.name);
  const std::string whole = Read(stored);
  const size_t size = stored.body.size();
  const size_t step = std::max<size_t>(size / cuts_max, 1);
  for (size_t at = 1; at < size; at += step) {
    ASSERT_EQ(Read(stored, {at}), whole) << "cut at byte " << at;
  }
}

StoredAnswer WithCrLf(StoredAnswer stored) {
  std::string body;
  for (const char c : stored.body) {
    if (c == '\n') body.push_back('\r');
    body.push_back(c);
  }
  stored.body = std::move(body);
  return stored;
}

}  // namespace xai
