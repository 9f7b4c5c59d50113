// Times and counts as people read them.
#ifndef SAMPLE_HOST_FORMAT_H_
#define SAMPLE_HOST_FORMAT_H_

#include <cstdint>
#include <string>

#include "llm_provider.hpp"

namespace sample_host {

/// "2 d 3 h", "5 h 12 min", "42 s"; "0 s" for what is over.
std::string Duration(std::int64_t seconds);

/// Milliseconds since 1970 as local time, "2026-05-22 14:03"; empty if value is not a
/// number.
std::string LocalTime(const llmp::Json& value);

/// "1 000 000"; empty if value is not a whole number.
std::string Count(const llmp::Json& value);

/// The elements of an array of strings with separators between.
std::string Joined(const llmp::Json& array, const std::string& separator);

}  // namespace sample_host

#endif  // SAMPLE_HOST_FORMAT_H_
