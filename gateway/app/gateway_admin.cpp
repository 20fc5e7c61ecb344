// What operators ask the running gateway.
#include <signal.h>
#include <unistd.h>

#include "app/gateway.h"
#include "core/json_object.h"

namespace causeway::app {

std::vector<std::string> Gateway::topics() {
  const std::lock_guard lock(described_);
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_->all()) names.push_back(name);
  return names;
}

std::string Gateway::describe() {
  const admin::ConfigVersion now = configurations_->current();
  const std::lock_guard lock(described_);
  JsonObject object;
  object.text("version", CAUSEWAY_VERSION).text("node", settings_.node.id).text("file", names_of(options_.config));
  const std::string_view bus = events_->bus_state();
  object.text("bus", bus.empty() ? "embedded" : bus).text("store", state_->store.is_open() ? "open" : "none");
  object.number("configVersion", now.version).text("hash", now.hash).text("author", now.author);
  object.text("reason", now.reason).number("takenAt", now.taken_at);
  object.number("routes", static_cast<std::int64_t>(snapshot_->plans.size()));
  object.number("consumers", static_cast<std::int64_t>(snapshot_->consumers->all().size()));
  object.number("topics", static_cast<std::int64_t>(topics_->all().size()));
  object.number("subscriptions", static_cast<std::int64_t>(subscriptions_));
  return object.done();
}

admin::ConfigVersion Gateway::configuration() { return configurations_->current(); }

Result<std::vector<admin::ConfigVersion>> Gateway::configurations(std::int64_t before, std::size_t limit) {
  return configurations_->history(before, limit);
}

Result<admin::ConfigVersion> Gateway::configuration(std::int64_t version) { return configurations_->version(version); }

/// As SIGTERM does, which the main thread waits for.
void Gateway::drain() { kill(getpid(), SIGTERM); }

}  // namespace causeway::app
