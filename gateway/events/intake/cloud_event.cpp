#include "events/intake/cloud_event.h"

#include <algorithm>

#include "core/base64.h"
#include "core/json_scan.h"
#include "core/json_text.h"
#include "core/rfc3339.h"
#include "events/intake/media_type.h"
#include "net/characters.h"
#include "net/percent.h"

namespace causeway::events {
namespace {

constexpr std::string_view kRequired[] = {"specversion", "id", "source", "type"};
constexpr std::size_t kMostOfValue = 2048;
constexpr std::size_t kMostAttributes = 64;

bool is_ce_header(std::string_view name) {
  return name.size() > 3 && net::equals_ignoring_case(name.substr(0, 3), "ce-");
}

MediaType media_type(const net::Headers& headers) {
  return MediaType(headers.get(net::HeaderId::kContentType).value_or(std::string_view()));
}

/// Collects the attributes of one event, in whatever order they come.
class Attributes {
 public:
  Attributes(SaidEvent& said, Violations& violations) : said_(said), violations_(violations) {}

  void set(const std::string& name, std::string value) {
    if (std::ranges::find(seen_, name) != seen_.end())
      return violations_.add(json_pointer(name), "maxItems", name + " must be there once");
    if (seen_.size() == kMostAttributes) return too_many();
    seen_.push_back(name);
    if (!is_name(name)) {
      violations_.add(json_pointer(name), "pattern", "an attribute's name has lower-case letters and digits only");
    } else if (name == "specversion") {
      if (value != "1.0") violations_.add("/specversion", "const", "specversion must be 1.0");
    } else if (name == "id") {
      said_.event_id = checked_event_id("/id", std::move(value), violations_);
    } else if (name == "type") {
      said_.type = checked_type("/type", std::move(value), violations_);
    } else if (name == "partitionkey") {
      said_.key = checked_key("/partitionkey", std::move(value), violations_);
    } else if (name == "time") {
      said_.timestamp = parse_rfc3339(value);
      if (!said_.timestamp) violations_.add("/time", "format", "time must be a date-time of RFC 3339");
    } else {
      keep(name, std::move(value));
    }
  }

  void finish() {
    for (const std::string_view name : kRequired)
      if (std::ranges::find(seen_, name) == seen_.end() && !violations_.has(json_pointer(name)))
        violations_.add(json_pointer(name), "required", std::string(name) + " is required");
    std::ranges::sort(said_.attributes);
  }

 private:
  static bool is_name(std::string_view name) {
    return name != "data" && std::ranges::all_of(name, [](char byte) {
             return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
           });
  }

  void too_many() {
    if (!violations_.has(""))
      violations_.add("", "maxProperties",
                      "an event must have at most " + std::to_string(kMostAttributes) + " attributes");
  }

  void keep(const std::string& name, std::string value) {
    const bool control =
        std::ranges::any_of(value, [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; });
    if (control) violations_.add(json_pointer(name), "pattern", name + " must not have control characters");
    else if (value.size() > kMostOfValue)
      violations_.add(json_pointer(name), "maxLength",
                      name + " must be at most " + std::to_string(kMostOfValue) + " bytes");
    else if (name == "source" && value.empty()) violations_.add("/source", "minLength", "source must not be empty");
    else said_.attributes.emplace_back(name, std::move(value));
  }

  SaidEvent& said_;
  Violations& violations_;
  std::vector<std::string> seen_;
};

bool takes_only_strings(std::string_view name) {
  return std::ranges::find(kRequired, name) != std::end(kRequired) || name == "time" || name == "subject" ||
         name == "partitionkey" || name == "datacontenttype" || name == "dataschema";
}

// A JSON value as an attribute's text; empty when no attribute can be like that.
std::optional<std::string> text_of(std::string_view name, Bytes raw) {
  if (auto text = json_string_value(raw)) return text;
  if (takes_only_strings(name)) return std::nullopt;
  const JsonKind kind = json_kind(raw);
  const bool whole = kind == JsonKind::kNumber && raw.find_first_of(".eE") == Bytes::npos;
  return kind == JsonKind::kBoolean || whole ? std::optional<std::string>(raw) : std::nullopt;
}

bool is_utf8(Bytes text) { return valid_utf8(text) == text.size(); }

// HTTP binding 3.1.3.2: perhaps a quoted string, then percent-encoded UTF-8.
std::optional<std::string> decode_value(std::string_view value) {
  std::string unquoted;
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
    for (std::size_t i = 1; i + 1 < value.size(); ++i) {
      if (value[i] == '\\' && i + 2 < value.size()) ++i;
      unquoted += value[i];
    }
    value = unquoted;
  }
  std::string decoded;
  if (!net::append_decoded(decoded, value) || !is_utf8(decoded)) return std::nullopt;
  return decoded;
}

}  // namespace

CloudForm cloud_form(const net::Headers& headers) {
  const MediaType type = media_type(headers);
  if (type.essence() == "application/cloudevents+json") return CloudForm::kStructured;
  if (type.essence() == "application/cloudevents-batch+json") return CloudForm::kBatch;
  if (type.essence().starts_with("application/cloudevents")) return CloudForm::kUnknown;
  for (const net::HeaderField& field : headers) {
    if (!is_ce_header(field.name)) continue;
    for (const std::string_view name : kRequired)
      if (net::equals_ignoring_case(field.name.substr(3), name)) return CloudForm::kBinary;
  }
  return CloudForm::kNone;
}

bool says_json(const net::Headers& headers) {
  const MediaType type = media_type(headers);
  return type.essence().empty() || type.is_json();
}

SaidEvent read_structured_event(Bytes event, Violations& violations) {
  SaidEvent said;
  if (json_kind(event) != JsonKind::kObject) {
    violations.add("", "type", "an event must be an object");
    return said;
  }
  Attributes attributes(said, violations);
  bool has_data = false;
  bool has_bytes = false;
  for (JsonMembers members(event); members.next();) {
    const std::string name(members.key());
    const Bytes value = members.value();
    if (name == "data") {
      has_data = true;
      if (!has_bytes) said.data = value;
    } else if (json_kind(value) == JsonKind::kNull) {
      continue;  // as if it were not there
    } else if (name == "data_base64") {
      const auto text = json_string_value(value);
      if (text && is_base64(*text)) said.data = '"' + *text + '"';
      else violations.add("/data_base64", "format", "data_base64 must be a string of base64");
      said.base64 = has_bytes = true;
    } else if (auto text = text_of(name, value)) {
      attributes.set(name, std::move(*text));
    } else {
      violations.add(json_pointer(name), "type",
                     name + (takes_only_strings(name) ? " must be a string" : " must be a string, integer or boolean"));
    }
  }
  if (has_data && has_bytes) violations.add("/data_base64", "not", "data and data_base64 exclude each other");
  attributes.finish();
  return said;
}

SaidEvent read_binary_event(const net::Headers& headers, Bytes body, Violations& violations) {
  SaidEvent said;
  Attributes attributes(said, violations);
  for (const net::HeaderField& field : headers) {
    if (!is_ce_header(field.name)) continue;
    std::string name(field.name.substr(3));
    std::ranges::transform(name, name.begin(), net::lower);
    auto value = decode_value(field.value);
    if (name == "datacontenttype") {
      violations.add("/datacontenttype", "not", "datacontenttype is the Content-Type");
    } else if (!value) {
      violations.add(json_pointer(name), "format", name + " must be percent-encoded UTF-8");
    } else {
      attributes.set(name, std::move(*value));
    }
  }
  if (const auto type = headers.get(net::HeaderId::kContentType); type && !type->empty())
    attributes.set("datacontenttype", std::string(*type));
  attributes.finish();

  if (body.empty()) return said;
  if (says_json(headers)) {
    said.data = trim_json(body);
  } else if (media_type(headers).is_utf8_text() && is_utf8(body)) {
    said.data.clear();
    append_json_string(said.data, body);
  } else {
    said.data = '"' + to_base64(body) + '"';
    said.base64 = true;
  }
  return said;
}

}  // namespace causeway::events
