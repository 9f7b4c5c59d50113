// Keeps every line, so that a test can look for what must not be there.
#ifndef XAI_TESTS_SUPPORT_COLLECTING_LOGGER_H_
#define XAI_TESTS_SUPPORT_COLLECTING_LOGGER_H_

#include <mutex>
#include <string>

#include "base/log.h"

namespace xai {

// Thread-safe.
class CollectingLogger : public Logger {
 public:
  void Log(LogLevel level, const std::string& message) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    text_ += std::to_string(static_cast<int>(level)) + " " + message + "\n";
  }

  // All lines so far, each after its level.
  std::string text() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_COLLECTING_LOGGER_H_
