// ReadApiError() and ReadOAuthFault(): whatever a server echoes, what a person is shown
// is short, has no control character and no token.
//
// Input: a byte for the status, one for the headers that come, the value of a header up
// to a line end, the body.  Each byte 01 in it stands for a token that must not be shown.
#include <array>
#include <string>

#include "fuzz/fuzz.h"
#include "fuzz/shown.h"
#include "grok/api_error.h"
#include "grok/learned_models.h"
#include "oauth/oauth_error.h"

namespace xai {
namespace {

constexpr std::string_view kCanary =
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnktb2YtYS10ZXN0In0.c2lnbmF0dXJlLW9mLW5vYm9keQ";
constexpr size_t kWindow = 24;  // so much of it is too much

std::string WithCanaries(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\x01') {
      out.append(kCanary);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// `input` as the fuzzer made it: it may have learned parts of the token, which the words
// around them complete by a letter.
void CheckShown(const std::string& text, size_t most, std::string_view input) {
  Require(IsShownText(text, most), "what is shown is clean and bounded");
  for (size_t at = 0; at + kWindow <= kCanary.size(); ++at) {
    const std::string_view part = kCanary.substr(at, kWindow);
    const std::string_view learned = part.substr(1, kWindow - 2);
    Require(text.find(part) == text.npos || input.find(learned) != input.npos,
            "no token is shown");
  }
}

void CheckError(const Error& error, size_t detail_max, std::string_view input) {
  CheckShown(error.detail, detail_max, input);
  CheckShown(error.reason, 64, input);
  CheckShown(error.request_id, 128, input);
  Require(!error.retry_after_ms ||
              (*error.retry_after_ms >= 0 && *error.retry_after_ms <= 86'400'000),
          "a wait is bounded");
}

HttpHead MakeHead(FuzzInput* input) {
  constexpr std::array<int, 24> kStatus = {200, 301, 400, 401, 402, 403, 404, 408,
                                           409, 413, 422, 429, 451, 500, 501, 502,
                                           503, 504, 520, 522, 525, 529, 530, 599};
  constexpr std::array<const char*, 6> kNames = {"xai-request-id", "x-request-id",
                                                 "cf-ray",         "retry-after",
                                                 "content-type",   "cf-mitigated"};
  HttpHead head;
  head.status = kStatus[input->Choose(kStatus.size() - 1)];
  const uint8_t present = input->Byte();
  const std::string value = WithCanaries(input->Until('\n'));
  for (size_t i = 0; i < kNames.size(); ++i) {
    if ((present >> i & 1) != 0) head.headers.push_back({kNames[i], value});
  }
  return head;
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  FuzzInput input(data, size);
  const std::string_view raw = FuzzInput(data, size).Rest();
  const HttpHead head = MakeHead(&input);
  const std::string text = WithCanaries(input.Rest());
  const ExactCopy body(text);

  const Error error = ReadApiError(head, body.view());
  Require(!error.detail.empty(), "an error says something");
  CheckError(error, 280, raw);
  if (const auto refusal = FindMemberRefusal(error)) {
    CheckShown(refusal->member, 80, raw);
    CheckShown(refusal->value, 40, raw);
  }
  HttpResponse response;
  response.head = head;
  response.body = body.view();
  CheckError(ToError(ReadOAuthFault(response)), 400, raw);
  return 0;
}
