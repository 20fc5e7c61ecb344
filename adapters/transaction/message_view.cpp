#include "adapters/transaction/message_view.h"

#include "core/json_object.h"

namespace causeway::adapters {
namespace {

using transactions::HalfState;
using transactions::tables::Half;

void begin(JsonObject& object, const Half& half) {
  object.text("messageId", half.txid).text("transactionId", half.transaction_id);
  object.text("state", transactions::word_of(half.state));
  if (half.state == HalfState::kCommitted) object.text("eventId", half.txid);
}

void add_expiry(JsonObject& object, const Half& half, std::optional<Duration> max_age) {
  if (!max_age || half.state != HalfState::kPrepared) return;
  object.number("expiresAt", half.created + std::chrono::duration_cast<std::chrono::milliseconds>(*max_age).count());
}

}  // namespace

std::string prepared_view(const Half& half, std::optional<Duration> max_age, bool duplicate) {
  JsonObject object;
  begin(object, half);
  add_expiry(object, half, max_age);
  if (duplicate) object.flag("duplicate", true);
  return object.done();
}

std::string ended_view(const Half& half) {
  JsonObject object;
  begin(object, half);
  return object.done();
}

std::string whole_view(const Half& half, std::optional<Duration> max_age) {
  JsonObject object;
  begin(object, half);
  object.text("group", half.group);
  if (!transactions::is_open(half.state)) object.text("decidedBy", transactions::word_of(half.decided_by));
  object.number("createdAt", half.created);
  if (half.ended != 0) object.number("endedAt", half.ended);
  add_expiry(object, half, max_age);
  object.number("checks", half.checks);
  if (half.next_check) object.number("nextCheckAt", *half.next_check);
  if (!half.reason.empty()) object.text("reason", half.reason);
  return object.done();
}

std::string contradiction_details(const Half& half) {
  std::string members = R"("messageId":)";
  append_json_string(members, half.txid);
  members += R"(,"state":)";
  append_json_string(members, transactions::word_of(half.state));
  members += R"(,"decidedBy":)";
  append_json_string(members, transactions::word_of(half.decided_by));
  return members;
}

}  // namespace causeway::adapters
