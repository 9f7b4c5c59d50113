// The seam between the simulator and the sockets: a request comes in as one value, the
// reply goes out as one value whose body may be produced piece by piece.
#ifndef XAI_TESTS_SIM_HTTP_TYPES_H_
#define XAI_TESTS_SIM_HTTP_TYPES_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xai::sim {

struct Header {
  std::string name;
  std::string value;
};
using HeaderList = std::vector<Header>;

// Names are compared without regard to case; duplicates are kept and all returned.
std::vector<std::string_view> FindHeaders(const HeaderList& headers,
                                          std::string_view name);
bool HasHeader(const HeaderList& headers, std::string_view name);
bool EqualsIgnoringCase(std::string_view left, std::string_view right);

struct HttpRequest {
  std::string method;
  std::string path;   // without the query, not decoded
  std::string query;  // without the question mark
  HeaderList headers;
  std::string body;
};

// The media type of the request: lower case, without parameters, empty when absent.
std::string MediaType(const HttpRequest& request);

// How a streamed body ends on the wire.
enum class BodyEnd {
  kClean,  // as HTTP wants it
  kCut,    // the connection closes before the end was announced
  kReset,  // the connection is reset
  kStall,  // the connection stays open and silent
};

struct Piece {
  std::string data;
  std::chrono::milliseconds delay{0};  // waited before the data is written
};

// Produces a body lazily.  Next() is asked only after the piece before was written, so
// that a slow reader never makes the simulator buffer.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual std::optional<Piece> Next() = 0;
};

struct HttpReply {
  int status = 200;  // 0: the connection ends as `end` says, without a single byte
  HeaderList headers;
  std::string body;                    // used when there is no stream
  std::unique_ptr<BodySource> stream;  // sent chunked, unless headers fix the length
  BodyEnd end = BodyEnd::kClean;
  std::chrono::milliseconds delay{0};  // waited before the first byte
};

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  virtual HttpReply Handle(const HttpRequest& request) = 0;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_HTTP_TYPES_H_
