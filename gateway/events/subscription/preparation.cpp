#include "events/subscription/preparation.h"

#include "core/error_words.h"
#include "events/subscription/rendering.h"

namespace causeway::events {
namespace {

Preparation refused(const Error& error) {
  return {.kind = Preparation::Kind::kRefused, .sent = {}, .reason = words_of(error)};
}

}  // namespace

Result<bool> passes(const SubscriptionSpec& spec, Bytes event, runtime::ChunkPool& chunks) {
  runtime::Arena arena(chunks);
  return spec.rules.wants(event, &arena);
}

Preparation prepare(const SubscriptionSpec& spec, Bytes event, bool passed, runtime::ChunkPool& chunks) {
  runtime::Arena arena(chunks);
  if (!passed) {
    Result<bool> wanted = spec.rules.wants(event, &arena);
    if (!wanted) return refused(wanted.error());
    if (!*wanted) return {.kind = Preparation::Kind::kLeftOut, .sent = {}, .reason = {}};
  }
  Result<Bytes> sent = render_sent(spec, event, &arena);
  if (!sent) return refused(sent.error());
  Preparation ready;
  if (sent->data() != event.data()) ready.sent = *sent;
  return ready;
}

}  // namespace causeway::events
