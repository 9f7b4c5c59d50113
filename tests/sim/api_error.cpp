#include "sim/api_error.h"

#include "sim/json.h"

namespace xai::sim {
namespace {

constexpr std::string_view kTeam = "2f9a6c14-83d7-4e05-b1c6-90d27f5e38aa";
constexpr std::string_view kNoPermission =
    "The caller does not have permission to execute the specified operation";

ApiError PlainText(int status, std::string text) {
  return {status, std::move(text), "text/plain; charset=utf-8"};
}

// Shows enough of a key to recognise it, as the server does.
std::string Shorten(std::string_view key) {
  if (key.size() < 6) return "***";
  return std::string(key.substr(0, 2)) + "***" + std::string(key.substr(key.size() - 2));
}

}  // namespace

HttpReply ToReply(const ApiError& error) {
  HttpReply reply;
  reply.status = error.status;
  reply.headers = {{"Content-Type", error.content_type}};
  reply.body = error.body;
  return reply;
}

ApiError CodedError(int status, std::string_view code, std::string_view text) {
  JsonWriter json;
  json.BeginObject().Member("code", code).Member("error", text).EndObject();
  return {status, json.text()};
}

ApiError InvalidArgument(std::string_view text) {
  return CodedError(400, "invalid-argument", text);
}

ApiError UnsupportedParameter(std::string_view model, std::string_view parameter) {
  return InvalidArgument("Model " + std::string(model) + " does not support parameter " +
                         std::string(parameter) + ".");
}

ApiError BareString(int status, std::string_view text) {
  return {status, JsonWriter().Value(text).text()};
}

ApiError Undeserializable(std::string_view what) {
  return PlainText(422, "Failed to deserialize the JSON body into the target type: " +
                            std::string(what));
}

ApiError WrongType(std::string_view where, std::string_view found,
                   std::string_view expected) {
  return Undeserializable(std::string(where) + ": invalid type: " + std::string(found) +
                          ", expected " + std::string(expected));
}

ApiError NotAuthenticated() {
  return CodedError(401, "unauthenticated", "Authentication required");
}

ApiError BadCredentials() {
  return CodedError(403, "unauthenticated:bad-credentials",
                    "The OAuth2 access token could not be validated.");
}

ApiError IncorrectApiKey(std::string_view key) {
  return CodedError(400, "Client specified an invalid argument",
                    "Incorrect API key provided: " + Shorten(key) +
                        ". You can obtain an API key from https://console.x.ai.");
}

ApiError NoSubscription() {
  return CodedError(403, kNoPermission,
                    "You have either run out of available resources or do not have an "
                    "active Grok subscription. Manage your subscription at "
                    "https://grok.com/?_s=usage or subscribe at "
                    "https://grok.com/supergrok.");
}

ApiError ChatDenied() {
  return CodedError(403, "permission-denied",
                    "Access to the chat endpoint is denied. Please ensure you're using "
                    "the correct credentials.");
}

ApiError UnknownModel(std::string_view model) {
  return CodedError(404, "not-found",
                    "The model " + std::string(model) + " does not exist or your team " +
                        std::string(kTeam) + " does not have access to it.");
}

ApiError NoHandler() {
  return CodedError(404, "not-found", "No handler found on route");
}

ApiError MethodNotAllowed() {
  return PlainText(405, "Method Not Allowed");
}

ApiError NotJson() {
  return PlainText(415, "Expected request with `Content-Type: application/json`");
}

}  // namespace xai::sim
