#include "adapters/transaction/said_message.h"

#include "core/json_scan.h"
#include "core/json_text.h"
#include "events/intake/doubled_member.h"
#include "events/intake/intake.h"

namespace causeway::adapters {
namespace {

Error not_json(std::string message) {
  Error error(Code::kNotJson);
  error.info().public_message = std::move(message);
  return error;
}

void read_transaction_id(Bytes raw, SaidMessage& said) {
  auto text = json_string_value(raw);
  if (!text) said.violations.add("/transactionId", "type", "transactionId must be a string");
  else said.transaction_id = events::checked_event_id("/transactionId", std::move(*text), said.violations);
}

/// Everything but the transactionId is an event of ours, apart from its id.
std::string event_members(Bytes body, SaidMessage& said) {
  std::string event = "{";
  bool has_id = false;
  for (JsonMembers members(body); members.next();) {
    if (members.key() == "transactionId") {
      has_id = true;
      read_transaction_id(members.value(), said);
    } else if (members.key() == "eventId") {
      said.violations.add("/eventId", "additionalProperties", "eventId is set by the gateway: it is the messageId");
    } else {
      if (event.size() > 1) event += ',';
      event += members.raw();
    }
  }
  if (!has_id) said.violations.add("/transactionId", "required", "transactionId is required");
  return event += '}';
}

}  // namespace

Result<SaidMessage> read_message(Bytes body) {
  if (const auto problem = check_json(body, events::Intake::kDepth))
    return not_json(std::string("the body is not JSON: ") + problem->what + " at byte " +
                    std::to_string(problem->offset));
  if (const auto doubled = events::find_doubled_member(body))
    return not_json("the member \"" + doubled->substr(0, 256) + "\" is there twice");
  SaidMessage said;
  if (json_kind(body) != JsonKind::kObject) {
    said.violations.add("", "type", "a half message must be an object");
    Error error(Code::kInvalid);
    error.info().details = said.violations.to_details();
    return error;
  }
  const std::string event = event_members(body, said);
  said.event = events::read_own_event(event, events::EventShape::kNested, said.violations);
  return said;
}

}  // namespace causeway::adapters
