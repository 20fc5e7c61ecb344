#include "app/operator_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace causeway::app {
namespace {

/// The section is absent, or a list of which each item has a name.
bool all_named(const config::Node& main, std::string_view section, const auto& items, auto name_of) {
  const config::Node* const node = main.find(section);
  if (node == nullptr || node->is_null()) return true;
  if (items.empty() && !(node->is_sequence() && node->items().empty())) return false;
  return std::ranges::none_of(items, [&](const auto& item) { return name_of(item).empty(); });
}

const auto kName = [](const auto& item) -> const std::string& { return *item.name; };

const std::string& system_of(const upstream::ClusterSettings& cluster) {
  return cluster.system.empty() ? *cluster.name : cluster.system;
}

}  // namespace

void note_incomplete(const Settings& settings, const config::Documents& documents, config::Errors& errors) {
  if (!documents.complete) errors.incomplete("");
  const config::Node& main = documents.main;
  if (!all_named(main, "clusters", settings.clusters, kName)) errors.incomplete("cluster");
  if (!all_named(main, "topics", settings.topics, kName)) errors.incomplete("topic");
  if (!all_named(main, "consumers", settings.consumers, kName)) errors.incomplete("consumer");
  if (!all_named(main, "oauth", settings.oauth.providers, kName)) errors.incomplete("provider");
  const config::Node* const secrets = main.find("secrets");
  if (secrets != nullptr && secrets->entries().size() != settings.secrets.size()) errors.incomplete("secret");
}

void check_codes(const Settings& settings, config::Errors& errors) {
  std::map<std::uint32_t, std::pair<const upstream::ClusterSettings*, const config::Position*>> first;
  for (const upstream::ClusterSettings& cluster : settings.clusters) {
    for (const upstream::OutcomeSettings& outcome : cluster.outcomes) {
      if (*outcome.code == 0) continue;
      const auto [claimed, fresh] = first.try_emplace(*outcome.code, &cluster, &outcome.code.position);
      const auto& [other, at] = claimed->second;
      if (fresh || system_of(*other) == system_of(cluster)) continue;
      errors.warn(outcome.code.position, outcome.code.path,
                  fmt::format("{} claims the code {} too ({}): whoever gets it cannot tell the systems apart",
                              config::quote(system_of(*other)), *outcome.code, at->to_text()),
                  "conflict");
    }
  }
}

void check_secrets_used(const config::Node& main, const std::set<std::string, std::less<>>& used,
                        config::Errors& errors) {
  const config::Node* const secrets = main.find("secrets");
  if (secrets == nullptr) return;
  for (const config::Node::Entry& entry : secrets->entries())
    if (!used.contains(entry.key.text()))
      errors.warn(entry.key.position(), config::extend_path("secrets", entry.key.text()),
                  "no route file names this secret", "reference");
}

}  // namespace causeway::app
