#include "adapters/transaction/check_back.h"

#include "core/json_object.h"
#include "net/characters.h"
#include "net/head_writer.h"
#include "net/header_id.h"
#include "transactions/programs.h"

namespace causeway::adapters {
namespace {

/// Of a 2xx that says so; a failure that happens to hold the word says nothing.
std::string says(std::string_view word) {
  return R"($status >= 200 and $status < 300 and type == "object" and .state == ")" + std::string(word) + '"';
}

transactions::ProgramTexts texts_of(const TransactionSettings& settings) {
  transactions::ProgramTexts texts;
  texts.rules.barrier = true;  // the system's word is its decision, not an observation
  texts.rules.first = settings.every;
  texts.rules.multiplier = 1;
  texts.rules.max_delay = settings.every;
  texts.rules.times = settings.times;
  texts.rules.max_age = settings.max_age;
  texts.done_when = says("COMMIT");
  texts.absent_when = says("ROLLBACK");
  return texts;
}

}  // namespace

CheckBack::CheckBack(const TransactionSettings& settings, const std::shared_ptr<const upstream::Cluster>& cluster,
                     const std::string& operation, config::Errors& errors)
    : programs_(texts_of(settings).to_json()) {
  const CheckBackSettings& http = settings.check->http;
  request_.cluster = cluster ? *cluster->settings().name : *http.cluster;
  request_.method = http.method;
  request_.target = *http.path;
  request_.headers.emplace_back("Content-Type", "application/json");
  for (const auto& [name, value] : http.headers) {
    if (!check_header_name(name, value, errors)) continue;
    const bool ours = net::folded_header_id(name) == net::HeaderId::kContentType;
    if (ours) errors.add(value.position, value.path, "the header " + name + " is the gateway's own", "conflict");
    if (value->find("{{") != std::string::npos)
      errors.add(value.position, value.path, "there are no templates here: a check is the same for every message",
                 "conflict");
    else if (!net::is_field_value(*value))
      errors.add(value.position, value.path, "the value of the header " + name + " has control characters", "expected");
    else if (!ours) request_.headers.emplace_back(name, net::trim_blanks(*value));
  }
  if (cluster) request_.timeout = http.timeout.value_or(cluster->settings().timeout);
  request_.operation = http.operation.empty() ? operation : http.operation;
  request_.webhook = settings.webhook.has_value();
}

std::string CheckBack::request_of(std::string_view message_id, std::string_view transaction_id) const {
  transactions::StoredRequest request = request_;
  request.body = JsonObject().text("messageId", message_id).text("transactionId", transaction_id).done();
  return request.to_json();
}

}  // namespace causeway::adapters
