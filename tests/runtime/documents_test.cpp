#include "runtime/documents.h"

#include <string>

#include <gtest/gtest.h>

#include "base/manifest.h"
#include "support/json_text.h"

namespace xai {
namespace {

constexpr int64_t kNow = 1'780'000'000'000;
constexpr int64_t kHour = 3'600'000;

class DocumentsTest : public testing::Test {
 protected:
  DocumentsTest() {
    list_.ids = {"grok-a", "grok-4.3"};
    list_.fetched_at_ms = kNow - 1'000;
  }

  AccountView View(bool with_models = true) const {
    AccountView view;
    view.snapshot = &account_;
    view.models = with_models ? &list_ : nullptr;
    view.table = &table_;
    view.tiers = manifest_->root()["tiers"]["skill-2026-05"];
    view.tier_table = "skill-2026-05";
    view.now_ms = kNow;
    return view;
  }
  void SignIn(int64_t left_ms = 5 * kHour) {
    auto token = std::make_shared<AccessToken>();
    token->bearer = SecretString("the-access-token");
    token->expires_at_ms = kNow + left_ms;
    token->issued_at_ms = token->expires_at_ms - 6 * kHour;
    account_.access = std::move(token);
    account_.refreshable = true;
    account_.updated_at_ms = kNow - kHour;
    account_.subject = "user-1";
    account_.email = "a@example.org";
    account_.tier = 3;
  }
  void ExpectStatus(std::string_view state, bool connected,
                    std::string_view next_action) {
    const std::unique_ptr<JsonDocument> document = MustParse(StatusDocument(View()));
    const JsonValue root = document->root();
    EXPECT_EQ(root["ok"].Bool(), true);
    EXPECT_EQ(root["state"].String(), state);
    EXPECT_EQ(root["connected"].Bool(), connected) << state;
    EXPECT_EQ(root["next_action"].String().value_or("null"), next_action) << state;
    EXPECT_EQ(root["hint"].is_string(), state != "connected") << state;
  }

  std::unique_ptr<JsonDocument> manifest_ = ParseManifest();
  ModelTable table_{manifest_->root()["models"]};
  AccountSnapshot account_;
  ModelList list_;
};

TEST_F(DocumentsTest, StatusOfNobody) {
  EXPECT_TRUE(
      SameJson(StatusDocument(View(false)),
               R"({"ok":true,"state":"signed_out","connected":false,"email":null,)"
               R"("account_id":null,"tier":null,"tier_label":null,"tier_unlocks":null,)"
               R"("tier_source":null,"tier_table":"skill-2026-05","expires_at":null,)"
               R"("expires_in_seconds":null,"refreshable":false,"updated_at":null,)"
               R"("models_count":0,"models_fetched_at":null,"default_model_id":null,)"
               R"("available_models":[],"next_action":"start",)"
               R"("hint":"Nobody is signed in. Call start when the user asks for it.",)"
               R"("warnings":[]})"))
      << StatusDocument(View(false));
}

TEST_F(DocumentsTest, StatusOfSomebody) {
  SignIn();
  account_.warnings = {"cloned_store"};
  const std::string status = StatusDocument(View());
  EXPECT_TRUE(SameJson(
      status,
      R"({"ok":true,"state":"connected","connected":true,"email":"a@example.org",)"
      R"("account_id":"user-1","tier":3,"tier_label":"SuperGrok",)"
      R"("tier_unlocks":"tier 2 and the reasoning models","tier_source":"access_token",)"
      R"("tier_table":"skill-2026-05","expires_at":1780018000000,)"
      R"("expires_in_seconds":18000,"refreshable":true,"updated_at":1779996400000,)"
      R"("models_count":2,"models_fetched_at":1779999999000,)"
      R"("default_model_id":"xai-grok/grok-4.3","available_models":)"
      R"(["xai-grok/grok-a","xai-grok/grok-4.3"],"next_action":null,"hint":null,)"
      R"("warnings":["cloned_store"]})"))
      << status;
  EXPECT_EQ(status.find("the-access-token"), std::string::npos);
}

// Matrix E14.
TEST_F(DocumentsTest, TheOwnerIsNotNamedByAToken) {
  SignIn();
  account_.email = "the-access-token@example.org";
  account_.subject = "id-" + std::string(40, 'a');
  const std::unique_ptr<JsonDocument> document = MustParse(StatusDocument(View()));
  EXPECT_EQ(document->root()["email"].String(), "[masked]@example.org");
  EXPECT_EQ(document->root()["account_id"].String(), "[masked]");
}

TEST_F(DocumentsTest, EachStateSaysWhatToDo) {
  ExpectStatus("signed_out", false, "start");
  account_.pending = PendingView{"A-B", "u", "v", 5, kNow + 1};
  ExpectStatus("pending", false, "poll");
  account_.pending.reset();
  SignIn();
  ExpectStatus("connected", true, "null");
  SignIn(kHour / 2);
  ExpectStatus("expiring", true, "null");
  SignIn(0);
  ExpectStatus("expired", true, "refresh");
  account_.dead_reason = "grant_revoked";
  ExpectStatus("reauth_required", false, "logout");
  EXPECT_NE(StatusDocument(View()).find(R"("reason":"grant_revoked")"),
            std::string::npos);
  account_.unreadable = Error::Make(ErrorCode::kStoreKey, "the key is another one");
  ExpectStatus("credential_unreadable", false, "null");
  const std::unique_ptr<JsonDocument> unreadable = MustParse(StatusDocument(View()));
  EXPECT_EQ(unreadable->root()["reason"].String(), "store_key");
  EXPECT_EQ(unreadable->root()["detail"].String(), "the key is another one");
  EXPECT_EQ(unreadable->root()["hint"].String(), InfoOf(ErrorCode::kStoreKey).hint);
  account_.unreadable = Error::Make(ErrorCode::kStoreCorrupt, "broken");
  ExpectStatus("credential_unreadable", false, "start");
}

// Matrix A22.
TEST_F(DocumentsTest, ATierThatNoTableKnowsIsShownAsItIs) {
  SignIn();
  account_.tier = 99;
  const std::unique_ptr<JsonDocument> status = MustParse(StatusDocument(View()));
  EXPECT_EQ(status->root()["tier"].Integer(), 99);
  EXPECT_TRUE(status->root()["tier_label"].is_null());
  EXPECT_EQ(status->root()["tier_source"].String(), "access_token");
}

TEST_F(DocumentsTest, ConnectedNamesTheModelToChoose) {
  SignIn();
  const std::unique_ptr<JsonDocument> with = MustParse(ConnectedDocument(View()));
  EXPECT_EQ(with->root()["status"].String(), "connected");
  EXPECT_EQ(with->root()["account_id"].String(), "user-1");
  EXPECT_EQ(with->root()["models_count"].Integer(), 2);
  const std::string next(with->root()["next_step"].String().value_or(""));
  EXPECT_NE(next.find("refresh the browser page"), std::string::npos);
  EXPECT_NE(next.find("/model xai-grok/grok-4.3"), std::string::npos);
  // The list could not be fetched.
  const std::unique_ptr<JsonDocument> without = MustParse(ConnectedDocument(View(false)));
  EXPECT_EQ(JsonOf(without->root()["available_models"]), "[]");
  EXPECT_TRUE(without->root()["default_model_id"].is_null());
}

TEST_F(DocumentsTest, TheOthersHaveTheirMembers) {
  PendingView pending;
  pending.user_code = "ABCD-EFGH";
  pending.verification_url = "https://x.ai/d";
  pending.verification_url_with_code = "https://x.ai/d?c=ABCD-EFGH";
  pending.interval_seconds = 5;
  pending.expires_at_ms = kNow + 900'500;
  const std::unique_ptr<JsonDocument> started = MustParse(StartedDocument(pending, kNow));
  const JsonValue root = started->root();
  EXPECT_EQ(root["status"].String(), "pending");
  EXPECT_EQ(root["pending_id"].String(), "ABCD-EFGH");
  EXPECT_EQ(root["user_code"].String(), "ABCD-EFGH");
  EXPECT_EQ(root["verification_url"].String(), "https://x.ai/d");
  EXPECT_EQ(root["verification_url_with_code"].String(), "https://x.ai/d?c=ABCD-EFGH");
  EXPECT_EQ(root["interval_seconds"].Integer(), 5);
  EXPECT_EQ(root["expires_in_seconds"].Integer(), 900);
  EXPECT_FALSE(root["instructions"].String().value_or("").empty());

  EXPECT_EQ(PendingDocument(4'001),
            R"({"ok":true,"status":"pending","retry_after_seconds":5})");
  EXPECT_EQ(PendingDocument(0),
            R"({"ok":true,"status":"pending","retry_after_seconds":0})");
  EXPECT_EQ(CancelDocument(true), R"({"ok":true,"status":"cancelled"})");
  EXPECT_EQ(CancelDocument(false), R"({"ok":true,"status":"no_pending_flow"})");
  EXPECT_EQ(LogoutDocument({true, false}),
            R"({"ok":true,"status":"disconnected","removed":true,"revoked":false})");
  EXPECT_EQ(LogoutDocument({false, false}),
            R"({"ok":true,"status":"not_connected","removed":false,"revoked":false})");
  SignIn();
  EXPECT_EQ(RefreshedDocument(View()),
            R"({"ok":true,"status":"refreshed","expires_at":1780018000000,)"
            R"("expires_in_seconds":18000})");
}

TEST_F(DocumentsTest, ModelsSayWhereTheyAreFrom) {
  const auto members = [this](bool from_cache, bool stale) {
    const std::unique_ptr<JsonDocument> document =
        MustParse(ModelsDocument({list_, from_cache, stale}, table_));
    const JsonValue root = document->root();
    EXPECT_EQ(root["ok"].Bool(), true);
    EXPECT_EQ(root["count"].Integer(), 2);
    EXPECT_EQ(root["models"].size(), 2u);
    EXPECT_EQ(root["fetched_at"].Integer(), list_.fetched_at_ms);
    return std::string(root["source"].String().value_or("")) + JsonOf(root["stale"]);
  };
  EXPECT_EQ(members(false, false), "apifalse");
  EXPECT_EQ(members(true, false), "cachefalse");
  EXPECT_EQ(members(true, true), "cachetrue");
}

}  // namespace
}  // namespace xai
