// xai-sim as a process of its own, on a free port.
#ifndef XAI_TESTS_E2E_SIMULATOR_PROCESS_H_
#define XAI_TESTS_E2E_SIMULATOR_PROCESS_H_

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace xai {

class SimulatorProcess {
 public:
  // Throws if it does not start.
  explicit SimulatorProcess(const std::vector<std::string>& options);
  SimulatorProcess(const SimulatorProcess&) = delete;
  SimulatorProcess& operator=(const SimulatorProcess&) = delete;
  ~SimulatorProcess();

  uint16_t port() const { return port_; }
  std::string auth_url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string api_url() const { return auth_url() + "/v1"; }

  // A control endpoint of tests/sim/control.h: the body of its answer.  Throws unless the
  // answer is 200.
  std::string Get(const std::string& name) const { return Control("GET", name, ""); }
  std::string Post(const std::string& name, const std::string& json) const {
    return Control("POST", name, json);
  }

  // One counter of the endpoint stats.
  int64_t Stat(const std::string& name) const;

 private:
  std::string Control(const char* method, const std::string& name,
                      const std::string& body) const;

  pid_t pid_ = -1;
  uint16_t port_ = 0;
};

}  // namespace xai

#endif  // XAI_TESTS_E2E_SIMULATOR_PROCESS_H_
