#include "sim/http_types.h"

#include <algorithm>
#include <cctype>

namespace xai::sim {
namespace {

char Lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

}  // namespace

bool EqualsIgnoringCase(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return Lower(a) == Lower(b); });
}

std::vector<std::string_view> FindHeaders(const HeaderList& headers,
                                          std::string_view name) {
  std::vector<std::string_view> values;
  for (const Header& header : headers) {
    if (EqualsIgnoringCase(header.name, name)) values.push_back(header.value);
  }
  return values;
}

bool HasHeader(const HeaderList& headers, std::string_view name) {
  return !FindHeaders(headers, name).empty();
}

std::string MediaType(const HttpRequest& request) {
  const auto values = FindHeaders(request.headers, "content-type");
  if (values.size() != 1) return {};
  std::string type(values[0].substr(0, values[0].find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(), Lower);
  return type;
}

}  // namespace xai::sim
