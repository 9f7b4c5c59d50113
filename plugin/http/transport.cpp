#include "http/transport.h"

namespace xai {

std::string_view HttpHead::Header(std::string_view lower_case_name) const {
  std::string_view found;
  for (const HttpHeader& header : headers) {
    if (header.name == lower_case_name) found = header.value;
  }
  return found;
}

}  // namespace xai
