// Records that others have put into a topic, as events. Pure; thread safe.
#pragma once

#include "adapters/kafka/record.h"

namespace causeway::kafka {

/// The event itself if the record's value is one: of the topic's shape, or a CloudEvent (structured or binary,
/// https://github.com/cloudevents/spec, cloudevents/bindings/kafka-protocol-binding.md). False: it is none.
bool read_foreign_event(const events::Topic& topic, const Record& record, std::int64_t time, events::StoredEvent& out);

/// The record in an event's wrapping: its data is the value as JSON, digits exact, or base64; a tombstone's is null.
/// A key or a header's value that is no text is `{"base64":"…"}`, a header that came several times a list.
void wrap(const events::Topic& topic, const Record& record, std::int64_t time, events::StoredEvent& out);

/// What orders events: the record's key as it is; base64 of octets that are no text, a hash of what is too long.
std::string ordering_key(Bytes key);

}  // namespace causeway::kafka
