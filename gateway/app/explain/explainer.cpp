#include "app/explain/explainer.h"

#include <array>

#include "app/explain/dry_run.h"
#include "net/http1_request.h"
#include "pipeline/arrival.h"
#include "routing/accept.h"
#include "routing/near_misses.h"
#include "security/forwarded.h"

namespace causeway::app {
namespace {

bool is_below(std::string_view path, std::string_view base) {
  return path.starts_with(base) && (path.size() == base.size() || path[base.size()] == '/');
}

/// As the server takes callers behind trusted proxies.
void set_caller(Exchange& exchange, const server::ListenerView& listener, const IpAddress& peer) {
  exchange.request.peer = exchange.request.client = peer;
  exchange.request.peer_trusted = listener.trusted_proxies.contains(peer);
  if (!exchange.request.peer_trusted) return;
  std::array<std::string_view, 8> lines;
  std::size_t count = 0;
  for (const net::HeaderField& field : exchange.request.head->headers)
    if (field.id == net::HeaderId::kXForwardedFor && count < lines.size()) lines[count++] = field.value;
  exchange.request.client = security::client_address(peer, {lines.data(), count}, listener.trusted_proxies);
}

}  // namespace

Explainer::Explainer(Inspection& inspection, ExplainOptions options)
    : compiled_(inspection.compiled()),
      options_(std::move(options)),
      clock_(options_.at),
      worker_(0, "explain", clock_),
      context_{worker_, inspection.metrics().add_shard(), log_} {}

Explanation Explainer::explain(const CallText& call) {
  Explanation out;
  out.method = call.method;
  out.target = call.target;
  const std::string text = call.head();
  const server::LimitSettings& limits = compiled_.listeners.front()->limits;
  net::RequestParser parser({.head = static_cast<std::size_t>(bytes(limits.request_headers))});
  Exchange exchange(context_);
  net::RequestHead head(&exchange.arena);
  const Result<std::size_t> parsed = parser.parse(text, head);
  if (!parsed) {
    out.answer = given(parsed.error());
    return out;
  }
  exchange.request.head = &head;
  exchange.body_limit = bytes(limits.request_body);
  if (call.body) exchange.request.body = Body(*call.body);
  set_caller(exchange, *compiled_.listeners.front(), *IpAddress::parse(options_.address));
  match(call, exchange, out);
  return out;
}

void Explainer::match(const CallText& call, Exchange& exchange, Explanation& out) const {
  const net::RequestHead& head = *exchange.request.head;
  Result<pipeline::Arrival> arrival = pipeline::arrive(head, *compiled_.snapshot->routes, options_.at, exchange.arena);
  if (!arrival) {
    out.answer = given(arrival.error());
    return;
  }
  out.path = exchange.request.path = arrival->path;
  exchange.match = arrival->match;
  const routing::MatchResult& found = exchange.match;
  const routing::MatchRequest request{head.method_name, arrival->path, arrival->accept, options_.at};
  out.taken = found.outcome == routing::Outcome::kFound || found.outcome == routing::Outcome::kOptions;
  if (!found.allow.empty()) out.answer_headers.emplace_back("Allow", found.allow);
  if (const auto code = pipeline::refusal_of(found.outcome)) {
    Error error(*code);
    error.info().reason = code_info(*code).name;
    if (found.outcome == routing::Outcome::kSunset) error.info().details = found.version->sunset_details();
    out.answer = given(error);
  } else if (found.outcome == routing::Outcome::kOptions) {
    out.answer = GivenAnswer{.status = 204, .message = "OPTIONS is answered by the gateway"};
  }
  if (found.route != nullptr) describe_route(exchange, request, out);
  if (found.outcome == routing::Outcome::kFound) {
    const pipeline::RoutePlan& plan = *compiled_.snapshot->plans[found.route->index];
    exchange.route = &plan.context;
    if (plan.context.request_body) exchange.body_limit = bytes(*plan.context.request_body);
    dry_run({plan, compiled_.routes->routes[found.route->index], compiled_.settings,
             compiled_.snapshot->consumers->find(options_.as), call.body || !net::expects_body(head.method)},
            exchange, out);
  }
  add_others(request, out);
}

void Explainer::describe_route(const Exchange& exchange, const routing::MatchRequest& request, Explanation& out) const {
  const routing::MatchResult& found = exchange.match;
  out.route = found.route->index;
  for (std::size_t i = 0; i < found.parameters.size(); ++i)
    out.parameters.emplace_back(found.parameters.name(i), found.parameters.value(i));
  const routing::Methods listed = compiled_.routes->specs[found.route->index].match.methods;
  if (request.method == "HEAD" && !routing::contains(listed, routing::Methods::kHead)) out.why = "HEAD by its GET";
  if (found.version == nullptr) return;

  const routing::Version& version = *found.version;
  const routing::ApiSettings& api = compiled_.routes->api_of(found.route->index);
  out.version = version.name();
  const routing::AcceptedVersions accepted(request.accept, compiled_.routes->versioning.vendor);
  std::string how = " as the default_version";
  if (api.base.uses("version") && is_below(request.path, routing::base_path(api.base, version.name())))
    how = " by its path";
  else if (accepted.any_named() && accepted.weight(version.name()) > 0) how = " by Accept";
  out.why.append(out.why.empty() ? "" : "; ").append("version ").append(version.name()).append(how);
  out.lifecycle = config::name_of(version.lifecycle(options_.at));

  const routing::LifecycleHeaders headers = version.headers(options_.at);
  if (!headers.deprecation.empty()) out.answer_headers.emplace_back("Deprecation", headers.deprecation);
  if (!headers.sunset.empty()) out.answer_headers.emplace_back("Sunset", headers.sunset);
  std::string link;
  version.append_link(options_.at, request.path, link);
  if (!link.empty()) out.answer_headers.emplace_back("Link", link);
}

void Explainer::add_others(const routing::MatchRequest& request, Explanation& out) const {
  const EffectiveRoutes& all = *compiled_.routes;
  const std::string& vendor = all.versioning.vendor;
  std::vector<routing::NearMiss> found;
  if (out.route) found = routing::outranked(all.apis, all.specs, request, vendor, *out.route);
  else if (!out.taken) found = routing::near_misses(all.apis, all.specs, request, vendor);
  for (routing::NearMiss& miss : found) out.others.push_back({miss.route, std::move(miss.verdict.why)});
}

}  // namespace causeway::app
