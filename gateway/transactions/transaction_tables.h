// The tables of calls and half messages: the only place that knows their SQL.
//
//   idem   a row a key that is not free (correctness.md's idem); its scope is one digest
//   half   a row a call that needs settling, and a row a message that a system has prepared
//
// An open half is one that is prepared or unresolved; a small index holds those only.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/schema.h"
#include "store/session.h"
#include "transactions/states.h"

namespace causeway::transactions {

/// Pass it to the store when it opens.
extern const store::Schema kTransactionSchema;

/// An answer as it was given, or (`inner`) as JSON that the steps of its route have not seen yet.
struct StoredAnswer {
  int status = 0;
  bool inner = false;
  std::string headers;  ///< lines `Name: value\n`
  std::string body;
};

namespace tables {

struct Record {
  std::int64_t id = 0;
  std::string txid;
  std::string request_hash;
  RecordState state = RecordState::kRunning;
  std::string boot_id;
  std::uint32_t attempt = 1;
  std::int64_t started = 0;  ///< unix milliseconds: of the last attempt
  bool answer_kept = true;
  std::optional<std::int64_t> expires;  ///< of a done one: from then on the key is free
  std::string consumer;                 ///< for people, with the following
  std::string route;
  std::string key;
};

struct NewRecord {
  std::string_view scope;  ///< 32 bytes
  std::string_view txid;
  std::string_view request_hash;
  std::string_view boot_id;
  std::string_view consumer;
  std::string_view route;
  std::string_view key;
  std::int64_t started = 0;
  std::int64_t retention = 0;  ///< milliseconds from its end
};

std::optional<Record> find_record(store::Session& session, std::string_view scope);
std::optional<Record> find_record(store::Session& session, std::int64_t id);
/// Its answer; only of a done one.
std::optional<StoredAnswer> find_answer(store::Session& session, std::int64_t id);
std::int64_t add_record(store::Session& session, const NewRecord& record);
/// Which attempt of a record is meant, and in what state it has to be for anything to happen.
struct Claim {
  std::int64_t id = 0;
  std::uint32_t attempt = 1;
  std::string_view boot_id;  ///< of whoever asks
  /// True: it is running, and ours. False: its outcome is unknown, or its owner has gone.
  bool running = true;
};
/// A done one whose time is over.
void forget_record(store::Session& session, std::int64_t id);
// False: it is not in that state any more, and nothing has happened.
bool start_attempt(store::Session& session, const Claim& unknown, std::int64_t started);
bool end_record(store::Session& session, const Claim& claim, const StoredAnswer& answer, bool answer_kept,
                std::int64_t now);
bool mark_unknown(store::Session& session, const Claim& claim);
bool release_record(store::Session& session, const Claim& claim);
/// Of an answer that is `inner`, once it was rendered. False: somebody else has.
bool set_final_answer(store::Session& session, std::int64_t id, const StoredAnswer& answer);

struct Half {
  std::int64_t id = 0;
  std::string txid;  ///< also the messageId, and the eventId of what it will publish
  HalfKind kind = HalfKind::kCall;
  std::int64_t record = 0;  ///< of the call's key; 0: it has none
  std::uint32_t attempt = 1;
  HalfState state = HalfState::kPrepared;
  DecidedBy decided_by = DecidedBy::kNobody;
  std::string route;
  std::string consumer;
  std::string group;           ///< of a system's own
  std::string transaction_id;  ///< likewise
  std::string topic;           ///< empty: it publishes nothing
  std::string document;        ///< JSON: what its programs see of the request; a system's: what it prepared
  std::string check_request;   ///< JSON; empty: nobody can be asked
  std::string programs;        ///< JSON: what is done with the answers
  std::string traceparent;
  std::string reason;        ///< why it is unresolved, or what the operator said
  std::string payload_hash;  ///< of a system's own
  std::uint32_t checks = 0;
  std::uint32_t absences = 0;
  std::optional<std::int64_t> next_check;  ///< unix milliseconds, as all times
  std::int64_t created = 0;
  /// The last moment at which the last attempt is known to have been under way: when it began; once it is over, when
  /// that was seen. Nothing of it was sent later.
  std::int64_t attempt_began = 0;
  std::int64_t ended = 0;  ///< 0: open
};

std::int64_t add_half(store::Session& session, const Half& half);
/// What stands for a call without a half message once its outcome is unknown: unresolved, so that a list shows it and a
/// person decides.
Half add_lost_half(store::Session& session, const Record& record, std::string_view reason);
std::optional<Half> find_half(store::Session& session, std::string_view txid);
std::optional<Half> find_half(store::Session& session, std::int64_t id);
/// A system's, by the id that it gave.
std::optional<Half> find_half(store::Session& session, std::string_view consumer, std::string_view group,
                              std::string_view transaction_id);
// These touch open ones of that attempt only; false: there is none, and nothing has happened.
bool end_half(store::Session& session, std::int64_t id, std::uint32_t attempt, HalfState state, DecidedBy by,
              std::string_view reason, std::int64_t now);
/// Unresolved: asked no more by itself. `document` empty: as it is.
bool leave_unresolved(store::Session& session, std::int64_t id, std::uint32_t attempt, std::string_view reason,
                      std::string_view document);
/// The attempt is over, `now` at the latest.
bool schedule_check(store::Session& session, std::int64_t id, std::uint32_t attempt, std::int64_t next_check,
                    std::int64_t now);
/// A check was sent and decided nothing; not of an attempt that is in somebody's hand.
bool note_check(store::Session& session, std::int64_t id, std::uint32_t attempt, std::uint32_t checks,
                std::uint32_t absences, std::int64_t next_check);
bool start_half_attempt(store::Session& session, std::int64_t id, std::uint32_t attempt, std::int64_t began);
/// As if it had never been.
void drop_half(store::Session& session, std::int64_t id);

/// Prepared halves of calls that nobody has in hand, because their process has gone, are due at `now`; where nobody can
/// be asked, they are unresolved. How many.
std::int64_t adopt_orphans(store::Session& session, std::int64_t now);
/// The clock went back, or was put right: checks that were to come later than `beyond` are due at `now`, and what has
/// happened later than `now` has happened now. How many.
std::int64_t hurry_checks(store::Session& session, std::int64_t now, std::int64_t beyond);
/// The clock was put forward by so much: what was open before is no older for that.
void shift_attempts(store::Session& session, std::int64_t by);
/// Prepared ones that are due, the longest first: of the first `limit` those that are not `in_hand`.
std::vector<Half> due_halves(store::Session& session, std::int64_t now, std::size_t limit,
                             const std::set<std::int64_t>& in_hand = {});
/// When the next one is; absent: none.
std::optional<std::int64_t> next_due(store::Session& session);

struct HalfFilter {
  std::optional<HalfState> state;  ///< absent: the open ones and those that have ended
  std::int64_t before = 0;         ///< newest first, those of a lower id; 0: from the newest
  std::size_t limit = 50;
};
/// Without document, check_request and programs.
std::vector<Half> list_halves(store::Session& session, const HalfFilter& filter);
/// Of open ones.
std::int64_t count_open(store::Session& session, HalfState state);
/// Routes that have unresolved ones, and how many.
std::vector<std::pair<std::string, std::int64_t>> unresolved_by_route(store::Session& session);

/// Done records whose time is over, and halves that ended before `halves_before`; at most `limit` of each. How many.
std::int64_t sweep(store::Session& session, std::int64_t now, std::int64_t halves_before, std::size_t limit);

}  // namespace tables
}  // namespace causeway::transactions
