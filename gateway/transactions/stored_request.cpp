#include "transactions/stored_request.h"

#include "core/decimal.h"
#include "core/json_object.h"
#include "core/json_scan.h"

namespace causeway::transactions {

std::string StoredRequest::to_json() const {
  JsonArray fields;
  for (const auto& [name, value] : headers) fields.raw(JsonObject().text("name", name).text("value", value).done());
  JsonObject object;
  object.text("cluster", cluster).text("method", method).text("target", target).raw("headers", fields.done());
  if (!body.empty()) object.text("body", body);
  object.number("timeout", std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count());
  if (webhook) object.flag("webhook", true);
  return object.text("operation", operation).done();
}

std::optional<StoredRequest> StoredRequest::from_json(std::string_view json) {
  const auto text = [json](std::string_view name) { return json_string_value(find_member(json, name)).value_or(""); };
  StoredRequest request;
  request.cluster = text("cluster");
  request.method = text("method");
  request.target = text("target");
  request.body = text("body");
  request.operation = text("operation");
  request.webhook = find_member(json, "webhook") == "true";
  request.timeout = std::chrono::milliseconds(whole_number(find_member(json, "timeout")).value_or(0));
  if (request.cluster.empty() || request.method.empty() || request.target.empty()) return std::nullopt;
  for_each_item(find_member(json, "headers"), [&request](Bytes field) {
    request.headers.emplace_back(json_string_value(find_member(field, "name")).value_or(""),
                                 json_string_value(find_member(field, "value")).value_or(""));
  });
  return request;
}

}  // namespace causeway::transactions
