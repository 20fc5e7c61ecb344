#include "app/route_tests/route_test_run.h"

#include "net/characters.h"
#include "net/header_id.h"

#include "app/route_tests/json_comparison.h"
#include "app/route_tests/judge_parts.h"

namespace causeway::app {
namespace {

bool has_header(const HeaderList& headers, net::HeaderId id) {
  for (const auto& [name, value] : headers)
    if (net::header_id(name) == id) return true;
  return false;
}

/// A text goes as it is, everything else as JSON.
std::string body_of(const WantedValue& body) {
  if (!is_wanted(body)) return {};
  return body.node.is_scalar() ? body.node.text() : as_json(body.node);
}

HeaderList headers_of(const std::map<std::string, config::Placed<std::string>>& given, bool with_body) {
  HeaderList headers;
  for (const auto& [name, value] : given) headers.emplace_back(name, *value);
  if (with_body && !has_header(headers, net::HeaderId::kContentType))
    headers.emplace_back("Content-Type", "application/json");
  return headers;
}

}  // namespace

OfflineRequest request_of(const RouteTest& test) {
  OfflineRequest request;
  const TestRequest& said = *test.request;
  request.method = *said.method;
  request.target = *said.path;
  request.body = body_of(said.body);
  request.headers = headers_of(said.headers, is_wanted(said.body));
  request.consumer = *test.consumer;
  request.scheme = test.by;
  if (test.from) request.peer = IpAddress::parse(**test.from);
  return request;
}

OfflineDelivery delivery_of(const RouteTest& test) {
  const TestDelivery& said = **test.deliver;
  OfflineDelivery delivery;
  delivery.subscription = *said.subscription;
  delivery.event_id = said.event.id;
  delivery.type = said.event.type;
  delivery.key = said.event.key;
  if (is_wanted(said.event.data)) delivery.data = as_json(said.event.data.node);
  return delivery;
}

std::vector<ScriptedAnswer> script_of(const RouteTest& test) {
  std::vector<ScriptedAnswer> script;
  for (const auto& step : *test.upstream) {
    ScriptedAnswer& answer = script.emplace_back();
    if (step->expect->cluster) answer.cluster = **step->expect->cluster;
    answer.fault = step->fault;
    answer.status = step->answer.status;
    answer.body = body_of(step->answer.body);
    answer.headers = headers_of(step->answer.headers, is_wanted(step->answer.body));
  }
  return script;
}

Mismatches judge(const RouteTest& test, const OfflineAnswer& answer) {
  Mismatches out;
  if (!answer.problem.empty()) {
    out.push_back({test.name.position, "no answer: " + answer.problem, {}, {}, {}});
    return out;
  }
  if (judge_calls(test, answer, out)) {
    judge_delivery(test, answer, out);
    judge_answer(test, answer, out);
    judge_events(test, answer, out);
  }
  return out;
}

}  // namespace causeway::app
