// What a system is shown so that it lets the gateway in: credentials of the system's own (`credentials` of a cluster),
// never those of a caller.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "core/clock.h"
#include "core/result.h"
#include "net/headers.h"
#include "runtime/cancel.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace causeway::upstream {

struct CallRequest;
struct Token;

/// The fields that one attempt adds to the head of its request. Lives until the head is written; its fields view it and
/// the credentials, so it neither copies nor moves.
class CredentialFields {
 public:
  CredentialFields() = default;
  CredentialFields(const CredentialFields&) = delete;
  CredentialFields& operator=(const CredentialFields&) = delete;

  std::span<const net::HeaderField> all() const { return {fields_.data(), count_}; }
  /// A field of the request that is not sent: one of these stands in its place.
  bool replaces(const net::HeaderField& field) const;

  // For the credentials that fill it.
  void clear();
  void add(const net::HeaderField& field) { fields_[count_++] = field; }
  /// So many bytes of text that lives as long as this: kRoom in all.
  char* room(std::size_t size);
  static constexpr std::size_t kRoom = 192;
  std::shared_ptr<const Token> token;  ///< what is shown, and stays alive with it

 private:
  std::array<net::HeaderField, 5> fields_;
  std::size_t count_ = 0;
  std::array<char, kRoom> text_;
  std::size_t used_ = 0;
};

/// Immutable and shared by all workers, but for what a worker keeps for itself. Of an attempt: `wait` if it `waits`,
/// then `fill`, then, if the system answered 401, `refused`.
class Credentials {
 public:
  virtual ~Credentials() = default;
  /// Must the request's body be whole? What is shown depends on it.
  virtual bool needs_body() const { return false; }
  /// There is nothing to show yet, but soon.
  virtual bool waits(const runtime::Worker&) const { return false; }
  /// Until there is, `until` of the worker's clock, or `cancel` (may be null). An error says why not: 50290, not a byte
  /// was sent.
  virtual Task<Result<>> wait(runtime::Worker&, SteadyTime, runtime::Cancel*) const { co_return Result<>(); }
  /// Without waiting. `request` has all fields that the caller of `send` gives it.
  virtual Result<> fill(runtime::Worker& worker, const CallRequest& request, CredentialFields& out) const = 0;
  /// The system answered 401 to these. True when another attempt would show others.
  virtual bool refused(runtime::Worker&, const CredentialFields&) const { return false; }
};

}  // namespace causeway::upstream
