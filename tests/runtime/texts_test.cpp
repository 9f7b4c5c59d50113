// base/texts.h as a host sees it: through the public documents, against host-api/json.md.
#include "base/texts.h"

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error_json.h"
#include "base/manifest.h"
#include "runtime/documents.h"
#include "support/json_text.h"

namespace xai {
namespace {

constexpr int64_t kNow = 1'780'000'000'000;

std::string Text(const JsonValue& value) {
  return std::string(value.String().value_or("null"));
}

// The cells of each row of the page's tables, by the first one, which is in backquotes.
class Page {
 public:
  Page() {
    std::ifstream file(XAI_JSON_MD);
    std::stringstream text;
    text << file.rdbuf();
    text_ = text.str();
  }

  bool Has(std::string_view text) const { return text_.find(text) != std::string::npos; }

  // Of the table that stands after `heading`.
  std::map<std::string, std::vector<std::string>> Table(std::string_view heading) const {
    std::map<std::string, std::vector<std::string>> rows;
    std::istringstream lines(text_.substr(text_.find(heading)));
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("| `", 0) == 0) {
        const std::vector<std::string> cells = Cells(line);
        rows[cells[0].substr(1, cells[0].size() - 2)] = cells;
      } else if (!rows.empty() && line.empty()) {
        break;
      }
    }
    return rows;
  }

 private:
  static std::vector<std::string> Cells(const std::string& line) {
    std::vector<std::string> cells;
    for (size_t at = 2; at < line.size();) {
      const size_t end = line.find(" |", at);
      if (end == std::string::npos) break;
      cells.push_back(line.substr(at, end - at));
      at = end + 3;
    }
    return cells;
  }

  std::string text_;
};

TEST(TextsTest, EveryErrorHasTheHintOfThePage) {
  const auto rows = Page().Table("### Hints");
  EXPECT_EQ(rows.size(), size_t{kErrorCodeCount});
  for (int i = 0; i < kErrorCodeCount; ++i) {
    const Error error = Error::Make(static_cast<ErrorCode>(i), "what happened");
    const std::unique_ptr<JsonDocument> document = MustParse(ErrorDocument(error));
    const std::string name = Text(document->root()["error"]);
    ASSERT_EQ(rows.count(name), 1u) << name;
    EXPECT_EQ(rows.at(name)[1], Text(document->root()["hint"])) << name;
  }
}

// One snapshot for each state of status.
AccountSnapshot SnapshotFor(AccountState state) {
  AccountSnapshot account;
  if (state == AccountState::kSignedOut) return account;
  if (state == AccountState::kPending) {
    account.pending = PendingView{"A-B", "u", "v", 5, kNow + 1};
    return account;
  }
  auto token = std::make_shared<AccessToken>();
  token->bearer = SecretString("at");
  const int64_t left = state == AccountState::kConnected  ? 20'000'000
                       : state == AccountState::kExpiring ? 1'000
                                                          : 0;
  token->expires_at_ms = kNow + left;
  token->issued_at_ms = token->expires_at_ms - 21'600'000;
  account.access = std::move(token);
  account.refreshable = true;
  if (state == AccountState::kReauthRequired) account.dead_reason = "grant_revoked";
  if (state == AccountState::kCredentialUnreadable) {
    account.unreadable = Error::Make(ErrorCode::kStoreCorrupt, "broken");
  }
  return account;
}

AccountView ViewOf(const AccountSnapshot& account) {
  AccountView view;
  view.snapshot = &account;
  view.now_ms = kNow;
  return view;
}

TEST(TextsTest, EveryStateHasTheHintOfThePage) {
  const auto rows = Page().Table("| `state` | means |");
  EXPECT_EQ(rows.size(), 8u) << "seven states and the head";
  for (const AccountState state :
       {AccountState::kSignedOut, AccountState::kPending, AccountState::kConnected,
        AccountState::kExpiring, AccountState::kExpired, AccountState::kReauthRequired,
        AccountState::kCredentialUnreadable}) {
    const AccountSnapshot account = SnapshotFor(state);
    const std::unique_ptr<JsonDocument> status =
        MustParse(StatusDocument(ViewOf(account)));
    const JsonValue root = status->root();
    ASSERT_EQ(Text(root["state"]), NameOf(state));
    ASSERT_EQ(rows.count(NameOf(state)), 1u) << NameOf(state);
    const std::vector<std::string>& cells = rows.at(NameOf(state));
    const std::string action = Text(root["next_action"]);
    EXPECT_EQ(cells[2], action == "null" ? action : "`" + action + "`") << NameOf(state);
    EXPECT_EQ(cells[3], Text(root["hint"])) << NameOf(state);
  }
}

TEST(TextsTest, TheWordsOfTheSignInAreThoseOfThePage) {
  const PendingView pending{"A-B", "u", "v", 5, kNow + 1};
  const std::string instructions =
      Text(MustParse(StartedDocument(pending, kNow))->root()["instructions"]);
  EXPECT_TRUE(Page().Has("> " + instructions + "\n")) << instructions;
  const AccountSnapshot account = SnapshotFor(AccountState::kConnected);
  const std::string next =
      Text(MustParse(ConnectedDocument(ViewOf(account)))->root()["next_step"]);
  EXPECT_TRUE(Page().Has("> " + next + "\n")) << next;
}

// What must be said, in this order, whatever the words are.
void ExpectInOrder(std::string_view text, const std::vector<std::string_view>& parts) {
  size_t at = 0;
  for (const std::string_view part : parts) {
    const size_t found = text.find(part, at);
    ASSERT_NE(found, std::string_view::npos) << part << " in: " << text;
    at = found + part.size();
  }
}

// Matrix A11.
TEST(TextsTest, ADenialExplainsTheGateThePreflightAndTheWayAround) {
  ExpectInOrder(hint::kDenied, {"Do not retry",
                                "Deny",
                                "account gate",
                                "subscription is active",
                                "already signed in",
                                "not in a private window",
                                "1. ",
                                "grok.com",
                                "connect the X account",
                                "2. ",
                                "carries the plan",
                                "3. ",
                                "Sign out",
                                "accounts.x.ai",
                                "4. ",
                                "start",
                                "console.x.ai",
                                "byok-custom-model",
                                "at once",
                                "no account gate",
                                "per token",
                                "subscription"});
}

TEST(TextsTest, EachHintHasTheActionOfItsCase) {
  for (const std::string_view text :
       {hint::kUnavailable, hint::kReauth, hint::kDenied, hint::kEntitlement,
        hint::kSpending, hint::kRate, hint::kQuota}) {
    EXPECT_NE(text.find("byok-custom-model"), std::string_view::npos) << text;
  }
  ExpectInOrder(hint::kReauth, {"logout", "start"});
  ExpectInOrder(hint::kRate, {"Wait", "window"});
  ExpectInOrder(hint::kUpstream, {"Try again shortly", "API key", "would not help"});
  ExpectInOrder(hint::kUnavailable, {"Do not retry", "Update the platform image"});
  ExpectInOrder(text::kConnectedRefreshPage, {"refresh the browser page", "default"});
  ExpectInOrder(text::kInstructions, {"already signed in", "same code", "Approve"});
}

}  // namespace
}  // namespace xai
