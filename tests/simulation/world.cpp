#include "simulation/world.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "simulation/sim_process.h"

namespace xai {

World::World(const WorldOptions& options)
    : options_(options),
      dice_(options.seed),
      disk_(&dice_),
      idp_(options.token_life_ms, options.grace_ms) {
  for (int i = 0; i < options.processes; ++i) {
    processes_.push_back(std::make_unique<SimProcess>(this, i + 1));
  }
}

World::~World() = default;

void World::Run() {
  for (;;) {
    bool all_done = true;
    for (const auto& process : processes_) all_done = all_done && process->done();
    if (all_done) break;
    Step();
    if (phase_done_ < options_.processes || phase_ == Phase::kReport) continue;
    phase_ = phase_ == Phase::kWork ? Phase::kSettle : Phase::kReport;
    phase_done_ = 0;
    disk_.full = false;
  }
  CheckAgreement();
}

void World::Step() {
  // Whoever wants to go on first; of several by chance.
  std::vector<SimProcess*> first;
  for (const auto& process : processes_) {
    if (process->done()) continue;
    const int64_t wakes_at = process->wakes_at_ms();
    if (!first.empty() && wakes_at > first.front()->wakes_at_ms()) continue;
    if (!first.empty() && wakes_at < first.front()->wakes_at_ms()) first.clear();
    first.push_back(process.get());
  }
  const auto chosen = dice_.Between(0, static_cast<int64_t>(first.size()) - 1);
  SimProcess* next = first[static_cast<size_t>(chosen)];
  steady_ms_ = std::max(steady_ms_, next->wakes_at_ms());
  next->Resume();
}

void World::CheckAgreement() {
  for (const auto& process : processes_) {
    if (process->conclusion() != processes_.front()->conclusion()) {
      Fail("the processes do not agree in the end");
    }
  }
  if (processes_.front()->conclusion() == 0) Fail("nobody is signed in in the end");
  if (idp_.presented_again() > excuses_) {
    Fail(std::to_string(idp_.presented_again()) + " spent tokens were presented, and " +
         std::to_string(excuses_) + " times there was a reason");
  }
}

void World::CutPower() {
  Trace("the power goes");
  for (const auto& process : processes_) {
    if (!process->done()) process->Kill();
  }
  if (disk_.lost_a_sync) {
    Excuse(idp_.last_token(), "a directory that was not flushed");
    written_ = 0;
  }
  disk_.LosePower();
  ++boots_;
  steady_ms_ += dice_.Between(1'000, 3'600'000);
  boot_at_ms_ = steady_ms_ - dice_.Between(1'000, 60'000);
}

void World::Excuse(int64_t token, const std::string& why) {
  Trace("excuse for rt-" + std::to_string(token) + ": " + why);
  ++excuses_;
  ++excuses_of_[idp_.FamilyOf(token)];
}

bool World::HasExcuse(int64_t token) const {
  return excuses_of_.count(idp_.FamilyOf(token)) != 0;
}

void World::OnWritten(int64_t token) {
  Trace("written: token " + std::to_string(token));
  if (!MayBeSignedOut(token)) written_ = std::max(written_, token);
}

void World::OnLogout(bool begins) {
  logouts_ += begins ? 1 : -1;
  written_ = 0;
  logout_of_ = idp_.sign_ins();
}

void World::Fail(const std::string& what) {
  Trace("VIOLATION: " + what);
  violations_.push_back(what);
}

void World::Trace(const std::string& what) const {
  if (!options_.trace) return;
  std::printf("%12" PRId64 " ms  %s\n", steady_ms_ - 1'780'000'000'000, what.c_str());
}

}  // namespace xai
