// The parameters of an OAuth request, as strict as RFC 6749 3.2 wants them.
#ifndef XAI_TESTS_SIM_OAUTH_PARAMS_H_
#define XAI_TESTS_SIM_OAUTH_PARAMS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sim/http_types.h"

namespace xai::sim {

struct OAuthError {
  int status = 400;
  std::string error;
  std::string description;
};

// The error as a JSON reply that no cache keeps.
HttpReply ToReply(const OAuthError& error);
// A 200 with a JSON body that no cache keeps (RFC 6749 5.1).
HttpReply NoStoreJson(std::string body);

class OAuthParams {
 public:
  // Reads a form: no parameter twice, no broken escape, nothing but UTF-8.  Parameters
  // without a value count as absent.
  static std::variant<OAuthParams, OAuthError> ParseForm(std::string_view form);
  // Reads the body of a POST with the form media type.
  static std::variant<OAuthParams, OAuthError> ParseRequest(const HttpRequest& request);

  // The value, or an empty string.
  std::string Get(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_OAUTH_PARAMS_H_
