// What a request to api.x.ai needs around it, all in the hands of the test.
#ifndef XAI_TESTS_GROK_API_WORLD_H_
#define XAI_TESTS_GROK_API_WORLD_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/manifest.h"
#include "grok/api_config.h"
#include "support/collecting_logger.h"
#include "support/fake_clock.h"
#include "support/manual_scheduler.h"
#include "support/scripted_random.h"
#include "support/scripted_token_source.h"
#include "support/scripted_transport.h"

namespace xai {

struct ApiWorld {
  static constexpr int64_t kHourMs = 3'600'000;

  ApiWorld() {
    config.base_url = "https://api.x.ai/v1";
    config.extra_headers = {{"x-extra", "e"}};
    services.transport = &transport;
    services.tokens = &tokens;
    services.scheduler = &scheduler;
    services.clock = &clock;
    services.random = &random;
    services.log = &log;
    services.models = &models;
    services.config = &config;
    services.learned = &learned;
  }

  // A token that is an hour old.
  void GiveToken(std::string_view bearer = "token-1") {
    tokens.Give(bearer, clock.NowMs() - kHourMs, 6 * kHourMs);
  }

  FakeClock clock;
  ManualScheduler scheduler{&clock};
  ScriptedTransport transport;
  ScriptedTokenSource tokens;
  ScriptedRandom random;
  CollectingLogger log;
  std::unique_ptr<JsonDocument> manifest = ParseManifest();
  ModelTable models{manifest->root()["models"]};
  ApiConfig config;
  LearnedModels learned;
  ApiServices services;
};

}  // namespace xai

#endif  // XAI_TESTS_GROK_API_WORLD_H_
