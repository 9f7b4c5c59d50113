// The direct members of one JSON object, scalars as text and everything else as JSON: for
// objects of which a few members matter and the rest may be of any size.
#ifndef XAI_PLUGIN_BASE_JSON_MEMBERS_H_
#define XAI_PLUGIN_BASE_JSON_MEMBERS_H_

#include <functional>
#include <string_view>

namespace xai {

enum class MemberKind { kNull, kBool, kNumber, kString, kObject, kArray };

struct JsonMember {
  std::string_view name;  // empty for the elements of an array
  MemberKind kind;
  std::string_view text;  // a string decoded, anything else as JSON
};

// Tells each member that `wanted` likes; the views are valid during the call.  False if
// `json` is not an object.
bool ReadMembers(std::string_view json,
                 const std::function<bool(std::string_view name)>& wanted,
                 const std::function<void(const JsonMember&)>& tell);

// The same for the elements of an array.
bool ReadElements(std::string_view json,
                  const std::function<void(const JsonMember&)>& tell);

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_JSON_MEMBERS_H_
