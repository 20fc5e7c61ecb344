#include "app/operator_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ip_address.h"

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

/// Who listens where.
struct Listening {
  net::HostPort where;
  config::Position at;
  std::string path;
};

bool collide(const net::HostPort& a, const net::HostPort& b) {
  if (a.port == 0 || a.port != b.port) return false;
  const auto first = IpAddress::parse(a.host);
  const auto second = IpAddress::parse(b.host);
  if (!first || !second || first->is_v4() != second->is_v4()) return a.host == b.host;
  const auto is_any = [](const std::string& host) { return host == "0.0.0.0" || host == "::"; };
  return first == second || is_any(a.host) || is_any(b.host);
}

std::vector<Listening> all_listening(const Settings& settings, const config::Node& main) {
  std::vector<Listening> all;
  const config::Node* const section = main.find("listeners");
  const std::vector<config::Node> none;
  const std::vector<config::Node>& nodes = section != nullptr ? section->items() : none;
  for (std::size_t i = 0; i < std::min(nodes.size(), settings.listeners.size()); ++i) {
    const server::ListenerSettings& listener = settings.listeners[i];
    const config::Node* const address = nodes[i].find("address");
    if (address == nullptr || listener.address.where.host.empty()) continue;  // which has been reported
    const std::string& name_path = listener.name.path;  // `listeners[0].name`, counted in its own file
    const std::string path =
        name_path.empty() ? config::extend_path("listeners", i) : name_path.substr(0, name_path.rfind('.'));
    all.push_back({listener.address.where, address->position(), config::extend_path(path, "address")});
  }
  all.push_back({settings.admin.address->where, settings.admin.address.position, settings.admin.address.path});
  return all;
}

}  // namespace

void check_addresses(const Settings& settings, const config::Node& main, config::Errors& errors) {
  const std::vector<Listening> all = all_listening(settings, main);
  for (auto second = all.begin(); second != all.end(); ++second) {
    const auto first =
        std::find_if(all.begin(), second, [&](const Listening& each) { return collide(each.where, second->where); });
    if (first == second) continue;
    // The admin API listens somewhere also where nobody says so.
    const bool unsaid = second->path.empty();
    errors.add(
        unsaid ? first->at : second->at, unsaid ? first->path : second->path,
        unsaid ? fmt::format("the admin API listens on {} unless `admin.address` says otherwise", second->where.text())
               : fmt::format("{} is taken already at {}", config::quote(second->where.text()), first->at.to_text()),
        "conflict");
  }
}

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

void check_replays(const Settings& settings, const config::Node& main, config::Errors& errors) {
  const config::Node* const store = main.find("store");
  if (settings.wants_store() || store == nullptr || !settings.topics.empty()) return;  // topics need one anyway
  const bool signs = std::ranges::any_of(settings.consumers, [](const security::ConsumerSettings& consumer) {
    return !consumer.signing_keys.empty() || consumer.webhook;
  });
  if (!signs) return;
  errors.warn(store->position(), "store",
              "a signature that is dated ahead works once more after a restart: without a store nothing is kept of it",
              "conflict");
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
