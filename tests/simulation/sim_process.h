// One simulated process: the real account over a simulated machine.
#ifndef XAI_TESTS_SIMULATION_SIM_PROCESS_H_
#define XAI_TESTS_SIMULATION_SIM_PROCESS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "credentials/account.h"
#include "http/transport.h"
#include "simulation/fibers.h"
#include "simulation/world.h"

namespace xai {

class SimProcess {
 public:
  SimProcess(World* world, int number);
  ~SimProcess();
  SimProcess(const SimProcess&) = delete;
  SimProcess& operator=(const SimProcess&) = delete;

  // Runs to its next system call, or to the end of a wait.
  void Resume() { fiber_.Resume(); }
  // When it wants to go on, by the world's steady clock.
  int64_t wakes_at_ms() const { return wakes_at_ms_; }
  bool done() const { return fiber_.ended(); }
  // Dies where it stands, as soon as it is resumed.
  void Kill();

  // In the end: the number of the access token that it holds.
  int64_t conclusion() const { return conclusion_; }

 private:
  class Clock;
  class Http;
  struct Life;

  // Something may happen to it here.  Throws Killed.
  void Spend(int64_t ms);
  // An errno, or 0.
  int BeforeSystemCall();

  void Main();
  void Live();
  void Act();
  void Settle();
  void AwaitOthers(World::Phase phase);
  void AwaitRenewal();
  void Renew();
  void SignIn();
  void LogOut();
  void OnPublish(const AccountSnapshot& snapshot);
  void OnFirstLook(const AccountSnapshot& now, int64_t written_before,
                   int64_t signed_out_before);
  void Fail(const std::string& what) { world_->Fail(name_ + " " + what); }

  World* world_;
  std::string name_;
  int number_;
  int steps_left_;
  bool doomed_ = false;
  int64_t wakes_at_ms_ = 0;
  // The token whose successor is on its way or not on the disk, and the successor; 0:
  // none.
  int64_t spent_ = 0;
  int64_t issued_ = 0;
  int phases_done_ = 0;
  std::unique_ptr<Life> life_;
  int64_t conclusion_ = 0;
  Fiber fiber_;
};

}  // namespace xai

#endif  // XAI_TESTS_SIMULATION_SIM_PROCESS_H_
