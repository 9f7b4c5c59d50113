// The real plugin in this process, with a simulator and folders of its own.
#ifndef XAI_TESTS_E2E_PLUGIN_STAGE_H_
#define XAI_TESTS_E2E_PLUGIN_STAGE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "e2e/simulator_process.h"
#include "llm_provider.hpp"
#include "support/temp_dir.h"

namespace xai {

class PluginStage {
 public:
  // `options` of the simulator, beside those that let it approve every sign-in at once.
  explicit PluginStage(std::vector<std::string> options = {});
  PluginStage(const PluginStage&) = delete;
  PluginStage& operator=(const PluginStage&) = delete;
  // Copies what the plugin wrote to the folder that XAI_LEFT_FILES names, where
  // scripts/test.sh looks through it.
  ~PluginStage();

  const SimulatorProcess& sim() const { return sim_; }
  std::string Config() const;
  llmp::Provider Load() const;

  std::filesystem::path state_dir() const { return folder_.path() / "state"; }

  // Signs in with a provider of its own, which is gone afterwards.
  void SignIn() const;

 private:
  TempDir folder_;
  SimulatorProcess sim_;
};

// What an answer was made of.
struct Answer {
  int32_t status = -1;
  llmp::Json document;
  std::string text;
};
// Reads a stream to its end.
Answer ReadAnswer(llmp::Stream* stream);

// Reads as far as the first text; false if there is none.
bool WaitForText(llmp::Stream* stream);

// A request that the simulator answers with the echo of `prompt`, or as its marks say.
std::string ChatRequest(const std::string& prompt);

// One onboarding action to its end: the document.
llmp::Json Onboard(const llmp::Provider& provider, const std::string& json);

}  // namespace xai

#endif  // XAI_TESTS_E2E_PLUGIN_STAGE_H_
