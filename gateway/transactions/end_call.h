// The one change after a call: its record, its half message and its event together, or nothing of it. Whoever comes
// with it (the call itself, a check, a person) has to find the attempt as it was: the first one settles it, the others
// find it settled.
#pragma once

#include <optional>
#include <string>

#include "events/event_log.h"
#include "store/store.h"
#include "transactions/decision.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

class EndCall final : public store::Change {
 public:
  struct End {
    std::string boot_id;
    std::string route;
    std::int64_t record = 0;  ///< 0: the call has no key
    std::int64_t half = 0;    ///< 0: it has none
    std::uint32_t attempt = 1;
    bool running = true;  ///< the attempt is in our hand; else nobody has it
    Ending ending;
    DecidedBy by = DecidedBy::kResponse;
    StoredAnswer answer;  ///< of one that is done
    bool answer_kept = true;
    /// Of a released one: this attempt asked nothing of the system. No half stays behind, unless a check had to say
    /// what became of earlier ones.
    bool never_called = false;
    std::string reason;            ///< why the half is unresolved, or what an operator says
    std::string document;          ///< of an unresolved half, where it knows more than at the start
    std::optional<WallTime> next;  ///< of one that stays unknown: the next check; absent: nobody can be asked
    std::optional<events::Append> event;
    WallTime now;
  };

  explicit EndCall(End end) : end_(std::move(end)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  /// Somebody else has settled it, or goes on with it; nothing has happened.
  bool overtaken() const { return overtaken_; }
  const End& end() const { return end_; }
  /// Its event cannot be stored: somebody else has published one under its id. A person sees to it.
  void give_up_event(std::string why);

 private:
  bool end_record(store::Session& session);
  bool end_half(store::Session& session);

  End end_;
  bool overtaken_ = false;
};

/// What a check has said where it decides nothing.
class NoteCheck final : public store::Change {
 public:
  NoteCheck(std::int64_t half, std::uint32_t attempt, std::uint32_t checks, CheckDecision decision, std::string reason)
      : half_(half), attempt_(attempt), checks_(checks), decision_(decision), reason_(std::move(reason)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

 private:
  const std::int64_t half_;
  const std::uint32_t attempt_;
  const std::uint32_t checks_;
  const CheckDecision decision_;
  const std::string reason_;
};

/// The answer of a settled call as its first reader got it. Nothing happens where the record is another call's by now.
class KeepAnswer final : public store::Change {
 public:
  KeepAnswer(std::int64_t record, std::string txid, StoredAnswer answer)
      : record_(record), txid_(std::move(txid)), answer_(std::move(answer)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  /// Another one was first: this is what it has kept.
  const std::optional<StoredAnswer>& kept_before() const { return before_; }

 private:
  const std::int64_t record_;
  const std::string txid_;
  const StoredAnswer answer_;
  std::optional<StoredAnswer> before_;
};

}  // namespace causeway::transactions
