#include "events/subscription/subscription_table.h"

#include <algorithm>

namespace causeway::events {

std::shared_ptr<const SubscriptionSpec> SubscriptionTable::find(std::string_view name) const {
  const auto found = std::ranges::find_if(all_, [&](const auto& spec) { return spec->name() == name; });
  return found == all_.end() ? nullptr : *found;
}

std::shared_ptr<const SubscriptionTable> build_subscriptions(
    const std::vector<SubscriptionSettings>& settings, const TopicTable& topics, const Clusters& clusters,
    config::Errors& errors, const std::shared_ptr<const expression::Surroundings>& expressions) {
  check_subscriptions(settings, topics, errors);
  std::vector<std::shared_ptr<const SubscriptionSpec>> all;
  for (const SubscriptionSettings& each : settings) {
    auto spec = std::make_shared<SubscriptionSpec>();
    spec->settings = each;
    spec->topic = topics.find(*each.topic);
    spec->rules = EventRules(each, errors, expressions);
    spec->target = build_target(each.deliver, *each.name, clusters, errors);
    spec->target.expressions = expressions;
    if (spec->topic && spec->target.cluster) all.push_back(std::move(spec));
  }
  return std::make_shared<const SubscriptionTable>(std::move(all));
}

}  // namespace causeway::events
