#include "sim/simulator.h"

namespace xai::sim {
namespace {

bool Begins(const std::string& path, std::string_view prefix) {
  return path.compare(0, prefix.size(), prefix) == 0;
}

}  // namespace

Simulator::Simulator(Settings settings, std::string origin)
    : settings_(std::move(settings)),
      journal_(settings_.secrets_log, settings_.requests_log),
      mint_(settings_, std::move(origin)),
      flows_(settings_),
      grants_(settings_, mint_, journal_),
      oauth_(settings_, mint_, flows_, grants_, journal_),
      api_(settings_, grants_),
      control_(settings_, flows_, grants_, journal_, scenes_) {}

HttpReply Simulator::Handle(const HttpRequest& request) {
  if (Begins(request.path, "/control/")) return control_.Handle(request);
  journal_.Record(request);
  Count(request.path);
  if (auto reply = scenes_.Take(request)) {
    ++journal_.stats().scenes;
    return std::move(*reply);
  }
  if (Begins(request.path, "/oauth2/") || Begins(request.path, "/.well-known/")) {
    return oauth_.Handle(request);
  }
  if (Begins(request.path, "/v1/")) return api_.Handle(request);
  return ToReply(NoHandler());
}

void Simulator::Count(const std::string& path) {
  Stats& stats = journal_.stats();
  if (path == "/v1/chat/completions") ++stats.chat;
  if (path == "/v1/responses") ++stats.responses;
  if (path == "/v1/models") ++stats.models;
}

}  // namespace xai::sim
