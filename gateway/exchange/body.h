// A body on its way: bytes that are already there, or a source that yields them as they arrive.
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/result.h"
#include "runtime/task.h"

namespace causeway {

/// Told about every piece of a body in order while it arrives: a hash, a prefix for the log.
class BodyObserver {
 public:
  virtual void on_piece(Bytes piece) = 0;

 protected:
  ~BodyObserver() = default;
};

/// Yields a body once, in order. Owned by the connection that it is read from; used on that connection's worker.
class BodySource {
 public:
  /// The total size when the sender has declared it.
  virtual std::optional<std::uint64_t> declared_size() const = 0;
  /// What has arrived and was decoded, but not yet handed out: the beginning of the next piece.
  virtual Bytes arrived() const = 0;
  /// The next piece, empty at the end. The piece is valid until the next call.
  virtual Task<Result<Bytes>> read() = 0;
  /// All of what is left, as one view that is valid as long as the exchange. `limit` exceeded → kBodyTooLarge on a
  /// request; on an answer it is the caller's to look at `declared_size` first.
  virtual Task<Result<Bytes>> gather(std::uint64_t limit) = 0;
  /// All of it, where that is known to have arrived: what `gather` would yield, without a coroutine. Empty: `gather`
  /// it. Whoever asks has looked at `declared_size`: there is no other limit.
  virtual std::optional<Result<Bytes>> gather_arrived() { return std::nullopt; }
  /// Waits for the first `amount` bytes, or for the end. True when all of it is there: `gather` will not wait any more.
  virtual Task<Result<bool>> prefetch(std::uint64_t amount) = 0;
  /// A stream of events: it ends when one side leaves and not by time, and each piece goes on at once.
  virtual bool endless() const { return false; }
  /// Nobody reads the rest: what it comes from is closed, or goes back, at once. What was handed out stays valid.
  virtual void drop() noexcept {}

 protected:
  ~BodySource() = default;
};

class Body {
 public:
  Body() = default;
  /// `whole` outlives the exchange's answer (a literal, the arena, a connection's buffer).
  explicit Body(Bytes whole) : whole_(whole) {}
  explicit Body(BodySource& source) : source_(&source) {}

  bool streams() const { return source_ != nullptr; }
  BodySource* source() const { return source_; }
  /// The bytes; only when it does not stream.
  Bytes whole() const { return whole_; }

  /// Makes it whole. On an error the body is as broken as its connection.
  Task<Result<Bytes>> gather(std::uint64_t limit) {
    if (source_ == nullptr) co_return whole_;
    Result<Bytes> gathered = co_await source_->gather(limit);
    if (!gathered) co_return std::move(gathered.error());
    whole_ = *gathered;
    source_ = nullptr;
    co_return whole_;
  }
  /// Makes it whole if that takes no waiting, else does nothing.
  std::optional<Result<Bytes>> gather_arrived() {
    if (source_ == nullptr) return whole_;
    std::optional<Result<Bytes>> gathered = source_->gather_arrived();
    if (!gathered || !*gathered) return gathered;
    whole_ = **gathered;
    source_ = nullptr;
    return whole_;
  }

 private:
  Bytes whole_;
  BodySource* source_ = nullptr;
};

}  // namespace causeway
