#include "events/subscription/http_delivery.h"

#include <fmt/format.h>

#include <algorithm>

#include "expression/configured.h"
#include "net/characters.h"
#include "net/header_rules.h"
#include "net/percent.h"

namespace causeway::events {
namespace {

using expression::Template;
using PlacedText = config::Placed<std::string>;

constexpr expression::VariableSet kAllowed{expression::Variable::kEvent};

void report(config::Errors& errors, const PlacedText& at, std::string message, std::string_view code = "expected") {
  errors.add(at.position, at.path, std::move(message), code);
}

/// Headers that every delivery has of its own, or that only the gateway may set.
bool is_ours(std::string_view name) {
  const net::HeaderId id = net::folded_header_id(name);
  return id == net::HeaderId::kContentType || id == net::HeaderId::kIdempotencyKey || !net::is_configurable(name);
}

bool literals_are(const Template& text, net::Characters characters) {
  return std::ranges::all_of(text.parts(), [characters](const Template::Part& part) {
    return part.program || net::all_of(part.text, characters);
  });
}

/// `value` with its literal ends trimmed: what is inserted stays as it is.
PlacedText trimmed(const PlacedText& value) {
  PlacedText trimmed = value;
  trimmed.value = net::trim_blanks(*value);
  return trimmed;
}

void add_header(DeliveryTarget& target, const std::string& name, const PlacedText& value, config::Errors& errors) {
  if (name.empty() || !net::all_of(name, net::kToken)) {
    report(errors, value, "a header's name is a token, got " + config::quote(name));
  } else if (is_ours(name)) {
    report(errors, value, fmt::format("the header {} is the gateway's own", name), "conflict");
  } else {
    Template text = expression::compile_template(trimmed(value), kAllowed, errors);
    if (!literals_are(text, net::kText)) report(errors, value, "a header's value has no control characters");
    target.headers.emplace_back(name, std::move(text));
  }
}

void add_path(DeliveryTarget& target, const HttpDeliverySettings& settings, config::Errors& errors) {
  PlacedText path = settings.path;
  if (path->empty()) path.value = "/";
  target.path = expression::compile_template(path, kAllowed, errors);
  if (target.path.parts().empty()) return;  // it does not compile
  const Template::Part& first = target.path.parts().front();
  if (first.program || !first.text.starts_with('/') || !literals_are(target.path, net::kPathByte))
    report(errors, settings.path,
           "a path begins with / and has only characters of a path, got " + config::quote(*path));
}

void add_query(DeliveryTarget& target, const std::string& name, const PlacedText& value, config::Errors& errors) {
  std::string encoded;
  net::append_query_value(encoded, name);
  target.query.emplace_back(std::move(encoded), expression::compile_template(value, kAllowed, errors));
}

void set_body(DeliveryTarget& target, const PlacedText& body, config::Errors& errors) {
  if (body->empty()) return;
  target.body = expression::compile_template(body, kAllowed, errors);
  if (target.body->is_literal() && !target.body->parts().empty())
    report(errors, body, "expected a {{ }} that makes the body, such as \"{{ {id: .eventId} }}\"");
}

/// For people: the path with the query that is the same for every event.
std::string address_of(const HttpDeliverySettings& settings) {
  std::string text = settings.path->empty() ? "/" : *settings.path;
  char separator = '?';
  for (const auto& [name, value] : settings.query) {
    text.push_back(std::exchange(separator, '&'));
    text.append(name).append("=").append(*value);
  }
  return text;
}

void use_cluster(DeliveryTarget& target, const HttpDeliverySettings& settings, const Clusters& clusters,
                 config::Errors& errors) {
  const auto found = clusters.find(*settings.cluster);
  if (found == clusters.end()) {
    if (!errors.knows_all("cluster")) return;
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
      config::Keys<HttpDeliverySettings>("HTTP delivery")
          .required("cluster", &HttpDeliverySettings::cluster, "the system to call")
          .refers_to("cluster")
          .optional("method", &HttpDeliverySettings::method, "the method to call with")
          .optional("path", &HttpDeliverySettings::path, "the path to call; a {{ }} becomes one segment")
          .by_default("/")
          .text_template()
          .optional("query", &HttpDeliverySettings::query, "the query to call with")
          .text_template()
          .optional("headers", &HttpDeliverySettings::headers, "headers beside those that every delivery has")
          .text_template()
          .optional("body", &HttpDeliverySettings::body, "the JSON to send: one {{ expression }}")
          .by_default("the event, or what transform makes")
          .text_template()
          .optional("timeout", &HttpDeliverySettings::timeout, "one attempt with its answer")
          .by_default("the cluster's")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)))
          .optional("operation", &HttpDeliverySettings::operation, "what the log calls this")
          .by_default("the subscription's name")
          .check([](const HttpDeliverySettings& http, const config::Node& node, config::Reading& reading) {
            if (!net::expects_body(net::method_of(http.method)) || net::method_of(http.method) == net::Method::kOther)
              reading.error(
                  node, "method: expected a method with a body such as POST or PUT, got " + config::quote(http.method));
          });
  return keys;
}

const std::vector<config::Choice>& describe_deliveries() {
  static const std::vector<config::Choice> choices{
      {"http", "a call of a system", config::struct_of(&config::view_of<HttpDeliverySettings>)}};
  return choices;
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
  add_path(target, settings, errors);
  for (const auto& [name, value] : settings.query) add_query(target, name, value, errors);
  for (const auto& [name, value] : settings.headers) add_header(target, name, value, errors);
  set_body(target, settings.body, errors);
  target.operation = settings.operation.empty() ? fallback_operation : settings.operation;
  target.text = fmt::format("{} {} {}", settings.method, *settings.cluster, address_of(settings));
  return target;
}

}  // namespace causeway::events
