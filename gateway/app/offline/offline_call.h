// A call that is tried out without a network, and what became of it. Values, without behaviour.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/values.h"
#include "core/ip_address.h"

namespace causeway::app {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// How a consumer proves who it is: the schemes of `auth`.
enum class CallerScheme : std::uint8_t { kSignature, kApiKey, kOauth, kWebhook, kMtls };
constexpr auto names(CallerScheme) {
  return config::table<CallerScheme>({{"signature", CallerScheme::kSignature},
                                      {"api_key", CallerScheme::kApiKey},
                                      {"oauth", CallerScheme::kOauth},
                                      {"webhook", CallerScheme::kWebhook},
                                      {"mtls", CallerScheme::kMtls}});
}

struct OfflineRequest {
  std::string method = "GET";
  std::string target = "/";  ///< path and query, as they are sent
  HeaderList headers;        ///< besides Host, framing and the consumer's credentials
  std::string body;
  std::string consumer;                ///< whose credentials the call shows, made for this call; empty: none
  std::optional<CallerScheme> scheme;  ///< nullopt: the first that the consumer has and the route takes
  std::optional<IpAddress> peer;       ///< who is connected; nullopt: 127.0.0.1
};

/// How a system fails instead of answering.
enum class Fault : std::uint8_t {
  kRefused,  ///< nobody listens
  kTimeout,  ///< it reads the call and never answers
  kBroken,   ///< it reads the call and closes the connection
};
constexpr auto names(Fault) {
  return config::table<Fault>({{"refused", Fault::kRefused}, {"timeout", Fault::kTimeout}, {"broken", Fault::kBroken}});
}

/// What a system says to one call.
struct ScriptedAnswer {
  std::string cluster;  ///< empty: whichever is called
  std::optional<Fault> fault;
  int status = 200;
  HeaderList headers;  ///< besides framing
  std::string body;
};

/// What a system was sent.
struct SentCall {
  std::string cluster;
  std::string method;
  std::string target;
  HeaderList headers;
  std::string body;
  std::optional<std::size_t> answered_by;  ///< the place of its ScriptedAnswer; empty: there was none for it
};

/// An event that the call left in the log.
struct OfflineEvent {
  std::string topic;
  std::string id;
  std::string type;
  std::string key;
  std::string source;
  std::string body;  ///< as JSON in the topic's shape
  std::string data;  ///< what happened: its `data`; of a flat event the members that the gateway did not add
};

/// An event on its way to a subscription.
struct OfflineDelivery {
  std::string subscription;
  std::string event_id;  ///< empty: one is made
  std::string type;
  std::string key;            ///< empty: the topic's
  std::string data = "null";  ///< JSON; of a flat topic an object
};

/// What became of its first attempt.
enum class DeliveryResult : std::uint8_t {
  kDelivered,
  kFiltered,  ///< the subscription is not told of it
  kRetrying,  ///< there would be another attempt
  kDead,      ///< there would be none
};
constexpr auto names(DeliveryResult) {
  return config::table<DeliveryResult>({{"delivered", DeliveryResult::kDelivered},
                                        {"filtered", DeliveryResult::kFiltered},
                                        {"retrying", DeliveryResult::kRetrying},
                                        {"dead", DeliveryResult::kDead}});
}

struct OfflineAnswer {
  int status = 0;  ///< 0: none came, `problem` says why
  HeaderList headers;
  std::string body;
  std::string route;                       ///< empty: none took it
  std::string version;                     ///< of the route's API; empty: it has none
  std::string consumer;                    ///< who the gateway believed to be calling; empty: nobody in particular
  std::string reason;                      ///< why it was refused or failed, as the log has it; empty: it was not
  std::vector<SentCall> calls;             ///< in order
  std::vector<std::size_t> unused;         ///< places of answers that nobody asked for
  std::vector<OfflineEvent> events;        ///< new in the log, by topic and place
  std::optional<DeliveryResult> delivery;  ///< of a delivery; `reason` says why it failed
  std::string problem;                     ///< why the call could not be made or had no end
};

}  // namespace causeway::app
