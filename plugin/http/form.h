// application/x-www-form-urlencoded, as the token endpoint wants it.
#ifndef XAI_PLUGIN_HTTP_FORM_H_
#define XAI_PLUGIN_HTTP_FORM_H_

#include <string>
#include <string_view>

#include "base/secret.h"

namespace xai {

class FormBody {
 public:
  FormBody() = default;
  FormBody(const FormBody&) = delete;
  FormBody& operator=(const FormBody&) = delete;
  ~FormBody();

  FormBody& Add(std::string_view name, std::string_view value);

  // Valid while this lives; wiped afterwards, since a form can carry a token.
  std::string_view text() const { return text_; }

 private:
  std::string text_;
};

// RFC 3986: everything but unreserved characters becomes %XX.
std::string PercentEncode(std::string_view text);

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_FORM_H_
