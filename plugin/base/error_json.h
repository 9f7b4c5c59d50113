// The error document, in one place: host-api/json.md "Errors".
#ifndef XAI_PLUGIN_BASE_ERROR_JSON_H_
#define XAI_PLUGIN_BASE_ERROR_JSON_H_

#include <string>

#include "base/error.h"
#include "base/json_writer.h"

namespace xai {

// The members from "ok" to "retry_after_ms", into an object that is open.
void WriteErrorMembers(const Error& error, JsonWriter* json);

std::string ErrorDocument(const Error& error);

// What a request ends with for whose own document there is no room.
inline constexpr std::string_view kNoMemoryDocument =
    "{\"ok\":false,\"error\":\"no_memory\","
    "\"detail\":\"there was no memory for the end of this request\","
    "\"hint\":\"Free memory and try again.\",\"retry\":false}";

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_ERROR_JSON_H_
