// How we run RapidJSON's parser.  Included by json_*.cpp alone.
//
// Numbers stay text: version 1.1.0 writes out of bounds while converting some of 30 bytes
// (CVE-2024-38517).  Encoding is checked by base/utf8, since RapidJSON's check doubles
// the time.
#ifndef XAI_PLUGIN_BASE_JSON_PARSE_FLAGS_H_
#define XAI_PLUGIN_BASE_JSON_PARSE_FLAGS_H_

#include <rapidjson/reader.h>

namespace xai {

inline constexpr unsigned kReaderFlags = RAPIDJSON_NAMESPACE::kParseNumbersAsStringsFlag;
inline constexpr unsigned kDocumentFlags =
    RAPIDJSON_NAMESPACE::kParseNumbersAsStringsFlag |
    RAPIDJSON_NAMESPACE::kParseInsituFlag;

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_JSON_PARSE_FLAGS_H_
