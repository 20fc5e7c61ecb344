#include "transactions/checking.h"

#include <memory_resource>

#include "core/error_words.h"
#include "core/json_text.h"
#include "events/event_log.h"
#include "exchange/body.h"
#include "net/method.h"
#include "telemetry/request_id.h"
#include "telemetry/trace_context.h"
#include "transactions/half_values.h"
#include "upstream/cluster.h"

namespace causeway::transactions {
namespace {

constexpr std::uint64_t kReadable = 1024 * 1024;

/// Gathers each answer, so that it lies in memory when it is judged.
class Reader final : public upstream::AnswerReader {
 public:
  Task<Result<CallClass>> read(upstream::CallResponse& from) override {
    Result<Bytes> gathered = co_await from.body.gather(kReadable);
    if (!gathered && gathered.error().code() != Code::kBodyTooLarge) co_return std::move(gathered.error());
    body = gathered ? *gathered : Bytes();
    co_return class_of_status(from.head.status);
  }
  void forget() noexcept override { body = {}; }
  Bytes body;
};

/// What the programs say of an answer that came.
CheckAnswer judge(const upstream::Cluster& cluster, const Programs& programs, const tables::Half& half, int status,
                  Bytes body) {
  std::pmr::monotonic_buffer_resource memory;
  CheckAnswer answer{.sent = true};
  const Bytes json = body.empty() || check_json(body) ? Bytes() : body;
  Bytes input = json.empty() ? Bytes("null") : json;
  if (!json.empty() && cluster.rules().wants_body()) {
    const Result<upstream::Meaning> read = cluster.rules().read(status, json, &memory);
    if (read && read->said && read->call_class == CallClass::kSuccess) input = read->answer;
  }
  HalfValues known(half, cluster.rules().expressions());
  const std::string status_text = std::to_string(status);
  known.values.set(expression::Variable::kStatus, status_text);
  const auto holds = [&](const std::optional<expression::Program>& program) {
    if (!program) return false;
    Result<bool> truth = program->test(input, known.values, &memory);
    if (!truth) answer.why = words_of(truth.error());
    return truth && *truth;
  };
  const bool reads_it = !programs.result || programs.result->uses_input();
  if (holds(programs.done_when) && json.empty() && reads_it) {  // a proxy's page, or half an answer
    answer.why = "the check's answer is no JSON, and what the caller gets is made of it";
    return answer;
  }
  if (holds(programs.done_when)) {
    answer.says = CheckSays::kDone;
    answer.why.clear();
    if (!programs.result) {
      answer.result = input;
      return answer;
    }
    Result<Bytes> result = programs.result->run_one(input, known.values, &memory);
    if (result) answer.result = *result;
    answer.unusable = !result;
    if (!result) answer.why = "result: " + words_of(result.error());
    return answer;
  }
  if (holds(programs.absent_when)) {
    answer.says = CheckSays::kAbsent;
    answer.why.clear();
    return answer;
  }
  if (answer.why.empty()) answer.why = "the check was answered " + status_text + ", which says neither";
  return answer;
}

}  // namespace

Task<CheckAnswer> ask(WorkerContext& context, const upstream::Cluster& cluster, const StoredRequest& request,
                      const Programs& programs, const tables::Half& half, SteadyTime deadline) {
  runtime::Worker& worker = context.worker;
  worker.refresh_clock();
  const WallTime began_at = worker.wall_now();
  const SteadyTime began = worker.now();
  const telemetry::RequestId request_id(half.txid, began_at, context.random);
  const std::string_view parents[] = {half.traceparent};
  const auto trace =
      telemetry::TraceContext::from_request(std::span(parents, half.traceparent.empty() ? 0 : 1), {}, context.random);
  runtime::Arena arena(worker.chunks());
  net::Headers headers(&arena);
  for (const auto& [name, value] : request.headers) headers.add(name, value);
  headers.set(net::HeaderId::kXRequestId, request_id.view());
  headers.set(net::HeaderId::kTraceparent, trace.traceparent());
  headers.set(net::HeaderId::kXCausewayTransaction, half.txid);
  Body body{Bytes(request.body)};
  upstream::CallRequest call;
  call.method = net::method_of(request.method);
  call.method_name = request.method;
  call.target = request.target;
  call.headers = &headers;
  call.body = &body;
  call.repeatable = true;  // it changes nothing
  upstream::CallOptions options;
  options.deadline = std::min(deadline, began + request.timeout);
  options.connect_timeout = cluster.settings().connect_timeout;
  options.pace.total = request.timeout;
  options.shard = &context.shard;
  Reader reader;
  options.reader = &reader;
  upstream::CallResponse response(arena);
  Result<> called = co_await cluster.call(worker, call, response, options);
  worker.refresh_clock();

  CheckAnswer answer;
  if (called) {
    answer = judge(cluster, programs, half, response.head.status, reader.body);
  } else {
    answer.sent = response.sent;
    answer.why = words_of(called.error());
  }
  telemetry::CallRecord record;
  record.time = began_at;
  record.failed = !called;
  record.system = cluster.settings().system;
  record.method = request.operation;
  record.request = {request.body, request.body.size(), {}};
  record.response = {reader.body, reader.body.size(),
                     response.head.headers.get(net::HeaderId::kContentType).value_or(std::string_view())};
  record.cost = worker.now() - began;
  record.status = called ? response.head.status : 0;
  record.code = called ? 0 : number(called.error().code());
  record.consumer = half.consumer;
  record.attempt = half.checks + 1;
  record.route = half.route;
  record.trace = trace.trace_id();
  record.request_id = request_id.view();
  record.error = answer.why;
  context.log.write(record);
  co_return answer;
}

}  // namespace causeway::transactions
