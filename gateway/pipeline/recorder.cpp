#include "pipeline/recorder.h"

#include "exchange/call_record.h"

namespace causeway::pipeline {

telemetry::CounterTable requests_table(telemetry::Metrics& metrics) {
  return metrics.counter_table("causeway_requests_total", "Calls that were answered.",
                               {"route", "method", "version", "consumer", "status", "code"}, 16384);
}

Recorder::Recorder(telemetry::Metrics& metrics, const telemetry::StandardLabels& labels)
    : labels_(labels),
      requests_(requests_table(metrics)),
      request_bytes_(metrics.counter("causeway_request_bytes_total", "Bytes received from callers, heads and bodies.")),
      response_bytes_(metrics.counter("causeway_response_bytes_total", "Bytes sent to callers, heads and bodies.")),
      no_route_(metrics.intern("none")) {}

void Recorder::record(Exchange& exchange, const Snapshot* snapshot, const RoutePlan* plan, bool complete) const {
  count(exchange, snapshot, plan);
  log(exchange, complete);
}

void Recorder::count(Exchange& exchange, const Snapshot* snapshot, const RoutePlan* plan) const {
  telemetry::Shard& shard = exchange.context.shard;
  telemetry::LabelId route = no_route_;
  telemetry::LabelId version = telemetry::LabelId::kEmpty;
  telemetry::LabelId consumer = telemetry::LabelId::kEmpty;
  if (plan != nullptr) {
    route = plan->label;
    shard.add(plan->outcomes[static_cast<std::size_t>(exchange.call_class)]);
    for (const RoutePlan::VersionMetrics& each : plan->versions) {
      if (each.version != exchange.match.version) continue;
      version = each.label;
      shard.observe(each.duration, exchange.worker.now() - exchange.started);
    }
    if (exchange.authenticated && snapshot != nullptr) consumer = snapshot->consumer_labels[exchange.consumer->index];
  }
  shard.add(
      requests_,
      {route, labels_.method(exchange.request.method()), version, consumer, labels_.status(exchange.response.status),
       exchange.code_label != telemetry::LabelId::kOther ? exchange.code_label : labels_.code(exchange.code)});
  shard.add(request_bytes_, exchange.request_bytes);
  shard.add(response_bytes_, exchange.response_bytes);
}

void Recorder::log(Exchange& exchange, bool complete) const {
  const std::string_view consumer = exchange.authenticated ? std::string_view(exchange.consumer->name) : "";
  const net::RequestHead* head = exchange.request.head;
  if (!exchange.call.system.empty()) {
    exchange.context.log.write(call_record(exchange, complete));
    return;
  }
  if (exchange.code == 0) return;
  telemetry::RefusedRecord record;
  record.time = exchange.started_at;
  record.method = exchange.request.method();
  record.path = head != nullptr ? head->target.substr(0, head->target.find('?')) : std::string_view();
  record.status = exchange.response.status;
  record.code = exchange.code;
  record.reason = exchange.reason;
  record.consumer = consumer;
  record.request_id = exchange.request_id.view();
  exchange.context.log.write(record);
}

}  // namespace causeway::pipeline
