// The subscriptions of one configuration, with every reference resolved.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "events/subscription/event_rules.h"
#include "events/subscription/http_delivery.h"
#include "events/subscription/settings.h"

namespace causeway::events {

/// Immutable; shared by the configuration and whoever still works with it.
struct SubscriptionSpec {
  SubscriptionSettings settings;
  std::shared_ptr<const Topic> topic;
  EventRules rules;
  DeliveryTarget target;

  const std::string& name() const { return *settings.name; }
  const std::string& group() const { return settings.group_name(); }
};

class SubscriptionTable {
 public:
  SubscriptionTable() = default;
  explicit SubscriptionTable(std::vector<std::shared_ptr<const SubscriptionSpec>> all) : all_(std::move(all)) {}
  const std::vector<std::shared_ptr<const SubscriptionSpec>>& all() const { return all_; }
  /// Null when there is none of this name.
  std::shared_ptr<const SubscriptionSpec> find(std::string_view name) const;

 private:
  std::vector<std::shared_ptr<const SubscriptionSpec>> all_;
};

/// Checks and resolves; everything that is wrong goes to `errors`, and what is wrong is left out of the table.
std::shared_ptr<const SubscriptionTable> build_subscriptions(
    const std::vector<SubscriptionSettings>& settings, const TopicTable& topics, const Clusters& clusters,
    config::Errors& errors, const std::shared_ptr<const expression::Surroundings>& expressions = nullptr);

}  // namespace causeway::events
