// Answers of an authorization server, in one line each.
#ifndef XAI_TESTS_OAUTH_HTTP_REPLY_H_
#define XAI_TESTS_OAUTH_HTTP_REPLY_H_

#include <string>
#include <string_view>
#include <vector>

#include "http/transport.h"

namespace xai {

inline HttpResponse HttpReply(int status, std::string_view body,
                              std::vector<HttpHeader> headers = {}) {
  HttpResponse response;
  response.head.status = status;
  response.head.headers = std::move(headers);
  response.body = std::string(body);
  return response;
}

}  // namespace xai

#endif  // XAI_TESTS_OAUTH_HTTP_REPLY_H_
