#include "grok/api_error.h"

#include <algorithm>
#include <optional>

#include "base/json_reader.h"
#include "base/limits.h"
#include "base/mask.h"
#include "base/utf8.h"
#include "grok/api_error_envelope.h"
#include "http/retry_after.h"

namespace xai {
namespace {

constexpr size_t kRequestIdBytesMax = 128;

bool ContainsAny(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [text](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

bool IsHtml(const HttpHead& head, std::string_view body) {
  if (head.Header("content-type").find("text/html") != std::string_view::npos)
    return true;
  const size_t first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && body[first] == '<';
}

// What a page instead of JSON says: Cloudflare's gate, an outage, or something in
// between.
ErrorCode CodeForPage(const HttpHead& head) {
  if (!head.Header("cf-mitigated").empty() || head.status == 403 ||
      (head.status >= 520 && head.status <= 530)) {
    return ErrorCode::kEdgeBlocked;
  }
  if (head.status == 502 || head.status == 503 || head.status == 504) {
    return ErrorCode::kOverloaded;
  }
  if (head.status == 429) return ErrorCode::kRateLimited;
  return head.status >= 500 ? ErrorCode::kUpstream : ErrorCode::kProtocol;
}

// What is not xAI's to say: it is between us and xAI that somebody wants a sign-in.
std::optional<Error> ReadGateError(int status) {
  if (status == 407) return Error::Make(ErrorCode::kUpstream, "xAI answered 407");
  if (status == 511) {
    return Error::Make(ErrorCode::kProtocol,
                       "the network wants a sign-in of its own (status 511)", "portal");
  }
  return std::nullopt;
}

bool IsContextOverflow(std::string_view text) {
  return ContainsAny(
      text, {"maximum prompt length", "prompt is too long", "too long for this model",
             "maximum context length", "context_length_exceeded", "exceeds budget"});
}

// A message may quote the request, with any words.  Those that are not about the request
// count only where they come from xAI: with a status that is theirs, or within an answer
// that was accepted, whose status says nothing.
bool SaysStaleToken(int status, std::string_view text) {
  constexpr std::string_view kBadKey = "incorrect api key provided";
  // Of a bearer that does not look like a token.
  if (status == 400) return text.starts_with(kBadKey);
  return (status == 403 || status / 100 == 2) &&
         ContainsAny(
             text, {"could not be validated", "invalid or expired credentials", kBadKey});
}

bool SaysNoCredit(int status, std::string_view text) {
  return (status == 403 || status == 429 || status / 100 == 2) &&
         ContainsAny(text, {"run out of credits", "ran out of credits",
                            "used all available credits", "monthly spending limit"});
}

bool SaysNoCapacity(int status, std::string_view text) {
  return (status == 429 || status / 100 == 5 || status / 100 == 2) &&
         ContainsAny(text, {"at capacity", "temporarily unavailable"});
}

struct Verdict {
  ErrorCode code;
  std::string_view reason;
};

// Those that only the words tell.  The order matters: a stale token and a missing
// entitlement share one `code`.
std::optional<Verdict> VerdictByWords(int status, std::string_view slug,
                                      std::string_view text) {
  if (slug.rfind("unauthenticated", 0) == 0 || status == 401 ||
      SaysStaleToken(status, text)) {
    return Verdict{ErrorCode::kReauthRequired, kStaleTokenReason};
  }
  if (status == 402 || ContainsAny(slug, {"spending-limit"}) ||
      SaysNoCredit(status, text)) {
    return Verdict{ErrorCode::kSpendingLimit, "spending_limit"};
  }
  if (slug == "subscription:free-usage-exhausted") {
    return Verdict{ErrorCode::kQuotaExhausted, "free_usage_exhausted"};
  }
  if (IsContextOverflow(text) || status == 413) {
    return Verdict{ErrorCode::kContextLength, ""};
  }
  if (ContainsAny(text, {"content violates usage guidelines", "safety_check_type"})) {
    return Verdict{ErrorCode::kContentFilter, "safety"};
  }
  if (ContainsAny(text, {"active grok subscription", "requires a grok subscription",
                         "access to the chat endpoint is denied",
                         "model access is not allowed"})) {
    return Verdict{ErrorCode::kEntitlementDenied, "entitlement"};
  }
  if (ContainsAny(text, {"multi agent requests are not allowed on chat completions"})) {
    return Verdict{ErrorCode::kUnsupported, kWrongLaneReason};
  }
  if (ContainsAny(text, {"client-side tools for multi-agent models"})) {
    return Verdict{ErrorCode::kUnsupported, kClientToolsReason};
  }
  if (SaysNoCapacity(status, text)) {
    return Verdict{ErrorCode::kOverloaded, "capacity"};
  }
  return std::nullopt;
}

Verdict VerdictByStatus(int status, std::string_view slug, std::string_view text) {
  switch (status) {
    case 403:
      if (slug == "permission-denied" || slug == "permission_denied" ||
          slug == "forbidden") {
        return {ErrorCode::kEntitlementDenied, "entitlement"};
      }
      return {ErrorCode::kRequestRefused, ""};
    case 404:
      return {ErrorCode::kModelUnavailable, ""};
    case 408:
      return {ErrorCode::kTimeout, "upstream"};
    case 429:
      return {ErrorCode::kRateLimited, ""};
    case 502:
    case 503:
    case 504:
    case 529:
      return {ErrorCode::kOverloaded, ""};
    case 520:
    case 521:
    case 522:
    case 523:
    case 524:
    case 530:
      return {ErrorCode::kEdgeBlocked, ""};  // the edge says so in a line of plain text
    default:
      break;
  }
  if (status / 100 == 3) return {ErrorCode::kProtocol, "redirect"};
  if (status / 100 == 4) {
    const bool model =
        ContainsAny(text, {"model"}) && ContainsAny(text, {"does not exist"});
    return {model ? ErrorCode::kModelUnavailable : ErrorCode::kInvalidRequest,
            "upstream"};
  }
  return {ErrorCode::kUpstream, ""};
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

std::string RequestIdOf(const HttpHead& head, std::string_view bearer) {
  for (const std::string_view name : {"xai-request-id", "x-request-id", "cf-ray"}) {
    const std::string_view value = head.Header(name);
    if (value.empty()) continue;
    return ToShownText(MaskTokens(MaskSecret(value, bearer)), kRequestIdBytesMax);
  }
  return {};
}

Error ReadApiError(const HttpHead& head, std::string_view body, std::string_view bearer) {
  const std::optional<Error> gate = ReadGateError(head.status);
  Error error = gate.value_or(Error());
  error.http_status = head.status;
  error.request_id = RequestIdOf(head, bearer);
  error.retry_after_ms = ParseRetryAfter(head.Header("retry-after"));
  if (gate) return error;
  if (IsHtml(head, body)) {
    error.code = CodeForPage(head);
    error.detail = "a web page came instead of an answer (status " +
                   std::to_string(head.status) + ")";
    return error;
  }
  const ErrorEnvelope envelope = ReadErrorEnvelope(body, bearer);
  const std::string text = ToLower(envelope.message);
  const std::string slug = ToLower(envelope.slug);
  const Verdict verdict = VerdictByWords(head.status, slug, text)
                              .value_or(VerdictByStatus(head.status, slug, text));
  error.code = verdict.code;
  error.reason = std::string(verdict.reason);
  error.detail = envelope.message.empty() ? "xAI answered " + std::to_string(head.status)
                                          : envelope.message;
  return error;
}

bool IsRetryVetoed(const HttpHead& head) {
  return head.Header("x-should-retry") == "false";
}

}  // namespace xai
