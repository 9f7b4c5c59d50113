// What the simulator remembers for tests: counters, the requests it saw, and every secret
// it handed out.
#ifndef XAI_TESTS_SIM_JOURNAL_H_
#define XAI_TESTS_SIM_JOURNAL_H_

#include <cstdint>
#include <deque>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "sim/http_types.h"

namespace xai::sim {

struct Stats {
  std::int64_t device_codes = 0;      // device codes issued
  std::int64_t polls = 0;             // token requests with a device code
  std::int64_t slow_downs = 0;        // polls that came too early
  std::int64_t refreshes = 0;         // refresh tokens exchanged for new tokens
  std::int64_t refresh_failures = 0;  // refresh requests refused, for any reason
  std::int64_t reuse_detected = 0;    // used refresh tokens presented again
  std::int64_t revocations = 0;       // revocation requests with a token
  std::int64_t tokens_issued = 0;     // access tokens issued
  std::int64_t userinfo = 0;          // requests to the userinfo endpoint
  std::int64_t chat = 0;              // requests to /v1/chat/completions, scenes included
  std::int64_t responses = 0;         // requests to /v1/responses, scenes included
  std::int64_t models = 0;            // requests to /v1/models, scenes included
  std::int64_t scenes = 0;            // requests answered by a queued scene
};

class Journal {
 public:
  // Secrets and requests are also appended to the files, one in each line, unless their
  // names are empty.
  Journal(const std::string& secrets_log, const std::string& requests_log);

  // Keeps the last thousand; credentials are masked where they belong, long bodies are
  // cut.
  void Record(const HttpRequest& request);
  void AddSecret(std::string_view secret);
  void ClearRequests() { requests_.clear(); }

  Stats& stats() { return stats_; }
  std::string StatsJson() const;
  std::string RequestsJson() const;
  std::string SecretsJson() const;

 private:
  Stats stats_;
  std::int64_t sequence_ = 0;
  std::deque<std::string> requests_;  // JSON, ready to be sent
  std::vector<std::string> secrets_;
  std::ofstream secrets_log_, requests_log_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_JOURNAL_H_
