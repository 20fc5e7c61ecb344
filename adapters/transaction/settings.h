// The keys of the adapter `transaction`.
#pragma once

#include <optional>
#include <string>

#include "config/keys.h"
#include "config/placed.h"
#include "exchange/header_templates.h"

namespace causeway::adapters {

/// `check: {http: {…}}`: the call that asks the system what became of a message. Its body is the gateway's:
/// `{"messageId","transactionId"}`.
struct CheckBackSettings {
  config::Placed<std::string> cluster;
  std::string method = "POST";
  config::Placed<std::string> path;
  HeaderSettings headers;  ///< as they are, without templates
  std::optional<Duration> timeout;
  std::string operation;
  static const config::Keys<CheckBackSettings>& keys();
};

struct TransactionCheckSettings {
  CheckBackSettings http;
  static const config::Keys<TransactionCheckSettings>& keys();
};

struct CheckWebhookSettings {
  config::Placed<std::string> secret;  ///< `{{ secret:NAME }}`
  static const config::Keys<CheckWebhookSettings>& keys();
};

struct TransactionSettings {
  config::Placed<std::string> topic;
  config::Placed<std::string> group;
  std::string type;  ///< of every event of this route; empty: the message says it
  config::Placed<TransactionCheckSettings> check;
  Duration first = std::chrono::seconds(6);
  Duration every = std::chrono::seconds(30);
  std::uint32_t times = 15;
  Duration max_age = std::chrono::hours(24);
  std::optional<CheckWebhookSettings> webhook;
  static const config::Keys<TransactionSettings>& keys();
};

}  // namespace causeway::adapters
