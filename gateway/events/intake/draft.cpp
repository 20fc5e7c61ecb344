#include "events/intake/draft.h"

#include "core/json_object.h"
#include "core/json_scan.h"
#include "core/json_text.h"
#include "security/sha256.h"

namespace causeway::events {
namespace {

// Each piece behind its length, so that no two lists of pieces look the same.
class PieceHash {
 public:
  void add(Bytes piece) {
    const std::string size = std::to_string(piece.size()) + ':';
    hash_.update(size);
    hash_.update(piece);
  }
  std::string finish() {
    const security::Sha256Digest digest = hash_.finish();
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
  }

 private:
  security::Sha256 hash_;
};

std::string hash_of(const SaidEvent& said) {
  PieceHash hash;
  hash.add(said.type);
  hash.add(said.key);
  hash.add(said.timestamp ? std::to_string(*said.timestamp) : "");
  hash.add(said.base64 ? "base64" : "");
  hash.add(said.data);
  for (const auto& [name, value] : said.attributes) {
    hash.add(name);
    hash.add(value);
  }
  return hash.finish();
}

std::string body_of(const SaidEvent& said, const EventDraft& draft, EventShape shape, std::string_view resolved_by) {
  std::string body;
  body.reserve(said.data.size() + draft.event_id.size() + said.type.size() + 96);
  body += R"({"eventId":)";
  append_json_string(body, draft.event_id);
  body += R"(,"eventType":)";
  append_json_string(body, draft.type);
  body += R"(,"timestamp":)";
  body += std::to_string(draft.timestamp);
  if (!resolved_by.empty()) {
    body += R"(,"resolvedBy":)";
    append_json_string(body, resolved_by);
  }
  if (shape == EventShape::kFlat && !said.base64 && fits_flat(said.data)) {
    const Bytes object = trim_json(said.data);
    const Bytes members = trim_json(object.substr(1, object.size() - 2));
    if (!members.empty()) (body += ',') += members;
  } else if (shape == EventShape::kNested || json_kind(said.data) != JsonKind::kNull) {
    if (said.base64) body += R"(,"encoding":"base64")";
    body += R"(,"data":)";
    body += said.data;
  }
  return body += '}';
}

std::string headers_of(const SaidEvent& said, std::string_view traceparent) {
  JsonObject headers;
  if (!traceparent.empty()) headers.text("traceparent", traceparent);
  for (const auto& [name, value] : said.attributes) headers.text("ce-" + name, value);
  return headers.done();
}

}  // namespace

EventDraft make_draft(const SaidEvent& said, EventShape shape, std::string key, const Stamp& stamp) {
  EventDraft draft;
  draft.event_id = said.event_id.empty() ? new_event_id(stamp.now) : said.event_id;
  draft.type = said.type;
  draft.key = std::move(key);
  draft.timestamp = said.timestamp.value_or(unix_milliseconds(stamp.now));
  draft.body = body_of(said, draft, shape, stamp.resolved_by);
  draft.headers = headers_of(said, stamp.traceparent);
  draft.hash = hash_of(said);
  return draft;
}

}  // namespace causeway::events
