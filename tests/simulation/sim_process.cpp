#include "simulation/sim_process.h"

#include <algorithm>
#include <cerrno>

#include "credentials/file_vault.h"
#include "credentials/key_source.h"
#include "credentials/store.h"

namespace xai {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;

class Silence : public Logger {
 public:
  void Log(LogLevel, const std::string&) override {}
};

}  // namespace

class SimProcess::Clock : public xai::Clock {
 public:
  explicit Clock(SimProcess* process) : process_(process) {}
  int64_t NowMs() const override { return process_->world_->NowMs(); }
  int64_t SteadyMs() const override { return process_->world_->SteadyMs(); }
  // At least so long: waiters would otherwise spend the simulation with looking.
  void SleepMs(int64_t ms) const override {
    process_->Spend(ms + process_->world_->dice().Between(0, 800));
  }

 private:
  SimProcess* process_;
};

class SimProcess::Http : public HttpClient {
 public:
  explicit Http(SimProcess* process) : process_(process) {}

  Result<HttpResponse> Fetch(const HttpRequest& request, size_t, Interruptible,
                             bool* sent) override {
    World* world = process_->world_;
    const WorldOptions& options = world->options();
    Dice& dice = world->dice();
    *sent = false;
    if (!request.fresh_connection && !request.body.empty()) {
      process_->Fail("posts on a connection that may be a used one");
    }
    process_->Spend(dice.Between(5, 2'000));
    if (world->faults() && dice.OneIn(options.lost_request_one_in)) {
      return Error::Make(ErrorCode::kNetwork, "refused");
    }
    *sent = true;
    if (world->faults() && dice.OneIn(options.outage_one_in)) {
      process_->Spend(dice.Between(5, 2'000));
      HttpResponse busy;
      busy.head.status = dice.OneIn(2) ? 503 : 429;
      return busy;
    }
    const int64_t token = Presented(request);
    HttpResponse response =
        world->idp().Handle(request.url, request.body, world->ServerMs());
    if (request.url.ends_with("/token")) {
      // A sign-in does not settle what became of an earlier token.
      if (token != 0) process_->spent_ = token;
      const bool issued = response.head.status == 200;
      process_->issued_ = issued ? world->idp().last_token() : 0;
    }
    if (world->faults() && dice.OneIn(options.lost_answer_one_in)) {
      if (token != 0) {
        world->Excuse(token, "a lost answer");
        process_->spent_ = 0;
      }
      process_->issued_ = 0;
      process_->Spend(20'000);
      return Error::Make(ErrorCode::kTimeout, "no answer");
    }
    process_->Spend(dice.Between(5, 2'000));
    return response;
  }

 private:
  // The number of the refresh token; complains of one that is spent for no reason.
  int64_t Presented(const HttpRequest& request) const {
    constexpr std::string_view kMember = "refresh_token=rt-";
    const size_t at = request.body.find(kMember);
    if (at == std::string_view::npos) return 0;
    const int64_t token = SimIdp::NumberOf(request.body.substr(at + kMember.size() - 3));
    process_->world_->Trace(process_->name_ + " presents rt-" + std::to_string(token));
    if (process_->world_->idp().IsSpent(token) && !process_->world_->HasExcuse(token)) {
      process_->Fail("presents a spent token without need");
    }
    return token;
  }

  SimProcess* process_;
};

// What dies with the process.
struct SimProcess::Life {
  explicit Life(SimProcess* process)
      : clock(process),
        http(process),
        files(&process->world_->disk(), process->number_,
              [process] { return process->BeforeSystemCall(); }),
        keys(MakeKeyFileSource(&files, "/keys/key", &process->world_->dice())),
        vault(MakeFileVault(&files, "/state")),
        store(vault.get(), {"https://auth.x.ai", "client", "default"}, keys.get(),
              &process->world_->dice()),
        account(config, &store,
                {&http, &clock, &process->world_->dice(), &log, process->world_->BootId(),
                 "machine", [] { return false; }},
                [process, this](const std::shared_ptr<const AccountSnapshot>& now) {
                  snapshot = now;
                  process->OnPublish(*now);
                }) {}

  Clock clock;
  Http http;
  Silence log;
  OAuthConfig config{"https://auth.x.ai", "client", "scope", "referrer"};
  SimFileSystem files;
  std::unique_ptr<KeySource> keys;
  std::unique_ptr<Vault> vault;
  Store store;
  std::shared_ptr<const AccountSnapshot> snapshot;
  Account account;
};

SimProcess::SimProcess(World* world, int number)
    : world_(world),
      name_("process " + std::to_string(number)),
      number_(number),
      steps_left_(world->options().days > 0 ? 0 : world->options().steps),
      fiber_([this] { Main(); }) {}

SimProcess::~SimProcess() = default;

void SimProcess::Kill() {
  if (spent_ != 0) world_->Excuse(spent_, "the death of " + name_);
  spent_ = issued_ = 0;
  doomed_ = true;
}

void SimProcess::Spend(int64_t ms) {
  const WorldOptions& options = world_->options();
  if (world_->faults()) {
    Dice& dice = world_->dice();
    if (dice.OneIn(options.kill_one_in)) Kill();
    if (dice.OneIn(options.power_cut_one_in)) world_->CutPower();
    if (dice.OneIn(options.suspend_one_in)) world_->Suspend(dice.Between(1, 10) * kHour);
  }
  if (!doomed_) {
    wakes_at_ms_ = world_->ServerMs() + ms;
    fiber_.Yield();
  }
  if (!doomed_) return;
  life_->files.Cut();
  throw Killed();
}

int SimProcess::BeforeSystemCall() {
  Spend(world_->dice().Between(0, 2));
  const bool fails =
      world_->faults() && world_->dice().OneIn(world_->options().io_error_one_in);
  return fails ? EIO : 0;
}

void SimProcess::Main() {
  bool finished = false;
  while (!finished) {
    life_ = std::make_unique<Life>(this);
    try {
      Live();
      finished = true;
    } catch (const Killed&) {
      world_->Trace(name_ + " died");
    }
    world_->disk().EndProcess(number_);
    life_ = nullptr;
    doomed_ = false;
    if (finished) break;
    wakes_at_ms_ = world_->ServerMs() + world_->dice().Between(1, kMinute);
    fiber_.Yield();
  }
}

void SimProcess::Live() {
  const int64_t written_before = world_->written();
  const int64_t signed_out_before = world_->signed_out();
  life_->account.Reload();
  OnFirstLook(*life_->snapshot, written_before, signed_out_before);
  const int64_t end_ms = world_->ServerMs() + world_->options().days * 24 * kHour;
  while (world_->ServerMs() < end_ms) AwaitRenewal();
  while (steps_left_ > 0) {
    --steps_left_;
    Act();
  }
  AwaitOthers(World::Phase::kWork);
  Settle();
  AwaitOthers(World::Phase::kSettle);
  life_->account.Reload();
  const auto& access = life_->snapshot->access;
  conclusion_ = access == nullptr ? 0 : SimIdp::NumberOf(access->bearer.Reveal());
}

void SimProcess::AwaitOthers(World::Phase phase) {
  if (world_->phase() != phase) return;  // it died once they had gone on
  if (phases_done_ == static_cast<int>(phase)) {
    ++phases_done_;
    world_->OnPhaseDone();
  }
  while (world_->phase() == phase) Spend(kMinute);
}

void SimProcess::Act() {
  Dice& dice = world_->dice();
  if (dice.OneIn(world_->options().full_disk_one_in)) {
    world_->disk().full = !world_->disk().full;
  }
  if (dice.OneIn(world_->options().clock_jump_one_in)) {
    world_->JumpWallClock(dice.Between(-2, 2) * kHour);
  }
  Spend(dice.OneIn(3) ? dice.Between(0, 3 * kHour) : dice.Between(0, 3'000));
  life_->account.FlushUnsaved();
  switch (dice.Between(0, 11)) {
    case 0:
      life_->account.Reload();
      break;
    case 1:
    case 2:
    case 3:
      (void)life_->account.Refresh(Account::RefreshWhen::kAlways, nullptr);
      break;
    case 4:
      if (!dice.OneIn(4)) break;
      LogOut();
      break;
    default:
      Renew();
  }
}

void SimProcess::LogOut() {
  // However it ends: it may wait for the lock, and end a sign-in that is begun meanwhile.
  struct Announcement {
    explicit Announcement(World* w) : world(w) { world->OnLogout(true); }
    ~Announcement() { world->OnLogout(false); }
    World* world;
  };
  const Announcement announcement(world_);
  if (life_->account.Logout().ok()) world_->OnSignedOut();
}

void SimProcess::AwaitRenewal() {
  Renew();
  const auto& access = life_->snapshot->access;
  if (access == nullptr) return;
  const int64_t due = access->expires_at_ms - RefreshAheadMs(*access);
  Spend(std::max<int64_t>(due - world_->NowMs(), 0) + world_->dice().Between(0, kMinute));
}

// What the token broker does when somebody wants a token.
void SimProcess::Renew() {
  life_->account.Reload();
  const AccountSnapshot& now = *life_->snapshot;
  if (now.unreadable) return;
  if (now.access == nullptr || !now.dead_reason.empty()) {
    SignIn();
    return;
  }
  if (now.access->expires_at_ms - world_->NowMs() > RefreshAheadMs(*now.access)) return;
  (void)life_->account.Refresh(Account::RefreshWhen::kIfStale, nullptr);
}

void SimProcess::SignIn() {
  if (!life_->account.Start(false).ok()) return;
  for (int i = 0; i < 20; ++i) {
    Spend(1'000);
    const Result<Account::PollResult> polled = life_->account.Poll(std::nullopt);
    if (!polled.ok() || polled.value().connected) return;
  }
}

void SimProcess::Settle() {
  // What failed is tried again after a minute at the latest, unless the server or the
  // lock of another one says so.
  for (int i = 0; i < 60; ++i) {
    life_->account.FlushUnsaved();
    Renew();
    const AccountSnapshot& now = *life_->snapshot;
    const bool good = now.connected() && now.warnings.empty() &&
                      now.access->expires_at_ms > world_->NowMs();
    if (good) return;
    Spend(kMinute);
  }
  Fail("is not connected an hour after the last fault: " +
       std::string(NameOf(StateOf(*life_->snapshot, world_->NowMs()))));
}

void SimProcess::OnPublish(const AccountSnapshot& now) {
  if (now.access == nullptr) return;
  const int64_t token = SimIdp::NumberOf(now.access->bearer.Reveal());
  if (!now.dead_reason.empty()) {
    if (!world_->idp().IsRevoked(token)) Fail("believes a good sign-in dead");
    if (!world_->HasExcuse(token) && !world_->MayBeSignedOut(token)) {
      Fail("has lost the sign-in without cause");
    }
  }
  const auto is = [&now](const char* warning) {
    return std::find(now.warnings.begin(), now.warnings.end(), warning) !=
           now.warnings.end();
  };
  if (is("cloned_store")) Fail("takes its own store for a copy");
  if (is("persist_pending")) return;
  if (!now.dead_reason.empty()) spent_ = 0;
  // The successor is on the disk, and must be from now on.
  if (issued_ != 0 && token == issued_) {
    spent_ = issued_ = 0;
    world_->OnWritten(token);
  }
}

void SimProcess::OnFirstLook(const AccountSnapshot& now, int64_t written_before,
                             int64_t signed_out_before) {
  if (now.unreadable) {
    if (now.unreadable->code == ErrorCode::kStoreIo) return;  // passing
    Fail("finds a broken store: " + now.unreadable->detail);
    return;
  }
  const int64_t found =
      now.access == nullptr ? 0 : SimIdp::NumberOf(now.access->bearer.Reveal());
  if (found != 0 && world_->idp().FamilyOf(found) <= signed_out_before) {
    Fail("finds a sign-in that was signed out");
  }
  if (written_before == 0 || world_->written() == 0) return;  // somebody signs out
  if (found < written_before) {
    Fail("finds token " + std::to_string(found) + ", and " +
         std::to_string(written_before) + " was written");
  }
}

}  // namespace xai
