#include "upstream/connection.h"

#include <algorithm>
#include <cstring>

#include "net/head_writer.h"
#include "upstream/outcome.h"

namespace causeway::upstream {

Connection::Connection(runtime::Worker& worker) : worker_(worker), stream_(worker, net::Socket()) {}

Task<net::IoResult> Connection::connect(const net::SocketAddress& address, SteadyTime deadline) {
  return stream_.connect(address, deadline);
}

Task<Result<>> Connection::send(const CallRequest& request, std::string_view host, CallResponse& response,
                                SteadyTime deadline) {
  // Until this answer has ended in order, what is left of the one before says nothing about the connection.
  sent_whole_ = false;
  keep_alive_ = false;
  surplus_ = 0;
  out_.clear();
  net::HeadWriter head(out_);
  if (!head.request_line(request.method_name, request.target))
    co_return Error(Code::kInternal, "the request target cannot be written", Resend::kIfUnsent);
  head.field(net::HeaderId::kHost, host);
  for (const net::HeaderField& field : *request.headers) head.field(field);
  const SteadyTime began = worker_.now();
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - began).count();
  head.field(net::HeaderId::kXRequestTimeoutMs, static_cast<std::uint64_t>(std::max<std::int64_t>(left, 1)));
  Body& body = *request.body;
  const bool streams = body.streams();
  const auto declared = streams ? body.source()->declared_size() : std::optional<std::uint64_t>(body.whole().size());
  if (!declared) head.chunked();
  else if (*declared > 0 || net::expects_body(request.method)) head.content_length(*declared);
  head.end();

  // A small body is copied behind the head, a larger one gathered from where it lies: one call either way.
  const bool copied = !streams && body.whole().size() <= kOneWrite;
  if (copied) out_.append(body.whole());
  const Bytes pieces[] = {out_, streams || copied ? Bytes() : body.whole()};
  const std::span<const Bytes> all(pieces, pieces[1].empty() ? 1 : 2);
  const net::IoResult written = co_await stream_.write(all, deadline);
  response.sent = response.sent || written.count > 0;
  if (!written.ok()) co_return broken(written.status, false);
  if (streams) {
    Result<> sent = co_await send_streamed(body, deadline - began);
    if (!sent) co_return sent;
  }
  sent_whole_ = true;
  co_return Result<>();
}

/// The caller's pace decides how long an upload may take, so each piece has the call's whole time.
Task<Result<>> Connection::send_streamed(Body& body, Duration patience) {
  const bool chunked = !body.source()->declared_size();
  for (;;) {
    Result<Bytes> piece = co_await body.source()->read();
    if (!piece) co_return std::move(piece.error());
    const Bytes data = *piece;
    if (data.empty()) break;
    if (chunked) {
      out_.clear();
      net::append_chunk_size(out_, data.size());
      out_.append(data);
      out_.append(net::kChunkEnd);
    }
    const SteadyTime due = worker_.now() + patience;
    const Bytes framed = chunked ? Bytes(out_) : data;
    const net::IoResult written = co_await stream_.write(framed, due);
    if (!written.ok()) co_return broken(written.status, false);
  }
  if (chunked) {
    const net::IoResult written = co_await stream_.write(net::kLastChunk, worker_.now() + patience);
    if (!written.ok()) co_return broken(written.status, false);
  }
  co_return Result<>();
}

Task<Result<>> Connection::receive(const CallRequest& request, CallResponse& response, const CallOptions& options) {
  if (!buffer_) {
    buffer_ = std::make_unique_for_overwrite<char[]>(kBuffer);
    capacity_ = kBuffer;
  }
  filled_ = 0;
  parser_.reset();
  response.head.clear();
  arena_ = &response.arena;
  hold_.attach(options.budget);
  pace_ = options.pace;
  deadline_ = options.deadline;
  method_ = request.method;
  for (bool answered = false;;) {
    if (filled_ == capacity_) grow();
    const net::IoResult got =
        co_await stream_.read_some({buffer_.get() + filled_, capacity_ - filled_}, options.deadline);
    if (!got.ok()) co_return broken(got.status, answered);
    answered = true;
    filled_ += got.count;
    for (;;) {
      Result<std::size_t> head_length = parser_.parse({buffer_.get(), filled_}, request.method, response.head);
      if (!head_length) {
        keep_alive_ = false;
        co_return std::move(head_length.error());
      }
      if (*head_length == 0) break;
      if (!response.head.interim()) co_return begin_body(response, *head_length);
      filled_ -= *head_length;
      std::memmove(buffer_.get(), buffer_.get() + *head_length, filled_);
      parser_.next();
      response.head.clear();
    }
  }
}

/// The head is whole: sets up the body with what came along.
Result<> Connection::begin_body(CallResponse& response, std::size_t head_length) {
  const net::ResponseHead& head = response.head;
  ++answers_;
  keep_alive_ = head.keep_alive;
  body_started_ = worker_.now();
  decoder_ = net::BodyDecoder(head.framing, head.content_length, {.malformed = Code::kUpstreamNonsense});
  declared_.reset();
  if (head.framing == net::BodyFraming::kLength) declared_ = head.content_length;
  if (head.framing == net::BodyFraming::kNone) declared_ = 0;
  const std::size_t came = filled_ - head_length;
  if (decoder_.done()) {
    surplus_ = came;
    response.body = Body(Bytes());
    return {};
  }
  Result<net::BodyDecoder::Step> step = decoder_.consume(buffer_.get() + head_length, came);
  if (!step) {
    keep_alive_ = false;
    return std::move(step.error());
  }
  surplus_ = came - step->consumed;
  response.first_piece = step->data;
  if (step->done) {
    response.body = Body(step->data);
  } else {
    pending_ = step->data;
    response.body = Body(*this);
  }
  return {};
}

std::optional<std::uint64_t> Connection::declared_size() const { return declared_; }

Task<Result<Bytes>> Connection::read() {
  if (!pending_.empty()) co_return std::exchange(pending_, Bytes());
  if (decoder_.done()) co_return Bytes();
  // The connection's buffer still holds the head that the exchange views.
  if (piece_ == nullptr) {
    piece_size_ = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, declared_.value_or(kPiece)));
    piece_ = arena_->bytes(piece_size_);
  }
  Result<Bytes> piece = co_await next_piece(piece_, piece_size_, SteadyTime::max());
  co_return piece;
}

/// Reads until there is at least one decoded byte or the end; the piece lies in `into`.
Task<Result<Bytes>> Connection::next_piece(char* into, std::size_t size, SteadyTime latest) {
  while (!decoder_.done()) {
    const SteadyTime due = std::min(latest, net::pace_deadline(pace_, body_started_, decoder_.total()));
    const net::IoResult got = co_await stream_.read_some({into, size}, due);
    if (got.status == net::IoStatus::kEnd && decoder_.may_end_here()) {
      decoder_ = net::BodyDecoder();
      keep_alive_ = false;
      break;
    }
    if (!got.ok()) {
      keep_alive_ = false;
      co_return settle(broken(got.status, true), method_, true);
    }
    Result<net::BodyDecoder::Step> step = decoder_.consume(into, got.count);
    if (!step) {
      keep_alive_ = false;
      co_return std::move(step.error());
    }
    surplus_ = got.count - step->consumed;
    if (!step->data.empty()) co_return step->data;
  }
  co_return Bytes();
}

Task<Result<Bytes>> Connection::gather(std::uint64_t limit) {
  // One byte more than a declared size is never needed; of an unknown size the room doubles until the limit.
  std::uint64_t room = declared_ ? *declared_ : std::max<std::uint64_t>(2 * pending_.size(), kPiece);
  if (room > limit && declared_) co_return Error(Code::kBodyTooLarge);
  if (!hold_.take(room)) co_return Error(Code::kBodyTooLarge, "no memory left in the budget of buffered bodies");
  char* whole = arena_->bytes(room);
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
      char* larger = arena_->bytes(more);
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

Task<Result<bool>> Connection::prefetch(std::uint64_t amount) {
  Result<Bytes> whole = co_await gather(amount);
  if (!whole && whole.error().code() != Code::kBodyTooLarge) co_return std::move(whole.error());
  if (whole) pending_ = *whole;
  co_return whole.ok();
}

void Connection::grow() {
  const std::size_t larger = 2 * capacity_;
  auto buffer = std::make_unique_for_overwrite<char[]>(larger);
  std::memcpy(buffer.get(), buffer_.get(), filled_);
  buffer_ = std::move(buffer);
  capacity_ = larger;
}

void Connection::rest() {
  pending_ = {};
  piece_ = nullptr;
  arena_ = nullptr;
  if (capacity_ > kBuffer) buffer_.reset();
  if (out_.capacity() > 2 * kOneWrite) out_ = std::string();
  hold_.release();
  hold_.attach(nullptr);
  idle_since_ = worker_.now();
}

/// `answered`: a byte of the answer came. Before that the request may have been lost with the connection.
Error Connection::broken(net::IoStatus status, bool answered) const {
  if (status == net::IoStatus::kTimeout) return Error(Code::kUpstreamTimeout, "no answer in time");
  return Error(Code::kUpstreamBroke, answered ? "closed in the middle of its answer" : "closed before it answered",
               answered ? Resend::kNever : Resend::kSafe);
}

}  // namespace causeway::upstream
