// Versions such as "0.1.0" against ranges such as ">=0.1 <0.2".
#ifndef XAI_PLUGIN_ENTRY_VERSION_RANGE_H_
#define XAI_PLUGIN_ENTRY_VERSION_RANGE_H_

#include <string_view>

namespace xai {

// True if `version` meets every condition of `range`: operators >=, <=, >, < and =,
// parted by spaces.  Numbers that are left out are 0, and what follows a '-' or '+' in
// `version` does not count.  False if either is malformed, or the range is empty.
bool VersionInRange(std::string_view version, std::string_view range);

}  // namespace xai

#endif  // XAI_PLUGIN_ENTRY_VERSION_RANGE_H_
