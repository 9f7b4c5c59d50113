#include "grok/api_error.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "grok/api_error_envelope.h"

namespace xai {
namespace {

HttpHead Head(int status, std::string_view type = "application/json",
              std::vector<HttpHeader> more = {}) {
  HttpHead head;
  head.status = status;
  head.headers = std::move(more);
  if (!type.empty()) head.headers.push_back({"content-type", std::string(type)});
  return head;
}

struct Case {
  const char* name;
  int status;
  const char* body;
  const char* error;
  const char* reason;
};

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kHtml = "text/html; charset=UTF-8";

// The same words for two reasons: only the rest of the body tells them apart.
#define XAI_NO_PERMISSION \
  "The caller does not have permission to execute the specified operation"
#define XAI_NO_PLAN                                                                    \
  "You have either run out of available resources or do not have an active Grok "      \
  "subscription. Manage your subscription at https://grok.com/?_s=usage or subscribe " \
  "at https://grok.com/supergrok."

const Case kStaleTokens[] = {
    {"bad credentials", 403,
     R"({"code":"unauthenticated:bad-credentials",)"
     R"("error":"The OAuth2 access token could not be validated."})",
     "reauth_required", "token_rejected"},
    {"the marker beats the code", 403,
     R"({"code":")" XAI_NO_PERMISSION
     R"(","error":"The OAuth2 access token could not be validated. )"
     R"([WKE=unauthenticated:bad-credentials]"})",
     "reauth_required", "token_rejected"},
    {"nested", 403,
     R"({"type":"error","status":403,"error":{"code":"unauthenticated:bad-credentials",)"
     R"("message":"no"}})",
     "reauth_required", "token_rejected"},
    {"message only", 403,
     R"({"error":"The OAuth2 access token could not be validated."})", "reauth_required",
     "token_rejected"},
    {"expired", 401, "Invalid or expired credentials (auth_kind=bearer)",
     "reauth_required", "token_rejected"},
    {"required", 401, "Authentication required", "reauth_required", "token_rejected"},
    {"detail", 401, R"({"detail":"Not authenticated"})", "reauth_required",
     "token_rejected"},
    {"as 400", 400,
     R"({"code":"Client specified an invalid argument","error":"Incorrect API key )"
     R"(provided: in***ey. You can obtain an API key from https://console.x.ai."})",
     "reauth_required", "token_rejected"},
    {"401 without a body", 401, "", "reauth_required", "token_rejected"},
    {"kebab", 401, R"({"code":"unauthenticated","error":"No credentials"})",
     "reauth_required", "token_rejected"},
};

const Case kEntitlements[] = {
    {"no plan", 403,
     R"({"code":")" XAI_NO_PERMISSION R"(","error":")" XAI_NO_PLAN R"("})",
     "entitlement_denied", "entitlement"},
    {"forbidden", 403, R"({"code":"forbidden","error":")" XAI_NO_PLAN R"("})",
     "entitlement_denied", "entitlement"},
    {"chat endpoint", 403,
     R"({"code":"permission-denied","error":"Access to the chat endpoint is denied. )"
     R"(Please ensure you're using the correct credentials"})",
     "entitlement_denied", "entitlement"},
    {"model needs a plan", 403,
     R"("The model 'grok-build' requires a Grok subscription.")", "entitlement_denied",
     "entitlement"},
    {"account", 403,
     R"({"code":"permission_denied","error":"model access is not allowed for this account"})",
     "entitlement_denied", "entitlement"},
    {"slug alone", 403, R"({"code":"permission-denied","error":"no"})",
     "entitlement_denied", "entitlement"},
};

const Case kMoney[] = {
    {"slug", 403,
     R"({"code":"personal-team-blocked:spending-limit","error":"You have run out of )"
     R"(credits or need a Grok subscription. Add credits at https://grok.com/?_s=usage"})",
     "spending_limit", "spending_limit"},
    {"402", 402, R"({"code":"personal-team-blocked:spending-limit","error":"no"})",
     "spending_limit", "spending_limit"},
    {"402 alone", 402, "", "spending_limit", "spending_limit"},
    {"marker with 429", 429,
     R"({"code":429,"error":"You ran out of credits. )"
     R"([WKE=personal-team-blocked:spending-limit]"})",
     "spending_limit", "spending_limit"},
    {"team", 403,
     "permission-denied: Your team 0f0e0d0c-0000-4000-8000-000000000000 has either used "
     "all available credits or reached its monthly spending limit.",
     "spending_limit", "spending_limit"},
    {"team with 429", 429,
     R"({"error":"Your team has either used all available credits or so"})",
     "spending_limit", "spending_limit"},
};

const Case kRates[] = {
    {"free usage", 429,
     R"({"code":"subscription:free-usage-exhausted","error":"You've used all the included )"
     R"(free usage for model grok-4.5-build-free for now."})",
     "quota_exhausted", "free_usage_exhausted"},
    {"too quickly", 429,
     "Some resource has been exhausted: You are sending requests too quickly.",
     "rate_limited", ""},
    {"rate_limit", 429, R"({"code":"rate_limit","error":"too many requests"})",
     "rate_limited", ""},
    {"resource-exhausted", 429, R"({"code":"resource-exhausted","error":"RPM 0/0"})",
     "rate_limited", ""},
    {"team", 429,
     "Too many requests for team 0f0e0d0c-0000-4000-8000-000000000000 and model grok-4. "
     "Requests per Second (actual/limit): 2/2",
     "rate_limited", ""},
    {"without a body", 429, "", "rate_limited", ""},
    {"capacity", 503,
     R"({"error":"The service is temporarily at capacity. Please retry your request"})",
     "overloaded", "capacity"},
    {"capacity with 429", 429,
     R"({"error":"The model is currently at capacity due to high demand."})",
     "overloaded", "capacity"},
};

const Case kRefusals[] = {
    {"cannot help", 403, "I can't help with that request.", "request_refused", ""},
    {"content", 403, "Content violates usage guidelines.", "content_filter", "safety"},
    {"check", 403,
     R"({"code":")" XAI_NO_PERMISSION
     R"(","error":"Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_X"})",
     "content_filter", "safety"},
    {"403 without a body", 403, "", "request_refused", ""},
};

const Case kRequestFaults[] = {
    {"no model", 404,
     R"({"code":"not-found","error":"The model x does not exist or your team )"
     R"(0f0e0d0c-0000-4000-8000-000000000000 does not have access to it"})",
     "model_unavailable", ""},
    {"no model with 400", 400, R"({"error":"The model x does not exist"})",
     "model_unavailable", "upstream"},
    {"argument", 400,
     R"({"code":"Client specified an invalid argument","error":"Invalid reasoning effort"})",
     "invalid_request", "upstream"},
    {"kebab argument", 400,
     R"({"code":"invalid-argument","error":"Model grok-build-0.1 does not support )"
     R"(parameter reasoningEffort."})",
     "invalid_request", "upstream"},
    {"effort none", 400,
     R"({"code":"invalid-argument","error":"This model does not support )"
     R"(`reasoning_effort` value `none`."})",
     "invalid_request", "upstream"},
    {"bare text", 400,
     R"("A request may either be streaming or deferred, but not both.")",
     "invalid_request", "upstream"},
    {"other lane", 400, R"("Multi Agent requests are not allowed on chat completions")",
     "unsupported", "responses_only"},
    {"other lane, nested", 400,
     R"({"error":{"message":"Multi Agent requests are not allowed on chat completions",)"
     R"("type":"invalid_request_error","param":null,"code":null}})",
     "unsupported", "responses_only"},
    {"client tools", 400,
     R"({"error":"Beta access is needed for client-side tools for multi-agent models"})",
     "unsupported", "client_tools"},
    {"tool choice", 400,
     R"({"error":"A tool_choice was set on the request but no tools were specified."})",
     "invalid_request", "upstream"},
    {"deserialize", 422,
     "Failed to deserialize the JSON body into the target type: messages[3].content: "
     "invalid type: null",
     "invalid_request", "upstream"},
    {"method", 405, "", "invalid_request", "upstream"},
    {"live search", 410, R"({"error":"Live search is deprecated."})", "invalid_request",
     "upstream"},
    {"media", 415, R"({"error":"Expected content type"})", "invalid_request", "upstream"},
    {"version gate", 426, R"({"error":"Your Grok CLI version (none) is outdated"})",
     "invalid_request", "upstream"},
    {"too large", 413, "", "context_length", ""},
    {"prompt length", 400,
     R"({"error":"This model's maximum prompt length is 131072 but the request contains )"
     R"(625077 tokens."})",
     "context_length", ""},
    {"prompt too long with 500", 500,
     R"({"code":"none","error":"The prompt is too long for this model's context window."})",
     "context_length", ""},
    {"too long for this model", 400, R"({"error":"Input is too long for this model"})",
     "context_length", ""},
    {"context length", 400, R"({"error":"The maximum context length is 5"})",
     "context_length", ""},
    {"overflow by code in words", 400,
     R"({"error":{"message":"context_length_exceeded"}})", "context_length", ""},
    {"budget", 400,
     R"({"error":"[conversation] Current message (9 tokens) exceeds budget (5)."})",
     "context_length", ""},
};

// The words of others, with a status that is not theirs.
const Case kQuotes[] = {
    {"a schema", 400, R"({"error":"the JSON schema of tool 'x' could not be validated"})",
     "invalid_request", "upstream"},
    {"a schema with 422", 422, "tool 'x': invalid or expired credentials",
     "invalid_request", "upstream"},
    {"a key within", 400,
     R"({"error":"Invalid message: 'Incorrect API key provided: x'"})", "invalid_request",
     "upstream"},
    {"an image", 400,
     R"({"error":"Failed to fetch image https://example.org/a.png: 503 temporarily )"
     R"(unavailable"})",
     "invalid_request", "upstream"},
    {"capacity with 422", 422, "messages[0]: 'at capacity'", "invalid_request",
     "upstream"},
    {"capacity with 403", 403, "I can't say who is at capacity.", "request_refused", ""},
    {"money", 400, R"({"error":"Invalid message: 'monthly spending limit'"})",
     "invalid_request", "upstream"},
    {"money with 404", 404, "'ran out of credits'", "model_unavailable", ""},
    {"money with 500", 500, "'ran out of credits'", "upstream", ""},
    {"a token with 500", 500, "the token could not be validated", "upstream", ""},
    {"a token with 429", 429, "the token could not be validated", "rate_limited", ""},
};

const Case kServers[] = {
    {"capacity with 500", 500, R"({"error":"The model is at capacity"})", "overloaded",
     "capacity"},
    {"capacity within a 200", 200, R"({"error":"The model is at capacity"})",
     "overloaded", "capacity"},
    {"money within a 200", 200, R"({"error":"You ran out of credits."})",
     "spending_limit", "spending_limit"},
    {"a token within a 200", 200, R"({"error":"The token could not be validated."})",
     "reauth_required", "token_rejected"},
    {"unavailable", 503,
     R"({"code":"The service is currently unavailable","error":"Service temporarily )"
     R"(unavailable. The model did not respond to this request."})",
     "overloaded", "capacity"},
    {"500", 500, R"({"code":500,"error":"internal server error"})", "upstream", ""},
    {"500 without a body", 500, "", "upstream", ""},
    {"502", 502, "", "overloaded", ""},
    {"504", 504, "upstream request timeout", "overloaded", ""},
    {"529", 529, R"({"error":{"type":"overloaded_error","message":"Overloaded"}})",
     "overloaded", ""},
    {"524 as text", 524, "error code: 524", "edge_blocked", ""},
    {"408", 408, "", "timeout", "upstream"},
    {"redirect", 302, "", "protocol", "redirect"},
    {"within a 200", 200, R"({"code":"internal_error","error":"something broke"})",
     "upstream", ""},
};

template <size_t kSize>
void Check(const Case (&cases)[kSize]) {
  for (const Case& one : cases) {
    const std::string_view body = one.body;
    const bool json = !body.empty() && (body[0] == '{' || body[0] == '"');
    const Error error =
        ReadApiError(Head(one.status, json ? "application/json" : kText), body);
    EXPECT_EQ(InfoOf(error.code).name, one.error) << one.name;
    EXPECT_EQ(error.reason, one.reason) << one.name;
    EXPECT_EQ(error.http_status, one.status) << one.name;
    EXPECT_FALSE(error.detail.empty()) << one.name;
    EXPECT_EQ(error.detail.find("WKE"), std::string::npos) << one.name;
  }
}

// Matrix A38.
TEST(ApiErrorTest, StaleTokensAreToldApart) {
  Check(kStaleTokens);
}

// Matrix A39.
TEST(ApiErrorTest, EntitlementIsNeitherMoneyNorToken) {
  Check(kEntitlements);
}

TEST(ApiErrorTest, Money) {
  Check(kMoney);
}

TEST(ApiErrorTest, RatesAndQuotas) {
  Check(kRates);
}

TEST(ApiErrorTest, RefusalsAreNotAboutTheAccount) {
  Check(kRefusals);
}

TEST(ApiErrorTest, FaultsOfTheRequest) {
  Check(kRequestFaults);
}

TEST(ApiErrorTest, WordsThatAreQuotedAreNotXais) {
  Check(kQuotes);
}

TEST(ApiErrorTest, FaultsOfTheServer) {
  Check(kServers);
}

struct Page {
  int status;
  const char* error;
};

TEST(ApiErrorTest, WhoeverIsInBetweenIsNotXai) {
  for (const char* body : {"<html>", R"({"error":"words"})", ""}) {
    const Error portal = ReadApiError(Head(511, kHtml), body);
    EXPECT_EQ(portal.code, ErrorCode::kProtocol) << body;
    EXPECT_EQ(portal.reason, "portal") << body;
    EXPECT_EQ(portal.http_status, 511) << body;
    const Error proxy = ReadApiError(Head(407, kText), body);
    EXPECT_EQ(proxy.code, ErrorCode::kUpstream) << "the request is not at fault";
    EXPECT_EQ(proxy.detail, "xAI answered 407") << body;
  }
}

TEST(ApiErrorTest, APageIsNeverShown) {
  const Page pages[] = {
      {403, "edge_blocked"}, {502, "overloaded"},   {503, "overloaded"},
      {504, "overloaded"},   {520, "edge_blocked"}, {524, "edge_blocked"},
      {530, "edge_blocked"}, {500, "upstream"},     {429, "rate_limited"},
      {404, "protocol"},     {200, "protocol"},     {401, "protocol"},
  };
  const std::string_view body =
      "\n <!DOCTYPE html><html><title>Just a moment...</title></html>";
  for (const Page& page : pages) {
    for (const char* type : {kHtml, kText, ""}) {
      const Error error = ReadApiError(Head(page.status, type), body);
      EXPECT_EQ(InfoOf(error.code).name, page.error) << page.status << type;
      EXPECT_EQ(error.detail.find('<'), std::string::npos);
      EXPECT_EQ(error.detail.find("moment"), std::string::npos);
      EXPECT_NE(error.detail.find(std::to_string(page.status)), std::string::npos);
    }
  }
  const Error gate =
      ReadApiError(Head(429, kHtml, {{"cf-mitigated", "challenge"}}), "<html>");
  EXPECT_EQ(gate.code, ErrorCode::kEdgeBlocked);
}

TEST(ApiErrorTest, MarkupWithinAMessageIsNotShown) {
  const Error error =
      ReadApiError(Head(400), R"({"error":"<html><body>secret page</body></html>"})");
  EXPECT_EQ(error.detail, "xAI answered 400");
}

TEST(ApiErrorTest, KeepsWhatSupportAndRetriesNeed) {
  const Error error = ReadApiError(
      Head(429, "application/json",
           {{"retry-after", "7"}, {"x-request-id", "x"}, {"xai-request-id", "r-1"}}),
      R"({"error":"slow down"})");
  EXPECT_EQ(error.retry_after_ms, 7000);
  EXPECT_EQ(error.request_id, "r-1");
  EXPECT_EQ(error.detail, "slow down");
  EXPECT_EQ(ReadApiError(Head(429, kText, {{"x-request-id", "x"}}), "").request_id, "x");
  EXPECT_EQ(ReadApiError(Head(429, kText, {{"cf-ray", "ray"}}), "").request_id, "ray");
  for (const char* value : {"soon", "", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"}) {
    EXPECT_FALSE(
        ReadApiError(Head(429, kText, {{"retry-after", value}}), "").retry_after_ms)
        << value;
  }
}

TEST(ApiErrorTest, AVetoIsOnlyTheWordFalse) {
  EXPECT_TRUE(IsRetryVetoed(Head(500, kText, {{"x-should-retry", "false"}})));
  EXPECT_FALSE(IsRetryVetoed(Head(500, kText, {{"x-should-retry", "true"}})));
  EXPECT_FALSE(IsRetryVetoed(Head(500)));
}

struct Envelope {
  const char* body;
  const char* slug;
  const char* message;
};

TEST(ErrorEnvelopeTest, TakesEveryShapeApart) {
  const Envelope cases[] = {
      {R"({"code":"a-b","error":"m"})", "a-b", "m"},
      {R"({"code":"A sentence is no slug","error":"m"})", "", "m"},
      {R"({"code":500,"error":"m"})", "", "m"},
      {R"({"code":"A sentence alone"})", "", "A sentence alone"},
      {R"({"error":{"message":"m","type":"t","code":"c"}})", "c", "m"},
      {R"({"error":{"message":"m","type":"t","code":null}})", "t", "m"},
      {R"({"error":{"message":"m","type":"t","code":7}})", "t", "m"},
      {R"({"error":{"detail":"m"}})", "", "m"},
      {R"({"error":{"description":"m","code":"server_error"}})", "", "m"},
      {R"({"type":"error","message":"m","code":null,"param":null})", "", "m"},
      {R"([{"error":{"message":"m","code":"c"}}])", "c", "m"},
      {R"("m")", "", "m"},
      {R"({"detail":"m"})", "", "m"},
      {R"({"message":"m"})", "", "m"},
      {R"({"type":"response.failed","response":{"error":{"code":"c","message":"m"}}})",
       "c", "m"},
      {R"({"code":"outer","error":"{\"error\":{\"message\":\"m\"}}"})", "outer", "m"},
      {R"({"error":"{\"code\":\"inner\",\"error\":\"m\"}"})", "inner", "m"},
      {R"({"code":"c","error":"m [WKE=w:x]"})", "w:x", "m"},
      {R"({"code":"c","error":"[WKE=w] m"})", "w", "m"},
      {R"({"code":"c","error":"m [WKE=open"})", "c", "m [WKE=open"},
      {"plain\ttext\r\nof two lines", "", "plain text of two lines"},
      {"", "", ""},
      {"  \n", "", ""},
      {"{broken", "", ""},
      {R"({"error":"a","error":"b"})", "", ""},
      {R"({"choices":[{"message":{"content":"m"}}]})", "", ""},
  };
  for (const Envelope& one : cases) {
    const ErrorEnvelope envelope = ReadErrorEnvelope(one.body);
    EXPECT_EQ(envelope.slug, one.slug) << one.body;
    std::string message = envelope.message;
    while (!message.empty() && message.back() == ' ') message.pop_back();
    while (!message.empty() && message.front() == ' ') message.erase(0, 1);
    EXPECT_EQ(message, one.message) << one.body;
  }
}

TEST(ErrorEnvelopeTest, CutsAtTheBound) {
  const std::string at_bound = [] {
    std::string text;
    while (text.size() < 280) text += "word ";
    return text.substr(0, 279) + "x";
  }();
  EXPECT_EQ(ReadErrorEnvelope(at_bound).message, at_bound);
  EXPECT_EQ(ReadErrorEnvelope(at_bound + "y").message.size(), 280u);
  // A code point is not split.
  const std::string wide = at_bound.substr(0, 276) + "\xC3\xA9" + "abc def";
  EXPECT_EQ(ReadErrorEnvelope(wide).message.size(), 279u);
  EXPECT_LE(ReadErrorEnvelope("a\xFF\xFE z").message.size(), 280u);
}

// Matrix E14.
TEST(ErrorEnvelopeTest, HidesTokensAndTheBearerOfAnyLength) {
  const std::string token(40, 'a');
  EXPECT_EQ(ReadErrorEnvelope("no " + token).message, "no [masked]");
  EXPECT_EQ(
      ReadErrorEnvelope(R"({"error":"Bearer b34r3r-1 is bad"})", "b34r3r-1").message,
      "Bearer [masked] is bad");
  EXPECT_EQ(ReadErrorEnvelope("b34r[WKE=x]3r-1 is bad", "b34r3r-1").message,
            "[masked] is bad");
}

TEST(ApiErrorTest, TheBearerIsNotAnId) {
  const HttpHead head = Head(400, kText, {{"x-request-id", "id-of-b34r3r-1"}});
  EXPECT_EQ(RequestIdOf(head, "b34r3r-1"), "id-of-[masked]");
  const Error error = ReadApiError(head, "b34r3r-1 is bad", "b34r3r-1");
  EXPECT_EQ(error.request_id, "id-of-[masked]");
  EXPECT_EQ(error.detail, "[masked] is bad");
}

TEST(ErrorEnvelopeTest, ATokenAtTheBoundLeavesNoStart) {
  const std::string token = "eyJhbGciOiJFUzI1NiJ9" + std::string(600, 'q');
  std::string filler;
  while (filler.size() < 250) filler += "word ";
  const std::string message = ReadErrorEnvelope(filler + token).message;
  EXPECT_EQ(message.find("eyJ"), std::string::npos) << message;
  EXPECT_LE(message.size(), 280u);
  const std::string short_one =
      ReadErrorEnvelope(filler + std::string(22, ' ') + "word eyJ4-b34r3r", "eyJ4-b34r3r")
          .message;
  EXPECT_EQ(short_one.find("eyJ"), std::string::npos) << short_one;
}

}  // namespace
}  // namespace xai
