#include "http/proxy.h"

#include <string_view>

#include <gtest/gtest.h>

namespace xai {
namespace {

bool Uses(std::string_view host, std::string_view no_proxy) {
  HttpSettings settings;
  settings.proxy_url = "http://proxy:3128";
  settings.no_proxy = no_proxy;
  return UsesProxy(settings, host);
}

// Matrix C36.
TEST(Proxy, IsUsedByWhoeverIsNotListed) {
  EXPECT_FALSE(UsesProxy({}, "api.x.ai"));
  EXPECT_FALSE(Uses("127.0.0.1", ""));
  EXPECT_FALSE(Uses("[::1]", ""));
  for (const std::string_view list :
       {"", ",", " ", ".", "x.a", "pi.x.ai", "api.x.ai.example", "auth.x.ai", "*,x.com",
        "v1.api.x.ai"}) {
    EXPECT_TRUE(Uses("api.x.ai", list)) << list;
  }
  for (const std::string_view list :
       {"*", "api.x.ai", "x.ai", ".x.ai", "x.ai.", "X.AI", "a.example,x.ai", "a, x.ai",
        "a x.ai b", ",,x.ai"}) {
    EXPECT_FALSE(Uses("api.x.ai", list)) << list;
  }
}

}  // namespace
}  // namespace xai
