#include "http/url.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace xai {
namespace {

using namespace std::string_view_literals;

struct Good {
  std::string_view url;
  std::string_view scheme;
  std::string_view host;
  std::string_view port;
  std::string_view path;
};

TEST(ParseUrl, SplitsWhatIsPlain) {
  for (const Good& c : {
           Good{"https://api.x.ai/v1", "https", "api.x.ai", "", "/v1"},
           Good{"https://auth.x.ai", "https", "auth.x.ai", "", ""},
           Good{"HTTPS://Auth.X.AI/Path", "https", "auth.x.ai", "", "/Path"},
           Good{"http://localhost:8080/", "http", "localhost", "8080", "/"},
           Good{"http://127.0.0.1:1", "http", "127.0.0.1", "1", ""},
           Good{"http://h:65535/x", "http", "h", "65535", "/x"},
           Good{"http://[::1]", "http", "[::1]", "", ""},
           Good{"http://[::1]:8443/p?q", "http", "[::1]", "8443", "/p?q"},
           Good{"http://[::FFFF:127.0.0.1]/", "http", "[::ffff:127.0.0.1]", "", "/"},
           Good{"https://x.ai?user_code=A-B", "https", "x.ai", "", "?user_code=A-B"},
           Good{"https://x.ai/a:b@c?d=://e", "https", "x.ai", "", "/a:b@c?d=://e"},
           Good{"https://xn--e1awd7f.com/", "https", "xn--e1awd7f.com", "", "/"},
           Good{"https://127.1/", "https", "127.1", "", "/"},
       }) {
    const std::optional<UrlParts> parts = ParseUrl(c.url);
    ASSERT_TRUE(parts) << c.url;
    EXPECT_EQ(parts->scheme, c.scheme) << c.url;
    EXPECT_EQ(parts->host, c.host) << c.url;
    EXPECT_EQ(parts->port, c.port) << c.url;
    EXPECT_EQ(parts->path, c.path) << c.url;
  }
}

TEST(ParseUrl, RefusesWhatIsNot) {
  for (const std::string_view url : {
           ""sv,
           "x.ai"sv,
           "//x.ai/"sv,
           "https:x.ai"sv,
           "https:/x.ai"sv,
           "https://"sv,
           "https:///path"sv,
           "https://:443/"sv,
           "://x.ai"sv,
           " https://x.ai"sv,
           // other schemes
           "javascript:alert(1)"sv,
           "javascript://x.ai/%0aalert(1)"sv,
           "file:///etc/passwd"sv,
           "ftp://x.ai/"sv,
           "data:text/html,x"sv,
           "httpss://x.ai"sv,
           // user information
           "https://user@x.ai/"sv,
           "https://user:pass@x.ai/"sv,
           "https://x.ai@evil.example/"sv,
           "https://x.ai:443@evil.example/"sv,
           // ports
           "https://x.ai:/"sv,
           "https://x.ai:65536/"sv,
           "https://x.ai:123456/"sv,
           "https://x.ai:-1/"sv,
           "https://x.ai:+1/"sv,
           "https://x.ai:8o/"sv,
           "https://x.ai:1:2/"sv,
           "http://[::1]:80:81/"sv,
           // hosts
           "https://.x.ai/"sv,
           "https://-x.ai/"sv,
           "https://x_y.ai/"sv,
           "https://x.ai%2eevil.example/"sv,
           "https://x.ai,evil.example/"sv,
           "https://*.x.ai/"sv,
           "http://[::1/"sv,
           "http://::1]/"sv,
           "http://[]/"sv,
           "http://[::1]x/"sv,
           "http://x[::1]/"sv,
           "http://[fe80::1%25eth0]/"sv,
           "http://[::g]/"sv,
           "http://::1/"sv,
           // characters that another parser may read otherwise
           "https://x.ai/#fragment"sv,
           "https://x.ai#@evil.example/"sv,
           "https://x.ai\\@evil.example/"sv,
           "https:\\\\x.ai"sv,
           "https://x.ai/a b"sv,
           "https://x.ai/\ta"sv,
           "https://x.ai/\r\nHost: y"sv,
           "https://x.ai/\0"sv,
           "https://x.ai/\x7f"sv,
           "https://x.ai/<b>"sv,
           "https://x.ai/\"x"sv,
           // look-alikes: Cyrillic, full width, soft hyphen, right-to-left override
           "https://\xD1\x85.ai/"sv,
           "https://x.\xD0\xB0i/"sv,
           "https://\xEF\xBD\x98.ai/"sv,
           "https://x\xC2\xAD.ai/"sv,
           "https://x.ai/\xE2\x80\xAE"sv,
           "https://x\xE3\x80\x82"
           "ai/"sv,
       }) {
    EXPECT_FALSE(ParseUrl(url)) << url;
  }
}

TEST(ParseUrl, HostNamesAreBounded) {
  const std::string host(253, 'a');
  EXPECT_TRUE(ParseUrl("https://" + host + "/"));
  EXPECT_FALSE(ParseUrl("https://" + host + "a/"));
}

TEST(IsLoopbackHost, IsThisMachineAlone) {
  for (const std::string_view host :
       {"localhost", "[::1]", "127.0.0.1", "127.0.0.0", "127.255.255.255", "127.1.2.3"}) {
    EXPECT_TRUE(IsLoopbackHost(host)) << host;
  }
  for (const std::string_view host : {"",
                                      "127",
                                      "127.",
                                      "127.1",
                                      "127.0.1",
                                      "127.0.0",
                                      "127.0.0.",
                                      "127.0.0.1.",
                                      "127..0.1",
                                      "127.0.0.256",
                                      "127.0.0.0x1",
                                      "127.0.0.1.1",
                                      "127.0.0.1.evil.example",
                                      "128.0.0.1",
                                      "126.255.255.255",
                                      "0.0.0.0",
                                      "0127.0.0.1",
                                      "0x7f.0.0.1",
                                      "2130706433",
                                      "localhost.",
                                      "localhost.evil.example",
                                      "xlocalhost",
                                      "[::]",
                                      "[::2]",
                                      "[0:0:0:0:0:0:0:1]",
                                      "[::ffff:127.0.0.1]",
                                      "::1",
                                      "x.ai"}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

TEST(IsWithinDomain, CountsWholeLabels) {
  EXPECT_TRUE(IsWithinDomain("x.ai", "x.ai"));
  EXPECT_TRUE(IsWithinDomain("api.x.ai", "x.ai"));
  EXPECT_TRUE(IsWithinDomain("a.b.x.ai", "x.ai"));
  for (const std::string_view host :
       {"", "ai", "ex.ai", "x.ai.evil.example", "x.ai.", ".x.ai", "xxai", "-x.ai"}) {
    EXPECT_FALSE(IsWithinDomain(host, "x.ai")) << host;
  }
}

}  // namespace
}  // namespace xai
