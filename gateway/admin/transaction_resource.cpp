#include "admin/endpoint.h"
#include "admin/page.h"
#include "core/json_scan.h"

namespace causeway::admin {
namespace {

using transactions::EndWish;
using transactions::HalfKind;
using transactions::HalfState;
using transactions::tables::Half;

const Schema kTransaction{
    "Transaction",
    {{"txid", JsonType::kString, "what the system got as X-Causeway-Transaction; of a message its messageId"},
     {"kind", JsonType::kString, "call: one that went through a route; message: one that a system has prepared"},
     {"state", JsonType::kString, "prepared; unresolved: a person decides; committed; rolled_back"},
     {"decidedBy", JsonType::kString, "response, check, operator or system; null: it is open", Field::kNullable},
     {"route", JsonType::kString, ""},
     {"consumer", JsonType::kString, "who called, or prepared"},
     {"group", JsonType::kString, "of a message", Field::kSometimes},
     {"transactionId", JsonType::kString, "of a message: the system's own", Field::kSometimes},
     {"topic", JsonType::kString, "where its event goes; null: nowhere", Field::kNullable},
     {"checks", JsonType::kInteger, "how often the system was asked"},
     {"createdAt", JsonType::kInteger, "unix milliseconds, as all times"},
     {"nextCheckAt", JsonType::kInteger, "null: it is not asked", Field::kNullable},
     {"endedAt", JsonType::kInteger, "null: it is open", Field::kNullable},
     {"reason", JsonType::kString, "why it is unresolved, or what an operator said of its end; may be empty"},
     {"key", JsonType::kString, "the Idempotency-Key of a call; shown alone", Field::kSometimes},
     {"document", JsonType::kAny,
      "of an open one: what is kept of the call's request, or the event that was prepared; shown alone, not for "
      "viewers",
      Field::kSometimes}}};

JsonObject& time_or_null(JsonObject& object, std::string_view name, std::int64_t time) {
  return time != 0 ? object.number(name, time) : object.raw(name, "null");
}

void begin(JsonObject& object, const Half& half) {
  const bool message = half.kind == HalfKind::kSystem;
  object.text("txid", half.txid).text("kind", message ? "message" : "call");
  object.text("state", transactions::word_of(half.state));
  if (transactions::is_open(half.state)) object.raw("decidedBy", "null");
  else object.text("decidedBy", transactions::word_of(half.decided_by));
  object.text("route", half.route).text("consumer", half.consumer);
  if (message) object.text("group", half.group).text("transactionId", half.transaction_id);
  if (half.topic.empty()) object.raw("topic", "null");
  else object.text("topic", half.topic);
  object.number("checks", half.checks).number("createdAt", half.created);
  time_or_null(object, "nextCheckAt", half.next_check.value_or(0));
  time_or_null(object, "endedAt", half.ended).text("reason", half.reason);
}

/// As in a list.
std::string brief(const Half& half) {
  JsonObject object;
  begin(object, half);
  return object.done();
}

/// The event of a message lies there as text.
std::string document_of(const Half& half) {
  if (half.kind != HalfKind::kSystem) return half.document;
  return json_string_value(find_member(half.document, "body")).value_or("");
}

std::string show(const TransactionView& view, bool bodies) {
  JsonObject object;
  begin(object, view.half);
  if (!view.key.empty()) object.text("key", view.key);
  const std::string document = bodies ? document_of(view.half) : "";
  if (!document.empty()) object.raw("document", document);
  return object.done();
}

Result<std::optional<HalfState>> read_state(const Call& call) {
  const std::string_view text = call.asked("state");
  if (text.empty()) return std::optional<HalfState>();
  for (const HalfState state :
       {HalfState::kPrepared, HalfState::kUnresolved, HalfState::kCommitted, HalfState::kRolledBack})
    if (transactions::word_of(state) == text) return std::optional<HalfState>(state);
  return invalid("/state", "enum", "must be prepared, unresolved, committed or rolled_back");
}

Reply list(Ports& ports, const Call& call) {
  Result<std::size_t> limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  Result<std::int64_t> cursor = read_cursor(call);
  if (!cursor) return std::move(cursor.error());
  Result<std::optional<HalfState>> state = read_state(call);
  if (!state) return std::move(state.error());
  JsonArray items;
  if (ports.transactions == nullptr || ports.store.boot_id().empty()) return page(items, "");  // without a store
  // One more than asked for, to know whether there is another page.
  Result<std::vector<Half>> found = ports.transactions->transactions({*state, *cursor, *limit + 1});
  if (!found) return std::move(found.error());
  const bool more = found->size() > *limit;
  if (more) found->pop_back();
  for (const Half& half : *found) items.raw(brief(half));
  return page(items, more ? std::to_string(found->back().id) : "");
}

Result<TransactionView> find(Ports& ports, const Call& call) {
  if (ports.transactions == nullptr) return Error(Code::kNoSuchThing);
  return ports.transactions->transaction(call.parameter("txid"));
}

Reply one(Ports& ports, const Call& call) {
  Result<TransactionView> view = find(ports, call);
  if (!view) return std::move(view.error());
  return show(*view, call.sees_bodies());
}

std::string before(Ports& ports, const Call& call) {
  Result<TransactionView> view = find(ports, call);
  return view ? brief(view->half) : "";
}

/// What is in the way, for the operator who is told no.
Error explained(Error error) {
  const ErrorInfo* const info = error.info_if();
  const bool says = error.code() == Code::kConflict || error.code() == Code::kTransformRefused;
  if (says && info != nullptr && info->public_message.empty()) error.info().public_message = info->internal;
  return error;
}

Reply end(Ports& ports, const Call& call, EndWish wish) {
  const std::string result(call.member("result").value_or(Bytes()));
  Result<TransactionView> view = find(ports, call);
  if (!view) return std::move(view.error());
  if (!result.empty() && view->half.kind == HalfKind::kSystem)
    return invalid("/result", "not", "a message is published as it was prepared");
  Result<TransactionView> ended = ports.transactions->end(call.parameter("txid"), wish, call.text("reason"), result);
  if (!ended) return explained(std::move(ended.error()));
  return show(*ended, false);
}

Reply commit(Ports& ports, const Call& call) { return end(ports, call, EndWish::kCommit); }
Reply roll_back(Ports& ports, const Call& call) { return end(ports, call, EndWish::kRollBack); }

}  // namespace

void add_transaction_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/transactions",
                 .summary = "Half messages of calls and of systems, newest first; those that have ended for a day",
                 .query = {{"state", JsonType::kString, "only those: prepared, unresolved, committed, rolled_back"},
                           limit_field(),
                           cursor_field()},
                 .answer = &kTransaction,
                 .pages = true,
                 .run = list});
  out.push_back({.method = "GET",
                 .path = "/transactions/{txid}",
                 .summary = "One with what it keeps",
                 .answer = &kTransaction,
                 .run = one});
  out.push_back(
      {.method = "POST",
       .path = "/transactions/{txid}/commit",
       .role = Role::kOperator,
       .summary = "Decides an open one: it was carried out; its event is published",
       .body = {{"result", JsonType::kAny, "of a call: what it came to, for its event and its caller's retry"},
                reason_field(Field::kRequired)},
       .answer = &kTransaction,
       .run = commit,
       .before = before});
  out.push_back({.method = "POST",
                 .path = "/transactions/{txid}/rollback",
                 .role = Role::kOperator,
                 .summary = "Decides an open one: it was not carried out, nor will be; nothing is published",
                 .body = {reason_field(Field::kRequired)},
                 .answer = &kTransaction,
                 .run = roll_back,
                 .before = before});
}

}  // namespace causeway::admin
