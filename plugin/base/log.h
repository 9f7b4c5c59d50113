// Where the plugin's own words go: to the host.  Never tokens, codes, bodies or prompts.
#ifndef XAI_PLUGIN_BASE_LOG_H_
#define XAI_PLUGIN_BASE_LOG_H_

#include <string>

namespace xai {

enum class LogLevel { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3 };

// Thread-safe.
class Logger {
 public:
  Logger() = default;
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  virtual ~Logger() = default;

  virtual void Log(LogLevel level, const std::string& message) = 0;
};

// Says what has failed, unless there is no memory to say it with.
inline void LogFailure(Logger* log, const char* what) noexcept {
  try {
    log->Log(LogLevel::kError, what);
  } catch (...) {
    // Whoever reports a failure must not become one.
  }
}

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_LOG_H_
