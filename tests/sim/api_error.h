// The ways in which api.x.ai says no, each in the words and the shape that clients meet.
#ifndef XAI_TESTS_SIM_API_ERROR_H_
#define XAI_TESTS_SIM_API_ERROR_H_

#include <optional>
#include <string>
#include <string_view>

#include "sim/http_types.h"

namespace xai::sim {

struct ApiError {
  int status = 400;
  std::string body;
  std::string content_type = "application/json";
};

// What a check found, if anything.
using Refusal = std::optional<ApiError>;

HttpReply ToReply(const ApiError& error);

// {"code":CODE,"error":TEXT}, xAI's usual shape.
ApiError CodedError(int status, std::string_view code, std::string_view text);
// 400 with the code invalid-argument.
ApiError InvalidArgument(std::string_view text);
// The parameter is named as the server does it, in camel case.
ApiError UnsupportedParameter(std::string_view model, std::string_view parameter);
// A body that is nothing but a JSON string.
ApiError BareString(int status, std::string_view text);
// 422 as plain text: the body is JSON, but not of the shape that is wanted.
ApiError Undeserializable(std::string_view what);
ApiError WrongType(std::string_view where, std::string_view found,
                   std::string_view expected);

ApiError NotAuthenticated();  // no credentials at all
ApiError BadCredentials();    // a token that is expired, revoked or unknown
ApiError IncorrectApiKey(std::string_view key);
ApiError NoSubscription();  // the account may not use this
ApiError ChatDenied();      // the token lacks the scope
ApiError UnknownModel(std::string_view model);
ApiError NoHandler();  // no such route
ApiError MethodNotAllowed();
ApiError NotJson();  // the wrong Content-Type

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_API_ERROR_H_
