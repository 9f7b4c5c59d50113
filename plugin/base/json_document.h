// A JSON text that the host or a file of ours gave us, with its values addressable.  The
// strings are views into one buffer, decoded in place, so a 20 MB request costs its size
// once.  Not for data from the network: see json_reader.h.
#ifndef XAI_PLUGIN_BASE_JSON_DOCUMENT_H_
#define XAI_PLUGIN_BASE_JSON_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"

namespace xai {

class JsonDocument;

// One value of a document, cheap to copy, valid while the document lives.  A default
// JsonValue is absent; asking it or a value of another type for something gives nothing.
class JsonValue {
 public:
  enum class Type : uint8_t { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };

  JsonValue() = default;

  Type type() const;
  bool present() const { return type() != Type::kAbsent; }
  bool is_null() const { return type() == Type::kNull; }
  bool is_string() const { return type() == Type::kString; }
  bool is_object() const { return type() == Type::kObject; }
  bool is_array() const { return type() == Type::kArray; }

  std::optional<std::string_view> String() const;
  std::optional<int64_t> Integer() const;
  std::optional<double> Number() const;
  std::optional<bool> Bool() const;

  // The member of an object; of several with one name, the last.
  JsonValue operator[](std::string_view name) const;

  // Walking the children of an object or array.
  JsonValue FirstChild() const;
  JsonValue Next() const;
  // The name under which this value stands in its object, empty elsewhere.
  std::string_view name() const;
  size_t size() const;
  // Of the text of the whole document, in bytes.
  size_t document_bytes() const;

  // Writes the value as it was read.
  void WriteTo(JsonWriter* json) const;

 private:
  friend class JsonDocument;
  JsonValue(const JsonDocument* document, uint32_t index)
      : document_(document), index_(index) {}

  const JsonDocument* document_ = nullptr;
  uint32_t index_ = 0;
};

class JsonDocument {
 public:
  // Whether an object may have two members of one name: what a host writes must be clear,
  // what a model writes is left to whoever reads it.
  enum class Names { kOnce, kAny };

  // Takes the text over.  The error is kInvalidRequest and names the offset in bytes.
  static Result<std::unique_ptr<JsonDocument>> Parse(std::string text,
                                                     Names names = Names::kOnce);

  JsonValue root() const { return JsonValue(this, 0); }

  // Overwrites the text: for documents that held secrets.  No value may be used
  // afterwards.
  void Wipe();

 private:
  friend class JsonValue;
  friend class JsonDocumentBuilder;
  struct Node {
    std::string_view text;  // string, number
    std::string_view name;
    uint32_t next = 0;  // 0: none (node 0 is the root)
    uint32_t children = 0;
    JsonValue::Type type = JsonValue::Type::kNull;
    bool truth = false;
  };

  std::string text_;
  std::vector<Node> nodes_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_JSON_DOCUMENT_H_
