// `subscriptions:` of the operators' configuration: which system is told about which topic, and what happens when it
// does not take an event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/errors.h"
#include "config/keys.h"
#include "config/placed.h"
#include "events/topic.h"
#include "resilience/backoff.h"

namespace causeway::events {

/// Where a new subscription begins.
enum class Start : std::uint8_t {
  kLatest,    ///< with what is stored after its configuration was taken
  kEarliest,  ///< with the oldest event that is in the store
};
constexpr auto names(Start) {
  return config::table<Start>({{"earliest", Start::kEarliest}, {"latest", Start::kLatest}});
}

enum class Order : std::uint8_t {
  kByKey,  ///< one at a time of each key, in the order of the log
  kNone,
};
constexpr auto names(Order) { return config::table<Order>({{"by_key", Order::kByKey}, {"none", Order::kNone}}); }

/// What happens to later events of a key behind a dead letter.
enum class OnDeadLetter : std::uint8_t {
  kPark,  ///< they wait until it was replayed or discarded
  kSkip,  ///< they go on
};
constexpr auto names(OnDeadLetter) {
  return config::table<OnDeadLetter>({{"park", OnDeadLetter::kPark}, {"skip", OnDeadLetter::kSkip}});
}

/// `retry: {max_attempts: 8, delay: 1s, multiplier: 2, max_delay: 10m, jitter: 0%, max_age: 3d}`
struct RetrySettings : resilience::BackoffSettings {
  RetrySettings();
  std::uint32_t max_attempts = 8;             ///< of one event, the first one too
  Duration max_age = std::chrono::hours(72);  ///< counts from when the event was stored, or replayed
  static const config::Keys<RetrySettings>& keys();
};

struct SubscriptionSettings {
  config::Placed<std::string> name;
  config::Placed<std::string> topic;
  config::Placed<std::string> group;  ///< whose cursor it is; empty: the name
  Start start = Start::kLatest;
  config::Placed<std::string> was;        ///< the group that it continues under a new name; empty: none
  config::Placed<std::string> filter;     ///< expression: which events it is told of; empty: of all
  config::Placed<std::string> transform;  ///< expression: what is sent; empty: the event
  config::Placed<std::string> done_when;  ///< expression: which answers are successes; empty: 2xx, or what outcomes say
  config::Deferred deliver;               ///< `{http: {…}}`
  Order order = Order::kByKey;
  OnDeadLetter on_dead_letter = OnDeadLetter::kPark;
  std::uint32_t concurrency = 16;  ///< attempts at a time
  RetrySettings retry;

  const std::string& group_name() const { return group->empty() ? *name : *group; }
  static const config::Keys<SubscriptionSettings>& keys();
};

/// Reports what spans subscriptions: doubled names, two of one group on a topic, topics that do not exist, a `was` that
/// is still in use.
void check_subscriptions(const std::vector<SubscriptionSettings>& subscriptions, const TopicTable& topics,
                         config::Errors& errors);

}  // namespace causeway::events
