#include "telemetry/hex.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions::tables {
namespace {

using store::Rows;
using store::Session;
using store::Sql;

constexpr std::int64_t kRunning = static_cast<std::int64_t>(RecordState::kRunning);
static_assert(kRunning == 1 && static_cast<int>(RecordState::kUnknown) == 2 &&
              static_cast<int>(RecordState::kDone) == 3);  // as the statements say

const Sql kFindByScope{
    "SELECT id, txid, request_hash, state, boot_id, attempt, started, kept, consumer, route, key, expires FROM idem "
    "WHERE scope = ?1"};
const Sql kFindById{
    "SELECT id, txid, request_hash, state, boot_id, attempt, started, kept, consumer, route, key, expires FROM idem "
    "WHERE id = ?1"};
const Sql kAnswer{"SELECT status, inner, headers, body FROM idem WHERE id = ?1 AND state = 3"};
const Sql kAdd{
    "INSERT INTO idem (scope, txid, request_hash, state, boot_id, attempt, started, retention, consumer, route, key) "
    "VALUES (?1, ?2, ?3, 1, ?4, 1, ?5, ?6, ?7, ?8, ?9)"};
// ?2 attempt, ?3 boot, ?4: 1 for one that is running and ours, else 0.
const Sql kStart{
    "UPDATE idem SET state = 1, attempt = attempt + 1, boot_id = ?3, started = ?5 WHERE id = ?1 AND attempt = ?2 "
    "AND CASE WHEN ?4 THEN state = 1 AND boot_id = ?3 ELSE state = 2 OR (state = 1 AND boot_id <> ?3) END"};
const Sql kEnd{
    "UPDATE idem SET state = 3, status = ?5, inner = ?6, headers = ?7, body = ?8, kept = ?9, "
    "expires = ?10 + retention WHERE id = ?1 AND attempt = ?2 "
    "AND CASE WHEN ?4 THEN state = 1 AND boot_id = ?3 ELSE state = 2 OR (state = 1 AND boot_id <> ?3) END"};
const Sql kUnknown{
    "UPDATE idem SET state = 2 WHERE id = ?1 AND attempt = ?2 "
    "AND CASE WHEN ?4 THEN state = 1 AND boot_id = ?3 ELSE state = 2 OR (state = 1 AND boot_id <> ?3) END"};
const Sql kRelease{
    "DELETE FROM idem WHERE id = ?1 AND attempt = ?2 "
    "AND CASE WHEN ?4 THEN state = 1 AND boot_id = ?3 ELSE state = 2 OR (state = 1 AND boot_id <> ?3) END"};
const Sql kFinal{
    "UPDATE idem SET status = ?2, inner = 0, headers = ?3, body = ?4, kept = ?5 WHERE id = ?1 AND state = 3 "
    "AND inner = 1"};
const Sql kForget{"DELETE FROM idem WHERE id = ?1 AND state = 3"};
const Sql kSweep{
    "DELETE FROM idem WHERE id IN (SELECT id FROM idem WHERE expires IS NOT NULL AND expires <= ?1 "
    "ORDER BY expires LIMIT ?2)"};
// A txid begins with the time of its call: those that began later are not looked at, however many they are.
const Sql kSweepHalves{
    "DELETE FROM half WHERE id IN (SELECT id FROM half WHERE txid < ?1 AND state IN (1, 2) AND ended <= ?2 "
    "ORDER BY txid LIMIT ?3)"};

/// Above every txid that was made at `milliseconds` or before.
std::string txid_after(std::int64_t milliseconds) {
  std::string text(36, '\0');
  telemetry::put_uuid(text.data(), static_cast<std::uint64_t>(milliseconds + 1) << 16, 0);
  return text;
}

std::optional<Record> record_of(Rows rows) {
  if (!rows.next()) return std::nullopt;
  Record record;
  record.id = rows.integer(0);
  record.txid = rows.text(1);
  record.request_hash = rows.blob(2);
  record.state = static_cast<RecordState>(rows.integer(3));
  record.boot_id = rows.text(4);
  record.attempt = static_cast<std::uint32_t>(rows.integer(5));
  record.started = rows.integer(6);
  record.answer_kept = rows.integer(7) != 0;
  record.consumer = rows.text(8);
  record.route = rows.text(9);
  record.key = rows.text(10);
  if (!rows.is_null(11)) record.expires = rows.integer(11);
  return record;
}

}  // namespace

std::optional<Record> find_record(Session& session, std::string_view scope) {
  return record_of(session.query(kFindByScope, store::Blob{scope}));
}

std::optional<Record> find_record(Session& session, std::int64_t id) { return record_of(session.query(kFindById, id)); }

std::optional<StoredAnswer> find_answer(Session& session, std::int64_t id) {
  Rows rows = session.query(kAnswer, id);
  if (!rows.next()) return std::nullopt;
  return StoredAnswer{static_cast<int>(rows.integer(0)), rows.integer(1) != 0, std::string(rows.text(2)),
                      std::string(rows.blob(3))};
}

std::int64_t add_record(Session& session, const NewRecord& record) {
  return session.insert(kAdd, store::Blob{record.scope}, record.txid, store::Blob{record.request_hash}, record.boot_id,
                        record.started, record.retention, record.consumer, record.route, record.key);
}

bool start_attempt(Session& session, const Claim& unknown, std::int64_t started) {
  return session.run(kStart, unknown.id, unknown.attempt, unknown.boot_id, unknown.running, started) > 0;
}

bool end_record(Session& session, const Claim& claim, const StoredAnswer& answer, bool answer_kept, std::int64_t now) {
  return session.run(kEnd, claim.id, claim.attempt, claim.boot_id, claim.running, answer.status, answer.inner,
                     answer.headers, store::Blob{answer.body}, answer_kept, now) > 0;
}

bool mark_unknown(Session& session, const Claim& claim) {
  return session.run(kUnknown, claim.id, claim.attempt, claim.boot_id, claim.running) > 0;
}

bool release_record(Session& session, const Claim& claim) {
  return session.run(kRelease, claim.id, claim.attempt, claim.boot_id, claim.running) > 0;
}

void forget_record(Session& session, std::int64_t id) { session.run(kForget, id); }

bool set_final_answer(Session& session, std::int64_t id, const StoredAnswer& answer) {
  return session.run(kFinal, id, answer.status, answer.headers, store::Blob{answer.body}, true) > 0;
}

std::int64_t sweep(Session& session, std::int64_t now, std::int64_t halves_before, std::size_t limit) {
  return session.run(kSweep, now, limit) + session.run(kSweepHalves, txid_after(halves_before), halves_before, limit);
}

}  // namespace causeway::transactions::tables
