#include "events/intake/said_event.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "core/json_scan.h"

namespace causeway::events {
namespace {

constexpr std::size_t kMostOfType = 255;
constexpr std::size_t kMostOfKey = 1024;

std::string_view name_of(std::string_view path) { return path.substr(1); }

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; });
}

std::string checked_text(std::string_view path, std::string text, std::size_t most, Violations& violations) {
  const std::string name(name_of(path));
  if (text.empty()) {
    violations.add(std::string(path), "minLength", name + " must not be empty");
  } else if (text.size() > most) {
    violations.add(std::string(path), "maxLength", name + " must be at most " + std::to_string(most) + " bytes");
  } else if (has_control(text)) {
    violations.add(std::string(path), "pattern", name + " must not have control characters");
  } else {
    return text;
  }
  return {};
}

std::optional<std::string> string_of(std::string_view path, Bytes raw, Violations& violations) {
  auto text = json_string_value(raw);
  if (!text) violations.add(std::string(path), "type", std::string(name_of(path)) + " must be a string");
  return text;
}

// Of the years 1 to 9999.
constexpr std::int64_t kFirstTime = -62'135'596'800'000;
constexpr std::int64_t kLastTime = 253'402'300'799'999;

std::optional<std::int64_t> timestamp_of(Bytes raw, Violations& violations) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (error == std::errc() && end == raw.data() + raw.size() && value >= kFirstTime && value <= kLastTime) return value;
  violations.add("/timestamp", "type", "timestamp must be a whole number: unix milliseconds");
  return std::nullopt;
}

// The members that both shapes have; false for every other.
bool read_common(std::string_view name, Bytes value, SaidEvent& said, Violations& violations) {
  if (name == "eventId") {
    if (auto text = string_of("/eventId", value, violations))
      said.event_id = checked_event_id("/eventId", std::move(*text), violations);
  } else if (name == "eventType") {
    if (auto text = string_of("/eventType", value, violations))
      said.type = checked_type("/eventType", std::move(*text), violations);
  } else if (name == "timestamp") {
    said.timestamp = timestamp_of(value, violations);
  } else {
    return false;
  }
  return true;
}

SaidEvent read_nested(Bytes event, Violations& violations) {
  SaidEvent said;
  bool has_data = false;
  for (JsonMembers members(event); members.next();) {
    const std::string_view name = members.key();
    if (read_common(name, members.value(), said, violations)) continue;
    if (name == "data") {
      has_data = true;
      said.data = members.value();
    } else if (name == "key") {
      if (auto text = string_of("/key", members.value(), violations))
        said.key = checked_key("/key", std::move(*text), violations);
    } else if (is_event_member(name)) {
      violations.add(json_pointer(name), "additionalProperties", std::string(name) + " is set by the gateway alone");
    } else {
      violations.add(json_pointer(name), "additionalProperties",
                     std::string(name) + " is no member of an event: what happened belongs into data");
    }
  }
  if (!has_data) violations.add("/data", "required", "data is required");
  return said;
}

SaidEvent read_flat(Bytes event, Violations& violations) {
  SaidEvent said;
  said.data = "{";
  for (JsonMembers members(event); members.next();) {
    const std::string_view name = members.key();
    if (read_common(name, members.value(), said, violations)) continue;
    if (is_event_member(name))
      violations.add(json_pointer(name), "additionalProperties", std::string(name) + " is set by the gateway alone");
    if (said.data.size() > 1) said.data += ',';
    said.data += members.raw();
  }
  said.data += '}';
  return said;
}

}  // namespace

SaidEvent read_own_event(Bytes event, EventShape shape, Violations& violations) {
  if (json_kind(event) != JsonKind::kObject) {
    violations.add("", "type", "an event must be an object");
    return {};
  }
  return shape == EventShape::kFlat ? read_flat(event, violations) : read_nested(event, violations);
}

bool is_event_member(std::string_view name) {
  return name == "eventId" || name == "eventType" || name == "timestamp" || name == "replayOf" || name == "resolvedBy";
}

bool fits_flat(Bytes data) {
  bool fits = true;
  const bool object = for_each_member(data, [&](std::string_view name, Bytes) { fits &= !is_event_member(name); });
  return object && fits;
}

bool is_event_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char byte) {
    const char letter = static_cast<char>(byte | 0x20);
    return (letter >= 'a' && letter <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' ||
           byte == ':' || byte == '-';
  });
}

std::string checked_event_id(std::string_view path, std::string text, Violations& violations) {
  if (is_event_id(text)) return text;
  violations.add(std::string(path), "pattern",
                 std::string(name_of(path)) + " must be 1 to 128 letters, digits and . _ : -");
  return {};
}

std::string checked_type(std::string_view path, std::string text, Violations& violations) {
  return checked_text(path, std::move(text), kMostOfType, violations);
}

std::string checked_key(std::string_view path, std::string text, Violations& violations) {
  return checked_text(path, std::move(text), kMostOfKey, violations);
}

}  // namespace causeway::events
