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

using Bits = std::vector<std::uint64_t>;

void set(Bits& bits, std::size_t index) { bits[index / 64] |= std::uint64_t{1} << (index % 64); }

// Those that are in both; what is absent restricts nobody.
void narrow_to(std::optional<Bits>& bits, const std::optional<Bits>& others) {
  if (!others) return;
  if (!bits) bits = others;
  else
    for (std::size_t i = 0; i < bits->size(); ++i) (*bits)[i] &= (*others)[i];
}

void sort_once(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  const auto repeated = std::ranges::unique(texts);
  texts.erase(repeated.begin(), repeated.end());
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

bool check_scope_references(const RequiredScopes& required, const ConsumerTable& table,
                            const std::vector<std::string_view>& roles, config::Errors& errors) {
  if (!errors.knows_all("consumer")) return true;
  bool all_known = true;
  std::vector<std::string_view> scopes;
  for (const Consumer& consumer : table.all())
    scopes.insert(scopes.end(), consumer.scope_views.begin(), consumer.scope_views.end());
  for (const auto& row : required.rows) {
    if (row.role && std::find(roles.begin(), roles.end(), row.role->value) == roles.end())
      errors.warn(row.role->position, row.role->path, unknown("no consumer has the role", *row.role, roles),
                  "reference");
    for (const auto& scope : row.scopes) {
      if (std::find(scopes.begin(), scopes.end(), scope.value) != scopes.end()) continue;
      errors.warn(scope.position, scope.path, unknown("no consumer has the scope", scope, scopes), "reference");
      all_known = false;
    }
  }
  return all_known;
}

/// False when something was said of a role or a consumer: that nobody meets the rule would only follow from it.
bool check_references(const AccessSettings& settings, const ConsumerTable& table, config::Errors& errors) {
  bool all_known = true;
  std::vector<std::string_view> names, roles;
  for (const Consumer& consumer : table.all()) {
    names.push_back(consumer.name);
    roles.insert(roles.end(), consumer.roles.begin(), consumer.roles.end());
  }
  for (const auto& role : settings.roles) {
    if (std::find(roles.begin(), roles.end(), role.value) == roles.end() && errors.knows_all("consumer")) {
      errors.warn(role.position, role.path, unknown("no consumer has the role", role, roles), "reference");
      all_known = false;
    }
  }
  all_known = check_scope_references(settings.scopes, table, roles, errors) && all_known;
  for (const auto& name : settings.consumers) {
    if (table.find(name.value) == nullptr && errors.knows_all("consumer"))
      errors.add(name.position, name.path, unknown("unknown consumer", name, names), "reference");
  }
  return all_known;
}

}  // namespace

const config::Keys<AccessSettings>& AccessSettings::keys() {
  static const auto keys =
      config::Keys<AccessSettings>("access")
          .optional("roles", &AccessSettings::roles, "the consumer has one of these roles")
          .refers_to("role")
          .not_empty()
          .optional("consumers", &AccessSettings::consumers, "the consumer is one of these")
          .refers_to("consumer")
          .not_empty()
          .optional("addresses", &AccessSettings::addresses, "the call comes from one of these addresses or ranges")
          .not_empty()
          .optional("scopes", &AccessSettings::scopes,
                    "scopes that the call needs, all of them: a list for everybody, or lists by role")
          .refers_to("scope")
          .check([](const AccessSettings&, const config::Node& node, config::Reading& reading) {
            for (const auto& entry : node.entries()) {
              if (!entry.value.items().empty() || entry.value.is_mapping()) continue;
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
  const bool restricted = !settings.roles.empty() || !settings.consumers.empty();
  if (!restricted && settings.scopes.rows.empty()) return;

  remember_place(settings);
  if (restricted) {
    admitted_.emplace((table.all().size() + 63) / 64);
    for (const Consumer& consumer : table.all())
      if (meets(consumer, settings)) set(*admitted_, consumer.index);
  }
  if (!settings.scopes.rows.empty()) add_scopes(settings.scopes, table);
  const std::size_t before = errors.error_count();
  const bool all_known = check_references(settings, table, errors);
  if (all_known && errors.error_count() == before) warn_if_unmet(errors);
}

void AccessRule::remember_place(const AccessSettings& settings) {
  const auto* first = !settings.roles.empty() ? &settings.roles.front() : nullptr;
  if (first == nullptr && !settings.consumers.empty()) first = &settings.consumers.front();
  if (first == nullptr) first = &settings.scopes.rows.front().scopes.front();
  at_ = first->position;
  path_ = first->path;
}

void AccessRule::add_scopes(const RequiredScopes& scopes, const ConsumerTable& table) {
  needed_.resize(table.all().size());
  able_.emplace((table.all().size() + 63) / 64);
  for (const Consumer& consumer : table.all()) {
    std::vector<std::string>& needed = needed_[consumer.index];
    for (const auto& row : scopes.rows) {
      if (row.role && !has(consumer, row.role->value)) continue;
      for (const auto& scope : row.scopes) needed.push_back(scope.value);
    }
    sort_once(needed);
    if (has_all(consumer.scope_views, needed)) set(*able_, consumer.index);
  }
}

AccessRule AccessRule::narrow(const AccessRule& defaults, const AccessRule& route, config::Errors& errors) {
  AccessRule both = route;
  both.addresses_.insert(both.addresses_.end(), defaults.addresses_.begin(), defaults.addresses_.end());
  if (!defaults.asks_for_consumer()) return both;
  if (!route.asks_for_consumer()) {
    both.admitted_ = defaults.admitted_;
    both.needed_ = defaults.needed_;
    both.able_ = defaults.able_;
    both.at_ = defaults.at_;
    both.path_ = defaults.path_;
    return both;
  }
  narrow_to(both.admitted_, defaults.admitted_);
  narrow_to(both.able_, defaults.able_);
  both.needed_.resize(std::max(route.needed_.size(), defaults.needed_.size()));
  for (std::size_t i = 0; i < defaults.needed_.size(); ++i) {
    both.needed_[i].insert(both.needed_[i].end(), defaults.needed_[i].begin(), defaults.needed_[i].end());
    sort_once(both.needed_[i]);
  }
  if (!defaults.admits_nobody() && !route.admits_nobody()) both.warn_if_unmet(errors);
  return both;
}

void AccessRule::warn_if_unmet(config::Errors& errors) const {
  if (admits_nobody() && errors.knows_all("consumer")) errors.warn(at_, path_, "no consumer can meet this access rule");
}

bool AccessRule::admits_nobody() const {
  std::optional<Bits> passing = admitted_;
  narrow_to(passing, able_);
  return passing && std::all_of(passing->begin(), passing->end(), [](std::uint64_t word) { return word == 0; });
}

Result<> AccessRule::check_consumer(const Consumer& consumer) const {
  if (!admitted_ || ((*admitted_)[consumer.index / 64] >> (consumer.index % 64) & 1) != 0) return {};
  return refuse(Refusal::kConsumerNotAllowed, fmt::format("consumer {}", consumer.name));
}

std::span<const std::string> AccessRule::needed_scopes(const Consumer& consumer) const {
  if (needed_.empty()) return {};
  return needed_[consumer.index];
}

Result<> AccessRule::check_scopes(const Consumer& consumer, std::span<const std::string_view> held) const {
  const std::span<const std::string> needed = needed_scopes(consumer);
  if (has_all(held, needed)) return {};
  const auto missing = std::find_if(needed.begin(), needed.end(), [&](const std::string& scope) {
    return !std::binary_search(held.begin(), held.end(), std::string_view(scope));
  });
  return refuse(Refusal::kScopeMissing, fmt::format("consumer {} without the scope {}", consumer.name, *missing));
}

Result<> AccessRule::check_address(const IpAddress& address) const {
  for (const auto& set : addresses_) {
    if (!set.contains(address))
      return refuse(Refusal::kAddressNotAllowed, fmt::format("address {}", address.to_string()));
  }
  return {};
}

}  // namespace causeway::security
