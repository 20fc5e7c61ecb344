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
  for (const net::HeaderField& field : response.extra) head.field(field);
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
  const bool of_unknown_length = streams && !response.body.source()->declared_size();
  const bool chunked = of_unknown_length && active.head.minor_version >= 1;
  if (stream_.writing()) co_return false;  // the caller has not even taken the 100 that it asked for
  bool close = closing(active) || (of_unknown_length && !chunked);
  // A body that nobody wanted and that has not arrived yet is not waited for: the connection ends here.
  if (!close && !active.body->finish()) close = true;
  active.closed = close;

  writing_ = {};
  lend();
  write_head(active, close, chunked);
  if (bodiless || (!streams && response.whole_size() <= kOneWrite)) {
    if (!bodiless) out_.append(response.prefix).append(response.body.whole()).append(response.suffix);
    const Bytes whole[] = {out_};
    const bool written = co_await write(exchange, whole);
    give_back();
    co_return written;
  }
  if (streams) {
    const bool written = co_await write_streamed(active, chunked);
    co_return written;
  }
  out_.append(response.prefix);
  const Bytes parts[] = {out_, response.body.whole(), response.suffix};
  const bool written = co_await write(exchange, parts);
  give_back();
  co_return written;
}

/// The worker's memory for what is written: only while there is something.
void Connection::lend() {
  if (out_.empty()) out_ = worker_.texts().take();
}

void Connection::give_back() { worker_.texts().give(std::move(out_)); }

Task<bool> Connection::write_streamed(ActiveExchange& active, bool chunked) {
  Exchange& exchange = active.exchange;
  BodySource& source = *exchange.response.body.source();
  if (source.endless()) stream_.probe_peer();
  if (source.arrived().empty()) {  // its first piece may take its time
    const Bytes head[] = {out_};
    const bool written = co_await write(exchange, head);
    give_back();
    if (!written) co_return false;
  }
  for (;;) {
    Result<Bytes> piece = co_await source.read();
    const bool left = exchange.cancel.requested();
    if (!piece && left && source.endless()) {  // as such streams end
      active.closed = true;
      co_return true;
    }
    if (!piece) {
      const bool callers = left || number(piece.error().code()) < 50000;
      if (!callers) exchange.call_class = CallClass::kSystem;
      if (!left)
        exchange.failure = callers ? "the request broke off while its answer was passed on"
                                   : "the answer broke off while it was passed on";
      const Bytes head[] = {out_};
      co_await write(exchange, head);
      co_return false;
    }
    const Bytes data = *piece;
    if (exchange.call.response_body.empty()) exchange.call.response_body = exchange.arena.copy(data.substr(0, kLogged));
    lend();
    if (chunked && !data.empty()) net::append_chunk_size(out_, data.size());
    if (chunked && data.empty()) out_.append(net::kLastChunk);
    const Bytes chunk_end = chunked && !data.empty() ? net::kChunkEnd : Bytes();
    const Bytes parts[] = {out_, data, chunk_end};
    const bool written = co_await write(exchange, parts);
    give_back();
    if (!written && !data.empty()) co_await let_finish(exchange, source);
    if (!written) co_return false;
    if (data.empty()) co_return true;
  }
}

/// What a system has begun to carry out is not broken off because nobody listens any more.
Task<> Connection::let_finish(Exchange& exchange, BodySource& rest) {
  if (rest.endless() || net::is_safe(exchange.request.head->method)) co_return;
  for (;;) {
    Result<Bytes> piece = co_await rest.read();
    if (!piece || piece->empty()) co_return;
  }
}

/// The pace is the caller's own: time that we wait for the system does not count. Each piece of an endless answer has
/// the whole time.
Task<bool> Connection::write(Exchange& exchange, std::span<const Bytes> parts) {
  std::size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  if (size == 0) co_return true;
  const Body& body = exchange.response.body;
  const bool endless = body.streams() && body.source()->endless();
  const SteadyTime began = worker_.now();
  const SteadyTime due = endless ? began + exchange.pace.total
                                 : net::pace_deadline(exchange.pace, began - writing_, exchange.response_bytes + size);
  const net::IoResult written = co_await stream_.write(parts, due);
  writing_ += worker_.now() - began;
  exchange.response_bytes += written.count;
  co_return written.ok();
}

}  // namespace causeway::server
