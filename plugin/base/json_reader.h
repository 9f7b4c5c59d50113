// Reading JSON as a series of events, without building a tree: the way in for everything
// that comes from the network.  Depth and the number of values are bounded, numbers stay
// text, duplicates can be refused.
#ifndef XAI_PLUGIN_BASE_JSON_READER_H_
#define XAI_PLUGIN_BASE_JSON_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/wiped_string.h"

namespace xai {

// Each function gets views that are valid during the call, and returns false to stop.
// Strings are decoded; numbers are as written.
class JsonHandler {
 public:
  JsonHandler() = default;
  JsonHandler(const JsonHandler&) = delete;
  JsonHandler& operator=(const JsonHandler&) = delete;
  virtual ~JsonHandler() = default;

  virtual bool OnNull() = 0;
  virtual bool OnBool(bool value) = 0;
  virtual bool OnNumber(std::string_view text) = 0;
  virtual bool OnString(std::string_view text) = 0;
  virtual bool OnKey(std::string_view text) = 0;
  virtual bool OnStartObject() = 0;
  virtual bool OnEndObject() = 0;
  virtual bool OnStartArray() = 0;
  virtual bool OnEndArray() = 0;

 protected:
  // Within OnString(), OnKey() and OnNumber(): where in the text it ends.
  size_t end() const { return end_; }

 private:
  friend class JsonAdapter;
  size_t end_ = 0;
};

struct JsonFault {
  size_t offset = 0;  // where reading stopped
  std::string what;   // empty: the handler stopped it
  bool too_many_values = false;
};

// Reads all of `text`, which must hold exactly one value.  Strings may hold ill-formed
// UTF-8 if `text` does.  Returns nothing on success.
std::optional<JsonFault> ReadJson(std::string_view text, JsonHandler* handler);

// The scalars of a small document by path: {"error":{"code":7}} has "error.code".  Array
// elements are numbered from 0.  For answers of the authorization server and errors.
class JsonFields {
 public:
  enum class Kind { kNull, kBool, kNumber, kString, kObject, kArray };
  struct Field {
    std::string path;
    Kind kind;
    WipedString text;  // bool: "true" or "false"; object and array: empty
  };

  // Fails with kProtocol if `text` is not JSON, names a member twice, or has more members
  // or longer paths than limits allow.
  static Result<JsonFields> Read(std::string_view text);

  // Null if there is none.
  const Field* Find(std::string_view path) const;
  // Nothing if absent or of another type.
  std::optional<std::string_view> String(std::string_view path) const;
  std::optional<int64_t> Integer(std::string_view path) const;
  std::optional<bool> Bool(std::string_view path) const;

  const std::vector<Field>& all() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

// A whole number within int64, as written without fraction or with a fraction or exponent
// that leaves it whole ("21600", "2.16e4", "21600.0").
std::optional<int64_t> ParseInteger(std::string_view text);

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_JSON_READER_H_
