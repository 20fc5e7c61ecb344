// Which consumers may call a route, with which scopes, and from where (`access`). Compiled once against the consumers
// of the same configuration; a check is a bit and, where they count, a short walk over scopes and a binary search.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/errors.h"
#include "config/keys.h"
#include "config/placed.h"
#include "core/ip_address.h"
#include "core/result.h"
#include "security/address_form.h"
#include "security/consumer.h"
#include "security/scopes.h"

namespace causeway::security {

/// `access: {roles: [internal], consumers: [oms], addresses: [10.0.0.0/8], scopes: {partner: [orders:write]}}`: one of
/// each list that is given, and all of the scopes. An empty list is an error, because it reads both as "nobody" and as
/// "no restriction".
struct AccessSettings {
  std::vector<config::Placed<std::string>> roles;
  std::vector<config::Placed<std::string>> consumers;
  std::vector<config::Placed<AddressRange>> addresses;
  RequiredScopes scopes;

  static const config::Keys<AccessSettings>& keys();
};

/// Immutable, thread safe.
class AccessRule {
 public:
  /// Admits everybody from everywhere.
  AccessRule() = default;
  /// An unknown consumer is an error; a role or a scope that no consumer has, and a rule that no consumer can meet, are
  /// warnings.
  AccessRule(const AccessSettings& settings, const ConsumerTable& table, config::Errors& errors);

  /// Both must hold: a route narrows the defaults of its file, and asks for the scopes of both. A warning when each
  /// admits somebody and both nobody.
  static AccessRule narrow(const AccessRule& defaults, const AccessRule& route, config::Errors& errors);

  /// 40390 unless the rule admits this consumer, which is one of the table that the rule was compiled against.
  Result<> check_consumer(const Consumer& consumer) const;
  /// 40390 unless `held`, ascending, has what the rule asks this consumer for.
  Result<> check_scopes(const Consumer& consumer, std::span<const std::string_view> held) const;
  /// 40391 unless the rule admits this address.
  Result<> check_address(const IpAddress& address) const;

  /// What this consumer needs, ascending.
  std::span<const std::string> needed_scopes(const Consumer& consumer) const;
  /// False: any consumer will do, and also none (a route without authentication).
  bool asks_for_consumer() const { return admitted_.has_value() || asks_for_scopes(); }
  bool asks_for_scopes() const { return able_.has_value(); }
  bool asks_for_address() const { return !addresses_.empty(); }
  /// True when no consumer passes, whatever it comes with.
  bool admits_nobody() const;

 private:
  using Bits = std::vector<std::uint64_t>;  // by Consumer::index

  void add_scopes(const RequiredScopes& scopes, const ConsumerTable& table);
  void remember_place(const AccessSettings& settings);
  void warn_if_unmet(config::Errors& errors) const;

  std::optional<Bits> admitted_;                  // by name and role
  std::vector<std::vector<std::string>> needed_;  // scopes by Consumer::index, ascending; empty when nobody is asked
  std::optional<Bits> able_;                      // who has the scopes that it needs, when it comes with all it has
  std::vector<AddressSet> addresses_;             // each must contain the caller
  config::Position at_;                           // where consumers are restricted, for the warning
  std::string path_;
};

}  // namespace causeway::security
