#include <algorithm>

#include "lifecycle/resource_calls.h"

namespace xai {
namespace {

// At first, and whenever more are needed.
constexpr int kSignIns = 10;
constexpr int kMoreSignIns = 160;
constexpr const char* kStart = R"({"action":"start"})";
constexpr const char* kPoll = R"({"action":"poll"})";
// What a call may say of a want of descriptors, threads, mappings or locks.
const std::set<std::string> kFitting = {"network",   "tls",
                                        "no_memory", "store_locked",
                                        "store_io",  "xai_oauth_backend_unavailable"};

bool Says(const std::string& document, const std::string& what) {
  return document.find(what) != std::string::npos;
}

std::string ErrorOf(const std::string& document) {
  const std::string name = "\"error\":\"";
  const size_t found = document.find(name);
  if (found == std::string::npos) return "";
  const size_t begin = found + name.size();
  return document.substr(begin, document.find('"', begin) - begin);
}

}  // namespace

Subject::Subject(const Library& library, const Arguments& arguments)
    : library_(library), arguments_(arguments) {}

std::string Subject::ConfigOf(const std::string& profile) const {
  std::string config = arguments_.config;
  if (!profile.empty()) config.insert(1, "\"profile\":\"" + profile + "\",");
  return config;
}

void Subject::Begin(Person person) {
  const bool none =
      polling_.empty() && (person == Person::kPolling || signed_in_.empty());
  if (person != Person::kShared && none) StartSignIns();
  std::string profile;
  if (person == Person::kPolling) {
    profile = polling_.back();
    polling_.pop_back();
  } else if (person == Person::kSignedIn) {
    std::vector<std::string>& from = signed_in_.empty() ? polling_ : signed_in_;
    profile = from.back();
    from.pop_back();
  }
  config_ = ConfigOf(profile);
  TakeNew(library_.Create(config_));
  OpenQueue();
  // What another has left, which may not have come to the end of its poll.
  if (person == Person::kSignedIn) {
    Check(Await([this] {
            return Says(Finish(Start(provider_->onboarding_action, kPoll)).document,
                        "\"status\":\"connected\"");
          }),
          "a sign-in does not come to its end");
  }
  if (person == Person::kPolling) signed_in_.push_back(profile);
}

void Subject::StartSignIns() {
  const int count = profiles_ == 0 ? kSignIns : kMoreSignIns;
  for (int i = 0; i < count; ++i) {
    polling_.push_back("person-" + std::to_string(++profiles_));
    config_ = ConfigOf(polling_.back());
    TakeNew(library_.Create(config_));
    OpenQueue();
    Act(kStart, "\"status\":\"pending\"");
    // Once the last may be polled, all may be.
    if (i == count - 1) {
      Check(Await([this] {
              return Says(Finish(Start(provider_->onboarding_action, kPoll)).document,
                          "\"status\":\"connected\"");
            }),
            "nobody signs in");
      signed_in_.push_back(polling_.back());
      polling_.pop_back();
    }
    Destroy();
  }
}

void Subject::TakeNew(llmp_provider* provider) {
  Destroy();
  provider_ = provider;
}

void Subject::OpenQueue() {
  queue_ = provider_->queue_open(provider_, LLMP_QUEUE_NOTIFY);
  Check(queue_ != 0, "queue_open() gave no queue");
}

void Subject::Destroy() {
  if (provider_ != nullptr) provider_->destroy(provider_);
  provider_ = nullptr;
  queue_ = 0;
  ends_.clear();
}

uint64_t Subject::Start(Call call, const std::string& json) {
  const uint64_t request = ++last_;
  const int32_t taken = call(provider_, queue_, request, json.data(), json.size());
  Check(taken == LLMP_OK, "a request was refused: " + std::to_string(taken));
  ends_[request];
  return request;
}

void Subject::Take(int32_t timeout_ms) {
  llmp_event event = {};
  const int32_t count = provider_->queue_wait(provider_, queue_, timeout_ms, &event, 1);
  Check(count >= 0, "queue_wait() said " + std::to_string(count));
  if (count == 0 || event.request == 0) return;
  const std::string wrong = Add(event, &ends_);
  Check(wrong.empty(), wrong);
}

const End& Subject::Finish(uint64_t request) {
  const End& end = ends_.at(request);
  const bool ended = Await([&] {
    Take(100);
    return end.times > 0;
  });
  Check(ended, "a request does not end");
  return end;
}

void Subject::WaitForText(uint64_t request) {
  const End& end = ends_.at(request);
  const bool begun = Await([&] {
    Take(100);
    return !end.text.empty() || end.times > 0;
  });
  Check(begun && end.times == 0, "a stream does not begin: " + end.document);
}

void Subject::Try(Call call, const std::string& json) {
  const uint64_t request = ++last_;
  const int32_t taken = call(provider_, queue_, request, json.data(), json.size());
  if (taken == LLMP_E_NO_MEMORY) errors.insert("LLMP_E_NO_MEMORY");
  if (taken == LLMP_E_NO_MEMORY) return;
  Check(taken == LLMP_OK, "a request was refused: " + std::to_string(taken));
  ends_[request];
  const End& end = Finish(request);
  if (end.status == LLMP_OK) return;
  const std::string error = ErrorOf(end.document);
  errors.insert(error);
  Check(kFitting.count(error) > 0, "the wrong error: " + end.document);
}

void Subject::Ask(Call call, const std::string& json, const std::string& says) {
  const End& end = Finish(Start(call, json));
  Check(end.status == LLMP_OK && (Says(end.document, says) || end.text == says),
        "with enough again: " + end.document);
}

}  // namespace xai
