#include "upstream/answer_body.h"

#include <algorithm>
#include <cstring>

#include "net/characters.h"
#include "upstream/call.h"
#include "upstream/connection.h"
#include "upstream/outcome.h"

namespace causeway::upstream {
namespace {

bool is_event_stream(const net::ResponseHead& head) {
  constexpr std::string_view kType = "text/event-stream";
  const auto type = head.headers.get(net::HeaderId::kContentType);
  if (!type || !net::equals_ignoring_case(type->substr(0, kType.size()), kType)) return false;
  return type->size() == kType.size() || type->find_first_of("; \t", kType.size()) == kType.size();
}

}  // namespace

Result<> AnswerBody::begin(Connection& connection, const CallRequest& request, const CallOptions& options, char* came,
                           std::size_t size) {
  const net::ResponseHead& head = answer_.head;
  connection_ = &connection;
  hold_.attach(options.budget);
  pace_ = options.pace;
  deadline_ = options.deadline;
  method_ = request.method;
  started_ = connection.worker_.now();
  decoder_ = net::BodyDecoder(head.framing, head.content_length, {.malformed = Code::kUpstreamNonsense});
  if (head.framing == net::BodyFraming::kLength) declared_ = head.content_length;
  if (head.framing == net::BodyFraming::kNone) declared_ = 0;
  if (decoder_.done()) {
    connection.surplus_ = size;
    answer_.body = Body(Bytes());
    return {};
  }
  Result<Bytes> piece = decode(came, size);
  if (!piece) return std::move(piece.error());
  answer_.first_piece = *piece;
  if (decoder_.done()) {
    answer_.body = Body(*piece);
    return {};
  }
  pending_ = *piece;
  answer_.body = Body(*this);
  events_ = is_event_stream(head);
  if (events_) connection.stream_.probe_peer();
  if (options.cancel == nullptr || !(events_ || net::is_safe(method_))) return {};
  if (options.cancel->requested()) on_cancel();
  else options.cancel->add(*this);
  return {};
}

/// What the connection has read, without its coding.
Result<Bytes> AnswerBody::decode(char* data, std::size_t size) {
  Result<net::BodyDecoder::Step> step = decoder_.consume(data, size);
  if (!step) return failed(std::move(step.error()));
  connection_->surplus_ = size - step->consumed;
  return step->data;
}

/// Nothing more is to be had from the connection.
Error AnswerBody::failed(Error error) noexcept {
  cut_ = true;
  connection_->spoil();
  if (concluded_ && !left_) answer_.breaker.end(BreakerCall::Outcome::kFailure);
  return error;
}

void AnswerBody::conclude() noexcept {
  concluded_ = true;
  if (connection_ == nullptr) answer_.admission.give();
}

void AnswerBody::release() noexcept {
  leave();
  if (connection_ == nullptr) return;
  Connection& connection = *std::exchange(connection_, nullptr);
  cut_ = cut_ || !decoder_.done();
  connection.end_answer(!cut_);
  answer_.memory = connection.hand_over_buffer();
  answer_.lease = Lease();
  if (concluded_) answer_.admission.give();
}

void AnswerBody::forget() noexcept {
  release();
  decoder_ = net::BodyDecoder();
  declared_.reset();
  pending_ = {};
  piece_ = nullptr;
  hold_.release();
  events_ = false;
  cut_ = false;
}

void AnswerBody::on_cancel() {
  left_ = true;
  connection_->interrupt();
}

/// While the request is still on its way, its pace is the answer's.
SteadyTime AnswerBody::due(SteadyTime latest) const {
  if (connection_->uploading() || (events_ && latest == SteadyTime::max())) return SteadyTime::max();
  const SteadyTime from = std::max(started_, connection_->upload_ended());
  return std::min(latest, net::pace_deadline(pace_, from, decoder_.total()));
}

Task<Result<Bytes>> AnswerBody::read() {
  if (!pending_.empty()) co_return std::exchange(pending_, Bytes());
  if (decoder_.done() && !cut_) co_return Bytes();
  // The connection's buffer still holds the head that the exchange views.
  if (piece_ == nullptr) {
    piece_size_ = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, declared_.value_or(kPiece)));
    piece_ = answer_.arena.bytes(piece_size_);
  }
  Result<Bytes> piece = co_await next_piece(piece_, piece_size_, SteadyTime::max());
  co_return piece;
}

/// Reads until there is at least one decoded byte or the end; the piece lies in `into`.
Task<Result<Bytes>> AnswerBody::next_piece(char* into, std::size_t size, SteadyTime latest) {
  if (connection_ == nullptr && cut_) co_return Error(Code::kUpstreamBroke, "nobody wanted the rest of the answer");
  while (!decoder_.done()) {
    Connection& connection = *connection_;
    const net::IoResult got = co_await connection.stream_.read_some({into, size}, due(latest));
    // The upload ends, and with it what held the time still.
    if (got.status == net::IoStatus::kTimeout && connection.worker_.now() < due(latest)) continue;
    if (got.status == net::IoStatus::kEnd && decoder_.may_end_here()) {
      decoder_ = net::BodyDecoder();
      connection.spoil();
      break;
    }
    if (!got.ok()) {
      Error lost = connection.lost(got.status, true);
      // While the answer is still being read within the call, what becomes of it is for the call to say.
      co_return failed(concluded_ ? settle(std::move(lost), method_, true) : std::move(lost));
    }
    Result<Bytes> piece = decode(into, got.count);
    if (!piece) co_return piece;
    if (decoder_.done()) release();
    if (!piece->empty()) co_return piece;
  }
  release();
  co_return Bytes();
}

Task<Result<Bytes>> AnswerBody::gather(std::uint64_t limit) {
  // One byte more than a declared size is never needed; of an unknown size the room doubles until the limit.
  std::uint64_t room = declared_ ? *declared_ : std::max<std::uint64_t>(2 * pending_.size(), kPiece);
  if (room > limit && declared_) co_return Error(Code::kBodyTooLarge);
  if (!hold_.take(room)) {
    Error full(Code::kBodyTooLarge, "no memory left in the budget of buffered bodies");
    full.info().reason = "buffers_full";
    co_return full;
  }
  char* whole = answer_.arena.bytes(room);
  std::size_t size = pending_.size();
  if (size > 0) std::memcpy(whole, pending_.data(), size);
  pending_ = {};
  while (!decoder_.done()) {
    if (size == room) {
      const std::uint64_t more = 2 * room;
      if (more > 2 * limit || !hold_.take(more)) {
        pending_ = {whole, size};
        co_return Error(Code::kBodyTooLarge);
      }
      char* larger = answer_.arena.bytes(more);
      std::memcpy(larger, whole, size);
      whole = larger;
      room = more;
    }
    Result<Bytes> piece = co_await next_piece(whole + size, room - size, deadline_);
    if (!piece) co_return std::move(piece.error());
    if (!piece->empty() && piece->data() != whole + size) std::memmove(whole + size, piece->data(), piece->size());
    size += piece->size();
  }
  if (size > limit) {
    pending_ = {whole, size};
    co_return Error(Code::kBodyTooLarge);
  }
  co_return Bytes(whole, size);
}

Task<Result<bool>> AnswerBody::prefetch(std::uint64_t amount) {
  Result<Bytes> whole = co_await gather(amount);
  if (!whole && whole.error().code() != Code::kBodyTooLarge) co_return std::move(whole.error());
  if (whole) pending_ = *whole;
  co_return whole.ok();
}

}  // namespace causeway::upstream
