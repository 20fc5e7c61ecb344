#include "events/subscription/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "events/subscription/http_delivery.h"

namespace causeway::events {
namespace {

constexpr Duration kShortest = std::chrono::milliseconds(1);
constexpr Duration kLongest = std::chrono::hours(24 * 365);
constexpr std::size_t kLongestName = 128;

// It stands in a header, in ids (`name:shard:position`) and in addresses of the admin API.
bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) return false;
  return std::ranges::all_of(name, [](char c) {
    const char letter = static_cast<char>(c | 0x20);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

using Place = config::Placed<std::string>;

void report(config::Errors& errors, const Place& at, std::string message, std::string_view code) {
  errors.add(at.position, at.path, std::move(message), code);
}

void check_name(const Place& at, std::string_view what, config::Errors& errors) {
  if (is_name(*at)) return;
  report(errors, at,
         fmt::format("a {} is 1 to {} letters, digits and ._-, got {}", what, kLongestName, config::quote(*at)),
         "expected");
}

/// The waits before the last attempt, without jitter, which only shortens them.
Duration longest_wait(const RetrySettings& retry) {
  Duration total{0};
  double wait = static_cast<double>(retry.delay.count());
  for (std::uint32_t failures = 1; failures < retry.max_attempts && total <= retry.max_age; ++failures) {
    wait = std::min(wait, static_cast<double>(retry.max_delay.count()));
    total += Duration(static_cast<Duration::rep>(wait));
    wait *= retry.multiplier;
  }
  return total;
}

std::string first_in(const Place& first) {
  const std::string place = first.position.to_text();
  return place.empty() ? "" : ", the first in " + place;
}

const Place& group_of(const SubscriptionSettings& settings) {
  return settings.group->empty() ? settings.name : settings.group;
}

}  // namespace

RetrySettings::RetrySettings() {
  delay = std::chrono::seconds(1);
  multiplier = 2;
  max_delay = std::chrono::minutes(10);
  jitter = config::Percent{0};
}

const config::Keys<RetrySettings>& RetrySettings::keys() {
  static const auto keys =
      config::Keys<RetrySettings>("retry of a subscription")
          .optional("max_attempts", &RetrySettings::max_attempts, "attempts before an event is a dead letter")
          .range(1, 1000)
          .optional("delay", &RetrySettings::delay, "how long to wait after the first failure")
          .range(kShortest, Duration(std::chrono::hours(24)))
          .optional("multiplier", &RetrySettings::multiplier, "how much longer each further wait is")
          .range(1, 100)
          .optional("max_delay", &RetrySettings::max_delay, "the longest wait, also when the system asks for more")
          .range(kShortest, Duration(std::chrono::hours(24)))
          .optional("jitter", &RetrySettings::jitter, "a wait is shortened by up to this share, at random")
          .optional("max_age", &RetrySettings::max_age, "how long after it was stored an event is still tried")
          .range(kShortest, kLongest)
          .check([](const RetrySettings& retry, const config::Node& node, config::Reading& reading) {
            if (longest_wait(retry) <= retry.max_age) return;
            const config::Node* const age = node.find("max_age");
            const std::string age_text = config::TextForm<Duration>::format(retry.max_age);
            reading.warn(
                age != nullptr ? *age : node,
                fmt::format("max_age ({}) is shorter than the waits between max_attempts, so that the last of them "
                            "are never made",
                            age_text),
                "conflict");
          });
  return keys;
}

const config::Keys<SubscriptionSettings>& SubscriptionSettings::keys() {
  static const auto keys =
      config::Keys<SubscriptionSettings>("subscription")
          .required("name", &SubscriptionSettings::name, "what operators call it; part of every Idempotency-Key")
          .required("topic", &SubscriptionSettings::topic, "whose events it delivers")
          .refers_to("topic")
          .optional("group", &SubscriptionSettings::group, "name under which the store remembers how far it has come")
          .by_default("the name of the subscription")
          .optional(
              "start", &SubscriptionSettings::start,
              "where it begins when it is new: latest, with what comes from now on; earliest, with all that is stored")
          .optional("was", &SubscriptionSettings::was, "the group whose cursor and dead letters it takes over")
          .refers_to("group")
          .optional("filter", &SubscriptionSettings::filter,
                    "asked of each event (`.`): those for which it gives false or null are left out")
          .expression()
          .optional("transform", &SubscriptionSettings::transform, "makes of each event (`.`) what is sent")
          .by_default("the event")
          .expression()
          .optional("done_when", &SubscriptionSettings::done_when,
                    "asked of the answer's JSON (`.`), with $status, $answer and $event: true is a success, whatever "
                    "the status, "
                    "and anything else is a failure")
          .expression()
          .required("deliver", &SubscriptionSettings::deliver, "the call that tells the system")
          .holds(config::tagged("way of delivery", &describe_deliveries))
          .optional("order", &SubscriptionSettings::order,
                    "by_key: events of one key go one after another, in order; none: all at once")
          .optional("on_dead_letter", &SubscriptionSettings::on_dead_letter,
                    "park: later events of its key wait behind a dead letter; skip: they go on")
          .optional("concurrency", &SubscriptionSettings::concurrency, "how many events are delivered at a time")
          .range(1, 1024)
          .optional("retry", &SubscriptionSettings::retry, "when an attempt is made again, and when no more")
          .later("batch", "pull", "deduplicate", "webhook");
  return keys;
}

void check_subscriptions(const std::vector<SubscriptionSettings>& subscriptions, const TopicTable& topics,
                         config::Errors& errors) {
  std::vector<std::string_view> topic_names;
  for (const auto& [name, topic] : topics.all()) topic_names.push_back(name);
  std::map<std::string_view, const Place*> names;
  std::map<std::pair<std::string_view, std::string_view>, const Place*> groups;  // by topic and group
  for (const SubscriptionSettings& each : subscriptions) {
    if (each.name.path.empty() || each.topic.path.empty()) continue;  // a missing key has been reported
    check_name(each.name, "subscription's name", errors);
    if (!each.group->empty()) check_name(each.group, "group", errors);
    if (const auto [first, fresh] = names.emplace(*each.name, &each.name); !fresh) {
      report(errors, each.name,
             fmt::format("two subscriptions are called \"{}\"{}", *each.name, first_in(*first->second)), "conflict");
      continue;
    }
    if (!topics.find(*each.topic) && errors.knows_all("topic"))
      report(errors, each.topic,
             fmt::format("no topic is called {}{}", config::quote(*each.topic),
                         config::suggestion(*each.topic, topic_names)),
             "reference");
    const Place& group = group_of(each);
    const std::pair<std::string_view, std::string_view> id(*each.topic, *group);
    if (const auto [first, fresh] = groups.emplace(id, &group); !fresh)
      report(errors, group,
             fmt::format("two subscriptions are the group \"{}\" of topic \"{}\"{}", *group, *each.topic,
                         first_in(*first->second)),
             "conflict");
  }
  std::map<std::pair<std::string_view, std::string_view>, const Place*> taken;  // by topic and group
  for (const SubscriptionSettings& each : subscriptions) {
    if (each.was->empty()) continue;
    const std::pair<std::string_view, std::string_view> id(*each.topic, *each.was);
    if (groups.contains(id))
      report(errors, each.was, fmt::format("the group \"{}\" is still in use", *each.was), "conflict");
    else if (const auto [first, fresh] = taken.emplace(id, &each.was); !fresh)
      report(errors, each.was,
             fmt::format("two subscriptions take over the group \"{}\"{}", *each.was, first_in(*first->second)),
             "conflict");
  }
}

}  // namespace causeway::events
