#include "app/offline/offline_caller.h"

#include <sys/socket.h>

#include <cerrno>

#include "net/head_writer.h"

namespace causeway::app {

OfflineCaller::OfflineCaller(net::Socket socket, const OfflineRequest& request, const std::string& host)
    : socket_(std::move(socket)),
      method_(net::method_of(request.method)),
      parser_({.head = 1 << 20, .fields = net::Headers::kMaxFields, .interim = 8}) {
  net::HeadWriter head(out_);
  head.request_line(request.method, request.target);
  bool has_host = false;
  for (const auto& [name, value] : request.headers) has_host = has_host || net::header_id(name) == net::HeaderId::kHost;
  if (!has_host) head.field(net::HeaderId::kHost, host);
  for (const auto& [name, value] : request.headers) head.field(name, value);
  if (!request.body.empty() || net::expects_body(method_)) head.content_length(request.body.size());
  head.end();
  out_ += request.body;
}

std::string OfflineCaller::problem_of(const OfflineRequest& request) {
  std::string text;
  net::HeadWriter head(text);
  if (!head.request_line(request.method, request.target))
    return "this is no request line: " + request.method + ' ' + request.target;
  for (const auto& [name, value] : request.headers)
    if (!head.field(name, value)) return std::string("this is no header: ").append(name).append(": ").append(value);
  return {};
}

bool OfflineCaller::pump() {
  if (ended_) return false;
  const bool sent = send_more();
  char buffer[64 * 1024];
  const ssize_t count = ::recv(socket_.descriptor(), buffer, sizeof buffer, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return sent;
  if (count <= 0) {
    ended_ = true;
    whole_ = count == 0 && head_done_ && decoder_.may_end_here();
    return true;
  }
  if (!receive(buffer, static_cast<std::size_t>(count))) ended_ = true;
  return true;
}

bool OfflineCaller::send_more() {
  bool went = false;
  while (!out_.empty()) {
    const ssize_t count = ::send(socket_.descriptor(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (count < 0) {
      out_.clear();  // the gateway has read enough of it; its answer is there to be read
      break;
    }
    out_.erase(0, static_cast<std::size_t>(count));
    went = true;
  }
  return went;
}

bool OfflineCaller::receive(char* data, std::size_t size) {
  if (head_done_) return receive_body(data, size);
  received_.append(data, size);
  for (;;) {
    net::ResponseHead head;
    const Result<std::size_t> length = parser_.parse(received_, method_, head);
    if (!length) return false;
    if (*length == 0) {
      parser_.reset();
      return true;
    }
    if (head.interim()) {
      received_.erase(0, *length);
      parser_.reset();
      continue;
    }
    head_done_ = true;
    status_ = head.status;
    for (const net::HeaderField& field : head.headers) headers_.emplace_back(field.name, field.value);
    decoder_ = net::BodyDecoder(head.framing, head.content_length, {.malformed = Code::kUpstreamNonsense});
    return receive_body(received_.data() + *length, received_.size() - *length);
  }
}

bool OfflineCaller::receive_body(char* data, std::size_t size) {
  if (!decoder_.done() && size > 0) {
    const Result<net::BodyDecoder::Step> step = decoder_.consume(data, size);
    if (!step) return false;
    body_ += step->data;
  }
  whole_ = ended_ = decoder_.done();
  return true;
}

bool OfflineCaller::take(OfflineAnswer& answer) const {
  if (!whole_) return false;
  answer.status = status_;
  answer.headers = headers_;
  answer.body = body_;
  return true;
}

}  // namespace causeway::app
