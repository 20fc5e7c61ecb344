// Result<T>: a value or an Error, the return type of everything that can fail while a request is on its way.
// Cheap on the good path: no allocation; an Error is 16 bytes and allocates only when it carries more than its code.
#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/code.h"

namespace causeway {

/// May the failed request be sent again? Decided where the failure is seen, obeyed by whoever retries.
enum class Resend : std::uint8_t {
  kNever,     ///< a byte was sent and the outcome is unknown, or another try cannot help
  kIfUnsent,  ///< provably not a byte of it reached the system: always safe
  kSafe,      ///< it may have arrived, but only a reset: safe for idempotent methods
};

struct ErrorInfo {
  std::string internal;         ///< for the log; may name addresses, never secrets
  std::string public_message;   ///< replaces the table's message when not empty
  std::string details;          ///< members of the envelope's `details`, ready JSON such as `"limit":"10MiB"`
  std::string reason;           ///< a metric's `reason` label, from a fixed set of the code that fails
  int retry_after_seconds = 0;  ///< > 0 is sent as Retry-After
};

class Error {
 public:
  explicit Error(Code code, Resend resend = Resend::kNever) : code_(code), resend_(resend) {}
  Error(Code code, std::string internal, Resend resend = Resend::kNever) : Error(code, resend) {
    info().internal = std::move(internal);
  }
  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;

  Code code() const { return code_; }
  Resend resend() const { return resend_; }
  /// The extra information, created on first use.
  ErrorInfo& info() {
    if (!info_) info_ = std::make_unique<ErrorInfo>();
    return *info_;
  }
  /// Null when there is nothing besides the code.
  const ErrorInfo* info_if() const { return info_.get(); }

 private:
  Code code_;
  Resend resend_;
  std::unique_ptr<ErrorInfo> info_;
};
static_assert(sizeof(Error) == 16);

template <class T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Error& error() {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit on purpose

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  Error& error() {
    assert(!ok());
    return *error_;
  }
  const Error& error() const {
    assert(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace causeway
