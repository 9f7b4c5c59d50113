#include "http/form.h"

namespace xai {
namespace {

void AppendEncoded(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool digit = byte >= '0' && byte <= '9';
    if (letter || digit || byte == '-' || byte == '.' || byte == '_' || byte == '~') {
      out->push_back(c);
    } else {
      out->push_back('%');
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    }
  }
}

}  // namespace

FormBody::~FormBody() {
  WipeMemory(text_.data(), text_.size());
}

FormBody& FormBody::Add(std::string_view name, std::string_view value) {
  // Room for the worst case at once: growing would leave copies of a token behind.
  const size_t needed = text_.size() + 3 * (name.size() + value.size()) + 2;
  if (needed > text_.capacity()) {
    std::string larger;
    larger.reserve(needed * 2);
    larger.append(text_);
    WipeMemory(text_.data(), text_.size());
    text_.swap(larger);
  }
  if (!text_.empty()) text_.push_back('&');
  AppendEncoded(name, &text_);
  text_.push_back('=');
  AppendEncoded(value, &text_);
  return *this;
}

std::string PercentEncode(std::string_view text) {
  std::string out;
  AppendEncoded(text, &out);
  return out;
}

}  // namespace xai
