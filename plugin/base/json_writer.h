// Writing JSON: commas, escapes and nesting are looked after.
//
//     JsonWriter json;
//     json.BeginObject().Key("ok").Bool(true).EndObject();
//     return json.Take();
#ifndef XAI_PLUGIN_BASE_JSON_WRITER_H_
#define XAI_PLUGIN_BASE_JSON_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace xai {

class JsonWriter {
 public:
  explicit JsonWriter(size_t reserve_bytes = 256);
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view name);
  JsonWriter& String(std::string_view text);  // ill-formed UTF-8 becomes U+FFFD
  JsonWriter& Int(int64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  // Text that is one JSON value already.
  JsonWriter& Raw(std::string_view json);

  // The document.  The writer is empty afterwards.
  std::string Take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_JSON_WRITER_H_
