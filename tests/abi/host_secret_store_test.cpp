#include "abi/host_secret_store.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "ext/secret_store.h"

namespace xai {
namespace {

// The plugin's first buffer.
constexpr size_t kFirstBytes = 16u << 10;

// A host written in C, whose store holds one record.
struct Offer {
  llmp_host host = {};  // first: get_extension() gets its address
  llmp_secret_store store = {};
  int32_t result = LLMP_OK;  // of each call
  std::string record;
  size_t growth = 0;  // of the record, after each look at it
  int looks = 0;
  std::string key;
  std::string written;
  uint64_t expected = 0;
  int32_t timeout_ms = 0;
  int unlocked = 0;

  static Offer* Of(void* ctx) { return static_cast<Offer*>(ctx); }
  static const void* LLMP_CALL Extension(const llmp_host* host, const char* name) {
    const auto* offer = reinterpret_cast<const Offer*>(host);
    return std::strcmp(name, "llm.secret-store/1") == 0 ? &offer->store : nullptr;
  }
  static int32_t LLMP_CALL Get(void* ctx, const char* key, void* buf, size_t* size,
                               uint64_t* generation) {
    Offer* offer = Of(ctx);
    ++offer->looks;
    offer->key = key;
    if (offer->result != LLMP_OK) return offer->result;
    std::memcpy(buf, offer->record.data(), std::min(*size, offer->record.size()));
    *size = offer->record.size();
    *generation = static_cast<uint64_t>(offer->looks);
    offer->record.append(offer->growth, '+');
    return LLMP_OK;
  }
  static int32_t LLMP_CALL Put(void* ctx, const char* key, const void* data, size_t size,
                               uint64_t expected, uint64_t*) {
    Offer* offer = Of(ctx);
    offer->key = key;
    offer->written.assign(static_cast<const char*>(data), size);
    offer->expected = expected;
    return offer->result;
  }
  static int32_t LLMP_CALL Lock(void* ctx, const char* key, int32_t timeout_ms) {
    Of(ctx)->key = key;
    Of(ctx)->timeout_ms = timeout_ms;
    return Of(ctx)->result;
  }
  static void LLMP_CALL Unlock(void* ctx, const char*) { ++Of(ctx)->unlocked; }

  Offer() {
    host.struct_size = sizeof host;
    host.get_extension = &Extension;
    store.struct_size = sizeof store;
    store.ctx = this;
    store.get = &Get;
    store.put = &Put;
    store.lock = &Lock;
    store.unlock = &Unlock;
  }
};

class HostSecretStoreTest : public testing::Test {
 protected:
  // Of the record that is read, which is then in record_; -1: there is none, -2: error_.
  int64_t ReadSize() {
    Result<std::optional<SecretStore::Record>> record = Store()->Get("k");
    if (!record.ok()) {
      error_ = std::move(record).error();
      return -2;
    }
    if (!record.value()) return -1;
    record_ = *record.value();
    return static_cast<int64_t>(record_.bytes.size());
  }
  std::unique_ptr<SecretStore> Store() { return FindHostStore(&offer_.host); }

  Offer offer_;
  SecretStore::Record record_;
  Error error_;
};

TEST_F(HostSecretStoreTest, ReadsWhatIsThere) {
  offer_.record = "sealed";
  EXPECT_EQ(ReadSize(), 6);
  EXPECT_EQ(record_.bytes, "sealed");
  EXPECT_EQ(record_.generation, 1U);
  EXPECT_EQ(offer_.key, "k");
  offer_.result = LLMP_E_NO_AUTH;
  EXPECT_EQ(ReadSize(), -1);
}

TEST_F(HostSecretStoreTest, LooksAgainAtWhatIsLargerThanItsBuffer) {
  offer_.record.assign(kFirstBytes, 'a');
  EXPECT_EQ(ReadSize(), static_cast<int64_t>(kFirstBytes));
  EXPECT_EQ(offer_.looks, 1);
  offer_.record.assign(kFirstBytes + 1, 'b');
  EXPECT_EQ(ReadSize(), static_cast<int64_t>(kFirstBytes) + 1);
  EXPECT_EQ(offer_.looks, 3);
  EXPECT_EQ(record_.generation, 3U) << "that of the look which saw it whole";
  EXPECT_EQ(record_.bytes.find_first_not_of('b'), std::string::npos);
}

TEST_F(HostSecretStoreTest, ARecordMayGrowBetweenTwoLooks) {
  offer_.record.assign(kFirstBytes + 1, 'a');
  offer_.growth = 1;
  EXPECT_EQ(ReadSize(), -2) << "it grows for ever";
  EXPECT_EQ(error_.code, ErrorCode::kStoreIo);
  EXPECT_LT(offer_.looks, 10);
  // Once, and then it holds still.
  offer_.looks = 0;
  const int64_t grown = static_cast<int64_t>(offer_.record.size()) + 1;
  offer_.store.get = [](void* ctx, const char* key, void* buf, size_t* size,
                        uint64_t* generation) {
    Offer::Of(ctx)->growth = Offer::Of(ctx)->looks == 0 ? 1 : 0;
    return Offer::Get(ctx, key, buf, size, generation);
  };
  EXPECT_EQ(ReadSize(), grown);
  EXPECT_EQ(record_.bytes.back(), '+');
}

TEST_F(HostSecretStoreTest, ARecordHasABound) {
  offer_.record.assign(limits::kSealedBytesMax, 'a');
  EXPECT_EQ(ReadSize(), static_cast<int64_t>(limits::kSealedBytesMax));
  offer_.record += 'a';
  EXPECT_EQ(ReadSize(), -2);
  EXPECT_EQ(error_.code, ErrorCode::kStoreCorrupt);
  EXPECT_EQ(error_.reason, "size");
}

TEST_F(HostSecretStoreTest, WritesIfNobodyElseHas) {
  EXPECT_TRUE(Store()->Put("k", "sealed", 7).value());
  EXPECT_EQ(offer_.key, "k");
  EXPECT_EQ(offer_.written, "sealed");
  EXPECT_EQ(offer_.expected, 7U);
  offer_.result = LLMP_E_INVALID;
  EXPECT_FALSE(Store()->Put("k", "sealed", 7).value());
}

TEST_F(HostSecretStoreTest, LocksForATime) {
  const std::unique_ptr<SecretStore> store = Store();
  EXPECT_TRUE(store->Lock("k", 250).value());
  EXPECT_EQ(offer_.timeout_ms, 250);
  store->Unlock("k");
  EXPECT_EQ(offer_.unlocked, 1);
  offer_.result = LLMP_E_STORE;
  EXPECT_FALSE(store->Lock("k", 250).value());
}

TEST_F(HostSecretStoreTest, WhatFailsNamesTheHostsStore) {
  // NO_AUTH is an answer of get() alone, and any other status is a failure.
  for (const int32_t result :
       std::initializer_list<int32_t>{LLMP_E_STORE, LLMP_E_INTERNAL, LLMP_E_NO_AUTH, 1}) {
    offer_.result = result;
    const Result<bool> put = Store()->Put("k", "sealed", 0);
    ASSERT_FALSE(put.ok()) << result;
    EXPECT_EQ(put.error().code, ErrorCode::kStoreIo);
    EXPECT_EQ(put.error().reason, "host_store");
    if (result == LLMP_E_NO_AUTH) continue;
    EXPECT_EQ(ReadSize(), -2) << result;
    EXPECT_EQ(error_.reason, "host_store");
    if (result == LLMP_E_STORE) continue;
    EXPECT_EQ(Store()->Lock("k", 1).error().reason, "host_store") << result;
  }
}

TEST_F(HostSecretStoreTest, AHostMayHaveNone) {
  offer_.host.get_extension = [](const llmp_host*, const char*) -> const void* {
    return nullptr;
  };
  EXPECT_EQ(Store(), nullptr);
  offer_.host.get_extension = nullptr;
  EXPECT_EQ(Store(), nullptr);
  offer_.host.get_extension = &Offer::Extension;
  offer_.host.struct_size = offsetof(llmp_host, get_extension);
  EXPECT_EQ(Store(), nullptr);
}

TEST_F(HostSecretStoreTest, OneWithoutAllItsFunctionsIsNone) {
  const llmp_secret_store whole = offer_.store;
  const auto without = [&](auto member) {
    offer_.store = whole;
    offer_.store.*member = nullptr;
    return Store() == nullptr;
  };
  EXPECT_TRUE(without(&llmp_secret_store::get));
  EXPECT_TRUE(without(&llmp_secret_store::put));
  EXPECT_TRUE(without(&llmp_secret_store::lock));
  EXPECT_TRUE(without(&llmp_secret_store::unlock));
  offer_.store = whole;
  offer_.store.struct_size = offsetof(llmp_secret_store, unlock);
  EXPECT_EQ(Store(), nullptr);
  offer_.store = whole;
  EXPECT_NE(Store(), nullptr);
}

}  // namespace
}  // namespace xai
