#include "upstream/connection.h"

#include <algorithm>
#include <cstring>

#include "net/head_writer.h"
#include "upstream/outcome.h"

namespace causeway::upstream {
namespace {

constexpr Duration kEarlyAnswer = std::chrono::seconds(1);

}  // namespace

Connection::Connection(runtime::Worker& worker) : worker_(worker), stream_(worker, net::Socket()) {}

Task<net::IoResult> Connection::connect(const net::SocketAddress& address, SteadyTime deadline) {
  return stream_.connect(address, deadline);
}

Task<Result<>> Connection::send(const CallRequest& request, std::string_view host, const CredentialFields* own,
                                CallResponse& response, SteadyTime deadline) {
  // Until this answer has ended in order, what is left of the one before says nothing about the connection.
  sent_whole_ = false;
  answered_whole_ = false;
  keep_alive_ = false;
  surplus_ = 0;
  upload_ended_ = {};
  upload_failure_.reset();
  out_ = worker_.texts().take();
  net::HeadWriter head(out_);
  if (!head.request_line(request.method_name, request.target))
    co_return Error(Code::kInternal, "the request target cannot be written", Resend::kIfUnsent);
  head.field(net::HeaderId::kHost, host);
  for (const net::HeaderField& field : *request.headers)
    if (own == nullptr || !own->replaces(field)) head.field(field);
  if (own != nullptr)
    for (const net::HeaderField& field : own->all()) head.field(field);
  const SteadyTime began = worker_.now();
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - began).count();
  head.field(net::HeaderId::kXRequestTimeoutMs, static_cast<std::uint64_t>(std::max<std::int64_t>(left, 1)));
  Body& body = *request.body;
  const bool streams = streamed_ = body.streams();
  const auto declared = streams ? body.source()->declared_size() : std::optional<std::uint64_t>(body.whole().size());
  if (!declared) head.chunked();
  else if (*declared > 0 || net::expects_body(request.method)) head.content_length(*declared);
  head.end();

  // A small body is copied behind the head, a larger one gathered from where it lies: one call either way.
  const bool copied = !streams && body.whole().size() <= kOneWrite;
  if (copied) out_.append(body.whole());
  const Bytes pieces[] = {out_, streams || copied ? Bytes() : body.whole()};
  const std::span<const Bytes> all(pieces, pieces[1].empty() ? 1 : 2);
  // While it is being written nobody knows how much of it has left: for those who would cancel it, all.
  const bool sent_before = std::exchange(response.sent, true);
  const net::IoResult written = co_await stream_.write(all, deadline);
  worker_.texts().give(std::move(out_));
  response.sent = sent_before || written.count > 0;
  if (!written.ok()) {
    Error error = lost(written.status, false);
    if (!response.sent || error.code() != Code::kUpstreamBroke) co_return error;
    // A system that refuses a long body may answer and close before it has read all of it: that answer counts.
    streamed_ = true;
    upload_ended_ = worker_.now();
    upload_failure_.emplace(std::move(error));
    co_return Result<>();
  }
  if (!streams) {
    sent_whole_ = true;
    co_return Result<>();
  }
  patience_ = deadline - began;
  upload_.start(worker_.io(), upload(body));
  while (uploading()) {
    const net::IoResult came = co_await stream_.wait_readable(SteadyTime::max());
    if (came.status != net::IoStatus::kTimeout) break;  // else the upload has ended
  }
  if (upload_failure_ && upload_failure_->code() != Code::kUpstreamBroke)
    co_return *std::exchange(upload_failure_, std::nullopt);
  co_return Result<>();
}

/// Beside whoever waits for the answer, who is told of the end.
Task<> Connection::upload(Body& body) {
  Result<> sent;
  try {
    sent = co_await send_streamed(body);
  } catch (const std::exception& exception) {
    sent = Error(Code::kInternal, exception.what());
  }
  sent_whole_ = sent.ok();
  upload_ended_ = worker_.now();
  if (!sent) upload_failure_.emplace(std::move(sent.error()));
  // One who reads no more may have answered; else nothing that it says counts, and it sees a request that is cut.
  if (upload_failure_ && upload_failure_->code() != Code::kUpstreamBroke) stream_.close();
  stream_.wake_reader();
}

/// The caller's pace decides how long an upload may take, so each piece has the call's whole time.
Task<Result<>> Connection::send_streamed(Body& body) {
  const bool chunked = !body.source()->declared_size();
  for (;;) {
    Result<Bytes> piece = co_await body.source()->read();
    if (!piece) co_return std::move(piece.error());
    const Bytes data = *piece;
    if (data.empty()) break;
    if (chunked) {
      out_ = worker_.texts().take();
      net::append_chunk_size(out_, data.size());
      out_.append(data);
      out_.append(net::kChunkEnd);
    }
    const Bytes framed = chunked ? Bytes(out_) : data;
    const net::IoResult written = co_await stream_.write(framed, worker_.now() + patience_);
    worker_.texts().give(std::move(out_));
    if (!written.ok()) co_return lost(written.status, false);
  }
  if (chunked) {
    const net::IoResult written = co_await stream_.write(net::kLastChunk, worker_.now() + patience_);
    if (!written.ok()) co_return lost(written.status, false);
  }
  co_return Result<>();
}

/// While the request is on its way, its pace decides. A system that took only a part of it may have answered all the
/// same.
SteadyTime Connection::head_due(SteadyTime deadline) const {
  if (uploading()) return SteadyTime::max();
  if (!streamed_) return deadline;
  return sent_whole_ ? std::max(deadline, upload_ended_ + patience_) : upload_ended_ + kEarlyAnswer;
}

Task<Result<>> Connection::receive(const CallRequest& request, CallResponse& response, const CallOptions& options) {
  filled_ = 0;
  parser_.reset();
  response.head.clear();
  for (bool answered = false;;) {
    net::IoResult got;
    got.status = co_await stream_.wait_heard(head_due(options.deadline));
    if (got.ok()) {
      make_room(response.lease.buffers());
      const std::span<char> room(buffer_.get() + filled_, capacity_ - filled_);
      got = co_await stream_.read_some(room, head_due(options.deadline));
    }
    if (got.status == net::IoStatus::kTimeout && worker_.now() < head_due(options.deadline)) continue;
    if (!got.ok()) {
      Error error = lost(got.status, answered);
      spoil();
      response.head.clear();  // what there is of it is none
      co_return error;
    }
    answered = true;
    filled_ += got.count;
    for (;;) {
      Result<std::size_t> head_length = parser_.parse({buffer_.get(), filled_}, request.method, response.head);
      if (!head_length) {
        spoil();
        response.head.clear();
        co_return std::move(head_length.error());
      }
      if (*head_length == 0) break;
      if (!response.head.interim()) {
        ++answers_;
        keep_alive_ = response.head.keep_alive;
        co_return response.source.begin(*this, request, options, buffer_.get() + *head_length, filled_ - *head_length);
      }
      filled_ -= *head_length;
      std::memmove(buffer_.get(), buffer_.get() + *head_length, filled_);
      parser_.next();
      response.head.clear();
    }
  }
}

/// Not before something has come: of many calls that wait for answers, those that get one share a buffer or two.
void Connection::make_room(Buffers* home) {
  if (!buffer_) {
    buffers_ = home;
    buffer_ = home != nullptr ? home->take() : std::make_unique_for_overwrite<char[]>(Buffers::kSize);
    capacity_ = Buffers::kSize;
  }
  if (filled_ == capacity_) grow();
}

void Connection::grow() {
  const std::size_t larger = 2 * capacity_;
  auto buffer = std::make_unique_for_overwrite<char[]>(larger);
  std::memcpy(buffer.get(), buffer_.get(), filled_);
  const LentBuffer former(std::exchange(buffers_, nullptr), std::exchange(buffer_, std::move(buffer)));
  capacity_ = larger;
}

LentBuffer Connection::hand_over_buffer() noexcept {
  capacity_ = 0;
  return {std::exchange(buffers_, nullptr), std::move(buffer_)};
}

void Connection::interrupt() {
  interrupted_ = true;
  keep_alive_ = false;
  stream_.abort();
}

void Connection::spoil() noexcept {
  keep_alive_ = false;
  upload_.stop();
}

void Connection::end_answer(bool whole) noexcept {
  answered_whole_ = whole;
  upload_.stop();
}

void Connection::rest() { idle_since_ = worker_.now(); }

Error Connection::lost(net::IoStatus status, bool answered) {
  if (interrupted_) return caller_left();
  if (upload_failure_ && (!answered || upload_failure_->code() != Code::kUpstreamBroke))
    return *std::exchange(upload_failure_, std::nullopt);
  if (status == net::IoStatus::kTimeout) return Error(Code::kUpstreamTimeout, "no answer in time");
  return Error(Code::kUpstreamBroke, answered ? "closed in the middle of its answer" : "closed before it answered",
               answered ? Resend::kNever : Resend::kSafe);
}

}  // namespace causeway::upstream
