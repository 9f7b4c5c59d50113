#include "simulation/sim_idp.h"

#include <cstdlib>

namespace xai {
namespace {

HttpResponse Answer(int status, std::string body) {
  HttpResponse response;
  response.head.status = status;
  response.body = std::move(body);
  return response;
}

// The tokens of this server need no escapes.
std::string Member(std::string_view form, std::string_view name) {
  const std::string key = std::string(name) + "=";
  const size_t at = form.find(key);
  if (at == std::string_view::npos) return {};
  const size_t from = at + key.size();
  return std::string(form.substr(from, form.find('&', from) - from));
}

}  // namespace

int64_t SimIdp::NumberOf(std::string_view token) {
  if (!token.starts_with("rt-") && !token.starts_with("at-")) return 0;
  return std::strtoll(std::string(token.substr(3)).c_str(), nullptr, 10);
}

HttpResponse SimIdp::Handle(std::string_view url, std::string_view form, int64_t now_ms) {
  if (url.ends_with("/device/code")) {
    return Answer(200, R"({"device_code":"dc","user_code":"ABCD-1234","interval":1,)"
                       R"("expires_in":1800,)"
                       R"("verification_uri":"https://accounts.x.ai/oauth2/device"})");
  }
  if (url.ends_with("/revoke")) {
    const auto found = tokens_.find(NumberOf(Member(form, "token")));
    if (found != tokens_.end()) families_[found->second.family].revoked = true;
    return Answer(200, "{}");
  }
  // It may answer so to a good token.
  if (url.ends_with("/userinfo")) return Answer(401, "{}");
  const int64_t presented = NumberOf(Member(form, "refresh_token"));
  return presented == 0 ? SignIn() : Refresh(presented, now_ms);
}

HttpResponse SimIdp::SignIn() {
  return Tokens(++last_family_);
}

HttpResponse SimIdp::Refresh(int64_t presented, int64_t now_ms) {
  const auto found = tokens_.find(presented);
  if (found == tokens_.end()) return Answer(400, R"({"error":"invalid_grant"})");
  Token& token = found->second;
  Family& family = families_[token.family];
  if (token.spent) {
    ++presented_again_;
    if (now_ms - token.spent_at_ms >= grace_ms_) family.revoked = true;
  }
  if (family.revoked) return Answer(400, R"({"error":"invalid_grant"})");
  if (!token.spent) {
    token.spent = true;
    token.spent_at_ms = now_ms;
  }
  ++rotations_;
  return Tokens(token.family);
}

HttpResponse SimIdp::Tokens(int64_t family) {
  const int64_t number = ++last_token_;
  // What a lost answer brought is spent as well, once its successor is out.
  const auto before = tokens_.find(families_[family].current);
  if (before != tokens_.end()) before->second.spent = true;
  tokens_[number] = {family, false, 0};
  families_[family].current = number;
  const std::string shown = std::to_string(number);
  return Answer(200, R"({"access_token":"at-)" + shown +
                         R"(","token_type":"Bearer","expires_in":)" +
                         std::to_string(token_life_ms_ / 1000) +
                         R"(,"refresh_token":"rt-)" + shown + "\"}");
}

int64_t SimIdp::FamilyOf(int64_t number) const {
  const auto found = tokens_.find(number);
  return found == tokens_.end() ? 0 : found->second.family;
}

bool SimIdp::IsRevoked(int64_t number) const {
  const auto found = families_.find(FamilyOf(number));
  return found == families_.end() || found->second.revoked;
}

bool SimIdp::IsSpent(int64_t number) const {
  const auto found = tokens_.find(number);
  return found == tokens_.end() || found->second.spent;
}

}  // namespace xai
