#include "format.h"

#include <algorithm>
#include <ctime>

namespace sample_host {

std::string Duration(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
  const auto both = [&](std::int64_t large, const char* name, std::int64_t small,
                        const char* small_name) {
    const std::int64_t rest = seconds % large / small;
    std::string out = std::to_string(seconds / large) + " " + name;
    if (rest > 0) out += " " + std::to_string(rest) + " " + small_name;
    return out;
  };
  if (seconds >= kDay) return both(kDay, "d", kHour, "h");
  if (seconds >= kHour) return both(kHour, "h", kMinute, "min");
  if (seconds >= kMinute) return both(kMinute, "min", 1, "s");
  return std::to_string(std::max<std::int64_t>(seconds, 0)) + " s";
}

std::string LocalTime(const llmp::Json& value) {
  const auto milliseconds = value.integer();
  if (!milliseconds) return "";
  const std::time_t seconds = static_cast<std::time_t>(*milliseconds / 1000);
  std::tm local = {};
  char text[32] = {};
  if (::localtime_r(&seconds, &local) == nullptr) return "";
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
  return text;
}

std::string Count(const llmp::Json& value) {
  const auto number = value.integer();
  if (!number) return "";
  std::string digits = std::to_string(*number);
  const std::ptrdiff_t first = *number < 0 ? 1 : 0;
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > first; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ' ');
  }
  return digits;
}

std::string Joined(const llmp::Json& array, const std::string& separator) {
  std::string out;
  for (const llmp::Json& item : array.items()) {
    if (!out.empty()) out += separator;
    out += item.str();
  }
  return out;
}

}  // namespace sample_host
