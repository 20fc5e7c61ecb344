#include "security/access.h"

#include <fmt/format.h>

#include <algorithm>

#include "security/refusal.h"

namespace causeway::security {
namespace {

std::string unknown(std::string_view what, const config::Placed<std::string>& name,
                    const std::vector<std::string_view>& known) {
  return fmt::format("{} {}{}", what, config::quote(name.value), config::suggestion(name.value, known));
}

bool has(const Consumer& consumer, const std::string& role) {
  return std::find(consumer.roles.begin(), consumer.roles.end(), role) != consumer.roles.end();
}

// Whether `consumer` has one of the roles, or there are none to have; likewise for names.
bool meets(const Consumer& consumer, const AccessSettings& settings) {
  const bool by_role = std::any_of(settings.roles.begin(), settings.roles.end(),
                                   [&](const auto& role) { return has(consumer, role.value); });
  const bool by_name = std::any_of(settings.consumers.begin(), settings.consumers.end(),
                                   [&](const auto& name) { return name.value == consumer.name; });
  return (settings.roles.empty() || by_role) && (settings.consumers.empty() || by_name);
}

void check_references(const AccessSettings& settings, const ConsumerTable& table, config::Errors& errors) {
  std::vector<std::string_view> names, roles;
  for (const Consumer& consumer : table.all()) {
    names.push_back(consumer.name);
    roles.insert(roles.end(), consumer.roles.begin(), consumer.roles.end());
  }
  for (const auto& role : settings.roles) {
    if (std::find(roles.begin(), roles.end(), role.value) == roles.end()) {
      errors.warn(role.position, role.path, unknown("no consumer has the role", role, roles), "reference");
    }
  }
  for (const auto& name : settings.consumers) {
    if (table.find(name.value) == nullptr)
      errors.add(name.position, name.path, unknown("unknown consumer", name, names), "reference");
  }
}

}  // namespace

const config::Keys<AccessSettings>& AccessSettings::keys() {
  static const auto keys =
      config::Keys<AccessSettings>("access")
          .optional("roles", &AccessSettings::roles, "the consumer has one of these roles")
          .optional("consumers", &AccessSettings::consumers, "the consumer is one of these")
          .optional("addresses", &AccessSettings::addresses, "the call comes from one of these addresses or ranges")
          .later("scopes")
          .check([](const AccessSettings&, const config::Node& node, config::Reading& reading) {
            for (const auto& entry : node.entries()) {
              if (!entry.value.items().empty()) continue;
              auto step = reading.enter(entry.key.text());
              reading.error(entry.value, "an empty list would admit nobody; leave the key out to admit everybody");
            }
          });
  return keys;
}

AccessRule::AccessRule(const AccessSettings& settings, const ConsumerTable& table, config::Errors& errors) {
  if (!settings.addresses.empty()) {
    std::vector<AddressRange> ranges;
    for (const auto& range : settings.addresses) ranges.push_back(range.value);
    addresses_.emplace_back(ranges);
  }
  if (settings.roles.empty() && settings.consumers.empty()) return;

  const auto& first = settings.roles.empty() ? settings.consumers.front() : settings.roles.front();
  at_ = first.position;
  path_ = first.path;
  admitted_.emplace((table.all().size() + 63) / 64);
  for (const Consumer& consumer : table.all()) {
    if (meets(consumer, settings)) (*admitted_)[consumer.index / 64] |= std::uint64_t{1} << (consumer.index % 64);
  }
  const std::size_t before = errors.error_count();
  check_references(settings, table, errors);
  if (errors.error_count() == before) warn_if_unmet(errors);
}

AccessRule AccessRule::narrow(const AccessRule& defaults, const AccessRule& route, config::Errors& errors) {
  AccessRule both = route;
  both.addresses_.insert(both.addresses_.end(), defaults.addresses_.begin(), defaults.addresses_.end());
  if (!defaults.admitted_) return both;
  if (!route.admitted_) {
    both.admitted_ = defaults.admitted_;
    both.at_ = defaults.at_;
    both.path_ = defaults.path_;
    return both;
  }
  for (std::size_t i = 0; i < both.admitted_->size(); ++i) (*both.admitted_)[i] &= (*defaults.admitted_)[i];
  if (!defaults.admits_nobody() && !route.admits_nobody()) both.warn_if_unmet(errors);
  return both;
}

void AccessRule::warn_if_unmet(config::Errors& errors) const {
  if (admits_nobody()) errors.warn(at_, path_, "no consumer can meet this access rule");
}

bool AccessRule::admits_nobody() const {
  return admitted_ && std::all_of(admitted_->begin(), admitted_->end(), [](std::uint64_t word) { return word == 0; });
}

Result<> AccessRule::check_consumer(const Consumer& consumer) const {
  if (!admitted_ || ((*admitted_)[consumer.index / 64] >> (consumer.index % 64) & 1) != 0) return {};
  return refuse(Refusal::kConsumerNotAllowed, fmt::format("consumer {}", consumer.name));
}

Result<> AccessRule::check_address(const IpAddress& address) const {
  for (const auto& set : addresses_) {
    if (!set.contains(address))
      return refuse(Refusal::kAddressNotAllowed, fmt::format("address {}", address.to_string()));
  }
  return {};
}

}  // namespace causeway::security
