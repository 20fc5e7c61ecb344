// What a route says under `from`: callers of an older version become callers of the newest, and its answers become
// theirs. Every version maps to the newest directly, not to the next one.
//
// It stands in front of everything but authentication and access, so that whatever looks at bodies sees one shape.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exchange/plugin.h"
#include "plugins/transform/body_programs.h"

namespace causeway::plugins {

class FromPlugin final : public Plugin {
 public:
  void add(std::string version, const TransformSettings& settings, config::Errors& errors);
  bool empty() const { return versions_.empty(); }
  /// Has the version a shape of its own?
  bool translates(std::string_view version) const {
    return std::ranges::any_of(versions_, [&](const auto& each) { return each.first == version; });
  }

  Needs needs() const override;
  Step on_body(Exchange& exchange) const override;
  Step on_response(Exchange& exchange) const override;

 private:
  /// Null: the caller speaks the newest.
  const BodyPrograms* programs_of(const Exchange& exchange) const;

  std::vector<std::pair<std::string, BodyPrograms>> versions_;
};

}  // namespace causeway::plugins
