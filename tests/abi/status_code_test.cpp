#include "abi/status_code.h"

#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "llm_provider.h"

namespace xai {
namespace {

// host-api/json.md, which a host is written against.
const std::map<std::string, int32_t>& Documented() {
  static const std::map<std::string, int32_t> statuses = {
      {"invalid_request", LLMP_E_INVALID},
      {"invalid_config", LLMP_E_INVALID},
      {"context_length", LLMP_E_INVALID},
      {"unsupported", LLMP_E_UNSUPPORTED},
      {"xai_oauth_backend_unavailable", LLMP_E_UNAVAILABLE},
      {"not_connected", LLMP_E_NO_AUTH},
      {"reauth_required", LLMP_E_NO_AUTH},
      {"expired", LLMP_E_NO_AUTH},
      {"no_pending_flow", LLMP_E_NO_AUTH},
      {"access_denied", LLMP_E_DENIED},
      {"entitlement_denied", LLMP_E_DENIED},
      {"spending_limit", LLMP_E_DENIED},
      {"request_refused", LLMP_E_DENIED},
      {"content_filter", LLMP_E_DENIED},
      {"model_unavailable", LLMP_E_DENIED},
      {"rate_limited", LLMP_E_RATE_LIMIT},
      {"quota_exhausted", LLMP_E_RATE_LIMIT},
      {"local_limit", LLMP_E_RATE_LIMIT},
      {"network", LLMP_E_NETWORK},
      {"tls", LLMP_E_NETWORK},
      {"timeout", LLMP_E_NETWORK},
      {"proxy", LLMP_E_NETWORK},
      {"upstream", LLMP_E_UPSTREAM},
      {"overloaded", LLMP_E_UPSTREAM},
      {"edge_blocked", LLMP_E_UPSTREAM},
      {"protocol", LLMP_E_UPSTREAM},
      {"too_large", LLMP_E_UPSTREAM},
      {"truncated", LLMP_E_TRUNCATED},
      {"store_corrupt", LLMP_E_STORE},
      {"store_locked", LLMP_E_STORE},
      {"store_io", LLMP_E_STORE},
      {"store_permission", LLMP_E_STORE},
      {"store_key", LLMP_E_STORE},
      {"store_version", LLMP_E_STORE},
      {"cancelled", LLMP_E_CANCELLED},
      {"no_memory", LLMP_E_NO_MEMORY},
      {"internal", LLMP_E_INTERNAL},
  };
  return statuses;
}

TEST(StatusCodeTest, EachErrorHasItsDocumentedNumber) {
  std::set<std::string> seen;
  for (int i = 0; i < kErrorCodeCount; ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const std::string name(InfoOf(code).name);
    ASSERT_EQ(Documented().count(name), 1u) << name;
    EXPECT_EQ(StatusOf(code), Documented().at(name)) << name;
    seen.insert(name);
  }
  EXPECT_EQ(seen.size(), Documented().size());
}

TEST(StatusCodeTest, WhatIsNoErrorIsAFaultOfOurs) {
  EXPECT_EQ(StatusOf(static_cast<ErrorCode>(kErrorCodeCount)), LLMP_E_INTERNAL);
}

}  // namespace
}  // namespace xai
