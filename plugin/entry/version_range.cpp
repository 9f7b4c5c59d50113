#include "entry/version_range.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace xai {
namespace {

using Version = std::array<uint32_t, 3>;

std::optional<Version> ParseVersion(std::string_view text) {
  Version version = {};
  for (size_t part = 0; part < version.size(); ++part) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, version[part]);
    if (parsed.ec != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(parsed.ptr - text.data()));
    if (text.empty()) return version;
    if (text.front() != '.') break;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;  // "1.2.3."
  return text.front() == '-' || text.front() == '+' ? std::optional(version)
                                                    : std::nullopt;
}

// Takes one of `prefixes` off the front of *text.
std::string_view TakeOperator(std::string_view* text) {
  for (const std::string_view name : {">=", "<=", ">", "<", "="}) {
    if (text->starts_with(name)) {
      text->remove_prefix(name.size());
      return name;
    }
  }
  return {};
}

bool Meets(const Version& version, std::string_view condition) {
  const std::string_view name = TakeOperator(&condition);
  const std::optional<Version> bound = ParseVersion(condition);
  if (!bound) return false;
  if (name == ">=") return version >= *bound;
  if (name == "<=") return version <= *bound;
  if (name == ">") return version > *bound;
  if (name == "<") return version < *bound;
  if (name == "=") return version == *bound;
  return false;
}

}  // namespace

bool VersionInRange(std::string_view version, std::string_view range) {
  const std::optional<Version> parsed = ParseVersion(version);
  if (!parsed) return false;
  bool any = false;
  while (!range.empty()) {
    const size_t size = range.find(' ');
    const std::string_view condition = range.substr(0, size);
    range.remove_prefix(size == std::string_view::npos ? range.size() : size + 1);
    if (condition.empty()) continue;
    if (!Meets(*parsed, condition)) return false;
    any = true;
  }
  return any;
}

}  // namespace xai
