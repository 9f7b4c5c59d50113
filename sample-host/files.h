// Whole files as text.
#ifndef SAMPLE_HOST_FILES_H_
#define SAMPLE_HOST_FILES_H_

#include <string>

namespace sample_host {

/// Reads a file, or stdin for "-", to its end.  False if that is not possible.
bool ReadFile(const std::string& path, std::string* text);

}  // namespace sample_host

#endif  // SAMPLE_HOST_FILES_H_
