#include "events/subscription/edited_event.h"

#include "core/json_scan.h"
#include "core/json_text.h"

namespace causeway::events {
namespace {

Error invalid(std::string message) {
  Error error(Code::kInvalid);
  error.info().public_message = std::move(message);
  return error;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out.push_back(out.empty() ? '{' : ',');
  append_json_string(out, name);
  out.append(":").append(value);
}

bool is_head(std::string_view name) { return name == "eventId" || name == "eventType" || name == "timestamp"; }

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

}  // namespace

Result<std::string> edit_event(std::string_view event, EventShape shape, std::string_view data,
                               std::string_view event_id) {
  if (const auto problem = check_json(data))
    return invalid("the body is not JSON: " + std::string(problem->what) + " at byte " +
                   std::to_string(problem->offset));
  const bool flat = shape == EventShape::kFlat;
  if (flat && json_kind(data) != JsonKind::kObject) return invalid("the body of an event of this topic is an object");
  std::string edited;
  append_member(edited, "eventId", quoted(event_id));
  for (JsonMembers members(event); members.next();) {
    if (members.key() == "eventId" || members.key() == "replayOf") continue;
    if (!flat && members.key() == "data") append_member(edited, "data", trim_json(data));
    else if (!flat || is_head(members.key())) append_member(edited, members.key(), members.value());
  }
  if (flat)
    for (JsonMembers members(data); members.next();)
      if (!is_head(members.key()) && members.key() != "replayOf") append_member(edited, members.key(), members.value());
  append_member(edited, "replayOf", find_member(event, "eventId"));
  return edited + '}';
}

}  // namespace causeway::events
