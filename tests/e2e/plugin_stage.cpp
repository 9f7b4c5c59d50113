#include "e2e/plugin_stage.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "support/wait_for.h"

namespace xai {
namespace {

std::vector<std::string> Approving(std::vector<std::string> options) {
  options.insert(options.begin(), {"--approve", "auto", "--interval", "1"});
  return options;
}

}  // namespace

PluginStage::PluginStage(std::vector<std::string> options)
    : sim_(Approving(std::move(options))) {}

PluginStage::~PluginStage() {
  const char* left = std::getenv("XAI_LEFT_FILES");
  if (left == nullptr) return;
  const std::filesystem::path target =
      std::filesystem::path(left) / folder_.path().filename();
  std::error_code error;
  std::filesystem::create_directories(target, error);
  std::filesystem::copy(folder_.path(), target, std::filesystem::copy_options::recursive,
                        error);
  if (error) ADD_FAILURE() << "cannot keep what was written: " << error.message();
}

std::string PluginStage::Config() const {
  const std::string folder = folder_.path().string();
  llmp::Json endpoints = llmp::Json::object();
  endpoints.set("auth", sim_.auth_url()).set("api", sim_.api_url());
  llmp::Json config = llmp::Json::object();
  config.set("state_dir", folder + "/state").set("key_file", folder + "/keys/key");
  config.set("endpoints", std::move(endpoints));
  return config.dump();
}

llmp::Provider PluginStage::Load() const {
  return llmp::load(XAI_PLUGIN_FOLDER, {"e2e-test", "1.0"}, Config());
}

void PluginStage::SignIn() const {
  const llmp::Provider provider = Load();
  Onboard(provider, R"({"action":"start"})");
  const bool connected = WaitFor([&provider] {
    const llmp::Json poll = Onboard(provider, R"({"action":"poll"})");
    return poll["status"].str() == "connected";
  });
  if (!connected) throw std::runtime_error("the simulator did not approve");
}

Answer ReadAnswer(llmp::Stream* stream) {
  Answer answer;
  for (const llmp_event& event : *stream) {
    if (event.kind == LLMP_EV_TEXT) answer.text += llmp::text(event);
  }
  answer.status = stream->status();
  answer.document = llmp::Json::parse(stream->document()).value_or(llmp::Json());
  return answer;
}

bool WaitForText(llmp::Stream* stream) {
  while (const llmp_event* event = stream->next()) {
    if (event->kind == LLMP_EV_TEXT) return true;
  }
  return false;
}

std::string ChatRequest(const std::string& prompt) {
  return R"({"model":"grok-4.3","messages":[{"role":"user","content":")" + prompt +
         R"("}]})";
}

llmp::Json Onboard(const llmp::Provider& provider, const std::string& json) {
  llmp::Stream stream = provider.onboarding_action(json);
  return llmp::Json::parse(stream.finish().document()).value_or(llmp::Json());
}

}  // namespace xai
