// What happens when another configuration is offered to the running gateway.
#include <algorithm>

#include "admin/audit_table.h"
#include "app/gateway.h"
#include "app/reload/restart.h"
#include "core/json_object.h"

namespace causeway::app {
namespace {

std::int64_t errors_of(const config::Errors& errors) {
  return std::ranges::count(errors.list(), config::Severity::kError, &config::Problem::severity);
}

constexpr std::string_view kByFile = "file";
constexpr std::string_view kDraining = "draining";

std::string joined(const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "" : ", ") + key;
  return text;
}

}  // namespace

void Gateway::collect_reloads() {
  constexpr std::string_view kReloads = "causeway_config_reloads_total";
  constexpr std::string_view kHelp = "Configurations that were offered to the running process.";
  const auto count = [&](const char* result, const std::atomic<std::int64_t>& value) {
    collected_.push_back(metrics_.collect_counter(kReloads, kHelp, {{"result", result}},
                                                  [&value] { return static_cast<double>(value.load()); }));
  };
  count("taken", reloads_taken_);
  count("refused", reloads_refused_);
  const auto gauge = [&](std::string_view name, std::string_view help, std::function<double()> value) {
    collected_.push_back(metrics_.collect_gauge(name, help, {}, std::move(value)));
  };
  gauge("causeway_config_version", "The configuration in force, as in its history.",
        [this] { return static_cast<double>(configurations_->current().version); });
  gauge("causeway_config_hash", "The first 48 bits of the hash of the configuration in force: the same everywhere.",
        [this] { return static_cast<double>(hash_.load()); });
  gauge("causeway_config_last_reload_successful", "1 when the last configuration that was offered was taken.",
        [this] { return last_reload_taken_ ? 1.0 : 0.0; });
  gauge("causeway_config_last_reload_success_timestamp_seconds", "When one was last taken.",
        [this] { return static_cast<double>(last_taken_at_.load()) / 1000; });
}

admin::ReloadReport Gateway::reload(const admin::ReloadRequest& request) {
  admin::ReloadReport report;
  reloads_.run([&] { report = reload_safely(request); });
  return report;
}

void Gateway::reload_later(admin::ReloadRequest request) {
  reloads_.post([this, asked = std::move(request)] { reload_safely(asked); });
}

admin::ReloadReport Gateway::reload_safely(const admin::ReloadRequest& request) {
  admin::ReloadReport report;
  try {
    return reload_now(request);
  } catch (const std::exception& thrown) {
    report.reason = thrown.what();
  } catch (...) {
    report.reason = "unknown failure";
  }
  const std::lock_guard lock(reloading_);
  report.problems = "[]";
  const admin::ConfigVersion now = configurations_->current();
  report.version = now.version;
  report.hash = now.hash;
  tell(request, report, {});
  return report;
}

/// Opens what it is the first to ask for, which stays open, and writes down what is durable about it.
bool Gateway::try_to_take(const Compiled& compiled, const config::Documents& documents,
                          const admin::ReloadRequest& request, config::Errors& errors, Configurations::Offer& offer,
                          std::string& reason) {
  if (readiness_.draining) {
    reason = kDraining;
    return false;
  }
  const bool had_store = state_->store.is_open();
  reason = events_->open(compiled.settings);
  // Remembered even if the rest is refused: it is what a later one is compared with.
  if (!had_store && state_->store.is_open()) settings_.store = compiled.settings.store;
  if (reason.empty() && state_->store.is_open() && !replays_->has_begun()) {
    reason = replays_->join(state_->replays, compiled.settings.store.value_or(store::StoreSettings()).sqlite.path);
    replays_->start();
  }
  if (!reason.empty()) return false;
  if (!configurations_->make_offer(documents, errors.files(), request.author, request.reason, offer)) {
    reason = "the store cannot be read";
    return false;
  }
  const bool taken = events_->take(compiled, offer.record ? &*offer.record : nullptr, errors);
  if (!taken && readiness_.draining) reason = kDraining;
  return taken;
}

admin::ReloadReport Gateway::reload_now(const admin::ReloadRequest& request) {
  const std::lock_guard lock(reloading_);
  admin::ReloadReport report;
  // Somebody else may have been quicker to take what the watch has seen.
  if (!request.audited && request.author == kByFile && !watch_->differs()) return report;
  if (readiness_.draining) {
    report.problems = "[]";
    report.reason = kDraining;
    return report;
  }
  config::Errors errors;
  Files files = read_files(options_.config, errors);
  const config::Documents documents = files.documents;
  ReloadSettings watch = files.settings.reload;
  std::optional<Compiled> compiled = compile(std::move(files), *state_, errors);
  Configurations::Offer offer;
  if (compiled) {
    const bool had_bus = !events_->bus_state().empty();
    report.taken = try_to_take(*compiled, documents, request, errors, offer, report.reason);
    if (report.taken) report.restart = restart_keys(settings_, compiled->settings);
    if (!had_bus && !events_->bus_state().empty()) settings_.bus = std::move(compiled->settings.bus);
  } else {
    watch = watched_;  // what the refused files say of it counts as little as the rest
  }
  report.problems = errors.to_json();
  report.errors = static_cast<std::size_t>(errors_of(errors));
  log_problems(errors);
  const Difference difference = offer.difference;
  if (report.taken) {
    report.routes = compiled->snapshot->plans.size();
    report.difference = difference.to_json();
    watched_ = watch;
    take(*compiled, std::move(offer));
  }
  watch_->take(std::move(errors.files()), watched_);
  const admin::ConfigVersion now = configurations_->current();
  report.version = now.version;
  report.hash = now.hash;
  tell(request, report, difference);
  return report;
}

/// What is durable about it is down. Nothing here can fail.
void Gateway::take(Compiled& compiled, Configurations::Offer offer) {
  if (const std::string problem = take_versions(compiled); !problem.empty())
    log_->write(telemetry::Level::kError, "versions", {{"problem", problem}});
  for (std::size_t i = 0; i < compiled.listeners.size(); ++i)
    for (auto& listener : listeners_)
      if (listener->name() == *compiled.settings.listeners[i].name) listener->take(compiled.listeners[i]);
  log_->configure(compiled.settings.telemetry.log);
  settings_.drain_timeout = compiled.settings.drain_timeout;
  state_->use(compiled.replays);
  replays_->take(compiled.replays);
  take_keys(compiled);
  admin_->take(compiled.settings, compiled.admin);
  publish(compiled);
  configurations_->take(std::move(offer));  // last: who sees the new version is served by it
  note_taken();
}

void Gateway::note_taken() {
  const admin::ConfigVersion now = configurations_->current();
  hash_ = std::stoull(now.hash.substr(0, 12), nullptr, 16);
  last_taken_at_ = unix_milliseconds(clock_.wall());
}

void Gateway::tell(const admin::ReloadRequest& request, const admin::ReloadReport& report,
                   const Difference& difference) {
  const bool changed = !report.taken || !difference.empty();
  if (changed && !request.audited && state_->store.is_open()) audit(request, report);
  for (const std::string& key : report.restart) log_->write(telemetry::Level::kWarn, "restart needed", {{"key", key}});
  if (!report.taken)
    log_->write(telemetry::Level::kError, "configuration refused",
                {{"author", request.author}, {"errors", std::to_string(report.errors)}, {"reason", report.reason}});
  else
    log_->write(telemetry::Level::kInfo, "configuration taken",
                {{"version", std::to_string(report.version)},
                 {"author", request.author},
                 {"reason", request.reason},
                 {"routes", std::to_string(report.routes)},
                 {"changes", difference.empty() ? "none" : difference.to_text()}});
  last_reload_taken_ = report.taken;
  ++(report.taken ? reloads_taken_ : reloads_refused_);
}

void Gateway::audit(const admin::ReloadRequest& request, const admin::ReloadReport& report) {
  admin::AuditRow row;
  row.at = unix_milliseconds(clock_.wall());
  row.actor = request.author;
  row.action = "reload";
  row.reason = report.reason;
  JsonObject after;
  after.flag("taken", report.taken).number("version", report.version);
  after.number("errors", static_cast<std::int64_t>(report.errors));
  if (!report.restart.empty()) after.text("restart", joined(report.restart));
  admin::BeginAudit begin(row);
  Result<> written = state_->store.commit_blocking(begin);
  admin::EndAudit end(begin.id(), report.taken ? Code::kSuccess : Code::kInvalid, after.done());
  if (written) written = state_->store.commit_blocking(end);
  if (!written) log_->write(telemetry::Level::kError, "audit", {{"problem", "the reload could not be written down"}});
}

void Gateway::log_thrown(std::string_view thread, std::string_view what) {
  if (log_) log_->write(telemetry::Level::kError, "thread goes on", {{"thread", thread}, {"problem", what}});
}

void Gateway::log_problems(const config::Errors& errors) {
  for (const config::Problem& problem : errors.list()) {
    const bool warning = problem.severity == config::Severity::kWarning;
    log_->write(warning ? telemetry::Level::kWarn : telemetry::Level::kError, "configuration",
                {{"problem", problem.to_text()}});
  }
}

}  // namespace causeway::app
