// Exchanges for tests of what works on them: a worker on the test's own thread, a clock that stands still, and requests
// written as text.
#pragma once

#include <gtest/gtest.h>

#include <list>
#include <string>
#include <string_view>

#include "exchange/exchange.h"
#include "exchange/plugin.h"
#include "exchange/reply.h"
#include "fakes/manual_clock.h"
#include "fakes/run_task.h"
#include "net/http1_request.h"
#include "telemetry/labels.h"
#include "telemetry/metrics.h"

namespace causeway::fakes {

/// One exchange of a request whose head is given as text, lines ended by \n. It has the id r-1 and comes from
/// 192.0.2.7.
class Call {
 public:
  Call(WorkerContext& context, std::string_view lines)
      : exchange(context), text_(with_crlf(lines)), head_(&exchange.arena) {
    net::RequestParser parser;
    const Result<std::size_t> length = parser.parse(text_, head_);
    if (!length || *length != text_.size()) ADD_FAILURE() << "not a head: " << lines;
    exchange.request.head = &head_;
    exchange.request.path = head_.path;
    exchange.request.peer = exchange.request.client = *IpAddress::parse("192.0.2.7");
    exchange.request_id = telemetry::RequestId("r-1", exchange.started_at, random_);
    exchange.trace = telemetry::TraceContext::start(random_);
    exchange.route = &route;
    exchange.body_limit = 1 << 20;
    route.name = "a-route";
  }

  RouteContext route;
  Exchange exchange;

 private:
  /// The empty line at the end is added.
  static std::string with_crlf(std::string_view lines) {
    std::string text;
    for (const char c : lines) {
      if (c == '\n') text += '\r';
      text += c;
    }
    return text + "\r\n\r\n";
  }

  telemetry::Random random_{1};
  std::string text_;
  net::RequestHead head_;
};

class ExchangeFixture : public ::testing::Test {
 protected:
  ExchangeFixture() : worker(0, "test", clock), context{worker, metrics.add_shard(), log} {}
  ~ExchangeFixture() override { worker.io().poll(); }

  Call& call(std::string_view head = "GET /orders HTTP/1.1\nHost: a") { return calls_.emplace_back(context, head); }

  void end_calls() { calls_.clear(); }

  void advance(Duration by) {
    clock.advance(by);
    worker.refresh_clock();
  }

  template <class T>
  T run(Task<T> task) {
    return fakes::run(worker, std::move(task));
  }

  /// What a step says in the end.
  Result<Flow> said(Step step) {
    return step.verdict() != nullptr ? std::move(*step.verdict()) : run(std::move(step.task()));
  }

  /// The answer as it would be written, without what the connection adds: status, fields, extra fields, body.
  std::string answer(Call& of) {
    const Response& response = of.exchange.response;
    std::string text = std::to_string(response.status) + '\n';
    for (const net::HeaderField& field : response.headers)
      text.append(field.name).append(": ").append(field.value).append("\n");
    for (const net::HeaderField& field : response.extra)
      text.append(field.name).append(": ").append(field.value).append("\n");
    text.append("\n").append(response.prefix);
    if (response.body.streams()) text += read_all(*response.body.source());
    else text += response.body.whole();
    return text.append(response.suffix);
  }

  std::string read_all(BodySource& source) {
    std::string text;
    for (;;) {
      const Result<Bytes> piece = run(source.read());
      if (!piece) return text + "<broken " + std::to_string(number(piece.error().code())) + '>';
      if (piece->empty()) return text;
      text += *piece;
    }
  }

  /// The samples of one family, a line each, as /metrics shows them; empty ones are left out.
  std::string samples(std::string_view family) const {
    std::string found;
    std::string_view rest = all_samples_ = metrics.text();
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      if (line.starts_with(family) && !line.ends_with(" 0")) found.append(line).append("\n");
      rest.remove_prefix(end + 1);
    }
    return found;
  }

  ManualClock clock;
  telemetry::Metrics metrics;
  telemetry::StandardLabels labels{metrics};
  telemetry::CallLog log;
  runtime::Worker worker;
  WorkerContext context;

 private:
  std::list<Call> calls_;
  mutable std::string all_samples_;
};

/// `40190 no_credentials: words for the log`, what there is of it.
inline std::string describe(const Error& error) {
  std::string text = std::to_string(number(error.code()));
  const ErrorInfo* info = error.info_if();
  if (info == nullptr) return text;
  if (!info->reason.empty()) text += ' ' + info->reason;
  if (!info->internal.empty()) text += ": " + info->internal;
  return text;
}

/// The error, or nothing.
inline std::string failure(const Result<>& result) { return result ? "" : describe(result.error()); }
inline std::string failure(const Result<Flow>& result) { return result ? "" : describe(result.error()); }

}  // namespace causeway::fakes
