// The one change before a call is forwarded: its record and its half message, or what its key already stands for
// (correctness.md, "One transaction each").
#pragma once

#include <optional>
#include <string>

#include "store/store.h"
#include "transactions/decision.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

/// What a key stands for. `scope`: SHA-256 of principal, method, path and key; `request_hash`: of everything that must
/// be the same when it comes again.
struct CallKey {
  std::string scope;
  std::string request_hash;
  std::string key;  ///< for people
  Duration retention{};
};

class BeginCall final : public store::Change {
 public:
  struct Call {
    std::optional<CallKey> key;
    std::optional<tables::Half> half;  ///< to be added: without record and attempt
    std::string txid;                  ///< of a call that is new
    std::string route;
    std::string consumer;
    std::string boot_id;
    WallTime now;
    bool resume = false;      ///< one whose outcome is unknown is begun once more, under its txid
    bool must_exist = false;  ///< one that is new is not begun: only a record may answer it
  };
  struct Begun {
    Arrival arrival = Arrival::kFresh;
    bool forward = false;  ///< the call is ours to forward
    std::string txid;
    std::int64_t record = 0;  ///< 0: without a key
    std::int64_t half = 0;
    std::uint32_t attempt = 1;
    bool unknown_before = false;
    std::optional<StoredAnswer> answer;  ///< of a replay
    bool published = false;              ///< of one that a check has settled: its event is stored
    /// Of an unknown call, and of one that is begun once more: its half message as it is now, if it has one. It rules,
    /// whatever the configuration has come to since.
    std::optional<tables::Half> kept;
    /// Whether there is a system to be asked.
    bool can_check() const { return kept && !kept->check_request.empty(); }
  };

  explicit BeginCall(Call call) : call_(std::move(call)) {}
  Result<> apply(store::Session& session) override;
  const Begun& begun() const { return begun_; }
  Begun take() { return std::move(begun_); }
  /// The half message as it was added.
  std::optional<tables::Half> take_half() { return std::move(call_.half); }

 private:
  void look_up(store::Session& session, const tables::Record& record);

  Call call_;
  Begun begun_;
};

}  // namespace causeway::transactions
