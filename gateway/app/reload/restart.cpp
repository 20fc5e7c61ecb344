#include "app/reload/restart.h"

#include <map>

namespace causeway::app {
namespace {

std::map<std::string, std::string> addresses(const Settings& settings) {
  std::map<std::string, std::string> all;
  for (const auto& listener : settings.listeners) all[*listener.name] = listener.address.where.text();
  return all;
}

}  // namespace

std::vector<std::string> restart_keys(const Settings& running, const Settings& wanted) {
  std::vector<std::string> keys;
  const auto unless = [&](bool same, std::string_view key) {
    if (!same) keys.emplace_back(key);
  };
  const store::StoreSettings before = running.store.value_or(store::StoreSettings());
  const store::StoreSettings after = wanted.store.value_or(store::StoreSettings());
  unless(addresses(wanted) == addresses(running), "listeners[].address");
  unless(*wanted.admin.address == *running.admin.address, "admin.address");
  unless(wanted.admin.tls.has_value() == running.admin.tls.has_value(), "admin.tls");
  unless(wanted.workers.value == running.workers.value, "workers");
  unless(wanted.node.id == running.node.id, "node.id");
  // A store or a bus that comes with a reload is taken then; one that goes or changes stays until the restart.
  if (!before.none) {
    unless(!after.none, "store");
    unless(after.none || after.sqlite.path == before.sqlite.path, "store.sqlite.path");
    unless(after.none || after.sqlite.min_free == before.sqlite.min_free, "store.sqlite.min_free");
  }
  unless(!running.bus.kafka || wanted.bus.kafka == running.bus.kafka, "bus.kafka");
  return keys;
}

}  // namespace causeway::app
