#include "server/request_body.h"

#include <algorithm>
#include <cstring>

#include "server/connection.h"

namespace causeway::server {
namespace {

constexpr std::size_t kPiece = 32 * 1024;
constexpr std::uint64_t kAll = UINT64_MAX;

Error failure(Code code, std::string_view reason) {
  Error error(code);
  error.info().reason = reason;
  return error;
}

}  // namespace

RequestBody::RequestBody(Connection& connection, Exchange& exchange, const net::RequestHead& head, std::size_t at)
    : connection_(connection),
      exchange_(exchange),
      framing_(head.framing),
      length_(head.content_length),
      expect_continue_(head.expect_continue),
      at_(at) {}

std::optional<std::uint64_t> RequestBody::declared_size() const {
  if (framing_ == net::BodyFraming::kLength) return length_;
  return std::nullopt;
}

/// The limit is the route's, so the decoder is made when the first byte is wanted.
void RequestBody::start() {
  if (started_) return;
  started_ = true;
  began_ = exchange_.worker.now();
  decoder_ = net::BodyDecoder(framing_, length_, {.malformed = Code::kMalformedHttp, .limit = exchange_.body_limit});
  hold_.attach(exchange_.budget);
}

Task<Result<>> RequestBody::say_continue() {
  if (!expect_continue_) co_return Result<>();
  expect_continue_ = false;
  if (connection_.filled_ > at_) co_return Result<>();  // it did not wait
  const net::IoResult said = co_await connection_.stream_.write("HTTP/1.1 100 Continue\r\n\r\n",
                                                                exchange_.worker.now() + exchange_.pace.grace);
  if (!said.ok()) co_return failure(Code::kMalformedHttp, "body_cut");
  co_return Result<>();
}

void RequestBody::observe(Bytes piece) {
  if (exchange_.request.observer != nullptr && !piece.empty()) exchange_.request.observer->on_piece(piece);
}

/// Decodes what lies in the connection's buffer.
Result<Bytes> RequestBody::take_buffered() {
  const std::size_t came = connection_.filled_ - at_;
  if (came == 0 || decoder_.done()) return Bytes();
  Result<net::BodyDecoder::Step> step = decoder_.consume(connection_.buffer_ + at_, came);
  if (!step) {
    failed_ = true;
    return std::move(step.error());
  }
  at_ += step->consumed;
  observe(step->data);
  return step->data;
}

/// Reads from the socket into `into` until a decoded byte or the end of the body has come.
Task<Result<Bytes>> RequestBody::receive(char* into, std::size_t size) {
  while (!decoder_.done()) {
    std::size_t room = size;
    if (framing_ == net::BodyFraming::kLength)  // never into the next request
      room = static_cast<std::size_t>(std::min<std::uint64_t>(room, length_ - decoder_.total()));
    const SteadyTime due = net::pace_deadline(exchange_.pace, began_, decoder_.total());
    const net::IoResult got = co_await connection_.stream_.read_some({into, room}, due);
    if (!got.ok()) {
      failed_ = true;
      if (got.status == net::IoStatus::kTimeout) co_return failure(Code::kClientTooSlow, "body_too_slow");
      co_return failure(Code::kMalformedHttp, "body_cut");
    }
    Result<net::BodyDecoder::Step> step = decoder_.consume(into, got.count);
    if (!step) {
      failed_ = true;
      co_return std::move(step.error());
    }
    if (step->consumed < got.count) surplus_ = {into + step->consumed, got.count - step->consumed};
    if (step->data.empty()) continue;
    observe(step->data);
    co_return step->data;
  }
  co_return Bytes();
}

Task<Result<Bytes>> RequestBody::read() {
  start();
  streamed_ = true;
  if (!pending_.empty()) co_return std::exchange(pending_, Bytes());
  Result<Bytes> buffered = take_buffered();
  if (!buffered || !buffered->empty()) co_return buffered;
  if (decoder_.done()) co_return Bytes();
  Result<> said = co_await say_continue();
  if (!said) co_return std::move(said.error());
  if (piece_ == nullptr) piece_ = exchange_.arena.bytes(kPiece);
  Result<Bytes> piece = co_await receive(piece_, kPiece);
  co_return piece;
}

Task<Result<Bytes>> RequestBody::gather(std::uint64_t limit) {
  start();
  Result<> said = co_await say_continue();
  if (!said) co_return std::move(said.error());
  if (!pending_.empty()) {
    const Bytes first = std::exchange(pending_, Bytes());
    if (decoder_.done()) co_return first;
    Result<Bytes> rest = co_await gather_apart(first, limit, kAll);
    co_return rest;
  }
  const std::size_t begin = at_;
  Result<Bytes> first = take_buffered();
  if (!first || decoder_.done()) co_return first;
  const bool fits = framing_ == net::BodyFraming::kLength && length_ <= connection_.capacity_ - begin;
  if (fits) {
    Result<Bytes> whole = co_await gather_in_buffer(begin, static_cast<std::size_t>(length_));
    co_return whole;
  }
  Result<Bytes> whole = co_await gather_apart(*first, limit, kAll);
  co_return whole;
}

std::optional<Result<Bytes>> RequestBody::gather_arrived() {
  if (started_ || framing_ != net::BodyFraming::kLength || connection_.filled_ - at_ < length_) return std::nullopt;
  start();
  return take_buffered();
}

Task<Result<bool>> RequestBody::prefetch(std::uint64_t amount) {
  start();
  Result<> said = co_await say_continue();
  if (!said) co_return std::move(said.error());
  Result<Bytes> first = take_buffered();
  if (!first) co_return std::move(first.error());
  pending_ = *first;
  if (decoder_.done()) co_return true;
  Result<Bytes> begun = co_await gather_apart(*first, exchange_.body_limit, amount);
  if (!begun) co_return std::move(begun.error());
  pending_ = *begun;
  co_return decoder_.done();
}

/// The rest follows right behind what is there: no copy.
Task<Result<Bytes>> RequestBody::gather_in_buffer(std::size_t begin, std::size_t size) {
  while (!decoder_.done()) {
    Result<Bytes> piece = co_await receive(connection_.buffer_ + at_, connection_.capacity_ - at_);
    if (!piece) co_return std::move(piece.error());
    at_ += piece->size();
    connection_.filled_ = at_;
  }
  co_return Bytes(connection_.buffer_ + begin, size);
}

/// Until the end, or until there are `enough`. The budget is charged for what arrives, not for what is announced: one
/// byte of a stranger must not take the room of ten megabytes.
Task<Result<Bytes>> RequestBody::gather_apart(Bytes first, std::uint64_t limit, std::uint64_t enough) {
  const bool announced = framing_ == net::BodyFraming::kLength;
  std::uint64_t room = announced ? length_ : std::max<std::uint64_t>(2 * first.size(), kPiece);
  char* whole = exchange_.arena.bytes(room);
  std::size_t size = first.size();
  std::uint64_t charged = 0;
  if (size > 0) std::memcpy(whole, first.data(), size);
  while (!decoder_.done() && size < enough) {
    if (size == room) {
      room = std::min(2 * room, std::max(limit, room) + kPiece);
      char* larger = exchange_.arena.bytes(room);
      std::memcpy(larger, whole, size);
      whole = larger;
    }
    std::uint64_t wanted = room - size;
    if (!announced) wanted = std::min<std::uint64_t>(wanted, kPiece);
    Result<Bytes> piece = co_await receive(whole + size, wanted);
    if (!piece) co_return std::move(piece.error());
    // A chunk's size line may lie before its data; what is behind the body moves with it, so it is saved first.
    if (!surplus_.empty()) surplus_ = exchange_.arena.copy(surplus_);
    if (!piece->empty() && piece->data() != whole + size) std::memmove(whole + size, piece->data(), piece->size());
    size += piece->size();
    if (size <= charged) continue;
    const std::uint64_t step = std::max<std::uint64_t>(size - charged, std::min(charged, room - charged));
    if (!hold_.take(step)) co_return failure(Code::kOverloaded, "buffers_full");
    charged += step;
  }
  co_return Bytes(whole, size);
}

bool RequestBody::finish() {
  if (framing_ == net::BodyFraming::kNone) return true;
  if (failed_ || broken_off()) return false;
  if (!started_ && expect_continue_ && connection_.filled_ == at_) return false;  // the caller still waits for 100
  start();
  while (!decoder_.done() && connection_.filled_ > at_) {
    exchange_.request.observer = nullptr;
    if (!take_buffered()) return false;
  }
  return decoder_.done();
}

}  // namespace causeway::server
