// What a publisher said about one event, whatever the form in which it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "events/intake/violations.h"
#include "events/topic_settings.h"

namespace causeway::events {

/// Empty texts were not said.
struct SaidEvent {
  std::string event_id;
  std::string type;
  std::string key;
  std::optional<std::int64_t> timestamp;  ///< unix milliseconds
  /// JSON as it came, digits exact; of a flat event an object of the fields beside the envelope's own.
  std::string data = "null";
  bool base64 = false;  ///< data is a string that holds other bytes
  /// What CloudEvents say beyond this: `source`, `subject`, `datacontenttype`, extensions. Ascending by name.
  std::vector<std::pair<std::string, std::string>> attributes;
};

/// Reads `{"eventId"?, "eventType"?, "timestamp"?, "key"?, "data"}`, or in a flat topic `{"eventId"?, "eventType"?,
/// "timestamp"?, …}` whose other members are the data. `event` is valid JSON without doubled members.
SaidEvent read_own_event(Bytes event, EventShape shape, Violations& violations);

/// Members that a flat event's data cannot have: they are the event's own, or the gateway's.
bool is_event_member(std::string_view name);
/// Is it an object that can lie beside the event's own members?
bool fits_flat(Bytes data);

/// [A-Za-z0-9._:-]{1,128}
bool is_event_id(std::string_view text);

// The rules of single members. `path` is where the caller finds it, its last part the name in messages; what is wrong
// goes to `violations` and gives an empty text.
std::string checked_event_id(std::string_view path, std::string text, Violations& violations);
std::string checked_type(std::string_view path, std::string text, Violations& violations);
std::string checked_key(std::string_view path, std::string text, Violations& violations);

}  // namespace causeway::events
