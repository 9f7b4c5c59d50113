// The documents of a completion: START and END, as host-api/json.md has them.
#ifndef XAI_PLUGIN_GROK_COMPLETION_RESULT_H_
#define XAI_PLUGIN_GROK_COMPLETION_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "grok/answer.h"

namespace xai {

// Milliseconds since complete() was called; absent: never happened.
struct CompletionTimings {
  std::optional<int64_t> first_byte_ms;
  std::optional<int64_t> first_token_ms;
  int64_t total_ms = 0;
};

std::string StartDocument(std::string_view model, Lane lane,
                          const std::vector<std::string>& dropped);

struct CompletionOutcome {
  const Answer* answer = nullptr;
  const Error* error = nullptr;  // null: success
  const std::vector<std::string>* dropped = nullptr;
  std::string request_id;
  CompletionTimings timings;
  int64_t bytes_delivered = 0;
  bool with_message = false;  // the host did not want deltas
};

std::string EndDocument(const CompletionOutcome& outcome);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_COMPLETION_RESULT_H_
