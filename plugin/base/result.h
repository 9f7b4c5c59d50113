// A value or the reason why there is none.
//
//     Result<Token> token = ParseTokenResponse(body);
//     if (!token.ok()) return std::move(token).error();
#ifndef XAI_PLUGIN_BASE_RESULT_H_
#define XAI_PLUGIN_BASE_RESULT_H_

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

#include "base/error.h"

namespace xai {

template <typename T>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : state_(std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}

  bool ok() const { return std::holds_alternative<T>(state_); }

  // REQUIRES: ok().
  T& value() & { return std::get<T>(state_); }
  const T& value() const& { return std::get<T>(state_); }
  T&& value() && { return std::move(std::get<T>(state_)); }

  // REQUIRES: !ok().
  const Error& error() const& { return std::get<Error>(state_); }
  Error&& error() && { return std::move(std::get<Error>(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }

  // REQUIRES: !ok().
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_RESULT_H_
