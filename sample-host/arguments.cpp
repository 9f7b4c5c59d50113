#include "arguments.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "commands.h"
#include "terminal.h"

namespace sample_host {
namespace {

constexpr const char* kFooter =
    "\nThe plugin is looked for in --plugin, else in $LLM_PROVIDER_DIR, else in\n"
    "../skill/xai-grok-onboarding and ../lib/xai-grok beside the program's folder, and "
    "in\n"
    "/usr/lib/xai-grok.\n"
    "\nExamples:\n"
    "  sample-host login\n"
    "  sample-host models\n"
    "  sample-host chat \"Why is the sky blue?\"\n"
    "  sample-host chat -m some-model --effort high\n"
    "  echo '{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}' | "
    "sample-host complete\n"
    "\nCtrl-C cancels the running request; a second one, or one at a prompt, ends the "
    "program.\n"
    "\nExit codes:\n"
    "    0  done; status: whatever the state is\n"
    "    1  the request failed, or its output could not be written\n"
    "    2  wrong usage\n"
    "    3  not signed in\n"
    "    4  denied: this account may not do that\n"
    "   69  the provider is unavailable\n"
    "   75  a temporary failure: try again\n"
    "  130  cancelled\n";

/// Declares the options that stand before or after any command.
void AddGlobalOptions(CLI::App* cli, GlobalOptions* options) {
  cli->add_option("--plugin", options->plugin, "Folder with the plugin's manifest.json")
      ->type_name("DIR");
  cli->add_option("--state-dir", options->state_dir, "Where the plugin keeps its data")
      ->type_name("DIR");
  cli->add_option("--config", options->config, "Configuration for the plugin")
      ->type_name("JSON|@FILE");
  cli->add_flag("--json", options->json, "Print JSON instead of text for people");
  cli->add_flag("--verbose", options->verbose, "Print the plugin's log to stderr");
}

using Command = std::function<int(const App&)>;

/// Declares a command that runs `run` with the options it declared.
CLI::App* AddCommand(CLI::App* cli, Command* chosen, const std::string& name,
                     const std::string& text, Command run) {
  CLI::App* command = cli->add_subcommand(name, text);
  command->callback([chosen, run = std::move(run)] { *chosen = run; });
  return command;
}

/// A folder of option values that live as long as the commands that use them.
struct Values {
  LoginOptions login;
  ChatOptions chat;
  bool force = false;
  std::string pending_id;
  std::string file = "-";
};

void AddSignInCommands(CLI::App* cli, Command* chosen,
                       const std::shared_ptr<Values>& values) {
  AddCommand(cli, chosen, "status", "Show who is signed in; never uses the network",
             StatusCommand);
  CLI::App* login =
      AddCommand(cli, chosen, "login", "Sign in: show the address, wait, and finish",
                 [values](const App& app) { return LoginCommand(app, values->login); });
  login->add_flag("--auto", values->login.automatic,
                  "Do not wait for Enter: ask the server until it is approved");
  login->add_flag("--force", values->login.force,
                  "Begin anew, whatever is pending or stored");
  login->footer(
      "\nExamples:\n  sample-host login\n  sample-host --json login --auto\n"
      "\nWith --json every answer is one line; the first is that of `start`.\n");
  AddCommand(cli, chosen, "start", "Begin to sign in and print the address",
             [values](const App& app) { return StartCommand(app, values->force); })
      ->add_flag("--force", values->force, "Begin anew, whatever is pending or stored");
  AddCommand(cli, chosen, "poll", "Ask once whether the sign-in was approved",
             [values](const App& app) { return PollCommand(app, values->pending_id); })
      ->add_option("ID", values->pending_id,
                   "pending_id of `start`; default: the pending one");
  AddCommand(cli, chosen, "cancel", "Drop a sign-in that is not finished", CancelCommand);
  AddCommand(cli, chosen, "logout", "Sign out and erase the credentials", LogoutCommand);
  AddCommand(cli, chosen, "refresh", "Renew the access token now", RefreshCommand);
}

void AddModelCommands(CLI::App* cli, Command* chosen,
                      const std::shared_ptr<Values>& values) {
  AddCommand(cli, chosen, "models", "List the models of this account",
             [values](const App& app) { return ModelsCommand(app, values->force); })
      ->add_flag("--force", values->force, "Ask the server even if the list is fresh");
  CLI::App* chat =
      AddCommand(cli, chosen, "chat", "Ask one question, or hold a conversation",
                 [values](const App& app) { return ChatCommand(app, values->chat); });
  chat->add_option("-m,--model", values->chat.model,
                   "Which model; default: the provider's choice");
  chat->add_option("--system", values->chat.system, "The system text");
  chat->add_option("--effort", values->chat.effort,
                   "How hard to think: low, medium, high, ...");
  chat->add_option("PROMPT", values->chat.prompt,
                   "The question; without it, a conversation");
  chat->footer(
      "\nExamples:\n  sample-host chat\n  sample-host chat \"Name three rivers\"\n"
      "  sample-host --json chat -m some-model \"Hi\" | jq -r .message.content\n"
      "\nIn a conversation each line is a turn; /help lists the commands.\n");
  CLI::App* complete =
      AddCommand(cli, chosen, "complete", "Send a request as it is and print its events",
                 [values](const App& app) { return CompleteCommand(app, values->file); });
  complete->add_option("FILE", values->file,
                       "The request, JSON; \"-\" or nothing: stdin");
  complete->footer(
      "\nEach event is one line of JSON:\n"
      "  {\"event\":\"text\",\"index\":0,\"data\":\"Hello\"}\n"
      "  {\"event\":\"end\",\"status\":0,\"result\":{...}}\n");
}

}  // namespace

Arguments ParseArguments(int argc, char** argv) {
  Arguments arguments;
  const auto values = std::make_shared<Values>();
  CLI::App cli("A terminal agent for any LLM provider plugin");
  cli.name("sample-host");
  cli.set_version_flag("--version", "sample-host " SAMPLE_HOST_VERSION);
  cli.require_subcommand(1);
  cli.fallthrough();
  cli.footer(kFooter);
  AddGlobalOptions(&cli, &arguments.options);
  AddCommand(&cli, &arguments.command, "info",
             "Show the plugin: versions and what it needs", InfoCommand);
  AddSignInCommands(&cli, &arguments.command, values);
  AddModelCommands(&cli, &arguments.command, values);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::RequiredError& e) {
    // Said before it is said that nobody knows the word that was given as one.
    arguments.exit_code = kUsage;
    const std::vector<std::string> unknown = cli.remaining();
    if (unknown.empty()) {
      cli.exit(e);
    } else {
      Write(stderr, "sample-host: there is no \"" + CleanLine(unknown.front()) +
                        "\"; --help lists the commands and options\n");
    }
  } catch (const CLI::ParseError& e) {
    arguments.command = nullptr;
    // Help and version come as exceptions too, with 0.
    arguments.exit_code = cli.exit(e) == 0 ? kOk : kUsage;
  }
  return arguments;
}

}  // namespace sample_host
