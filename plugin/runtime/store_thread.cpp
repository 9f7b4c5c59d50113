#include "runtime/store_thread.h"

#include <chrono>
#include <exception>

namespace xai {

StoreThread::~StoreThread() {
  BeginStop(nullptr);
  Join();
}

bool StoreThread::Post(std::function<void()> task) {
  return Add({std::move(task), true, false});
}

bool StoreThread::PostLook(std::function<void()> task) {
  return Add({std::move(task), false, false});
}

bool StoreThread::PostTidy(std::function<void()> task) {
  return Add({std::move(task), false, true});
}

bool StoreThread::Add(Task task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_.load()) return false;
  tasks_.push_back(std::move(task));
  if (!thread_.started() && !thread_.Start("xai-grok-store", [this] { Run(); })) {
    tasks_.pop_back();
    return false;
  }
  if (tasks_.back().slow) ++slow_;
  changed_.notify_one();
  return true;
}

bool StoreThread::busy() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return slow_ > 0;
}

void StoreThread::BeginStop(std::function<void()> last) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_.load()) return;
  stopping_.store(true);
  last_ = std::move(last);
  std::erase_if(tasks_, [](const Task& task) { return !task.is_kept; });
  changed_.notify_one();
}

bool StoreThread::WaitForTask(std::unique_lock<std::mutex>* lock) {
  const auto due = [this] { return stopping_.load() || !tasks_.empty(); };
  const std::optional<int64_t> wait_ms = idle_.wait_ms ? idle_.wait_ms() : std::nullopt;
  if (wait_ms) {
    return changed_.wait_for(*lock, std::chrono::milliseconds(*wait_ms), due);
  }
  changed_.wait(*lock, due);
  return true;
}

void StoreThread::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    Task task = {idle_.run, true, false};
    bool awaited = true;
    if (WaitForTask(&lock)) {
      if (tasks_.empty()) break;  // it is the end
      task = std::move(tasks_.front());
      tasks_.pop_front();
    } else {
      ++slow_;
      awaited = false;
    }
    lock.unlock();
    const bool done = Guarded(task.run);
    task.run = nullptr;
    if (!done && awaited && on_failure_) on_failure_();
    lock.lock();
    if (task.slow) --slow_;
  }
  const std::function<void()> last = std::move(last_);
  lock.unlock();
  if (last) (void)Guarded(last);
}

bool StoreThread::Guarded(const std::function<void()>& task) {
  try {
    task();
    return true;
  } catch (const std::exception&) {
    LogFailure(log_, "a transaction of the plugin failed and was given up");
    return false;
  }
}

}  // namespace xai
