#include "adapters/transaction/transaction_adapter.h"

#include <utility>

#include "adapters/transaction/message_view.h"
#include "adapters/transaction/said_message.h"
#include "events/intake/media_type.h"
#include "exchange/reply.h"
#include "transactions/load_half.h"
#include "transactions/making_event.h"
#include "transactions/prepare_half.h"
#include "transactions/resolver.h"

namespace causeway::adapters {
namespace {

using transactions::DecidedBy;
using transactions::EndWish;
using transactions::HalfKind;
using transactions::HalfState;
using transactions::tables::Half;
using Kind = TransactionOperation::Kind;

Error no_such_message() {
  Error error(Code::kNoSuchThing);
  error.info().public_message = "no such message";
  return error;
}

Error contradiction(const Half& half, std::string internal) {
  Error error(Code::kConflict, std::move(internal));
  error.info().public_message =
      half.state == HalfState::kCommitted ? "the message was committed before" : "the message was rolled back before";
  error.info().details = contradiction_details(half);
  return error;
}

std::optional<Duration> max_age_of(transactions::Transactions& transactions, const Half& half) {
  if (half.programs.empty()) return std::nullopt;
  const auto programs = transactions.programs(half.programs);
  if (!programs) return std::nullopt;
  return (*programs)->rules.max_age;
}

void answer(Exchange& exchange, int status, std::string_view text) {
  exchange.response.status = status;
  exchange.response.headers.set(net::HeaderId::kContentType, kJsonType);
  const Bytes body = exchange.arena.copy(text);
  exchange.response.body = Body(body);
  exchange.call.response_body = body;
  exchange.call.response_size = body.size();
  exchange.call.response_type = kJsonType;
}

}  // namespace

TransactionAdapter::TransactionAdapter(const TransactionSettings& settings, Parts parts, CheckBack check,
                                       transactions::Transactions* transactions)
    : parts_(std::move(parts)),
      group_(*settings.group),
      first_(settings.first),
      max_age_(settings.max_age),
      check_(std::move(check)),
      intake_(parts_.topic, settings.type, {}),
      transactions_(transactions) {}

Task<Result<>> TransactionAdapter::call(Exchange& exchange) const {
  if (!exchange.authenticated || exchange.consumer == nullptr || transactions_ == nullptr) {
    co_return Error(Code::kInternal, "half messages need a caller who is known, and a store");
  }
  std::string_view allow;
  const std::string_view rest = exchange.match.parameters.find(parts_.rest).value_or(std::string_view());
  const Result<TransactionOperation> operation = read_operation(exchange.request.head->method, rest, allow);
  if (!operation) {
    const Code code = operation.error().code();
    if (code == Code::kMethodNotAllowed) exchange.response.add_extra(net::HeaderId::kAllow, allow);
    co_return Error(code);
  }
  exchange.call.system = events::word_of(parts_.topic->bus);
  exchange.call.operation = name_of(operation->kind);
  exchange.call.attempts = 1;
  const Bytes body = exchange.request.body.whole();
  exchange.call.request_body = body;
  exchange.call.request_size = body.size();
  std::string message_id(operation->message_id);
  if (operation->kind == Kind::kPrepare) {
    Result<> prepared = co_await prepare(exchange);
    co_return prepared;
  }
  if (operation->kind == Kind::kShow) {
    Result<> shown = co_await show(exchange, std::move(message_id));
    co_return shown;
  }
  const EndWish wish = operation->kind == Kind::kCommit ? EndWish::kCommit : EndWish::kRollBack;
  Result<> ended = co_await end(exchange, std::move(message_id), wish);
  co_return ended;
}

Result<Half> TransactionAdapter::read(Exchange& exchange) const {
  const auto type = exchange.request.head->headers.get(net::HeaderId::kContentType);
  if (type && !events::MediaType(*type).is_json()) return Error(Code::kUnsupportedMediaType);
  Result<SaidMessage> said = read_message(exchange.request.body.whole());
  if (!said) return std::move(said.error());
  const WallTime now = exchange.worker.wall_now();
  Half half;
  half.kind = HalfKind::kSystem;
  half.txid = said->event.event_id = events::new_event_id(now);
  half.transaction_id = std::move(said->transaction_id);
  half.consumer = exchange.consumer->name;
  half.group = group_;
  half.route = parts_.route;
  half.topic = parts_.topic->name();
  half.traceparent = exchange.trace.traceparent();
  Result<events::EventDraft> draft =
      intake_.take(std::move(said->event), std::move(said->violations),
                   {.now = now, .traceparent = half.traceparent, .source = half.consumer});
  if (!draft) return std::move(draft.error());
  half.document = transactions::prepared_document(*draft);
  half.payload_hash = std::move(draft->hash);
  half.check_request = check_.request_of(half.txid, half.transaction_id);
  half.programs = check_.programs();
  half.created = half.attempt_began = unix_milliseconds(now);
  half.next_check = unix_milliseconds(now + std::chrono::duration_cast<WallTime::duration>(first_));
  return half;
}

Task<Result<>> TransactionAdapter::prepare(Exchange& exchange) const {
  Result<Half> half = read(exchange);
  if (!half) co_return std::move(half.error());
  transactions::PrepareHalf change(std::move(*half));
  Result<> stored = co_await transactions_->store().commit(exchange.worker, change);
  if (!stored) co_return stored;
  // The resolver looks by itself every so often; only an earlier check needs to be told.
  if (!change.duplicate() && first_ < transactions::Resolver::kLook) transactions_->wake();
  answer(exchange, change.duplicate() ? 200 : 201,
         prepared_view(change.half(), change.duplicate() ? max_age_of(*transactions_, change.half()) : max_age_,
                       change.duplicate()));
  co_return Result<>();
}

Task<Result<>> TransactionAdapter::show(Exchange& exchange, std::string message_id) const {
  Result<Half> half = co_await find(exchange, std::move(message_id));
  if (!half) co_return std::move(half.error());
  answer(exchange, 200, whole_view(*half, max_age_of(*transactions_, *half)));
  co_return Result<>();
}

Task<Result<>> TransactionAdapter::end(Exchange& exchange, std::string message_id, EndWish wish) const {
  Result<Half> mine = co_await find(exchange, message_id);
  if (!mine) co_return std::move(mine.error());
  Result<Half> ended = co_await transactions_->end(exchange.context, message_id, wish, DecidedBy::kSystem);
  if (!ended && ended.error().code() != Code::kConflict) co_return std::move(ended.error());
  if (!ended) {
    Result<Half> now = co_await find(exchange, std::move(message_id));
    if (!now || transactions::is_open(now->state)) co_return std::move(ended.error());
    const ErrorInfo* const info = ended.error().info_if();
    co_return contradiction(*now, info != nullptr ? info->internal : std::string());
  }
  answer(exchange, 200, ended_view(*ended));
  if (ended->state == HalfState::kCommitted) {
    const std::string event = ended->txid + "; status=stored";
    exchange.response.headers.set(net::HeaderId::kXCausewayEvent, exchange.arena.copy(event));
  }
  co_return Result<>();
}

Task<Result<Half>> TransactionAdapter::find(Exchange& exchange, std::string message_id) const {
  if (!events::is_event_id(message_id)) co_return no_such_message();
  transactions::LoadHalf load(std::move(message_id));
  Result<> asked = co_await transactions_->store().query(exchange.worker, load);
  if (!asked) co_return std::move(asked.error());
  if (!load.half || !owns(exchange, *load.half)) co_return no_such_message();
  co_return std::move(*load.half);
}

bool TransactionAdapter::owns(const Exchange& exchange, const Half& half) const {
  return half.kind == HalfKind::kSystem && half.consumer == exchange.consumer->name && half.group == group_;
}

}  // namespace causeway::adapters
