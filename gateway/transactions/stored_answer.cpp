#include "transactions/stored_answer.h"

#include <charconv>

#include "events/intake/acknowledge.h"

namespace causeway::transactions {
namespace {

constexpr std::string_view kReplayed = "Idempotency-Replayed";

/// The envelope's own code, for the record of the call.
std::uint32_t code_in(Bytes body, int status) {
  constexpr std::string_view kStart = R"({"code":)";
  std::uint32_t code = 0;
  if (body.starts_with(kStart)) {
    const auto [end, error] = std::from_chars(body.data() + kStart.size(), body.data() + body.size(), code);
    if (error == std::errc() && end != body.data() + kStart.size()) return code;
  }
  return status >= 400 ? static_cast<std::uint32_t>(status) * 100 : 0;
}

}  // namespace

Task<Result<bool>> make_whole(Body& body, std::uint64_t limit) {
  if (!body.streams()) co_return body.whole().size() <= limit;
  if (body.source()->endless() || body.source()->declared_size().value_or(0) > limit) co_return false;
  if (!body.source()->declared_size()) {
    Result<bool> ended = co_await body.source()->prefetch(limit + 1);
    if (!ended || !*ended) co_return ended;
  }
  Result<Bytes> whole = co_await body.gather(limit);
  if (!whole && whole.error().code() == Code::kBodyTooLarge) co_return false;
  if (!whole) co_return std::move(whole.error());
  co_return true;
}

Task<TakenAnswer> take_answer(Exchange& exchange, std::uint64_t limit) {
  Response& response = exchange.response;
  TakenAnswer taken;
  taken.answer.status = response.status;
  const Result<bool> whole = co_await make_whole(response.body, limit);
  taken.kept = whole && *whole;
  if (!taken.kept || response.whole_size() > limit) {
    taken.kept = false;
    co_return taken;
  }
  for (const net::HeaderField& field : response.headers) {
    if (field.name == kReplayed) continue;
    taken.answer.headers.append(field.name).append(": ").append(field.value).append("\n");
  }
  taken.answer.body.reserve(response.whole_size());
  taken.answer.body.append(response.prefix).append(response.body.whole()).append(response.suffix);
  co_return taken;
}

void note_replay(Exchange& exchange) {
  exchange.call.system = "record";
  exchange.call.status = exchange.response.status;
  exchange.call.response_body = exchange.response.body.whole();
  exchange.call.response_size = exchange.call.response_body.size();
  exchange.call.response_type = exchange.response.headers.get(net::HeaderId::kContentType).value_or(std::string_view());
}

void give_answer(Exchange& exchange, const StoredAnswer& stored, bool replay) {
  Response& response = exchange.response;
  response.headers.clear();
  response.status = stored.status;
  response.prefix = {};
  response.suffix = {};
  response.body = Body(exchange.arena.copy(stored.body));
  response.head_length.reset();
  std::string_view lines = exchange.arena.copy(stored.headers);
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) response.headers.add(line.substr(0, colon), line.substr(colon + 2));
  }
  if (replay) response.headers.set(kReplayed, "true");
  exchange.call_class = class_of_status(stored.status);
  exchange.code = code_in(response.body.whole(), stored.status);
  exchange.final_answer = true;
  if (!replay) return;
  exchange.reason = "replayed";
  note_replay(exchange);
}

void show_event(Exchange& exchange, const std::string& id, bool published) {
  const std::string text = id + "; status=" + std::string(events::status_word(published));
  exchange.response.headers.set(net::HeaderId::kXCausewayEvent, exchange.arena.copy(text));
}

}  // namespace causeway::transactions
