#include "sim/scenes.h"

#include <algorithm>

#include "sim/text.h"

namespace xai::sim {
namespace {

constexpr std::int64_t kDelayMaxMs = 3600LL * 1000;
constexpr std::int64_t kTimesMax = 1000000;

// Sends the chunks of a scene one by one; the scene stays alive meanwhile, and so does
// `running`.
class SceneSource : public BodySource {
 public:
  SceneSource(std::shared_ptr<const Scene> scene, std::shared_ptr<char> running)
      : scene_(std::move(scene)), running_(std::move(running)) {}

  std::optional<Piece> Next() override {
    if (next_ == scene_->chunks.size()) return std::nullopt;
    const auto delay = next_ == 0 ? std::chrono::milliseconds(0) : scene_->chunk_delay;
    Piece piece{scene_->chunks[next_++], delay};
    if (next_ == scene_->loop_end && looped_ < scene_->loops) {
      ++looped_;
      next_ = scene_->loop_begin;
    }
    return piece;
  }

 private:
  const std::shared_ptr<const Scene> scene_;
  const std::shared_ptr<char> running_;
  std::size_t next_ = 0;
  std::int64_t looped_ = 0;
};

std::optional<BodyEnd> ParseEnd(std::string_view name) {
  if (name == "clean") return BodyEnd::kClean;
  if (name == "cut") return BodyEnd::kCut;
  if (name == "reset") return BodyEnd::kReset;
  if (name == "stall") return BodyEnd::kStall;
  return std::nullopt;
}

bool ReadHeaders(const JsonValue& value, HeaderList& headers) {
  if (!value.IsObject()) return false;
  for (const auto& member : value.GetObject()) {
    const std::string name(TextOf(member.name));
    if (member.value.IsString()) {
      headers.push_back({name, std::string(TextOf(member.value))});
    } else if (member.value.IsArray()) {
      for (const JsonValue& item : member.value.GetArray()) {
        if (!item.IsString()) return false;
        headers.push_back({name, std::string(TextOf(item))});
      }
    } else {
      return false;
    }
  }
  return true;
}

bool ReadTexts(const JsonValue& value, bool base64, std::vector<std::string>& texts) {
  if (!value.IsArray()) return false;
  for (const JsonValue& item : value.GetArray()) {
    if (!item.IsString()) return false;
    auto text = base64 ? DecodeBase64(TextOf(item)) : std::string(TextOf(item));
    if (!text) return false;
    texts.push_back(std::move(*text));
  }
  return true;
}

bool ReadText(const JsonValue& value, bool base64, std::vector<std::string>& texts) {
  if (!value.IsString()) return false;
  auto text = base64 ? DecodeBase64(TextOf(value)) : std::string(TextOf(value));
  if (text) texts.push_back(std::move(*text));
  return text.has_value();
}

bool ReadWhole(const JsonValue& value, std::int64_t max, std::int64_t& number) {
  if (!value.IsInt64() || value.GetInt64() < 0 || value.GetInt64() > max) return false;
  number = value.GetInt64();
  return true;
}

// Takes over one member; false when its name or its value is not understood.
bool ReadMember(std::string_view name, const JsonValue& value, Scene& scene) {
  std::int64_t number = 0;
  if (name == "path" || name == "method") {
    if (!value.IsString()) return false;
    (name == "path" ? scene.path : scene.method) = TextOf(value);
    return true;
  }
  if (name == "headers") return ReadHeaders(value, scene.headers);
  if (name == "body") return ReadText(value, false, scene.chunks);
  if (name == "body_base64") return ReadText(value, true, scene.chunks);
  if (name == "chunks" || name == "chunks_base64") {
    scene.chunked = true;
    return ReadTexts(value, name == "chunks_base64", scene.chunks);
  }
  if (name == "end") {
    const auto end = value.IsString() ? ParseEnd(TextOf(value)) : std::nullopt;
    if (end) scene.end = *end;
    return end.has_value();
  }
  if (name == "status") {
    const bool ok = ReadWhole(value, 599, number) && (number == 0 || number >= 200);
    if (ok) scene.status = static_cast<int>(number);
    return ok;
  }
  if (name == "delay_ms" || name == "chunk_delay_ms") {
    const bool ok = ReadWhole(value, kDelayMaxMs, number);
    (name == "delay_ms" ? scene.delay : scene.chunk_delay) =
        std::chrono::milliseconds(number);
    return ok;
  }
  if (name == "times") return ReadWhole(value, kTimesMax, scene.times) && scene.times > 0;
  return false;
}

}  // namespace

std::optional<std::string> Scenes::Add(const JsonValue& document) {
  if (!document.IsObject()) return "a scene is an object";
  auto scene = std::make_shared<Scene>();
  for (const auto& member : document.GetObject()) {
    if (!ReadMember(TextOf(member.name), member.value, *scene)) {
      return "member " + std::string(TextOf(member.name)) + " is unknown or wrong";
    }
  }
  if (scene->path.empty()) return "member path is missing";
  if (!scene->chunked && scene->chunks.size() > 1) return "two bodies are given";
  queues_[scene->path].push_back(std::move(scene));
  return std::nullopt;
}

void Scenes::Add(Scene scene) {
  queues_[scene.path].push_back(std::make_shared<Scene>(std::move(scene)));
}

std::size_t Scenes::Pending() const {
  std::size_t count = 0;
  for (const auto& [path, queue] : queues_) count += queue.size();
  return count;
}

std::optional<HttpReply> Scenes::Take(const HttpRequest& request) {
  const auto it = queues_.find(request.path);
  if (it == queues_.end()) return std::nullopt;
  auto& queue = it->second;
  const auto fits = [&](const std::shared_ptr<Scene>& candidate) {
    return candidate->method.empty() || candidate->method == request.method;
  };
  const auto found = std::find_if(queue.begin(), queue.end(), fits);
  if (found == queue.end()) return std::nullopt;
  const std::shared_ptr<Scene> scene = *found;
  if (--scene->times == 0) queue.erase(found);
  return Play(scene);
}

HttpReply Scenes::Play(const std::shared_ptr<Scene>& scene) const {
  HttpReply reply;
  reply.status = scene->status;
  reply.headers = scene->headers;
  reply.delay = scene->delay;
  reply.end = scene->end;
  if (!HasHeader(reply.headers, "content-type")) {
    reply.headers.push_back(
        {"Content-Type", scene->chunked ? "text/event-stream" : "application/json"});
  }
  if (scene->chunked || scene->end != BodyEnd::kClean) {
    reply.stream = std::make_unique<SceneSource>(scene, running_);
  } else if (!scene->chunks.empty()) {
    reply.body = scene->chunks[0];
  }
  return reply;
}

}  // namespace xai::sim
