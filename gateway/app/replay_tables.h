// What must be known of signatures after the process has died: those that were dated ahead, and how late it was.
#pragma once

#include <optional>
#include <vector>

#include "app/clock_mark.h"
#include "security/signature_use.h"
#include "store/schema.h"
#include "store/store.h"

namespace causeway::app {

/// Pass it to the store when it opens.
extern const store::Schema kReplaySchema;

/// One signature, as used from now on.
class RecordUse final : public store::Change {
 public:
  RecordUse(security::SignatureUse use, WallTime keep_until) : use_(use), keep_until_(keep_until) {}
  /// Small, and forgotten within minutes: callers with a fast clock are served as long as anything can be written.
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  /// Nobody had used it.
  bool is_new() const { return is_new_; }

 private:
  const security::SignatureUse use_;
  const WallTime keep_until_;
  bool is_new_ = false;
};

/// The mark, and what nobody can use any more is forgotten, so many at a time.
class WriteMark final : public store::Change {
 public:
  static constexpr std::int64_t kSlice = 2'000;

  explicit WriteMark(ClockMark mark) : mark_(std::move(mark)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

 private:
  const ClockMark mark_;
};

class ReadReplays final : public store::Query {
 public:
  Result<> run(store::Session& session) override;
  std::optional<ClockMark> mark;  ///< none: no process has written one here
  std::vector<security::SignatureUse> uses;
};

}  // namespace causeway::app
