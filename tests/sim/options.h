// What the simulator can be told, on its command line and while it runs.
#ifndef XAI_TESTS_SIM_OPTIONS_H_
#define XAI_TESTS_SIM_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/http_server.h"

namespace xai::sim {

// Who decides about a sign-in, and how.
enum class Approve { kAuto, kPage, kDeny, kNever };

std::optional<Approve> ParseApprove(std::string_view name);
std::string_view NameOf(Approve approve);

// The person who signs in.
struct Account {
  std::string sub = "7d3c8f52-1b6e-4c0a-9f27-5e8a41d06b93";
  std::string email = "ada@example.com";
  std::string given_name = "Ada";
  std::string family_name = "Example";
};

// Everything here may be changed while the simulator runs.
struct Settings {
  std::string secrets_log;   // a file that gets every secret; empty: none
  std::string requests_log;  // a file that gets every request; empty: none
  Approve approve = Approve::kPage;
  int approve_after = 0;
  std::optional<int> tier = 4;
  std::chrono::seconds access_ttl{21600};
  std::chrono::seconds interval{5};
  std::chrono::seconds expires_in{1800};
  std::chrono::seconds rotation_grace{0};
  std::chrono::milliseconds chunk_delay{0};
  bool require_tokens = true;
  bool id_token = true;
  bool refresh_token = true;
  std::vector<std::string> client_ids = {"b1a00492-073a-47ea-816f-4c329264a828"};
  Account account;
};

struct Options {
  Settings settings;
  ServerOptions server;
};

// Reads the command line.  Returns an exit code when the program must end at once, after
// the help or a complaint has been printed.
std::optional<int> ParseCommandLine(int argc, char** argv, Options& options);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_OPTIONS_H_
