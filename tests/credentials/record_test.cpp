#include "credentials/record.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace xai {
namespace {

CredentialRecord FullCredential() {
  CredentialRecord record;
  record.access_token = SecretString("at-1");
  record.refresh_token = SecretString("rt-1");
  record.scope = "openid api:access";
  record.issued_at_ms = 1'780'000'000'000;
  record.expires_at_ms = 1'780'021'600'000;
  record.updated_at_ms = 1'780'000'000'001;
  record.subject = "user-1";
  record.email = "p\"\\\xC3\xA4@example.com";
  record.tier = 3;
  record.dead_reason = "grant_revoked";
  return record;
}

PendingLogin FullPending() {
  PendingLogin pending;
  pending.code.device_code = SecretString("dc-1");
  pending.code.user_code = "ABCD-1234";
  pending.code.verification_url = "https://accounts.x.ai/oauth2/device";
  pending.code.verification_url_with_code =
      "https://accounts.x.ai/oauth2/device?user_code=ABCD-1234";
  pending.code.interval_seconds = 10;
  pending.code.expires_at_ms = 1'780'000'900'000;
  pending.lost_polls = 3;
  pending.boot_id = "boot-1";
  pending.expires_steady_ms = 905'000;
  pending.next_poll_steady_ms = 15'000;
  return pending;
}

TEST(CredentialRecord, ComesBackWhole) {
  const Result<CredentialRecord> back =
      DecodeCredential(EncodeCredential(FullCredential()));
  ASSERT_TRUE(back.ok());
  const CredentialRecord expected = FullCredential();
  EXPECT_EQ(back.value().access_token.Reveal(), "at-1");
  EXPECT_EQ(back.value().refresh_token.Reveal(), "rt-1");
  EXPECT_EQ(back.value().scope, expected.scope);
  EXPECT_EQ(back.value().issued_at_ms, expected.issued_at_ms);
  EXPECT_EQ(back.value().expires_at_ms, expected.expires_at_ms);
  EXPECT_EQ(back.value().updated_at_ms, expected.updated_at_ms);
  EXPECT_EQ(back.value().subject, expected.subject);
  EXPECT_EQ(back.value().email, expected.email);
  EXPECT_EQ(back.value().tier, expected.tier);
  EXPECT_EQ(back.value().dead_reason, expected.dead_reason);
  EXPECT_TRUE(back.value().dead());
}

TEST(CredentialRecord, WhatIsNotKnownStaysUnknown) {
  CredentialRecord record;
  record.access_token = SecretString("at-1");
  const Result<CredentialRecord> back = DecodeCredential(EncodeCredential(record));
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(back.value().refresh_token.empty());
  EXPECT_EQ(back.value().tier, std::nullopt);
  EXPECT_FALSE(back.value().dead());
  CredentialRecord free;
  free.access_token = SecretString("at-1");
  free.tier = 0;
  EXPECT_EQ(DecodeCredential(EncodeCredential(free)).value().tier, 0);
}

TEST(CredentialRecord, HoldsTheLongestTokens) {
  CredentialRecord record = FullCredential();
  record.access_token = SecretString(std::string(16 << 10, 'a'));
  record.refresh_token = SecretString(std::string(16 << 10, 'r'));
  const Result<CredentialRecord> back = DecodeCredential(EncodeCredential(record));
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(SameSecret(back.value().access_token, record.access_token));
  EXPECT_TRUE(SameSecret(back.value().refresh_token, record.refresh_token));
}

TEST(PendingLogin, ComesBackWhole) {
  const Result<PendingLogin> back = DecodePending(EncodePending(FullPending()));
  ASSERT_TRUE(back.ok());
  const PendingLogin expected = FullPending();
  EXPECT_EQ(back.value().code.device_code.Reveal(), "dc-1");
  EXPECT_EQ(back.value().code.user_code, expected.code.user_code);
  EXPECT_EQ(back.value().code.verification_url, expected.code.verification_url);
  EXPECT_EQ(back.value().code.verification_url_with_code,
            expected.code.verification_url_with_code);
  EXPECT_EQ(back.value().code.interval_seconds, expected.code.interval_seconds);
  EXPECT_EQ(back.value().code.expires_at_ms, expected.code.expires_at_ms);
  EXPECT_EQ(back.value().lost_polls, expected.lost_polls);
  EXPECT_EQ(back.value().boot_id, expected.boot_id);
  EXPECT_EQ(back.value().expires_steady_ms, expected.expires_steady_ms);
  EXPECT_EQ(back.value().next_poll_steady_ms, expected.next_poll_steady_ms);
}

TEST(PendingLogin, ShowsEverythingButTheSecret) {
  const PendingView view = FullPending().View();
  EXPECT_EQ(view.user_code, "ABCD-1234");
  EXPECT_EQ(view.verification_url, "https://accounts.x.ai/oauth2/device");
  EXPECT_EQ(view.verification_url_with_code,
            "https://accounts.x.ai/oauth2/device?user_code=ABCD-1234");
  EXPECT_EQ(view.interval_seconds, 10);
  EXPECT_EQ(view.expires_at_ms, 1'780'000'900'000);
}

struct Odd {
  std::string_view text;
  ErrorCode code;
};

TEST(Records, WhatCannotBeReadIsNamed) {
  for (const Odd& odd : {
           Odd{"", ErrorCode::kStoreCorrupt},
           Odd{"x", ErrorCode::kStoreCorrupt},
           Odd{"[]", ErrorCode::kStoreCorrupt},
           Odd{"{}", ErrorCode::kStoreCorrupt},
           Odd{R"({"v":1})", ErrorCode::kStoreCorrupt},
           Odd{R"({"v":0,"access_token":"a","device_code":"d","user_code":"u"})",
               ErrorCode::kStoreCorrupt},
           Odd{R"({"v":"1","access_token":"a","device_code":"d","user_code":"u"})",
               ErrorCode::kStoreCorrupt},
           Odd{R"({"v":1,"access_token":7,"device_code":7,"user_code":"u"})",
               ErrorCode::kStoreCorrupt},
           Odd{R"({"v":1,"access_token":"","device_code":"d","user_code":""})",
               ErrorCode::kStoreCorrupt},
           Odd{R"({"v":2,"access_token":"a","device_code":"d","user_code":"u"})",
               ErrorCode::kStoreVersion},
           Odd{R"({"v":2})", ErrorCode::kStoreVersion},
       }) {
    const Result<CredentialRecord> credential = DecodeCredential(SecretString(odd.text));
    ASSERT_FALSE(credential.ok()) << odd.text;
    EXPECT_EQ(credential.error().code, odd.code) << odd.text;
    const Result<PendingLogin> pending = DecodePending(SecretString(odd.text));
    ASSERT_FALSE(pending.ok()) << odd.text;
    EXPECT_EQ(pending.error().code, odd.code) << odd.text;
  }
}

TEST(Records, MembersOfALaterMinorVersionAreIgnored) {
  EXPECT_TRUE(
      DecodeCredential(SecretString(R"({"v":1,"access_token":"a","later":[{}]})")).ok());
}

}  // namespace
}  // namespace xai
