// What a double of HTTP writes down of a request.
#ifndef XAI_TESTS_SUPPORT_BEARER_OF_H_
#define XAI_TESTS_SUPPORT_BEARER_OF_H_

#include <string>

#include "http/transport.h"

namespace xai {

inline std::string BearerOf(const HttpRequest& request) {
  return request.bearer == nullptr ? std::string()
                                   : std::string(request.bearer->Reveal());
}

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_BEARER_OF_H_
