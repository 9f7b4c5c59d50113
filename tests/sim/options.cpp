#include "sim/options.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <utility>

namespace xai::sim {
namespace {

constexpr std::array<std::pair<std::string_view, Approve>, 4> kApproveNames = {{
    {"auto", Approve::kAuto},
    {"page", Approve::kPage},
    {"deny", Approve::kDeny},
    {"never", Approve::kNever},
}};

// A year, so that no sum of two times can overflow.
constexpr std::int64_t kSecondsMax = 366LL * 24 * 3600;

struct RawOptions {
  std::string approve = "page";
  int tier = 4;
  bool no_tier = false;
  std::int64_t access_ttl = 21600;
  std::int64_t interval = 5;
  std::int64_t expires_in = 1800;
  std::int64_t rotation_grace = 0;
  std::int64_t chunk_delay_ms = 0;
  bool require_tokens = false;
  bool no_require_tokens = false;
  bool no_id_token = false;
  bool no_refresh_token = false;
  std::vector<std::string> tls;
  std::vector<std::string> client_ids;
};

void AddSignInOptions(CLI::App& app, Settings& settings, RawOptions& raw) {
  app.add_option("--approve", raw.approve,
                 "Who decides about a sign-in: auto approves it as soon as the code is "
                 "issued, page lets a person press a button, deny refuses it, and never "
                 "leaves it pending.")
      ->check(CLI::IsMember({"auto", "page", "deny", "never"}))
      ->capture_default_str();
  app.add_option("--approve-after", settings.approve_after,
                 "With --approve auto, answer this many polls with pending first.")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  app.add_option("--interval", raw.interval,
                 "Seconds that a client has to wait between two polls.")
      ->check(CLI::Range(std::int64_t{0}, kSecondsMax))
      ->capture_default_str();
  app.add_option("--expires-in", raw.expires_in, "Seconds that a device code lives.")
      ->check(CLI::Range(std::int64_t{1}, kSecondsMax))
      ->capture_default_str();
  app.add_option("--client-id", raw.client_ids,
                 "Accept this client id beside the public one; may be repeated.")
      ->allow_extra_args(false);
}

void AddTokenOptions(CLI::App& app, RawOptions& raw) {
  auto* tier = app.add_option("--tier", raw.tier,
                              "The subscription tier in the tokens and for the models.")
                   ->check(CLI::Range(0, 1000000))
                   ->capture_default_str();
  app.add_flag("--no-tier", raw.no_tier,
               "Issue tokens without a tier claim, and allow every model.")
      ->excludes(tier);
  app.add_option("--access-ttl", raw.access_ttl, "Seconds that an access token lives.")
      ->check(CLI::Range(std::int64_t{1}, kSecondsMax))
      ->capture_default_str();
  app.add_option("--rotation-grace", raw.rotation_grace,
                 "Seconds in which a refresh token that was used may be used again.")
      ->check(CLI::Range(std::int64_t{0}, kSecondsMax))
      ->capture_default_str();
  auto* require =
      app.add_flag("--require-tokens", raw.require_tokens,
                   "Let API endpoints refuse anything but a live access token of this "
                   "simulator; this is the default.");
  app.add_flag("--no-require-tokens", raw.no_require_tokens,
               "Let API endpoints answer whatever the Authorization header holds.")
      ->excludes(require);
  app.add_flag("--no-id-token", raw.no_id_token, "Never issue an id token.");
  app.add_flag("--no-refresh-token", raw.no_refresh_token,
               "Never issue a refresh token.");
}

void AddServerOptions(CLI::App& app, Options& options, RawOptions& raw) {
  app.add_option("--port", options.server.port,
                 "The port on 127.0.0.1; 0 takes any free one.")
      ->capture_default_str();
  app.add_option("--chunk-delay-ms", raw.chunk_delay_ms,
                 "Milliseconds between two pieces of a streamed answer.")
      ->check(CLI::Range(0, 3600000))
      ->capture_default_str();
  app.add_option("--secrets-log", options.settings.secrets_log,
                 "Append every token and device code that is handed out to this file.")
      ->envname("XAI_SIM_SECRETS_LOG");
  app.add_option("--requests-log", options.settings.requests_log,
                 "Append every request to this file, masked as GET /control/requests is.")
      ->envname("XAI_SIM_REQUESTS_LOG");
  app.add_option("--tls", raw.tls,
                 "Serve HTTPS with this certificate chain and private key, both PEM.")
      ->expected(2)
      ->type_name("CERT KEY");
}

void Apply(const RawOptions& raw, Options& options) {
  Settings& settings = options.settings;
  settings.approve = *ParseApprove(raw.approve);
  settings.tier = raw.no_tier ? std::nullopt : std::optional<int>(raw.tier);
  settings.access_ttl = std::chrono::seconds(raw.access_ttl);
  settings.interval = std::chrono::seconds(raw.interval);
  settings.expires_in = std::chrono::seconds(raw.expires_in);
  settings.rotation_grace = std::chrono::seconds(raw.rotation_grace);
  settings.chunk_delay = std::chrono::milliseconds(raw.chunk_delay_ms);
  settings.require_tokens = !raw.no_require_tokens;
  settings.id_token = !raw.no_id_token;
  settings.refresh_token = !raw.no_refresh_token;
  settings.client_ids.insert(settings.client_ids.end(), raw.client_ids.begin(),
                             raw.client_ids.end());
  if (raw.tls.size() != 2) return;
  options.server.certificate_file = raw.tls[0];
  options.server.key_file = raw.tls[1];
}

}  // namespace

std::optional<Approve> ParseApprove(std::string_view name) {
  for (const auto& [known, approve] : kApproveNames) {
    if (known == name) return approve;
  }
  return std::nullopt;
}

std::string_view NameOf(Approve approve) {
  for (const auto& [name, known] : kApproveNames) {
    if (known == approve) return name;
  }
  return {};
}

std::optional<int> ParseCommandLine(int argc, char** argv, Options& options) {
  CLI::App app("A simulated xAI on loopback: sign-in and API in one process.", "xai-sim");
  RawOptions raw;
  AddServerOptions(app, options, raw);
  AddSignInOptions(app, options.settings, raw);
  AddTokenOptions(app, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "xai-sim: %s\nRun xai-sim --help for the options.\n",
                 error.what());
    return 2;
  }
  Apply(raw, options);
  return std::nullopt;
}

}  // namespace xai::sim
