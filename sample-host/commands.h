// The commands, one file each.  Every function returns the program's exit code.
#ifndef SAMPLE_HOST_COMMANDS_H_
#define SAMPLE_HOST_COMMANDS_H_

#include <string>

#include "app.h"
#include "request.h"

namespace sample_host {

struct LoginOptions {
  bool automatic =
      false;  // Poll at the server's interval instead of waiting for the person.
  bool force = false;
};

struct ChatOptions {
  std::string model;  // Empty: the provider's default.
  std::string system;
  std::string effort;
  std::string prompt;  // Empty: a conversation.
};

int InfoCommand(const App& app);
int StatusCommand(const App& app);
int LoginCommand(const App& app, const LoginOptions& options);
int StartCommand(const App& app, bool force);
int PollCommand(const App& app, const std::string& pending_id);
int CancelCommand(const App& app);
int LogoutCommand(const App& app);
int RefreshCommand(const App& app);
int ModelsCommand(const App& app, bool force);
int ChatCommand(const App& app, const ChatOptions& options);
/// file: a path, or "-" for stdin.
int CompleteCommand(const App& app, const std::string& file);

// Parts that several commands show.

Outcome FetchStatus(const App& app);
Outcome FetchModels(const App& app, bool force);
void PrintStatus(const llmp::Json& status);
void PrintModels(const llmp::Json& models);
/// Where to approve: the address, the code and, on a terminal, a QR code.
void PrintSignInPage(const llmp::Json& start);
/// Who is signed in now and what to do next.
void PrintConnected(const llmp::Json& poll);

}  // namespace sample_host

#endif  // SAMPLE_HOST_COMMANDS_H_
