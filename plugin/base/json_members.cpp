#include "base/json_members.h"

#include <memory>
#include <string>

#include "base/json_capture.h"
#include "base/json_reader.h"

namespace xai {
namespace {

class MemberReader : public JsonHandler {
 public:
  MemberReader(bool array, const std::function<bool(std::string_view)>& wanted,
               const std::function<void(const JsonMember&)>& tell)
      : array_(array), wanted_(wanted), tell_(tell) {}

  bool OnNull() override {
    return Scalar(MemberKind::kNull, "null", &JsonHandler::OnNull);
  }
  bool OnBool(bool value) override {
    if (capture_ != nullptr) return capture_->OnBool(value);
    return Tell(MemberKind::kBool, value ? "true" : "false");
  }
  bool OnNumber(std::string_view text) override {
    if (capture_ != nullptr) return capture_->OnNumber(text);
    return Tell(MemberKind::kNumber, text);
  }
  bool OnString(std::string_view text) override {
    if (capture_ != nullptr) return capture_->OnString(text);
    return Tell(MemberKind::kString, text);
  }
  bool OnKey(std::string_view text) override {
    if (capture_ != nullptr) return capture_->OnKey(text);
    if (depth_ == 1) name_.assign(text);
    return true;
  }
  bool OnStartObject() override { return Start(false, &JsonHandler::OnStartObject); }
  bool OnEndObject() override { return End(&JsonHandler::OnEndObject); }
  bool OnStartArray() override { return Start(true, &JsonHandler::OnStartArray); }
  bool OnEndArray() override { return End(&JsonHandler::OnEndArray); }

 private:
  using Event = bool (JsonHandler::*)();

  bool Scalar(MemberKind kind, std::string_view text, Event event) {
    if (capture_ != nullptr) return ((*capture_).*event)();
    return Tell(kind, text);
  }

  bool Tell(MemberKind kind, std::string_view text) {
    if (depth_ == 0) return false;  // the whole text is a scalar
    if (depth_ == 1 && (array_ || wanted_(name_))) tell_({name_, kind, text});
    return true;
  }

  bool Start(bool array, Event event) {
    if (capture_ != nullptr) return ((*capture_).*event)();
    if (depth_ == 0) {
      if (array != array_) return false;
    } else if (depth_ == 1 && (array_ || wanted_(name_))) {
      capture_ = std::make_unique<JsonCapture>();
      kind_ = array ? MemberKind::kArray : MemberKind::kObject;
      return ((*capture_).*event)();
    }
    ++depth_;
    return true;
  }

  bool End(Event event) {
    if (capture_ == nullptr) {
      --depth_;
      return true;
    }
    ((*capture_).*event)();
    if (capture_->done()) {
      const std::string json = capture_->Take();
      capture_.reset();
      tell_({name_, kind_, json});
    }
    return true;
  }

  bool array_;
  const std::function<bool(std::string_view)>& wanted_;
  const std::function<void(const JsonMember&)>& tell_;
  int depth_ = 0;
  std::string name_;
  MemberKind kind_ = MemberKind::kNull;
  std::unique_ptr<JsonCapture> capture_;
};

}  // namespace

bool ReadMembers(std::string_view json,
                 const std::function<bool(std::string_view name)>& wanted,
                 const std::function<void(const JsonMember&)>& tell) {
  MemberReader reader(false, wanted, tell);
  return !ReadJson(json, &reader).has_value();
}

bool ReadElements(std::string_view json,
                  const std::function<void(const JsonMember&)>& tell) {
  const std::function<bool(std::string_view)> all = [](std::string_view) { return true; };
  MemberReader reader(true, all, tell);
  return !ReadJson(json, &reader).has_value();
}

}  // namespace xai
