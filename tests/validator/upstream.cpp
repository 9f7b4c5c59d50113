#include "validator/upstream.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <stdexcept>
#include <thread>

#include "validator/check.h"

namespace validator {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::string_view kScheme = "http://";
constexpr std::chrono::milliseconds kBetweenLooks{10};

struct Reply {
  unsigned status = 0;
  std::string body;
};

// `path` is appended to the endpoint's.
Reply Send(const World& world, http::verb verb, const std::string& path,
           const std::string& body) {
  const std::string& url = world.upstream;
  if (!url.starts_with(kScheme)) {
    throw std::runtime_error("--upstream takes an http:// address");
  }
  const auto slash = url.find('/', kScheme.size());
  const std::string authority = url.substr(kScheme.size(), slash - kScheme.size());
  const auto colon = authority.rfind(':');
  const std::string port =
      colon == std::string::npos ? "80" : authority.substr(colon + 1);
  boost::asio::io_context context;
  beast::tcp_stream stream(context);
  stream.expires_after(kPatience);
  boost::asio::ip::tcp::resolver resolver(context);
  stream.connect(resolver.resolve(authority.substr(0, colon), port));
  const std::string base = slash == std::string::npos ? "" : url.substr(slash);
  http::request<http::string_body> request(verb, base + path, 11);
  request.set(http::field::host, authority);
  request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();
  http::write(stream, request);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> response;
  response.body_limit(64U << 20);
  http::read(stream, buffer, response);
  return {response.get().result_int(), response.get().body()};
}

}  // namespace

void Play(const World& world, const llmp::Json& scene) {
  const Reply reply = Send(world, http::verb::post, "/scene", scene.dump());
  if (reply.status == 404) {
    Skip("the simulated vendor has no scene " + scene["scene"].str());
  }
  Require(reply.status == 200,
          "the simulated vendor refuses scene " + scene.dump() + ": " + reply.body);
}

void Reset(const World& world) {
  constexpr const char* kReset = R"({"scene":"reset"})";
  const Reply reply = Send(world, http::verb::post, "/scene", kReset);
  if (reply.status == 200) return;
  throw std::runtime_error("--upstream: " + world.upstream + "/scene answers " +
                           std::to_string(reply.status));
}

std::vector<std::string> Secrets(const World& world) {
  const Reply reply = Send(world, http::verb::get, "/secrets", "");
  if (reply.status == 404) Skip("the simulated vendor does not tell its secrets");
  const auto list = llmp::Json::parse(reply.body).value_or(llmp::Json());
  std::vector<std::string> secrets;
  for (const llmp::Json& secret : list.items()) {
    secrets.push_back(secret.str());
  }
  return secrets;
}

void AwaitRunning(const World& world, std::int64_t count, const std::string& what) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const Reply reply = Send(world, http::verb::get, "/scenes", "");
    const auto scenes = llmp::Json::parse(reply.body).value_or(llmp::Json());
    const auto running = scenes["running"].integer();
    if (!running) Skip("the simulated vendor does not tell what it is sending");
    if (*running == count) return;
    Require(std::chrono::steady_clock::now() < deadline, what);
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

llmp::Json Says(const std::vector<std::string>& pieces) {
  llmp::Json text = llmp::Json::array();
  for (const std::string& piece : pieces) text.push_back(piece);
  return llmp::Json::object().set("scene", "answer").set("text", std::move(text));
}

void Decide(const World& world, const std::string& user_code,
            const std::string& outcome) {
  Play(world, llmp::Json::object()
                  .set("scene", "sign_in")
                  .set("user_code", user_code)
                  .set("outcome", outcome));
}

Event PollToTheEnd(Subject* subject) {
  const auto deadline = std::chrono::steady_clock::now() + 3 * kPatience;
  for (;;) {
    const Event end =
        subject->Ask(&llmp_provider::onboarding_action, Action("poll")).back();
    const llmp::Json document = DocumentOf(end);
    if (document["status"].str() != "pending") return end;
    Require(std::chrono::steady_clock::now() < deadline,
            "a decided sign-in stays pending");
    const auto wait_s = document["retry_after_seconds"].integer().value_or(1);
    std::this_thread::sleep_for(
        std::chrono::seconds(std::clamp<std::int64_t>(wait_s, 1, 10)));
  }
}

bool HasDeviceFlow(const Subject& subject) {
  const llmp::Json info = llmp::Json::parse(subject->info).value_or(llmp::Json());
  const llmp::Json& features = info["features"];
  for (const llmp::Json& feature : features.items()) {
    if (feature.str() == "device_code") return true;
  }
  return !features.is_array();
}

llmp::Json SignIn(const World& world, Subject* subject) {
  constexpr Call kAct = &llmp_provider::onboarding_action;
  if (!HasDeviceFlow(*subject)) return llmp::Json();
  llmp::Json status = subject->AskWell(kAct, Action("status"));
  if (status["connected"].is_true()) return status;
  const llmp::Json started = subject->AskWell(kAct, Action("start"));
  Decide(world, started["user_code"].str(), "approved");
  const Event end = PollToTheEnd(subject);
  Require(end.status == LLMP_OK, "an approved sign-in ends with " + end.data);
  return DocumentOf(end);
}

std::string SomeModel(Subject* subject) {
  const llmp::Json list =
      subject->AskWell(&llmp_provider::list_models, llmp::Json::object());
  const std::string preferred = list["default_model_id"].str();
  return preferred.empty() ? list["available_models"][std::size_t{0}].str() : preferred;
}

}  // namespace validator
