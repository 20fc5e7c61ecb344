#include "adapters/http/http_adapter.h"
#include "net/head_writer.h"

namespace causeway::adapters {
const config::Keys<HttpSettings>& HttpSettings::keys() {
  static const auto keys =
      config::Keys<HttpSettings>("HTTP adapter")
          .optional("cluster", &HttpSettings::cluster, "the system to call")
          .by_default("the file's `defaults.http.cluster`")
          .refers_to("cluster")
          .optional("method", &HttpSettings::method, "the method to call with")
          .by_default("the caller's")
          .optional("path", &HttpSettings::path, "the path to call, with {id} of the route and {{ }}")
          .by_default("the caller's path")
          .text_template()
          .optional("query", &HttpSettings::query, "the query to call with, instead of the caller's")
          .text_template()
          .optional("operation", &HttpSettings::operation, "what the log calls this")
          .by_default("the route's name")
          .optional("timeout", &HttpSettings::timeout, "the whole call with its retries")
          .by_default("the cluster's")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)))
          .optional("connect_timeout", &HttpSettings::connect_timeout, "how long a connection may take to open")
          .by_default("the cluster's")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::minutes(5)))
          .optional("headers", &HttpSettings::headers, "fields beside those that go on; a value may have {{ }}")
          .text_template()
          .optional("body", &HttpSettings::body,
                    "what is sent: one {{ expression }}, or a mapping with {{ }} in its texts")
          .by_default("the body that came")
          .text_template()
          .check([](const HttpSettings& http, const config::Node& node, config::Reading& reading) {
            if (http.method.empty() || net::method_of(http.method) != net::Method::kOther) return;
            auto step = reading.enter("method");
            if (node.find("method") != nullptr) reading.expected(*node.find("method"), "a method such as GET or POST");
          });
  return keys;
}

std::unique_ptr<HttpAdapter> HttpAdapter::build(const HttpSettings& settings,
                                                std::shared_ptr<const upstream::Cluster> cluster,
                                                const routing::PathTemplate& matched, config::Reading& reading,
                                                const expression::Template::FindSecret& secrets, const HttpUse& use) {
  std::unique_ptr<HttpAdapter> adapter(new HttpAdapter());
  adapter->cluster_ = std::move(cluster);
  adapter->part_ = use.part;
  adapter->plain_ = use.plain;
  adapter->method_name_ = settings.method.empty() && use.part ? "GET" : settings.method;
  if (!adapter->method_name_.empty()) adapter->method_ = net::method_of(adapter->method_name_);
  adapter->operation_ = settings.operation.empty() ? use.operation : settings.operation;
  if (use.part) adapter->part_name_ = use.operation;
  if (adapter->cluster_) {
    adapter->timeout_ = settings.timeout.value_or(adapter->cluster_->settings().timeout);
    adapter->connect_timeout_ = settings.connect_timeout.value_or(adapter->cluster_->settings().connect_timeout);
  }
  config::Errors& errors = reading.errors();
  if (settings.path) adapter->target_.set_path(*settings.path, matched, use.variables, errors);
  if (settings.query) adapter->target_.set_query(*settings.query, matched, use.variables, errors, secrets);
  adapter->headers_ = HeaderTemplates::compile(settings.headers, use.variables, errors, secrets);
  if (settings.body) {
    const std::size_t before = errors.error_count();
    auto step = reading.resume(settings.body->path);
    adapter->body_ = JsonTemplate::compile(settings.body->node, use.variables, reading);
    if (settings.body->node.is_scalar() && !adapter->body_->is_value() && errors.error_count() == before)
      reading.expected(settings.body->node, "one {{ expression }}, or a mapping or list");
    if (!adapter->method_name_.empty() && !net::expects_body(adapter->method_))
      reading.error(settings.body->node, adapter->method_name_ + " has no body", "conflict");
  }
  for (const auto& uses : {adapter->target_.uses(), adapter->headers_.uses()}) adapter->asks_.add(uses);
  adapter->asks_input_ = adapter->target_.uses_input() || adapter->headers_.uses_input();
  if (adapter->body_) {
    adapter->asks_.add(adapter->body_->uses());
    adapter->asks_input_ = adapter->asks_input_ || adapter->body_->uses_input();
  }
  return adapter;
}

}  // namespace causeway::adapters
