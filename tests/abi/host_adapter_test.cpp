#include "abi/host_adapter.h"

#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"

#include "ext/secret_key.h"

namespace xai {
namespace {

// A host written in C, with everything that a host may offer.
struct Offer {
  llmp_host host = {};  // first: the callbacks get its address
  llmp_secret_key keys = {};
  std::vector<std::pair<int32_t, std::string>> lines;
  std::string profile;
  int32_t key_result = LLMP_OK;

  static Offer* Of(const llmp_host* host) {
    return reinterpret_cast<Offer*>(const_cast<llmp_host*>(host));
  }
  static int64_t LLMP_CALL Now(const llmp_host*) { return 42; }
  static void LLMP_CALL Log(const llmp_host* host, int32_t level, const char* text) {
    Of(host)->lines.emplace_back(level, text);
  }
  static const void* LLMP_CALL Extension(const llmp_host* host, const char* name) {
    return std::strcmp(name, "llm.secret-key/1") == 0 ? &Of(host)->keys : nullptr;
  }
  static int32_t LLMP_CALL Key(void* ctx, const char* profile, unsigned char out[32]) {
    auto* offer = static_cast<Offer*>(ctx);
    offer->profile = profile;
    std::memset(out, 'k', 32);
    return offer->key_result;
  }

  Offer() {
    host.struct_size = sizeof(host);
    host.name = "test";
    host.version = "1";
    keys.struct_size = sizeof(keys);
    keys.ctx = this;
    keys.get = &Key;
  }
};

TEST(HostAdapterTest, TakesTheTimeFromTheHostOrTheSystem) {
  Offer offer;
  const HostClock clock(&offer.host);
  EXPECT_GT(clock.NowMs(), 1'600'000'000'000);
  offer.host.now_ms = &Offer::Now;
  EXPECT_EQ(clock.NowMs(), 42);
  // An older host, whose struct ends before that member.
  offer.host.struct_size = offsetof(llmp_host, now_ms);
  EXPECT_GT(clock.NowMs(), 1'600'000'000'000);
}

TEST(HostAdapterTest, ATimeThatCannotBeIsBounded) {
  Offer offer;
  const HostClock clock(&offer.host);
  offer.host.now_ms = [](const llmp_host*) { return limits::kWallClockMsMax; };
  EXPECT_EQ(clock.NowMs(), limits::kWallClockMsMax);
  offer.host.now_ms = [](const llmp_host*) { return limits::kWallClockMsMax + 1; };
  EXPECT_EQ(clock.NowMs(), limits::kWallClockMsMax);
  offer.host.now_ms = [](const llmp_host*) {
    return std::numeric_limits<int64_t>::min();
  };
  EXPECT_EQ(clock.NowMs(), 0);
}

// Matrix D26.
TEST(HostAdapterTest, LogsToTheHostOrFallsBack) {
  Offer offer;
  std::vector<std::pair<int32_t, std::string>> fallen;
  HostLogger logger(&offer.host, [&fallen](int32_t level, const std::string& message) {
    fallen.emplace_back(level, message);
  });
  logger.Log(LogLevel::kWarning, "a");
  offer.host.log = &Offer::Log;
  logger.Log(LogLevel::kError, "b");
  const std::vector<std::pair<int32_t, std::string>> a = {{2, "a"}};
  const std::vector<std::pair<int32_t, std::string>> b = {{3, "b"}};
  EXPECT_EQ(fallen, a);
  EXPECT_EQ(offer.lines, b);
}

// Matrix D26.
TEST(HostAdapterTest, TheLogMayBeWrittenFromWithinTheLog) {
  struct Nesting : Offer {
    HostLogger* logger = nullptr;
    int deep = 0;
  } offer;
  HostLogger logger(&offer.host, [](int32_t, const std::string&) {});
  offer.logger = &logger;
  offer.host.log = [](const llmp_host* host, int32_t level, const char* text) {
    Offer::Log(host, level, text);
    auto* nesting = static_cast<Nesting*>(Offer::Of(host));
    if (nesting->deep++ < 3) nesting->logger->Log(LogLevel::kDebug, "again");
  };
  logger.Log(LogLevel::kError, "a");
  EXPECT_EQ(offer.lines.size(), 4u);
  offer.host.log = nullptr;
  logger.Log(LogLevel::kError, "nobody hears it");
  EXPECT_EQ(offer.lines.size(), 4u);
}

TEST(HostAdapterTest, FindsTheHostsKey) {
  Offer offer;
  EXPECT_FALSE(FindHostKey(&offer.host)) << "it offers no extensions";
  offer.host.get_extension = &Offer::Extension;
  const HostKey get = FindHostKey(&offer.host);
  ASSERT_TRUE(get);
  const Result<SecretKey> key = get("alice");
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key.value().data()[31], 'k');
  EXPECT_EQ(offer.profile, "alice");
  offer.key_result = LLMP_E_STORE;
  const Result<SecretKey> none = get("alice");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::kStoreKey);
  EXPECT_EQ(none.error().reason, "key_missing");
}

TEST(HostAdapterTest, AnExtensionWithoutItsFunctionIsNone) {
  Offer offer;
  offer.host.get_extension = &Offer::Extension;
  offer.keys.get = nullptr;
  EXPECT_FALSE(FindHostKey(&offer.host));
  offer.keys.get = &Offer::Key;
  offer.keys.struct_size = offsetof(llmp_secret_key, get);
  EXPECT_FALSE(FindHostKey(&offer.host));
}

}  // namespace
}  // namespace xai
