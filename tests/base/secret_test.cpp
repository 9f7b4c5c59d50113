#include "base/secret.h"

#include <cstring>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "support/jwt_text.h"

namespace xai {
namespace {

static_assert(!std::is_copy_constructible_v<SecretString>);
static_assert(!std::is_convertible_v<SecretString, std::string>);
static_assert(!std::is_convertible_v<const char*, SecretString>);

TEST(SecretString, HoldsItsBytes) {
  const SecretString secret(std::string_view("a\0b", 3));
  EXPECT_EQ(secret.size(), 3u);
  EXPECT_EQ(secret.Reveal(), std::string_view("a\0b", 3));
  EXPECT_TRUE(SecretString().empty());
  EXPECT_EQ(SecretString().Reveal(), "");
  EXPECT_TRUE(SecretString("").empty());
  EXPECT_EQ(secret.Clone().Reveal(), secret.Reveal());
}

TEST(SecretString, MovesAway) {
  SecretString first("one");
  SecretString second(std::move(first));
  EXPECT_EQ(second.Reveal(), "one");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the point
  SecretString third("three");
  third = std::move(second);
  EXPECT_EQ(third.Reveal(), "one");
  EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(SecretString, TakesAndWipes) {
  std::string bytes = "a secret that is longer than a small string keeps inside";
  const char* memory = bytes.data();
  const size_t size = bytes.size();
  const SecretString secret = SecretString::TakeFrom(&bytes);
  EXPECT_EQ(secret.Reveal().substr(0, 8), "a secret");
  EXPECT_TRUE(bytes.empty());
  ASSERT_EQ(bytes.data(), memory) << "its memory is kept, and can be looked at";
  EXPECT_EQ(std::string(memory, size), std::string(size, '\0'));
}

TEST(SecretString, ComparesWhole) {
  EXPECT_TRUE(SameSecret(SecretString("a"), SecretString("a")));
  EXPECT_TRUE(SameSecret(SecretString(), SecretString("")));
  EXPECT_FALSE(SameSecret(SecretString("a"), SecretString("b")));
  EXPECT_FALSE(SameSecret(SecretString("a"), SecretString("ab")));
  EXPECT_FALSE(SameSecret(SecretString("a"), SecretString()));
}

TEST(Fingerprint, IsShortAndKeyed) {
  SecretKey key;
  SecretKey other;
  std::memset(other.data(), 1, SecretKey::size());
  const std::string print = Fingerprint(SecretString("token"), key);
  EXPECT_EQ(print.size(), 16u);
  EXPECT_EQ(print.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(Fingerprint(SecretString("token"), key), print);
  EXPECT_NE(Fingerprint(SecretString("token"), other), print);
  EXPECT_NE(Fingerprint(SecretString("tokem"), key), print);
  EXPECT_EQ(Fingerprint(SecretString(), key), "");
}

TEST(DecodeBase64Url, ReadsTheStrictForm) {
  for (const std::string& bytes :
       {std::string(), std::string("a"), std::string("ab"), std::string("abc"),
        std::string("\xFB\xFF\xFE\0", 4)}) {
    const std::optional<SecretString> decoded = DecodeBase64Url(Base64Url(bytes));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->Reveal(), bytes);
  }
  for (const std::string_view text : {"YQ==", "YQ=", "+/8A", "Y Q", "YQ\n", "Y", "YWJjZ",
                                      "YR", "a.b", "\xC3\xA4", "W\xECTF"}) {
    EXPECT_FALSE(DecodeBase64Url(text)) << text;
  }
}

}  // namespace
}  // namespace xai
