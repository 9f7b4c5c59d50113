// How a reply looks on the wire: its head and its chunks.
#ifndef XAI_TESTS_SIM_HTTP_WIRE_H_
#define XAI_TESTS_SIM_HTTP_WIRE_H_

#include <string>

#include "sim/http_types.h"

namespace xai::sim {

// How the end of the body is announced.
enum class Framing { kLength, kChunked, kUntilClose };

// The status line and the headers; what the reply sets itself is not set again.
std::string BuildHead(const HttpReply& reply, Framing framing, bool keep_alive);
// REQUIRES: data is not empty.
std::string WrapChunk(const std::string& data);

HttpReply PlainReply(int status, std::string text);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_HTTP_WIRE_H_
