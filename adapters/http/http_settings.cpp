#include "adapters/http/http_adapter.h"
#include "net/head_writer.h"

namespace causeway::adapters {
namespace {

void report(config::Reading& reading, const config::Placed<std::string>& at, std::string message) {
  auto step = reading.resume(at.path);
  reading.error(at.position, std::move(message));
}

/// `{id}` whole is a parameter; anything else is literal.
std::string whole_parameter(std::string_view text) {
  if (text.size() < 3 || text.front() != '{' || text.back() != '}') return {};
  return std::string(text.substr(1, text.size() - 2));
}

bool has_template(std::string_view text) { return text.find("{{") != std::string_view::npos; }

}  // namespace

const config::Keys<HttpSettings>& HttpSettings::keys() {
  static const auto keys =
      config::Keys<HttpSettings>("http adapter")
          .optional("cluster", &HttpSettings::cluster,
                    "the system to call; default: the file's `defaults.http.cluster`")
          .optional("method", &HttpSettings::method, "the method to call with; default: the caller's")
          .optional("path", &HttpSettings::path,
                    "the path to call, with the route's parameters; default: the caller's path")
          .optional("query", &HttpSettings::query, "the query to call with, instead of the caller's")
          .optional("operation", &HttpSettings::operation, "what the log calls this; default: the route's name")
          .optional("timeout", &HttpSettings::timeout, "the whole call with its retries; default: the cluster's")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)))
          .optional("connect_timeout", &HttpSettings::connect_timeout, "default: the cluster's")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::minutes(5)))
          .later("headers", "body")
          .check([](const HttpSettings& http, const config::Node& node, config::Reading& reading) {
            if (!http.method.empty() && net::method_of(http.method) == net::Method::kOther)
              reading.error(node, "method: expected a method such as GET or POST, got \"" + http.method + '"');
          });
  return keys;
}

std::unique_ptr<HttpAdapter> HttpAdapter::build(const HttpSettings& settings,
                                                std::shared_ptr<const upstream::Cluster> cluster,
                                                const routing::PathTemplate& matched, config::Reading& reading) {
  std::unique_ptr<HttpAdapter> adapter(new HttpAdapter());
  adapter->cluster_ = std::move(cluster);
  adapter->method_name_ = settings.method;
  if (!settings.method.empty()) adapter->method_ = net::method_of(settings.method);
  adapter->operation_ = settings.operation;
  if (adapter->cluster_) {
    adapter->timeout_ = settings.timeout.value_or(adapter->cluster_->settings().timeout);
    adapter->connect_timeout_ = settings.connect_timeout.value_or(adapter->cluster_->settings().connect_timeout);
  }
  if (settings.path) {
    routing::TemplateError error;
    adapter->path_ =
        has_template(**settings.path) ? std::nullopt : routing::PathTemplate::parse(**settings.path, error);
    if (has_template(**settings.path)) report(reading, *settings.path, "{{ }} in a path is not in this version");
    else if (!adapter->path_) report(reading, *settings.path, error.message);
    else
      for (std::string& message : routing::missing_parameters(*adapter->path_, matched))
        report(reading, *settings.path, std::move(message));
  }
  if (settings.query) {
    adapter->own_query_ = true;
    for (const auto& [name, value] : *settings.query) {
      QueryPart part{name, *value, whole_parameter(*value)};
      if (has_template(*value)) report(reading, value, "{{ }} in a query is not in this version");
      else if (!part.parameter.empty() && !matched.uses(part.parameter))
        report(reading, value, '{' + part.parameter + "} is not a parameter of \"" + matched.text() + '"');
      adapter->query_.push_back(std::move(part));
    }
  }
  return adapter;
}

}  // namespace causeway::adapters
