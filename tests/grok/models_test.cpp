#include "grok/models.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/json_text.h"

namespace xai {
namespace {

using Strings = std::vector<std::string>;

std::string ListOf(int count) {
  std::string body = "{\"data\":[";
  for (int i = 0; i < count; ++i) {
    if (i > 0) body += ",";
    body += "{\"id\":\"grok-" + std::to_string(i) + "\"}";
  }
  return body + "]}";
}

TEST(ParseModelListTest, KeepsChatModelsInOrder) {
  const Result<Strings> ids = ParseModelList(
      R"({"object":"list","data":[{"id":"grok-b","object":"model","created":1},)"
      R"({"id":"grok-a","pricing":{"id":"no"}},{"id":"grok-2-image"},{"id":"grok-b"},)"
      R"({"id":"grok-h","hidden":true},{"id":"grok-v","hidden":false},{"id":7},{"id":"a b"},)"
      R"("grok-x",{},null,{"object":"model"}]})");
  ASSERT_TRUE(ids.ok());
  EXPECT_EQ(ids.value(), (Strings{"grok-b", "grok-a", "grok-v"}));
}

TEST(ParseModelListTest, OfTwoIdsTheLastCounts) {
  EXPECT_EQ(ParseModelList(R"({"data":[{"id":"grok-a","id":"grok-b"}]})").value(),
            Strings{"grok-b"});
  EXPECT_EQ(ParseModelList(R"({"data":[{"id":"grok-a","id":true}]})").value(), Strings{});
}

// Matrix C44.
TEST(ParseModelListTest, BoundsTheirNumber) {
  EXPECT_EQ(ParseModelList(ListOf(256)).value().size(), 256u);
  EXPECT_EQ(ParseModelList(ListOf(257)).value().size(), 256u);
  EXPECT_EQ(ParseModelList(ListOf(0)).value().size(), 0u);
}

TEST(ParseModelListTest, RefusesWhatIsNotAList) {
  for (const char* body : {"", "{", "[]", "null", "{}", R"({"data":{}})", R"({"data":7})",
                           R"({"models":[]})", "<html>", R"({"data":[]} x)"}) {
    const Result<Strings> ids = ParseModelList(body);
    ASSERT_FALSE(ids.ok()) << body;
    EXPECT_EQ(ids.error().code, ErrorCode::kProtocol) << body;
  }
}

TEST(ModelCacheTest, ComesBackAsItWent) {
  ModelList list;
  list.ids = {"grok-a", "grok-b"};
  list.fetched_at_ms = 1'780'000'000'000;
  list.subject = "user \"1\"";
  for (const std::optional<int64_t> tier : {std::optional<int64_t>(), {3}}) {
    list.tier = tier;
    const std::optional<ModelList> back = DecodeModelList(EncodeModelList(list));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->ids, list.ids);
    EXPECT_EQ(back->fetched_at_ms, list.fetched_at_ms);
    EXPECT_EQ(back->subject, list.subject);
    EXPECT_EQ(back->tier, list.tier);
  }
}

TEST(ModelCacheTest, WhatCannotBeReadIsNoList) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"v":2,"ids":["a"]})", R"({"v":"1"})"}) {
    EXPECT_FALSE(DecodeModelList(SecretString(text)).has_value()) << text;
  }
  const std::optional<ModelList> odd =
      DecodeModelList(SecretString(R"({"v":1,"ids":["a",7,"b c","d"]})"));
  ASSERT_TRUE(odd.has_value());
  EXPECT_EQ(odd->ids, (Strings{"a", "d"}));
}

TEST(ModelsDocumentTest, PrefersTheUsualModel) {
  ModelList list;
  EXPECT_EQ(DefaultModelId(list), "");
  list.ids = {"grok-a", "grok-4.3"};
  EXPECT_EQ(DefaultModelId(list), "xai-grok/grok-4.3");
  list.ids = {"grok-a", "grok-b"};
  EXPECT_EQ(DefaultModelId(list), "xai-grok/grok-a");
}

TEST(ModelsDocumentTest, HasTheMembersOfTheInterface) {
  const std::unique_ptr<JsonDocument> models = MustParse(
      R"({"grok-a":{"context_window":5,"lane":"responses","reasoning_efforts":["low"],)"
      R"("description":"d"}})");
  ModelList list;
  list.ids = {"grok-a", "grok-z"};
  list.fetched_at_ms = 9;
  JsonWriter json;
  json.BeginObject();
  WriteModelMembers(list, ModelTable(models->root()), &json);
  EXPECT_EQ(
      json.EndObject().Take(),
      R"({"count":2,"available_models":["xai-grok/grok-a","xai-grok/grok-z"],"models":[)"
      R"({"id":"xai-grok/grok-a","name":"grok-a","context_window":5,)"
      R"("max_output_tokens":null,"lane":"responses","reasoning_efforts":["low"],)"
      R"("description":"d"},)"
      R"({"id":"xai-grok/grok-z","name":"grok-z","context_window":null,)"
      R"("max_output_tokens":null,"lane":"chat_completions","reasoning_efforts":[],)"
      R"("description":""}],"default_model_id":"xai-grok/grok-a","fetched_at":9})");
}

}  // namespace
}  // namespace xai
