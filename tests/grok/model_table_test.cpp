#include "grok/model_table.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/manifest.h"
#include "grok/chat_request.h"
#include "support/json_text.h"

namespace xai {
namespace {

ModelInfo Find(std::string_view id) {
  static const std::unique_ptr<JsonDocument> manifest = ParseManifest();
  static const ModelTable table(manifest->root()["models"]);
  return table.Find(id);
}

TEST(ModelTableTest, ReadsTheManifest) {
  const ModelInfo info = Find("grok-4.3");
  EXPECT_EQ(info.context_window, 1'000'000);
  EXPECT_EQ(info.lane, Lane::kChatCompletions);
  EXPECT_TRUE(info.efforts_known);
  EXPECT_EQ(info.reasoning_efforts,
            (std::vector<std::string>{"none", "low", "medium", "high"}));
  EXPECT_FALSE(info.description.empty());
  EXPECT_EQ(Find("grok-4.20-multi-agent-0309").lane, Lane::kResponses);
}

TEST(ModelTableTest, TellsOfEveryModelOfTheManifest) {
  const std::unique_ptr<JsonDocument> manifest = ParseManifest();
  int models = 0;
  const JsonValue table = manifest->root()["models"];
  for (JsonValue model = table.FirstChild(); model.present(); model = model.Next()) {
    const ModelInfo info = Find(model.name());
    EXPECT_TRUE(IsModelId(model.name()) && IsChatModel(model.name())) << model.name();
    EXPECT_GT(info.context_window, 100'000) << model.name();
    EXPECT_GT(info.max_output_tokens, 0) << model.name();
    EXPECT_LE(info.max_output_tokens, info.context_window) << model.name();
    EXPECT_EQ(model["lane"].String(), NameOf(info.lane)) << model.name();
    EXPECT_TRUE(info.efforts_known) << model.name();
    EXPECT_FALSE(info.description.empty()) << model.name();
    ++models;
  }
  EXPECT_GE(models, 5) << "those that the sign-in promises, at least";
}

TEST(ModelTableTest, WrongMembersCostNothing) {
  const std::unique_ptr<JsonDocument> models = MustParse(
      R"({"m":{"context_window":"x","lane":7,"reasoning_efforts":"low","rejects":[1,"a"]},"k":7})");
  const ModelTable table(models->root());
  EXPECT_EQ(table.Find("m").context_window, 0);
  EXPECT_FALSE(table.Find("m").efforts_known);
  EXPECT_EQ(table.Find("m").rejects, std::vector<std::string>{"a"});
  EXPECT_EQ(table.Find("k").lane, Lane::kChatCompletions);
  EXPECT_EQ(ModelTable(JsonValue()).Find("m").max_output_tokens, 0);
}

struct Guess {
  const char* id;
  Lane lane;
  bool takes_effort;
};

TEST(ModelTableTest, GuessesByName) {
  const Guess cases[] = {
      {"grok-9", Lane::kChatCompletions, true},
      {"grok-9-multi-agent-beta", Lane::kResponses, true},
      {"GROK-4.20-MULTI-AGENT-latest", Lane::kResponses, true},
      {"grok-4.20-beta-latest", Lane::kChatCompletions, false},
      {"grok-4-fast-non-reasoning", Lane::kChatCompletions, false},
      {"grok-code-fast-1", Lane::kChatCompletions, false},
      {"grok-4", Lane::kChatCompletions, false},
      {"grok-4-0709", Lane::kChatCompletions, false},
      {"grok-build-9", Lane::kChatCompletions, false},
  };
  for (const Guess& one : cases) {
    const ModelInfo info = Find(one.id);
    EXPECT_EQ(info.lane, one.lane) << one.id;
    EXPECT_EQ(!FitEffort("low", info).empty(), one.takes_effort) << one.id;
  }
}

struct Effort {
  const char* model;
  const char* asked;
  const char* sent;
};

TEST(ModelTableTest, FitsTheEffort) {
  const Effort cases[] = {
      {"grok-4.3", "none", "none"},       {"grok-4.3", "low", "low"},
      {"grok-4.3", "high", "high"},       {"grok-4.3", "minimal", "low"},
      {"grok-4.3", "max", "high"},        {"grok-4.3", "xhigh", "high"},
      {"grok-4.6", "max", "xhigh"},       {"grok-4.6", "xhigh", "xhigh"},
      {"grok-4.6", "none", "low"},        {"grok-4.5", "xhigh", "high"},
      {"grok-4.5", "minimal", "low"},     {"grok-build-0.1", "low", ""},
      {"grok-9", "whatever", "whatever"}, {"grok-9-multi-agent", "high", "high"},
  };
  for (const Effort& one : cases) {
    EXPECT_EQ(FitEffort(one.asked, Find(one.model)), one.sent)
        << one.model << " " << one.asked;
  }
}

TEST(ModelTableTest, KnowsTheTwoNamesOfAModel) {
  EXPECT_EQ(WireModelId("xai-grok/grok-4.3"), "grok-4.3");
  EXPECT_EQ(WireModelId("xai/grok-4.3"), "grok-4.3");
  EXPECT_EQ(WireModelId("x-ai/grok-4.3"), "grok-4.3");
  EXPECT_EQ(WireModelId("grok-4.3"), "grok-4.3");
  EXPECT_EQ(WireModelId("other/grok-4.3"), "other/grok-4.3");
  EXPECT_EQ(WireModelId(""), "");
  EXPECT_EQ(HostModelId("grok-4.3"), "xai-grok/grok-4.3");
  EXPECT_STREQ(NameOf(Lane::kChatCompletions), "chat_completions");
  EXPECT_STREQ(NameOf(Lane::kResponses), "responses");
}

TEST(ModelTableTest, TellsChatModelsFromOthers) {
  for (const char* id : {"grok-4.3", "grok-code-fast-1", "grok-4.20-multi-agent"}) {
    EXPECT_TRUE(IsChatModel(id)) << id;
  }
  for (const char* id : {"grok-2-image", "grok-imagine-0.9", "grok-VIDEO", "grok-voice",
                         "v1-embedding", "grok-tts", "grok-stt", "grok-realtime"}) {
    EXPECT_FALSE(IsChatModel(id)) << id;
  }
}

TEST(ModelTableTest, BoundsIds) {
  EXPECT_TRUE(IsModelId("Grok-4.3:free_x/Y"));
  EXPECT_TRUE(IsModelId(std::string(128, 'a')));
  EXPECT_FALSE(IsModelId(std::string(129, 'a')));
  for (const char* id : {"", "a b", "a\n", "a\"", "gr\xC3\xB6k", "a?b", "a%"}) {
    EXPECT_FALSE(IsModelId(id)) << id;
  }
}

}  // namespace
}  // namespace xai
