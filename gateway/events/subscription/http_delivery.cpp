#include "events/subscription/http_delivery.h"

#include <fmt/format.h>

#include "net/characters.h"
#include "net/header_rules.h"
#include "net/percent.h"

namespace causeway::events {
namespace {

using PlacedText = config::Placed<std::string>;

bool has_template(std::string_view text) { return text.find("{{") != std::string_view::npos; }

void report(config::Errors& errors, const PlacedText& at, std::string message, std::string_view code = "expected") {
  errors.add(at.position, at.path, std::move(message), code);
}

/// Headers that the call itself writes, or that only the gateway may set.
bool is_ours(std::string_view name) {
  using net::HeaderId;
  switch (net::folded_header_id(name)) {
    case HeaderId::kConnection:
    case HeaderId::kContentLength:
    case HeaderId::kContentType:
    case HeaderId::kExpect:
    case HeaderId::kHost:
    case HeaderId::kIdempotencyKey:
    case HeaderId::kKeepAlive:
    case HeaderId::kTe:
    case HeaderId::kTraceparent:
    case HeaderId::kTracestate:
    case HeaderId::kTrailer:
    case HeaderId::kTransferEncoding:
    case HeaderId::kUpgrade:
    case HeaderId::kXRequestId:
      return true;
    default:
      return net::is_protected(name);
  }
}

void add_header(DeliveryTarget& target, const std::string& name, const PlacedText& value, config::Errors& errors) {
  if (name.empty() || !net::all_of(name, net::kToken)) {
    report(errors, value, "a header's name is a token, got " + config::quote(name));
  } else if (is_ours(name)) {
    report(errors, value, fmt::format("the header {} is the gateway's own", name), "conflict");
  } else if (has_template(*value)) {
    report(errors, value, "{{ }} in a header is not in this version", "not_in_this_version");
  } else if (!net::all_of(*value, net::kText)) {
    report(errors, value, "a header's value has no control characters");
  } else {
    target.headers.emplace_back(name, net::trim_blanks(*value));
  }
}

std::string render_target(const HttpDeliverySettings& settings, config::Errors& errors) {
  std::string target = settings.path->empty() ? "/" : *settings.path;
  if (has_template(target)) {
    report(errors, settings.path, "{{ }} in a path is not in this version", "not_in_this_version");
  } else if (target.front() != '/' || !net::all_of(target, net::kPathByte)) {
    report(errors, settings.path,
           "a path begins with / and has only characters of a path, got " + config::quote(target));
  }
  char separator = '?';
  for (const auto& [name, value] : settings.query) {
    if (has_template(*value)) report(errors, value, "{{ }} in a query is not in this version", "not_in_this_version");
    target.push_back(std::exchange(separator, '&'));
    net::append_query_value(target, name);
    target.push_back('=');
    net::append_query_value(target, *value);
  }
  return target;
}

void use_cluster(DeliveryTarget& target, const HttpDeliverySettings& settings, const Clusters& clusters,
                 config::Errors& errors) {
  const auto found = clusters.find(*settings.cluster);
  if (found == clusters.end()) {
    std::vector<std::string_view> names;
    for (const auto& [name, cluster] : clusters) names.push_back(name);
    report(errors, settings.cluster,
           fmt::format("no cluster is called {}{}", config::quote(*settings.cluster),
                       config::suggestion(*settings.cluster, names)),
           "reference");
    return;
  }
  target.cluster = found->second;
  if (!target.cluster) return;
  target.timeout = settings.timeout.value_or(target.cluster->settings().timeout);
  target.connect_timeout = target.cluster->settings().connect_timeout;
}

}  // namespace

const config::Keys<HttpDeliverySettings>& HttpDeliverySettings::keys() {
  static const auto keys =
      config::Keys<HttpDeliverySettings>("http delivery")
          .required("cluster", &HttpDeliverySettings::cluster, "the system to call")
          .optional("method", &HttpDeliverySettings::method, "the method to call with")
          .optional("path", &HttpDeliverySettings::path, "the path to call; default: /")
          .optional("query", &HttpDeliverySettings::query, "the query to call with")
          .optional("headers", &HttpDeliverySettings::headers, "headers beside those that every delivery has")
          .optional("timeout", &HttpDeliverySettings::timeout, "one attempt with its answer; default: the cluster's")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)))
          .optional("operation", &HttpDeliverySettings::operation,
                    "what the log calls this; default: the subscription's name")
          .later("body")
          .check([](const HttpDeliverySettings& http, const config::Node& node, config::Reading& reading) {
            if (!net::expects_body(net::method_of(http.method)) || net::method_of(http.method) == net::Method::kOther)
              reading.error(
                  node, "method: expected a method with a body such as POST or PUT, got " + config::quote(http.method));
          });
  return keys;
}

DeliveryTarget build_target(const config::Deferred& deliver, const std::string& fallback_operation,
                            const Clusters& clusters, config::Errors& errors) {
  DeliveryTarget target;
  if (deliver.path.empty()) return target;  // the key is missing, which was reported
  config::Reading reading(errors, config::FileKind::kOperator);
  auto step = reading.resume(deliver.path);
  const std::optional<config::Tagged> tagged = config::read_tagged(deliver.node, reading);
  if (!tagged) return target;
  if (tagged->name != "http") {
    reading.expected_one_of(tagged->key, {"http"});
    return target;
  }
  auto inner = reading.resume(tagged->path);
  HttpDeliverySettings settings;
  if (!HttpDeliverySettings::keys().read_into(tagged->settings, reading, settings)) return target;
  use_cluster(target, settings, clusters, errors);
  target.method = net::method_of(settings.method);
  target.target = render_target(settings, errors);
  for (const auto& [name, value] : settings.headers) add_header(target, name, value, errors);
  target.operation = settings.operation.empty() ? fallback_operation : settings.operation;
  target.text = fmt::format("{} {} {}", settings.method, *settings.cluster, target.target);
  return target;
}

}  // namespace causeway::events
