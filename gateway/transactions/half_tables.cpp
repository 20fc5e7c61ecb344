#include "transactions/transaction_tables.h"

namespace causeway::transactions::tables {
namespace {

using store::Blob;
using store::Rows;
using store::Session;
using store::Sql;

static_assert(static_cast<int>(HalfState::kPrepared) == 0 && static_cast<int>(HalfState::kUnresolved) == 3);

#define HALF_COLUMNS                                                                                            \
  "id, txid, kind, record, attempt, state, decided_by, route, consumer, grp, transaction_id, topic, document, " \
  "check_request, programs, traceparent, reason, payload_hash, checks, absences, next_check, created, "         \
  "attempt_began, ended"

// In a list: what may be long stays where it is.
#define HALF_LISTED                                                                                        \
  "id, txid, kind, record, attempt, state, decided_by, route, consumer, grp, transaction_id, topic, x'', " \
  "x'', '', traceparent, reason, payload_hash, checks, absences, next_check, created, attempt_began, ended"

// `state IN (0, 3)` is said in so many words wherever the index of open ones is meant: SQLite wants it so.
const Sql kAdd{
    "INSERT INTO half (txid, kind, record, attempt, state, decided_by, route, consumer, grp, transaction_id, topic, "
    "document, check_request, programs, traceparent, reason, payload_hash, checks, absences, next_check, created, "
    "attempt_began, ended) VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, '', ?14, 0, 0, ?15, "
    "?16, ?17, 0)"};
const Sql kByTxid{"SELECT " HALF_COLUMNS " FROM half WHERE txid = ?1"};
const Sql kById{"SELECT " HALF_COLUMNS " FROM half WHERE id = ?1"};
const Sql kByName{"SELECT " HALF_COLUMNS " FROM half WHERE consumer = ?1 AND grp = ?2 AND transaction_id = ?3"};
// What an ended one held goes: it has become an event, or nothing.
const Sql kEnd{
    "UPDATE half SET state = ?3, decided_by = ?4, reason = ?5, ended = ?6, next_check = NULL, document = x'', "
    "check_request = x'', programs = '' WHERE id = ?1 AND attempt = ?2 AND state IN (0, 3)"};
const Sql kUnresolve{
    "UPDATE half SET state = 3, reason = ?3, next_check = NULL, document = CASE WHEN length(?4) > 0 THEN ?4 ELSE "
    "document END WHERE id = ?1 AND attempt = ?2 AND state IN (0, 3)"};
const Sql kSchedule{
    "UPDATE half SET state = 0, next_check = ?3, attempt_began = ?4 "
    "WHERE id = ?1 AND attempt = ?2 AND state IN (0, 3)"};
const Sql kNote{
    "UPDATE half SET checks = ?3, absences = ?4, next_check = CASE WHEN state = 0 THEN ?5 ELSE NULL END "
    "WHERE id = ?1 AND attempt = ?2 AND state IN (0, 3) AND (state = 3 OR next_check IS NOT NULL)"};
const Sql kStart{
    "UPDATE half SET attempt = attempt + 1, attempt_began = ?3, absences = 0, state = 0, next_check = NULL "
    "WHERE id = ?1 AND attempt = ?2 AND state IN (0, 3)"};
const Sql kShift{"UPDATE half SET attempt_began = attempt_began + ?1, created = created + ?1 WHERE state IN (0, 3)"};
const Sql kDrop{"DELETE FROM half WHERE id = ?1"};
const Sql kAdopt{
    "UPDATE half SET next_check = CASE WHEN length(check_request) > 0 THEN ?1 ELSE NULL END, attempt_began = ?1, "
    "state = CASE WHEN length(check_request) > 0 THEN 0 ELSE 3 END, reason = CASE WHEN length(check_request) > 0 THEN "
    "reason ELSE 'its process has ended, and there is nobody to ask' END "
    "WHERE state IN (0, 3) AND state = 0 AND next_check IS NULL AND kind = 0"};
const Sql kHurry{
    "UPDATE half SET next_check = CASE WHEN next_check > ?2 THEN ?1 ELSE next_check END, "
    "attempt_began = CASE WHEN attempt_began > ?1 THEN ?1 ELSE attempt_began END, "
    "created = CASE WHEN created > ?1 THEN ?1 ELSE created END "
    "WHERE state IN (0, 3) AND (next_check > ?2 OR attempt_began > ?1 OR created > ?1)"};
const Sql kDue{"SELECT " HALF_COLUMNS
               " FROM half WHERE state IN (0, 3) AND state = 0 AND next_check <= ?1 ORDER BY next_check LIMIT ?2"};
const Sql kNextDue{"SELECT MIN(next_check) FROM half WHERE state IN (0, 3) AND state = 0 AND next_check IS NOT NULL"};
const Sql kListAll{"SELECT " HALF_LISTED " FROM half WHERE (?1 = 0 OR id < ?1) ORDER BY id DESC LIMIT ?2"};
const Sql kListOf{"SELECT " HALF_LISTED
                  " FROM half WHERE state = ?3 AND (?1 = 0 OR id < ?1) ORDER BY id DESC LIMIT ?2"};
const Sql kListOpen{
    "SELECT " HALF_LISTED
    " FROM half WHERE state IN (0, 3) AND state = ?3 AND (?1 = 0 OR id < ?1) ORDER BY id DESC LIMIT ?2"};
const Sql kCount{"SELECT COUNT(*) FROM half WHERE state = ?1 AND state IN (0, 3)"};
const Sql kUnresolvedRoutes{
    "SELECT route, COUNT(*) FROM half WHERE state IN (0, 3) AND state = 3 GROUP BY route ORDER BY route"};

Half half_row(const Rows& rows) {
  Half half;
  half.id = rows.integer(0);
  half.txid = rows.text(1);
  half.kind = static_cast<HalfKind>(rows.integer(2));
  half.record = rows.integer(3);
  half.attempt = static_cast<std::uint32_t>(rows.integer(4));
  half.state = static_cast<HalfState>(rows.integer(5));
  half.decided_by = static_cast<DecidedBy>(rows.integer(6));
  half.route = rows.text(7);
  half.consumer = rows.text(8);
  half.group = rows.text(9);
  half.transaction_id = rows.text(10);
  half.topic = rows.text(11);
  half.document = rows.blob(12);
  half.check_request = rows.blob(13);
  half.programs = rows.text(14);
  half.traceparent = rows.text(15);
  half.reason = rows.text(16);
  half.payload_hash = rows.blob(17);
  half.checks = static_cast<std::uint32_t>(rows.integer(18));
  half.absences = static_cast<std::uint32_t>(rows.integer(19));
  if (!rows.is_null(20)) half.next_check = rows.integer(20);
  half.created = rows.integer(21);
  half.attempt_began = rows.integer(22);
  half.ended = rows.integer(23);
  return half;
}

std::optional<Half> one(Rows rows) {
  if (!rows.next()) return std::nullopt;
  return half_row(rows);
}

std::vector<Half> all(Rows rows) {
  std::vector<Half> halves;
  while (rows.next()) halves.push_back(half_row(rows));
  return halves;
}

}  // namespace

std::int64_t add_half(Session& session, const Half& half) {
  std::optional<std::string_view> named;
  if (half.kind == HalfKind::kSystem) named = half.transaction_id;
  return session.insert(kAdd, half.txid, static_cast<int>(half.kind), half.record, half.attempt, half.route,
                        half.consumer, half.group, named, half.topic, Blob{half.document}, Blob{half.check_request},
                        half.programs, half.traceparent, Blob{half.payload_hash}, half.next_check, half.created,
                        half.attempt_began);
}

Half add_lost_half(Session& session, const Record& record, std::string_view reason) {
  Half half;
  half.txid = record.txid;
  half.record = record.id;
  half.attempt = record.attempt;
  half.route = record.route;
  half.consumer = record.consumer;
  half.programs = "{}";
  half.created = half.attempt_began = record.started;
  half.id = add_half(session, half);
  leave_unresolved(session, half.id, half.attempt, reason, {});
  half.state = HalfState::kUnresolved;
  half.reason = reason;
  return half;
}

std::optional<Half> find_half(Session& session, std::string_view txid) { return one(session.query(kByTxid, txid)); }
std::optional<Half> find_half(Session& session, std::int64_t id) { return one(session.query(kById, id)); }
std::optional<Half> find_half(Session& session, std::string_view consumer, std::string_view group,
                              std::string_view transaction_id) {
  return one(session.query(kByName, consumer, group, transaction_id));
}

bool end_half(Session& session, std::int64_t id, std::uint32_t attempt, HalfState state, DecidedBy by,
              std::string_view reason, std::int64_t now) {
  return session.run(kEnd, id, attempt, static_cast<int>(state), static_cast<int>(by), reason, now) > 0;
}

bool leave_unresolved(Session& session, std::int64_t id, std::uint32_t attempt, std::string_view reason,
                      std::string_view document) {
  return session.run(kUnresolve, id, attempt, reason, Blob{document}) > 0;
}

bool schedule_check(Session& session, std::int64_t id, std::uint32_t attempt, std::int64_t next_check,
                    std::int64_t now) {
  return session.run(kSchedule, id, attempt, next_check, now) > 0;
}

bool note_check(Session& session, std::int64_t id, std::uint32_t attempt, std::uint32_t checks, std::uint32_t absences,
                std::int64_t next_check) {
  return session.run(kNote, id, attempt, checks, absences, next_check) > 0;
}

bool start_half_attempt(Session& session, std::int64_t id, std::uint32_t attempt, std::int64_t began) {
  return session.run(kStart, id, attempt, began) > 0;
}

void shift_attempts(Session& session, std::int64_t by) { session.run(kShift, by); }

void drop_half(Session& session, std::int64_t id) { session.run(kDrop, id); }

std::int64_t adopt_orphans(Session& session, std::int64_t now) { return session.run(kAdopt, now); }

std::int64_t hurry_checks(Session& session, std::int64_t now, std::int64_t beyond) {
  return session.run(kHurry, now, beyond);
}

std::vector<Half> due_halves(Session& session, std::int64_t now, std::size_t limit,
                             const std::set<std::int64_t>& in_hand) {
  std::vector<Half> halves;
  for (Rows rows = session.query(kDue, now, limit); rows.next();)
    if (!in_hand.contains(rows.integer(0))) halves.push_back(half_row(rows));
  return halves;
}

std::optional<std::int64_t> next_due(Session& session) {
  Rows rows = session.query(kNextDue);
  if (!rows.next() || rows.is_null(0)) return std::nullopt;
  return rows.integer(0);
}

std::vector<Half> list_halves(Session& session, const HalfFilter& filter) {
  if (!filter.state) return all(session.query(kListAll, filter.before, filter.limit));
  if (is_open(*filter.state))
    return all(session.query(kListOpen, filter.before, filter.limit, static_cast<int>(*filter.state)));
  return all(session.query(kListOf, filter.before, filter.limit, static_cast<int>(*filter.state)));
}

std::int64_t count_open(Session& session, HalfState state) {
  Rows rows = session.query(kCount, static_cast<int>(state));
  rows.next();
  return rows.integer(0);
}

std::vector<std::pair<std::string, std::int64_t>> unresolved_by_route(Session& session) {
  std::vector<std::pair<std::string, std::int64_t>> routes;
  for (Rows rows = session.query(kUnresolvedRoutes); rows.next();)
    routes.emplace_back(std::string(rows.text(0)), rows.integer(1));
  return routes;
}

}  // namespace causeway::transactions::tables
