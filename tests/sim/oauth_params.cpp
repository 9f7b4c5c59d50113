#include "sim/oauth_params.h"

#include <algorithm>

#include "sim/json.h"
#include "sim/text.h"

namespace xai::sim {
namespace {

OAuthError InvalidRequest(std::string description) {
  return {400, "invalid_request", std::move(description)};
}

}  // namespace

HttpReply NoStoreJson(std::string body) {
  HttpReply reply;
  reply.headers = {{"Content-Type", "application/json"},
                   {"Cache-Control", "no-store"},
                   {"Pragma", "no-cache"}};
  reply.body = std::move(body);
  return reply;
}

HttpReply ToReply(const OAuthError& error) {
  JsonWriter json;
  json.BeginObject().Member("error", error.error);
  json.Member("error_description", error.description).EndObject();
  HttpReply reply = NoStoreJson(json.text());
  reply.status = error.status;
  if (error.status == 405) reply.headers.push_back({"Allow", "POST"});
  return reply;
}

std::variant<OAuthParams, OAuthError> OAuthParams::ParseForm(std::string_view form) {
  OAuthParams params;
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = DecodeForm(pair.substr(0, equals));
    const auto value = DecodeForm(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value || !IsUtf8(*name) || !IsUtf8(*value)) {
      return InvalidRequest("The form is not well encoded");
    }
    if (name->empty() || value->empty()) continue;
    if (!params.values_.emplace(*name, *value).second) {
      return InvalidRequest("Parameter " + *name + " is given more than once");
    }
  }
  return params;
}

std::variant<OAuthParams, OAuthError> OAuthParams::ParseRequest(
    const HttpRequest& request) {
  if (request.method != "POST") {
    return OAuthError{405, "invalid_request", "This endpoint takes POST only"};
  }
  if (MediaType(request) != "application/x-www-form-urlencoded") {
    return InvalidRequest("Content-Type must be application/x-www-form-urlencoded");
  }
  return ParseForm(request.body);
}

std::string OAuthParams::Get(std::string_view name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::string() : it->second;
}

}  // namespace xai::sim
