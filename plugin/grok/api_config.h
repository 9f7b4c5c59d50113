// Where api.x.ai is, and how long we wait for it.
#ifndef XAI_PLUGIN_GROK_API_CONFIG_H_
#define XAI_PLUGIN_GROK_API_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "credentials/token_source.h"
#include "grok/learned_models.h"
#include "grok/model_table.h"
#include "http/transport.h"

namespace xai {

struct ApiConfig {
  std::string base_url;  // with /v1
  std::vector<HttpHeader> extra_headers;
  bool proxied = false;  // there is a proxy on the way to it
  int64_t connect_ms = 10'000;
  int64_t first_byte_ms = 300'000;
  int64_t idle_ms = 300'000;          // no byte at all
  int64_t content_idle_ms = 300'000;  // nothing but comments and empty deltas
};

// What a request needs from its surroundings.  Everything outlives the request.
struct ApiServices {
  HttpTransport* transport = nullptr;
  TokenSource* tokens = nullptr;
  Scheduler* scheduler = nullptr;
  const Clock* clock = nullptr;
  Random* random = nullptr;
  Logger* log = nullptr;
  const ModelTable* models = nullptr;
  const ApiConfig* config = nullptr;
  LearnedModels* learned = nullptr;
};

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_API_CONFIG_H_
