#include "adapters/static/static_adapter.h"

#include "core/json_text.h"
#include "net/head_writer.h"
#include "net/status.h"

namespace causeway::adapters {
namespace {

bool is_bare_json(const std::string& text) {
  const bool word = text == "true" || text == "false" || text == "null";
  const bool number = !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
  return word || (number && !check_json(text));
}

/// Fields that only the server may write.
bool belongs_to_connection(std::string_view name) {
  switch (net::header_id(name)) {
    case net::HeaderId::kConnection:
    case net::HeaderId::kContentLength:
    case net::HeaderId::kDate:
    case net::HeaderId::kKeepAlive:
    case net::HeaderId::kTrailer:
    case net::HeaderId::kTransferEncoding:
    case net::HeaderId::kUpgrade:
    case net::HeaderId::kXRequestId:
      return true;
    default:
      return false;
  }
}

void append_json(std::string& out, const config::Node& node) {
  switch (node.kind()) {
    case config::Node::Kind::kNull:
      out += "null";
      break;
    case config::Node::Kind::kScalar:
      if (!node.quoted() && is_bare_json(node.text())) out += node.text();
      else append_json_string(out, node.text());
      break;
    case config::Node::Kind::kSequence: {
      char separator = '[';
      for (const config::Node& item : node.items()) {
        out += separator;
        append_json(out, item);
        separator = ',';
      }
      out += node.items().empty() ? "[]" : "]";
      break;
    }
    case config::Node::Kind::kMapping: {
      char separator = '{';
      for (const auto& entry : node.entries()) {
        out += separator;
        append_json_string(out, entry.key.text());
        out += ':';
        append_json(out, entry.value);
        separator = ',';
      }
      out += node.entries().empty() ? "{}" : "}";
      break;
    }
  }
}

}  // namespace

std::string to_json(const config::Node& node) {
  std::string text;
  append_json(text, node);
  return text;
}

const config::Keys<StaticSettings>& StaticSettings::keys() {
  static const auto keys =
      config::Keys<StaticSettings>("static adapter")
          .optional("status", &StaticSettings::status, "the status of the answer")
          .range(200, 599)
          .optional("headers", &StaticSettings::headers, "further fields of the answer")
          .optional("body", &StaticSettings::body, "the answer: text as it is, a mapping or list as JSON")
          .optional("delay", &StaticSettings::delay, "how long the answer takes")
          .range(Duration(0), Duration(std::chrono::minutes(10)))
          .later("faults")
          .check([](const StaticSettings& settings, const config::Node& node, config::Reading& reading) {
            for (const auto& [name, value] : settings.headers)
              if (!net::is_token(name) || !net::is_field_value(value) || belongs_to_connection(name))
                reading.error(node, "headers: \"" + name + "\" cannot be set as a header field");
          });
  return keys;
}

StaticAdapter::StaticAdapter(const StaticSettings& settings)
    : status_(settings.status), headers_(settings.headers), delay_(settings.delay) {
  if (settings.body.is_scalar()) body_ = settings.body.text();
  else if (!settings.body.is_null()) body_ = to_json(settings.body);
  bool typed = false;
  for (const auto& [name, value] : headers_) typed = typed || net::header_id(name) == net::HeaderId::kContentType;
  if (!typed && !body_.empty())
    headers_["Content-Type"] = check_json(body_) ? "text/plain; charset=utf-8" : "application/json";
}

Task<Result<>> StaticAdapter::call(Exchange& exchange) const {
  if (delay_.count() > 0) co_await runtime::sleep_for(exchange.worker, delay_);
  exchange.response.status = status_;
  exchange.call_class = class_of_status(status_);
  for (const auto& [name, value] : headers_) exchange.response.headers.add(name, value);
  exchange.response.body = Body(net::never_has_body(status_) ? Bytes() : Bytes(body_));
  co_return Result<>();
}

}  // namespace causeway::adapters
