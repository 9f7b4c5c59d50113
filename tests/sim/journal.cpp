#include "sim/journal.h"

#include <array>
#include <chrono>

#include "sim/json.h"
#include "sim/text.h"

namespace xai::sim {
namespace {

constexpr std::size_t kRequestsMax = 1000;
constexpr std::size_t kBodyShownMax = 64U << 10;
constexpr std::string_view kMask = "[masked]";

// Where a client's secrets belong.  Anywhere else they are shown, for a test to find.
struct Place {
  std::string_view path, parameter;
};
constexpr std::array<Place, 3> kPlaces = {{{"/oauth2/token", "refresh_token"},
                                           {"/oauth2/token", "device_code"},
                                           {"/oauth2/revoke", "token"}}};

bool TakesBearer(std::string_view path) {
  return path.substr(0, 4) == "/v1/" || path == "/oauth2/userinfo";
}

std::string MaskHeader(const Header& header, std::string_view path) {
  const bool secret =
      TakesBearer(path) && EqualsIgnoringCase(header.name, "authorization");
  if (!secret) return header.value;
  // The scheme is worth knowing, what follows is not to be shown.
  const std::size_t blank = header.value.find(' ');
  if (blank == std::string::npos) return std::string(kMask);
  return header.value.substr(0, blank + 1) + std::string(kMask);
}

// Masks the values of a form's secret parameters and leaves the rest as it was sent.
std::string MaskForm(std::string_view form, std::string_view path) {
  std::string masked;
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    const std::string_view name = pair.substr(0, pair.find('='));
    bool secret = false;
    for (const Place& place : kPlaces) {
      secret |= path == place.path && name == place.parameter;
    }
    if (secret) {
      masked.append(name).append("=").append(kMask);
    } else {
      masked.append(pair);
    }
    form.remove_prefix(pair.size());
    if (!form.empty()) {
      masked += '&';
      form.remove_prefix(1);
    }
  }
  return masked;
}

std::int64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string JoinArray(const auto& documents) {
  std::string json = "[";
  for (const std::string& document : documents) {
    if (json.size() > 1) json += ',';
    json += document;
  }
  return json + "]";
}

}  // namespace

void Journal::Record(const HttpRequest& request) {
  JsonWriter json;
  json.BeginObject().Member("sequence", ++sequence_).Member("at", NowMs());
  json.Member("method", request.method).Member("path", LossyUtf8(request.path));
  json.Member("query", LossyUtf8(request.query)).ArrayMember("headers");
  for (const Header& header : request.headers) {
    json.BeginArray().Value(LossyUtf8(header.name));
    json.Value(LossyUtf8(MaskHeader(header, request.path))).EndArray();
  }
  json.EndArray();
  const bool form = MediaType(request) == "application/x-www-form-urlencoded";
  const std::string_view shown = TruncateUtf8(request.body, kBodyShownMax);
  json.Member("body",
              LossyUtf8(form ? MaskForm(shown, request.path) : std::string(shown)));
  json.Member("body_bytes", request.body.size()).EndObject();
  requests_.push_back(json.text());
  if (requests_log_.is_open()) requests_log_ << requests_.back() + '\n' << std::flush;
  if (requests_.size() > kRequestsMax) requests_.pop_front();
}

std::string Journal::StatsJson() const {
  JsonWriter json;
  json.BeginObject();
  json.Member("device_codes", stats_.device_codes).Member("polls", stats_.polls);
  json.Member("slow_downs", stats_.slow_downs).Member("refreshes", stats_.refreshes);
  json.Member("refresh_failures", stats_.refresh_failures);
  json.Member("reuse_detected", stats_.reuse_detected);
  json.Member("revocations", stats_.revocations);
  json.Member("tokens_issued", stats_.tokens_issued).Member("userinfo", stats_.userinfo);
  json.Member("chat", stats_.chat).Member("responses", stats_.responses);
  json.Member("models", stats_.models).Member("scenes", stats_.scenes);
  return json.EndObject().text();
}

std::string Journal::RequestsJson() const {
  return JoinArray(requests_);
}

Journal::Journal(const std::string& secrets_log, const std::string& requests_log) {
  if (!secrets_log.empty()) secrets_log_.open(secrets_log, std::ios::app);
  if (!requests_log.empty()) requests_log_.open(requests_log, std::ios::app);
}

void Journal::AddSecret(std::string_view secret) {
  secrets_.emplace_back(secret);
  // One write each: other simulators may append to the same file.
  if (secrets_log_.is_open()) secrets_log_ << secrets_.back() + '\n' << std::flush;
}

std::string Journal::SecretsJson() const {
  JsonWriter json;
  json.BeginArray();
  for (const std::string& secret : secrets_) json.Value(secret);
  return json.EndArray().text();
}

}  // namespace xai::sim
