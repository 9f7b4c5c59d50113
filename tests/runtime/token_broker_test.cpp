// The broker on its loop, the account on its thread, files on a disk, and an issuer that
// says what a test wants.
#include "runtime/token_broker.h"

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/system_file_system.h"
#include "credentials/file_vault.h"
#include "runtime/credential_service.h"
#include "runtime/io_loop.h"
#include "runtime/process.h"
#include "support/collecting_logger.h"
#include "support/fake_clock.h"
#include "support/loopback_server.h"
#include "support/temp_dir.h"
#include "support/wait_for.h"

namespace xai {
namespace {

using Server = LoopbackServer;
constexpr int64_t kHour = 3'600'000;

class TokenBrokerTest : public testing::Test {
 protected:
  TokenBrokerTest() {
    EXPECT_TRUE(InitProcess().ok());
    config_.oauth = {server_.Origin(), "client", "scope", "referrer"};
    config_.seal = {config_.oauth.issuer, config_.oauth.client_id, "default"};
    config_.state_dir = (folder_.path() / "state").string();
    config_.key_file = (folder_.path() / "key").string();
    config_.http.user_agent = "test/1";
    loop_ = IoLoop::Make(config_.http, &log_);
    CredentialService::Services services;
    services.clock = &clock_;
    services.random = &random_;
    services.log = &log_;
    services.post = [this](std::function<void()> task) { loop_->Post(std::move(task)); };
    services.fail = [this] { loop_->Fail(); };
    credentials_ =
        CredentialService::Make(config_, std::move(services),
                                [this](std::shared_ptr<const AccountSnapshot> snapshot) {
                                  broker_->OnSnapshot(std::move(snapshot));
                                });
    broker_ = std::make_unique<TokenBroker>(
        credentials_.get(), loop_.get(), &clock_, &random_,
        [](const AccountSnapshot*, const AccountSnapshot&) {});
  }
  ~TokenBrokerTest() override {
    server_.Release();
    credentials_->Stop();
    loop_->Stop();
  }

  // Writes a sign-in, as another process would.
  void SignInElsewhere(std::string_view access, int64_t left_ms) {
    SystemFileSystem files;
    const std::unique_ptr<KeySource> keys =
        MakeKeyFileSource(&files, config_.key_file, &random_);
    const std::unique_ptr<Vault> vault = MakeFileVault(&files, config_.state_dir);
    Store store(vault.get(), config_.seal, keys.get(), &random_);
    CredentialRecord record;
    record.access_token = SecretString(access);
    record.refresh_token = SecretString("refresh-of-" + std::string(access));
    record.expires_at_ms = clock_.NowMs() + left_ms;
    record.issued_at_ms = record.expires_at_ms - 6 * kHour;
    record.updated_at_ms = clock_.NowMs();
    Result<StoreRoom> room = store.ReserveCredential();
    ASSERT_TRUE(room.ok()) << room.error().detail;
    const Result<void> saved = store.SaveCredential(record, room.value().get());
    ASSERT_TRUE(saved.ok()) << saved.error().detail;
  }

  static std::string TokenBody(std::string_view access) {
    return R"({"token_type":"Bearer","expires_in":21600,"access_token":")" +
           std::string(access) + R"(","refresh_token":"refresh-of-)" +
           std::string(access) + "\"}";
  }
  static Server::Script Refusal(std::string_view head, std::string_view body) {
    return {Server::Answer(body, head)};
  }

  // So many ask at once; what each was told, bearer or error name.
  using Told = std::map<std::string, int>;
  void Ask(int count, std::shared_ptr<const AccessToken> rejected = nullptr) {
    ASSERT_TRUE(loop_->Post([this, count, rejected = std::move(rejected)] {
      for (int i = 0; i < count; ++i) {
        broker_->Acquire(rejected, [this](TokenSource::TokenResult token) {
          const std::lock_guard<std::mutex> lock(mutex_);
          if (token.ok()) last_token_ = token.value();
          const std::string reason = token.ok() ? "" : token.error().reason;
          ++told_[token.ok() ? std::string(token.value()->bearer.Reveal())
                             : std::string(InfoOf(token.error().code).name) +
                                   (reason.empty() ? "" : ":" + reason)];
          ++answers_;
        });
      }
    }));
  }
  Told AskAndWait(int count, std::shared_ptr<const AccessToken> rejected = nullptr) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      told_.clear();
      answers_ = 0;
    }
    Ask(count, std::move(rejected));
    EXPECT_TRUE(WaitFor([this, count] {
      const std::lock_guard<std::mutex> lock(mutex_);
      return answers_ == count;
    }));
    const std::lock_guard<std::mutex> lock(mutex_);
    return told_;
  }
  std::shared_ptr<const AccessToken> last_token() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return last_token_;
  }

  Server server_;
  TempDir folder_;
  CollectingLogger log_;
  FakeClock clock_;
  SodiumRandom random_;
  ProviderConfig config_;
  std::unique_ptr<IoLoop> loop_;
  std::unique_ptr<CredentialService> credentials_;
  std::unique_ptr<TokenBroker> broker_;

  std::mutex mutex_;
  Told told_;
  int answers_ = 0;
  std::shared_ptr<const AccessToken> last_token_;
};

TEST_F(TokenBrokerTest, NobodyIsSignedIn) {
  EXPECT_EQ(AskAndWait(3), (Told{{"not_connected", 3}}));
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(TokenBrokerTest, AGoodTokenIsHandedOut) {
  SignInElsewhere("at-1", 5 * kHour);
  EXPECT_EQ(AskAndWait(10), (Told{{"at-1", 10}}));
  EXPECT_TRUE(server_.requests().empty());
}

// Matrix G02.
TEST_F(TokenBrokerTest, ManyWhoWaitShareOneRenewal) {
  SignInElsewhere("at-1", -1);
  server_.Expect({Server::Hold(), Server::Answer(TokenBody("at-2"))});
  Ask(100);
  EXPECT_TRUE(WaitFor([this] { return server_.requests().size() == 1; }));
  // Those who come while the exchange is on the wire join in.
  Ask(100);
  server_.Release();
  EXPECT_TRUE(WaitFor([this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    return answers_ == 200;
  }));
  EXPECT_EQ(told_, (Told{{"at-2", 200}}));
  ASSERT_EQ(server_.requests().size(), 1u);
  EXPECT_EQ(server_.requests()[0].Line(), "POST /oauth2/token HTTP/1.1");
  EXPECT_NE(server_.requests()[0].body.find("refresh-of-at-1"), std::string::npos);
  EXPECT_EQ(log_.text().find("at-"), std::string::npos);
}

// Matrix A41.
TEST_F(TokenBrokerTest, ARejectedTokenIsRenewedOnceForAll) {
  SignInElsewhere("at-1", 5 * kHour);
  EXPECT_EQ(AskAndWait(1), (Told{{"at-1", 1}}));
  const std::shared_ptr<const AccessToken> rejected = last_token();
  server_.Expect({Server::Answer(TokenBody("at-2"))});
  EXPECT_EQ(AskAndWait(200, rejected), (Told{{"at-2", 200}}));
  // A straggler who still holds the old one.
  EXPECT_EQ(AskAndWait(1, rejected), (Told{{"at-2", 1}}));
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(TokenBrokerTest, WhatAnotherProcessRenewedIsTaken) {
  SignInElsewhere("at-1", 5 * kHour);
  EXPECT_EQ(AskAndWait(1), (Told{{"at-1", 1}}));
  SignInElsewhere("at-9", 5 * kHour);
  EXPECT_EQ(AskAndWait(20, last_token()), (Told{{"at-9", 20}}));
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(TokenBrokerTest, ASignInOfAnotherProcessIsSeen) {
  EXPECT_EQ(AskAndWait(1), (Told{{"not_connected", 1}}));
  SignInElsewhere("at-1", 5 * kHour);
  EXPECT_EQ(AskAndWait(5), (Told{{"at-1", 5}}));
}

TEST_F(TokenBrokerTest, ADeadGrantIsTriedOnce) {
  SignInElsewhere("at-1", -1);
  server_.Expect(Refusal("HTTP/1.1 400 Bad Request", R"({"error":"invalid_grant"})"));
  EXPECT_EQ(AskAndWait(50), (Told{{"reauth_required:grant_revoked", 50}}));
  EXPECT_EQ(AskAndWait(50), (Told{{"reauth_required:grant_revoked", 50}}));
  EXPECT_EQ(server_.requests().size(), 1u);
  // Until somebody signs in again.
  SignInElsewhere("at-2", 5 * kHour);
  EXPECT_EQ(AskAndWait(5), (Told{{"at-2", 5}}));
}

TEST_F(TokenBrokerTest, APassingFaultIsToldAndNotHammered) {
  SignInElsewhere("at-1", -1);
  server_.Expect(Refusal("HTTP/1.1 503 Service Unavailable", ""));
  const Told first = AskAndWait(50);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first.count("at-1"), 0u);
  EXPECT_EQ(first.begin()->first.find("reauth"), std::string::npos);
  EXPECT_EQ(AskAndWait(50), first);
  EXPECT_EQ(server_.requests().size(), 1u) << "it rests";
  clock_.Advance(120'000);
  server_.Expect({Server::Answer(TokenBody("at-2"))});
  EXPECT_EQ(AskAndWait(50), (Told{{"at-2", 50}}));
  EXPECT_EQ(server_.requests().size(), 2u);
}

TEST_F(TokenBrokerTest, ATokenNearItsEndIsRenewedBehindTheScenes) {
  SignInElsewhere("at-1", kHour / 4);
  server_.Expect({Server::Hold(), Server::Answer(TokenBody("at-2"))});
  EXPECT_EQ(AskAndWait(10), (Told{{"at-1", 10}})) << "nobody waits for it";
  EXPECT_TRUE(WaitFor([this] { return server_.requests().size() == 1; }));
  EXPECT_EQ(AskAndWait(10), (Told{{"at-1", 10}}));
  server_.Release();
  EXPECT_TRUE(WaitFor([this] { return AskAndWait(1) == Told{{"at-2", 1}}; }));
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(TokenBrokerTest, AfterTheEndEverybodyIsTold) {
  credentials_->Stop();
  EXPECT_EQ(AskAndWait(3), (Told{{"no_memory", 3}}));
}

TEST_F(TokenBrokerTest, NobodyWaitsForARenewalThatCannotBegin) {
  SignInElsewhere("at-1", 5 * kHour);
  EXPECT_EQ(AskAndWait(1), (Told{{"at-1", 1}}));
  credentials_->Stop();
  EXPECT_EQ(AskAndWait(3), (Told{{"at-1", 3}}));
  EXPECT_EQ(AskAndWait(3, last_token()), (Told{{"no_memory", 3}}));
  clock_.Advance(6 * kHour);
  EXPECT_EQ(AskAndWait(3), (Told{{"no_memory", 3}}));
}

TEST_F(TokenBrokerTest, AfterALossEverythingBeginsAnew) {
  SignInElsewhere("at-1", -1);
  server_.Expect({Server::Hold(), Server::Answer(TokenBody("at-2"))});
  Ask(1);
  EXPECT_TRUE(WaitFor([this] { return server_.requests().size() == 1; }));
  ASSERT_TRUE(loop_->Post([this] { broker_->GiveUp(); }));
  server_.Release();
  // The one before is forgotten; the renewal that was under way serves this one.
  EXPECT_EQ(AskAndWait(1), (Told{{"at-2", 1}}));
  EXPECT_EQ(server_.requests().size(), 1u);
}

// A renewal is asked for once, whatever it brings.
TEST_F(TokenBrokerTest, TheSameTokenOnceMoreIsHandedOut) {
  SignInElsewhere("at-1", 5 * kHour);
  EXPECT_EQ(AskAndWait(1), (Told{{"at-1", 1}}));
  for (int i = 0; i < 3; ++i) server_.Expect({Server::Answer(TokenBody("at-1"))});
  EXPECT_EQ(AskAndWait(4, last_token()), (Told{{"at-1", 4}}));
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(TokenBrokerTest, AnUnreadableStoreIsSaid) {
  SignInElsewhere("at-1", 5 * kHour);
  std::filesystem::remove(config_.key_file);
  const Told told = AskAndWait(3);
  EXPECT_EQ(told.begin()->first.rfind("store_key", 0), 0u) << told.begin()->first;
  EXPECT_TRUE(server_.requests().empty());
}

}  // namespace
}  // namespace xai
