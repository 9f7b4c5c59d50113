// Accounts of one machine: processes that share a state directory, a clock and a server.
#ifndef XAI_TESTS_CREDENTIALS_ACCOUNT_FIXTURE_H_
#define XAI_TESTS_CREDENTIALS_ACCOUNT_FIXTURE_H_

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "credentials/account.h"
#include "credentials/file_vault.h"
#include "support/collecting_logger.h"
#include "support/fake_clock.h"
#include "support/faulty_file_system.h"
#include "support/file_mode.h"
#include "support/jwt_text.h"
#include "support/scripted_http_client.h"
#include "support/scripted_random.h"
#include "support/temp_dir.h"

namespace xai {

// "network", "store_io", ... with the reason after it, if there is one.
inline std::string Name(const Error& error) {
  const std::string name(InfoOf(error.code).name);
  return error.reason.empty() ? name : name + " " + error.reason;
}

template <typename T>
std::string Verdict(const Result<T>& result) {
  return result.ok() ? "ok" : Name(result.error());
}

class AccountTest : public testing::Test {
 protected:
  using When = Account::RefreshWhen;

  // What one process has of its own.
  struct Process {
    explicit Process(AccountTest* test)
        : keys(MakeKeyFileSource(&test->files_, test->folder_.path() / "keys" / "key",
                                 &test->random_)),
          vault(MakeFileVault(&test->files_, test->StateDirectory())),
          store(vault.get(), test->context_, keys.get(), &test->random_),
          account(test->config_, &store,
                  {&test->http_, &test->clock_, &test->random_, &test->log_, "this-boot",
                   test->machine_id_, [this] { return closing; }},
                  [this](std::shared_ptr<const AccountSnapshot> now) {
                    snapshot = std::move(now);
                    ++published;
                  }) {}

    // "connected", "pending", ... as of the last snapshot.
    std::string State(const FakeClock& clock) const {
      return NameOf(StateOf(*snapshot, clock.NowMs()));
    }
    std::string Bearer() const {
      return snapshot->access ? std::string(snapshot->access->bearer.Reveal()) : "none";
    }
    bool HasWarning() const { return !snapshot->warnings.empty(); }
    // What its watch and its timer do when the file has changed.
    void LookAndFlush() {
      account.Reload();
      account.FlushUnsaved();
    }

    std::unique_ptr<KeySource> keys;
    std::unique_ptr<Vault> vault;
    Store store;
    bool closing = false;
    std::shared_ptr<const AccountSnapshot> snapshot =
        std::make_shared<const AccountSnapshot>();
    int published = 0;
    Account account;
  };

  ~AccountTest() override {
    // All secrets of these tests are spelled like this.
    EXPECT_EQ(log_.text().find("sEcReT"), std::string::npos) << log_.text();
  }

  std::unique_ptr<Process> NewProcess() { return std::make_unique<Process>(this); }

  std::string StateDirectory() const { return (folder_.path() / "state").string(); }
  std::filesystem::path File(std::string_view prefix) const {
    return folder_.path() / "state" / (std::string(prefix) + "-" + context_.FileTag());
  }
  bool Exists(std::string_view prefix) const {
    return std::filesystem::exists(File(prefix));
  }
  // As if the disk were full: room can be neither made nor found.
  std::filesystem::path Temporary() const {
    return folder_.path() / "state" / (".cred-" + context_.FileTag() + ".tmp");
  }
  void FillDisk() {
    std::filesystem::create_directories(Temporary());
    SetMode(StateDirectory(), 0700);  // whatever the umask is
  }
  void FreeDisk() { std::filesystem::remove(Temporary()); }

  static std::string AccessToken(int n) { return "at-sEcReT-" + std::to_string(n); }
  static std::string RefreshToken(int n) { return "rt-sEcReT-" + std::to_string(n); }

  void ReplyDeviceCode(std::string_view user_code = "ABCD-1234", int interval = 5,
                       int expires_in = 900) {
    http_.Reply(200, R"({"device_code":"dc-sEcReT-)" + std::string(user_code) +
                         R"(","user_code":")" + std::string(user_code) +
                         R"(","verification_uri":"https://accounts.x.ai/oauth2/device",)"
                         R"("interval":)" +
                         std::to_string(interval) + R"(,"expires_in":)" +
                         std::to_string(expires_in) + "}");
  }
  void ReplyError(std::string_view error, int status = 400) {
    http_.Reply(status, R"({"error":")" + std::string(error) + R"("})");
  }
  // Six hours, with a name in the id_token: nothing more is asked.
  void ReplyTokens(int n, std::string_view subject = "user-1") {
    http_.Reply(200, R"({"access_token":")" + AccessToken(n) +
                         R"(","token_type":"Bearer","expires_in":21600,)"
                         R"("refresh_token":")" +
                         RefreshToken(n) + R"(","scope":"openid","id_token":")" +
                         JwtText(R"({"sub":")" + std::string(subject) +
                                 R"(","email":"person@example.com"})") +
                         "\"}");
  }

  // Starts a flow and waits for its interval.
  void StartFlow(Process* process) {
    ReplyDeviceCode();
    ASSERT_EQ(Verdict(process->account.Start(true)), "ok");
    clock_.Advance(5'000);
  }
  void SignIn(Process* process, int n = 1) {
    StartFlow(process);
    ReplyTokens(n);
    const Result<Account::PollResult> polled = process->account.Poll({});
    ASSERT_EQ(Verdict(polled), "ok");
    ASSERT_TRUE(polled.value().connected);
  }

  static constexpr int64_t kLifeMs = 21'600'000;

  TempDir folder_;
  FaultyFileSystem files_;
  std::string machine_id_ = "this-machine";
  FakeClock clock_;
  ScriptedHttpClient http_;
  ScriptedRandom random_;
  CollectingLogger log_;
  OAuthConfig config_{"https://auth.x.ai", "client-1", "openid", "test-referrer"};
  SealContext context_{"https://auth.x.ai", "client-1", "default"};
};

}  // namespace xai

#endif  // XAI_TESTS_CREDENTIALS_ACCOUNT_FIXTURE_H_
