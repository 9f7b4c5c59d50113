#include "http/form.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace xai {
namespace {

using namespace std::string_view_literals;

TEST(PercentEncode, KeepsUnreservedCharactersAlone) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  EXPECT_EQ(PercentEncode(kUnreserved), kUnreserved);
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (kUnreserved.find(c) != std::string_view::npos) continue;
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const std::string expected = {'%', kHex[static_cast<size_t>(byte) / 16],
                                  kHex[static_cast<size_t>(byte) % 16]};
    EXPECT_EQ(PercentEncode({&c, 1}), expected) << byte;
  }
}

TEST(FormBody, JoinsPairs) {
  FormBody form;
  EXPECT_EQ(form.text(), "");
  form.Add("a", "1");
  EXPECT_EQ(form.text(), "a=1");
  form.Add("scope", "openid api:access").Add("empty", "").Add("e&=", "x=y&z");
  EXPECT_EQ(form.text(), "a=1&scope=openid%20api%3Aaccess&empty=&e%26%3D=x%3Dy%26z");
}

TEST(FormBody, CarriesEveryByte) {
  FormBody form;
  form.Add("v", "+ \0\xFF\r\n"sv);
  EXPECT_EQ(form.text(), "v=%2B%20%00%FF%0D%0A");
}

TEST(FormBody, GrowsWithoutLosingAnything) {
  FormBody form;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    const std::string value(static_cast<size_t>(i), '~');
    form.Add("n", value);
    expected += (i == 0 ? "n=" : "&n=") + value;
  }
  EXPECT_EQ(form.text(), expected);
}

}  // namespace
}  // namespace xai
