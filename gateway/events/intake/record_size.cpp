#include "events/intake/record_size.h"

#include <fmt/format.h>

namespace causeway::events {
namespace {

// Names of our headers (78 bytes), store id, shard and position (up to 60), lengths and the batch around (about 150).
constexpr std::size_t kFraming = 512;

}  // namespace

std::size_t record_size(const EventDraft& draft, std::string_view source) {
  return draft.key.size() + draft.body.size() + draft.headers.size() + draft.event_id.size() + draft.type.size() +
         source.size() + kFraming;
}

std::optional<Error> refuse_size(const Topic& topic, const EventDraft& draft, std::string_view source) {
  const std::uint64_t limit = topic.limits->record_bytes.load(std::memory_order_relaxed);
  if (topic.bus == BusKind::kEmbedded || limit == 0) return std::nullopt;
  const std::size_t size = record_size(draft, source);
  if (size <= limit) return std::nullopt;
  Error error(Code::kBodyTooLarge);
  error.info().public_message =
      fmt::format("the event takes {} bytes on the bus, {} takes at most {}", size, topic.name(), limit);
  return error;
}

}  // namespace causeway::events
