// Keeps one value out of a series of JSON events, as JSON text.
#ifndef XAI_PLUGIN_BASE_JSON_CAPTURE_H_
#define XAI_PLUGIN_BASE_JSON_CAPTURE_H_

#include <string>
#include <string_view>

#include "base/json_reader.h"
#include "base/json_writer.h"

namespace xai {

// Feed it events from the start of a value until done().
class JsonCapture : public JsonHandler {
 public:
  bool OnNull() override {
    json_.Null();
    return true;
  }
  bool OnBool(bool value) override {
    json_.Bool(value);
    return true;
  }
  bool OnNumber(std::string_view text) override {
    json_.Raw(text);
    return true;
  }
  bool OnString(std::string_view text) override {
    json_.String(text);
    return true;
  }
  bool OnKey(std::string_view text) override {
    json_.Key(text);
    return true;
  }
  bool OnStartObject() override {
    ++depth_;
    json_.BeginObject();
    return true;
  }
  bool OnEndObject() override {
    --depth_;
    json_.EndObject();
    return true;
  }
  bool OnStartArray() override {
    ++depth_;
    json_.BeginArray();
    return true;
  }
  bool OnEndArray() override {
    --depth_;
    json_.EndArray();
    return true;
  }

  // After at least one event.
  bool done() const { return depth_ == 0; }
  std::string Take() { return json_.Take(); }

 private:
  JsonWriter json_;
  int depth_ = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_JSON_CAPTURE_H_
