// Several processes that share one sign-in, on one machine, in simulated time.
//
// The processes run the real Account, Store and Vault.  Chance decides in which order
// their system calls happen, which of them fail, which answers are lost, who is killed,
// when the power goes and how the clocks jump.  Invariants are checked all along.
#ifndef XAI_TESTS_SIMULATION_WORLD_H_
#define XAI_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "simulation/dice.h"
#include "simulation/sim_disk.h"
#include "simulation/sim_idp.h"

namespace xai {

class SimProcess;

struct WorldOptions {
  uint64_t seed = 1;
  int processes = 3;
  int steps = 40;  // things that each process does before the faults stop
  int days = 0;    // instead: each renews when it is time, for so long
  int64_t token_life_ms = 21'600'000;
  int64_t grace_ms = 0;
  // Each happens once in so many opportunities; 0: never.
  int64_t kill_one_in = 0;       // at a system call or on the wire
  int64_t power_cut_one_in = 0;  // likewise
  int64_t io_error_one_in = 0;   // a system call
  int64_t full_disk_one_in = 0;  // for a while; at each step
  int64_t lost_request_one_in = 0;
  int64_t lost_answer_one_in = 0;
  int64_t outage_one_in = 0;      // 503 or 429
  int64_t clock_jump_one_in = 0;  // at each step
  int64_t suspend_one_in = 0;     // at a system call or on the wire
  bool trace = false;             // what happens, to stdout
};

// What a killed process throws, to leave everything behind at once.
struct Killed {};

class World {
 public:
  explicit World(const WorldOptions& options);
  ~World();

  // Runs until all steps are done, then without faults until all processes agree.
  void Run();

  // What should never happen and did.
  const std::vector<std::string>& violations() const { return violations_; }
  const SimIdp& idp() const { return idp_; }

  // The rest is for the processes.
  const WorldOptions& options() const { return options_; }
  Dice& dice() { return dice_; }
  SimDisk& disk() { return disk_; }
  SimIdp& idp() { return idp_; }
  bool faults() const { return phase_ == Phase::kWork; }

  int64_t NowMs() const { return steady_ms_ + wall_offset_ms_; }
  // Another one after each power cut.
  int64_t SteadyMs() const { return steady_ms_ - boot_at_ms_; }
  int64_t ServerMs() const { return steady_ms_; }  // the server's clock does not jump
  std::string BootId() const { return "boot-" + std::to_string(boots_); }

  void JumpWallClock(int64_t ms) { wall_offset_ms_ += ms; }
  void Suspend(int64_t ms) { steady_ms_ += ms; }
  void CutPower();
  // The sign-in of this token may end through no fault of ours: a process died, or an
  // answer was lost, between the spending of a token and the writing of its successor.
  void Excuse(int64_t token, const std::string& why);
  bool HasExcuse(int64_t token) const;
  int64_t excuses() const { return excuses_; }

  // Tokens are numbered.  What a process has published as written must not be lost.
  void OnWritten(int64_t token);
  int64_t written() const { return written_; }  // 0: perhaps nobody is signed in
  // From here on the sign-in may vanish at any moment, until there is a new one.
  void OnLogout(bool begins);
  bool MayBeSignedOut(int64_t token) const {
    return logouts_ > 0 || idp_.FamilyOf(token) <= logout_of_;
  }
  // A logout has succeeded: what was signed in so far is gone for good.
  void OnSignedOut() { signed_out_ = idp_.sign_ins(); }
  int64_t signed_out() const { return signed_out_; }  // the last such sign-in

  // How far a process is: all wait for each other.
  enum class Phase { kWork, kSettle, kReport };
  Phase phase() const { return phase_; }
  void OnPhaseDone() { ++phase_done_; }

  void Fail(const std::string& what);
  void Trace(const std::string& what) const;

 private:
  void Step();
  void CheckAgreement();

  WorldOptions options_;
  Dice dice_;
  SimDisk disk_;
  SimIdp idp_;
  Phase phase_ = Phase::kWork;
  int phase_done_ = 0;
  int64_t steady_ms_ = 1'780'000'000'000;
  int64_t boot_at_ms_ = steady_ms_ - 5'000;
  int64_t wall_offset_ms_ = 0;
  int boots_ = 1;
  int64_t written_ = 0;
  int64_t logout_of_ = 0;  // the last sign-in that may have been ended
  int logouts_ = 0;        // under way
  int64_t signed_out_ = 0;
  int64_t excuses_ = 0;
  std::map<int64_t, int64_t> excuses_of_;  // by sign-in
  std::vector<std::unique_ptr<SimProcess>> processes_;
  std::vector<std::string> violations_;
};

}  // namespace xai

#endif  // XAI_TESTS_SIMULATION_WORLD_H_
