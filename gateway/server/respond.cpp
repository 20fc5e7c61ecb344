// The way out: one answer onto the connection, a small one in a single write.
#include "net/head_writer.h"
#include "net/status.h"
#include "server/active_exchange.h"
#include "server/connection.h"

namespace causeway::server {
namespace {

constexpr std::size_t kOneWrite = 8 * 1024;
constexpr std::size_t kLogged = 4 * 1024;  // of a streamed body, at most

}  // namespace

bool Connection::closing(const ActiveExchange& active) const {
  return active.exchange.response.close || !active.body || !active.head.keep_alive || home_.draining;
}

void Connection::write_head(const ActiveExchange& active, bool close, bool chunked) {
  const Response& response = active.exchange.response;
  net::HeadWriter head(out_);
  head.status_line(response.status);
  for (const net::HeaderField& field : response.headers) head.field(field);
  for (std::size_t i = 0; i < response.extra_size; ++i) head.field(response.extra[i]);
  head.field(net::HeaderId::kDate, context_.date.text(worker_.wall_now()));
  head.field(net::HeaderId::kXRequestId, active.exchange.request_id.view());
  if (active.head.method == net::Method::kHead) {
    if (response.head_length) head.content_length(*response.head_length);
    else if (!response.body.streams() && response.whole_size() > 0) head.content_length(response.whole_size());
  } else if (chunked) {
    head.chunked();
  } else if (!net::never_has_body(response.status)) {
    if (!response.body.streams()) head.content_length(response.whole_size());
    else if (const auto declared = response.body.source()->declared_size()) head.content_length(*declared);
  }
  if (close) head.connection_close();
  else if (active.head.minor_version == 0) head.field(net::HeaderId::kConnection, std::string_view("keep-alive"));
  head.end();
}

/// False when the answer was cut.
Task<bool> Connection::respond(ActiveExchange& active) {
  Exchange& exchange = active.exchange;
  Response& response = exchange.response;
  const bool bodiless = net::never_has_body(response.status) || active.head.method == net::Method::kHead;
  const bool streams = response.body.streams() && !bodiless;
  const bool endless = streams && !response.body.source()->declared_size();
  const bool chunked = endless && active.head.minor_version >= 1;
  bool close = closing(active) || (endless && !chunked);
  // A body that nobody wanted and that has not arrived yet is not waited for: the connection ends here.
  if (!close && !active.body->finish()) close = true;
  active.closed = close;

  out_.clear();
  write_head(active, close, chunked);
  const SteadyTime started = worker_.now();
  if (bodiless || (!streams && response.whole_size() <= kOneWrite)) {
    if (!bodiless) out_.append(response.prefix).append(response.body.whole()).append(response.suffix);
    const Bytes whole[] = {out_};
    const bool written = co_await write(exchange, whole, started);
    co_return written;
  }
  if (streams) {
    const bool written = co_await write_streamed(exchange, chunked);
    co_return written;
  }
  out_.append(response.prefix);
  const Bytes parts[] = {out_, response.body.whole(), response.suffix};
  const bool written = co_await write(exchange, parts, started);
  co_return written;
}

Task<bool> Connection::write_streamed(Exchange& exchange, bool chunked) {
  const SteadyTime started = worker_.now();
  for (;;) {
    Result<Bytes> piece = co_await exchange.response.body.source()->read();
    if (!piece) {
      exchange.failure = "the answer broke off while it was passed on";
      const Bytes head[] = {out_};
      co_await write(exchange, head, started);
      co_return false;
    }
    const Bytes data = *piece;
    if (exchange.call.response_body.empty()) exchange.call.response_body = exchange.arena.copy(data.substr(0, kLogged));
    if (chunked && !data.empty()) net::append_chunk_size(out_, data.size());
    if (chunked && data.empty()) out_.append(net::kLastChunk);
    const Bytes chunk_end = chunked && !data.empty() ? net::kChunkEnd : Bytes();
    const Bytes parts[] = {out_, data, chunk_end};
    const bool written = co_await write(exchange, parts, started);
    out_.clear();
    if (!written) co_return false;
    if (data.empty()) co_return true;
  }
}

Task<bool> Connection::write(Exchange& exchange, std::span<const Bytes> parts, SteadyTime started) {
  std::size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  if (size == 0) co_return true;
  const SteadyTime due = net::pace_deadline(exchange.pace, started, exchange.response_bytes + size);
  const net::IoResult written = co_await stream_.write(parts, due);
  exchange.response_bytes += written.count;
  co_return written.ok();
}

}  // namespace causeway::server
