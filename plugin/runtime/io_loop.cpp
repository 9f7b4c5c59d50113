#include "runtime/io_loop.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>

#include "runtime/process.h"

namespace xai {
namespace {

constexpr int kIdleWaitMs = 60'000;
// So many tasks, and then the transfers get their turn: of 500 requests that begin in the
// same moment, the first are answered while the last are not yet sent.
constexpr size_t kTasksMax = 16;

}  // namespace

std::unique_ptr<IoLoop> IoLoop::Make(HttpSettings settings, Logger* log) {
  std::unique_ptr<CurlTransport> transport = CurlTransport::Make(std::move(settings));
  if (transport == nullptr) return nullptr;
  return std::unique_ptr<IoLoop>(new IoLoop(std::move(transport), log));
}

IoLoop::IoLoop(std::unique_ptr<CurlTransport> transport, Logger* log)
    : transport_(std::move(transport)), log_(log) {}

IoLoop::~IoLoop() {
  Stop();
}

bool IoLoop::Post(std::function<void()> task) {
  if (IsExiting()) return false;  // the loop runs nothing any more
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return false;
    inbox_.push_back(std::move(task));
    if (!thread_.started() && !thread_.Start("xai-grok-io", [this] { Run(); })) {
      inbox_.pop_back();
      return false;
    }
    if (inbox_.size() > 1) return true;  // the loop has been woken for the first one
  }
  transport_->Wakeup();
  return true;
}

void IoLoop::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  transport_->Wakeup();
  thread_.Join();
}

Scheduler::TimerId IoLoop::RunAfter(int64_t delay_ms, std::function<void()> task) {
  const TimerId id = next_timer_++;
  const int64_t due = clock_.SteadyMs() + std::max<int64_t>(delay_ms, 0);
  // In this order: a timer that cannot be cancelled would outlive what it is for.
  due_[id] = due;
  timers_.emplace(TimerKey(due, id), std::move(task));
  return id;
}

void IoLoop::CancelTimer(TimerId id) {
  const auto found = due_.find(id);
  if (found == due_.end()) return;
  timers_.erase(TimerKey(found->second, id));
  due_.erase(found);
}

void IoLoop::WatchFd(int fd, std::function<void()> on_readable) {
  watched_fd_ = fd;
  on_readable_ = std::move(on_readable);
}

void IoLoop::UnwatchFd() {
  watched_fd_ = -1;
  on_readable_ = nullptr;
}

void IoLoop::Run() {
  bool goes_on = true;
  bool is_readable = false;
  while (goes_on) {
    // At exit() it ends as it is.
    const auto round = [&] { goes_on = RunRound(is_readable); };
    if (!UnlessExiting(std::ref(round)) || !goes_on) return;
    is_readable = transport_->Wait(WaitMs(), watched_fd_);
  }
}

bool IoLoop::RunRound(bool is_readable) {
  if (is_readable) {
    Guarded([this] {
      // A copy: it may end the watch, and so itself.
      const std::function<void()> on_readable = on_readable_;
      on_readable();
    });
  }
  if (!RunTasks()) return false;
  // Before the timers: after a time without a processor, what has arrived meanwhile is
  // no silence of the server's.
  Guarded([this] { transport_->Perform(after_round_); });
  after_round_();
  RunDueTimers();
  if (std::exchange(failed_, false)) Recover();
  // The loop rests only now: a handler may have set a timer.
  after_round_();
  return true;
}

bool IoLoop::RunTasks() {
  bool stopping = false;
  do {
    stopping = RunSomeTasks();
  } while (stopping && more_tasks_);  // what was posted is run to its end
  after_round_();
  return !stopping;
}

bool IoLoop::RunSomeTasks() {
  const bool all_done = next_task_ == tasks_.size();
  bool stopping = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (all_done) {
      tasks_.clear();
      tasks_.swap(inbox_);
      next_task_ = 0;
      fails_after_ = std::exchange(fail_posted_, false);
    }
    stopping = stopping_;
  }
  const size_t end = std::min(tasks_.size(), next_task_ + kTasksMax);
  while (next_task_ < end) {
    const std::function<void()> task = std::move(tasks_[next_task_++]);
    Guarded(task);
  }
  if (next_task_ == tasks_.size() && std::exchange(fails_after_, false)) failed_ = true;
  // If some were left from before, the loop may have been woken for the inbox already.
  more_tasks_ = !all_done || next_task_ < tasks_.size();
  return stopping;
}

void IoLoop::RunDueTimers() {
  const int64_t now = clock_.SteadyMs();
  // Those that a timer adds are for the next round, or a task that repeats itself with no
  // delay would keep the loop from its transfers.
  const TimerId bound = next_timer_;
  for (auto first = timers_.begin(); first != timers_.end() && first->first.first <= now;
       first = timers_.begin()) {
    if (first->first.second >= bound) break;
    const std::function<void()> task = std::move(first->second);
    due_.erase(first->first.second);
    timers_.erase(first);
    Guarded(task);
  }
}

int IoLoop::WaitMs() const {
  if (more_tasks_) return 0;
  if (timers_.empty()) return kIdleWaitMs;
  const int64_t wait = timers_.begin()->first.first - clock_.SteadyMs();
  return static_cast<int>(std::clamp<int64_t>(wait, 0, kIdleWaitMs));
}

void IoLoop::Guarded(const std::function<void()>& task) {
  // One task without memory must not take the host down.
  try {
    task();
  } catch (const std::exception&) {
    failed_ = true;
    LogFailure(log_, "a task of the plugin failed and was given up");
  }
}

void IoLoop::Recover() {
  // What fails here is not tried again: without memory the loop would never rest.
  try {
    if (on_failure_) on_failure_();
  } catch (const std::exception&) {
    LogFailure(log_, "a task of the plugin failed and was given up");
  }
}

void IoLoop::Fail() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    fail_posted_ = true;
  }
  transport_->Wakeup();
}

}  // namespace xai
