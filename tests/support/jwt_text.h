// Tokens that look like xAI's, made of claims; nobody checks their signature.
#ifndef XAI_TESTS_SUPPORT_JWT_TEXT_H_
#define XAI_TESTS_SUPPORT_JWT_TEXT_H_

#include <string>
#include <string_view>

namespace xai {

inline std::string Base64Url(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0;
  int have = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6)
      text.push_back(kAlphabet[bits >> (have - 6) & 63]);
  }
  if (have > 0) text.push_back(kAlphabet[bits << (6 - have) & 63]);
  return text;
}

// `claims` is the JSON of the payload.
inline std::string JwtText(std::string_view claims) {
  return Base64Url(R"({"alg":"ES256","typ":"JWT"})") + "." + Base64Url(claims) + ".c2ln";
}

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_JWT_TEXT_H_
