// CloudEvents 1.0 as they come over HTTP: the JSON format and the HTTP protocol binding
// (https://github.com/cloudevents/spec, cloudevents/formats/json-format.md and bindings/http-protocol-binding.md).
//
// id → eventId (of its characters), type → eventType, time → timestamp, partitionkey → key, data → data; every other
// attribute is kept beside the event. Data of the binary form is JSON as it is, text a string, anything else base64.
#pragma once

#include "events/intake/said_event.h"
#include "net/headers.h"

namespace causeway::events {

enum class CloudForm : std::uint8_t {
  kNone,        ///< no CloudEvent
  kStructured,  ///< Content-Type: application/cloudevents+json
  kBatch,       ///< application/cloudevents-batch+json
  kBinary,      ///< ce-… headers: at least one of the required attributes
  kUnknown,     ///< a format that is not JSON
};
CloudForm cloud_form(const net::Headers& headers);

/// Is the body JSON, by its Content-Type (or without one)?
bool says_json(const net::Headers& headers);

/// `event` is valid JSON without doubled members.
SaidEvent read_structured_event(Bytes event, Violations& violations);

/// `body` has been checked when it says_json; an empty one is an event without data.
SaidEvent read_binary_event(const net::Headers& headers, Bytes body, Violations& violations);

}  // namespace causeway::events
