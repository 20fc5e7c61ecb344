#include "transactions/making_event.h"

#include <memory_resource>

#include "core/base64.h"
#include "core/decimal.h"
#include "core/json_object.h"
#include "events/event_key.h"
#include "events/intake/draft.h"
#include "events/intake/record_size.h"
#include "transactions/half_values.h"

namespace causeway::transactions {
namespace {

Result<events::EventDraft> as_prepared(const tables::Half& half) {
  const auto text = [&half](std::string_view name) {
    return json_string_value(find_member(half.document, name)).value_or("");
  };
  events::EventDraft draft;
  draft.event_id = half.txid;
  draft.type = text("type");
  draft.key = text("key");
  draft.timestamp = whole_number(find_member(half.document, "timestamp")).value_or(half.created);
  draft.body = text("body");
  draft.headers = text("headers");
  draft.hash = half.payload_hash;
  return draft;
}

Result<events::EventDraft> from_programs(const tables::Half& half, const Programs& programs, const events::Topic& topic,
                                         Bytes result, DecidedBy by, WallTime now) {
  std::pmr::monotonic_buffer_resource memory;
  HalfValues known(half, topic.expressions.get());
  known.values.set(expression::Variable::kResult, result);
  events::SaidEvent said;
  said.event_id = half.txid;
  said.type = programs.type;
  said.data = result;
  if (programs.data.is_value()) {
    Result<Bytes> data = programs.data.value(result, known.values, &memory);
    if (!data) return std::move(data.error());
    said.data = *data;
  }
  Result<std::string> key = events::render_key(programs.key, result, known.values, &memory);
  if (!key) return std::move(key.error());
  if (key->empty()) *key = events::topic_key(topic.key, said.data, topic.expressions.get());
  return events::make_draft(said, topic.settings.shape, std::move(*key),
                            {.now = now, .traceparent = half.traceparent, .resolved_by = word_of(by)});
}

}  // namespace

std::string prepared_document(const events::EventDraft& draft) {
  return JsonObject()
      .text("type", draft.type)
      .text("key", draft.key)
      .number("timestamp", draft.timestamp)
      .text("body", draft.body)
      .text("headers", draft.headers)
      .done();
}

Result<events::EventDraft> make_event(const tables::Half& half, const Programs& programs, const events::Topic& topic,
                                      Bytes result, DecidedBy by, WallTime now) {
  Result<events::EventDraft> draft =
      half.kind == HalfKind::kSystem ? as_prepared(half) : from_programs(half, programs, topic, result, by, now);
  if (!draft) return draft;
  if (auto error = events::refuse_size(topic, *draft, source_of(half))) return std::move(*error);
  return draft;
}

}  // namespace causeway::transactions
