// One call of a composite on its way: an exchange of its own, so that a part is an adapter like any other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exchange/adapter.h"

namespace causeway::adapters {

/// Immutable, shared by all workers.
struct CompositePart {
  std::string name;
  std::unique_ptr<const Adapter> adapter;
  bool optional = false;
  std::vector<std::size_t> waits_for;  ///< of the composite's parts, ascending
  bool writes = false;                 ///< its method is not a safe one: half of the whole may not stay undone
};

/// Belongs to the exchange of the whole, which outlives it, as the part does.
class PartCall {
 public:
  /// `route`: whose rules its answer follows: wrapped, so that it is understood as JSON.
  PartCall(const CompositePart& part, Exchange& whole, const RouteContext& route);

  const CompositePart& part() const { return part_; }
  Exchange& exchange() { return exchange_; }
  const Exchange& exchange() const { return exchange_; }

  /// What its templates see as $calls; in the arena of the exchange.
  void set_calls(Bytes json);
  /// Calls, reads the answer, and tells the log. Once; what goes wrong is what it has come to, with `ready` to begin
  /// with.
  Task<> run(Result<> ready);
  bool begun() const { return state_ != State::kNew; }
  bool ended() const { return state_ == State::kEnded; }
  bool failed() const { return ended() && exchange_.refused; }
  /// It writes, and its system may have carried it out: a byte of it was sent, and no answer says that it was refused.
  bool may_have_written() const { return may_have_written_; }
  /// It ended because of `cancel`.
  bool cut() const { return ended() && exchange_.code == number(Code::kCallerLeft); }
  /// Nobody needs it any more: ends it where that is safe. `why` is for the log.
  void cancel(std::string_view why);

  /// What it has said, without an envelope; `null` when that is nothing, and when it has failed.
  Bytes answer() const { return answer_; }
  /// How deep the containers of the answer nest; Document::kUnknown where nobody has looked.
  std::size_t depth() const;

 private:
  enum class State : std::uint8_t { kNew, kRunning, kEnded };

  Task<Result<>> call();
  Task<Result<>> read_answer();
  bool may_count(const Result<>& outcome) const;
  void conclude(Result<> outcome);

  const CompositePart& part_;
  Exchange exchange_;
  State state_ = State::kNew;
  bool sees_calls_ = false;
  bool may_have_written_ = false;
  std::string_view cancelled_;  ///< why; empty: it was not
  Bytes answer_ = "null";
};

/// The refusal of a part as the answer of the whole, with the part's name in `details.call`.
void refuse_for(const PartCall& failed, Exchange& whole);
/// 50491: the whole fails, and what `write` has done stays done. `failed`: the part that it fails for; null where it is
/// `why` alone, for the log.
Error unknown_after(const PartCall& write, const PartCall* failed, std::string_view why);

}  // namespace causeway::adapters
