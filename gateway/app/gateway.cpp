#include "app/gateway.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

#include "core/json_object.h"

namespace causeway::app {
namespace {

constexpr std::chrono::milliseconds kDrainLook{10};
/// What a start or a reload waits for keys that were never fetched.
constexpr std::chrono::seconds kKeyPatience{2};
/// What a stop waits for events that are stored and not yet on the bus, within drain_timeout.
constexpr Duration kRelayPatience = std::chrono::seconds(5);

unsigned worker_count(const Settings& settings) {
  return settings.workers.value ? *settings.workers.value : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

Gateway::Gateway(RunOptions options) : options_(std::move(options)), server_metrics_(metrics_) {}

Gateway::~Gateway() {
  // The configuration goes first, while the workers can still close the connections that it holds; then the loops end
  // in the order in which they post to each other; only then what their last handlers referred to.
  for (runtime::Worker* worker : worker_pointers_) worker->post([this, worker] { pipeline_->take(*worker, nullptr); });
  const std::weak_ptr<const pipeline::Snapshot> watched = snapshot_;
  close();
  snapshot_.reset();
  while (!watched.expired()) std::this_thread::sleep_for(kDrainLook);
  for (auto& worker : workers_) worker->finish();
  if (admin_worker_) admin_worker_->finish();
  if (accept_worker_) accept_worker_->finish();
}

std::string Gateway::start() {
  net::raise_descriptor_limit();
  config::Errors errors;
  Files files = read_files(options_.config, errors);
  log_ =
      std::make_unique<telemetry::LogThread>(telemetry::stdout_sink(), files.settings.telemetry.log, clock_, metrics_);
  make_threads(files.settings);
  std::optional<Compiled> compiled = compile(std::move(files), *state_, errors);
  if (!compiled) return errors.to_text();
  log_->start();
  log_problems(errors);
  std::string problem = events_->take(*compiled);
  if (problem.empty()) problem = open_listeners(*compiled);
  if (!problem.empty()) return problem + '\n';

  settings_ = std::move(compiled->settings);
  state_->use(compiled->replays);
  take_keys(*compiled);
  publish(*compiled);
  for (auto& worker : workers_) worker->start();
  for (auto& listener : listeners_) listener->start();
  admin_->start();
  readiness_.configured = true;
  accept_worker_->start();
  admin_worker_->start();
  for (const auto& listener : listeners_)
    log_->write(telemetry::Level::kInfo, "listening", {{"name", listener->name()}, {"address", listener->address()}});
  log_->write(telemetry::Level::kInfo, "listening", {{"name", "admin"}, {"address", admin_->address()}});
  return write_port_file();
}

void Gateway::make_threads(const Settings& settings) {
  const unsigned count = worker_count(settings);
  accept_worker_ = std::make_unique<runtime::Worker>(count + 1, "accept", clock_);
  admin_worker_ = std::make_unique<runtime::Worker>(0, "admin", clock_);
  for (unsigned index = 0; index < count; ++index) {
    workers_.push_back(std::make_unique<runtime::Worker>(index, "worker-" + std::to_string(index), clock_));
    worker_pointers_.push_back(workers_.back().get());
    contexts_.push_back(std::make_unique<WorkerContext>(*workers_.back(), metrics_.add_shard(), log_->add_call_log()));
    context_pointers_.push_back(contexts_.back().get());
  }
  admin_context_ = std::make_unique<WorkerContext>(*admin_worker_, metrics_.add_shard(), log_->add_call_log());
  state_ = std::make_unique<ProcessState>(worker_pointers_, metrics_, clock_);
  keys_ = std::make_unique<JwksRefresher>(metrics_, *log_, clock_);
  pipeline_ = std::make_unique<pipeline::Pipeline>(count, metrics_, state_->labels);
  events_ = std::make_unique<EventHost>(*state_, context_pointers_, *accept_worker_, *log_);
  admin_ = std::make_unique<AdminHost>(*admin_worker_, *admin_context_, worker_pointers_, metrics_, readiness_,
                                       admin::Ports{*this, events_->subscriptions(), state_->store, clock_, *log_});
  readiness_.impaired = [this]() -> std::string_view { return events_->accepts_intake() ? "" : "store_full"; };
  readiness_.bus = [this] { return events_->bus_state(); };
  collected_.push_back(metrics_.collect_gauge("causeway_build_info", "The version that runs.",
                                              {{"version", CAUSEWAY_VERSION}}, [] { return 1.0; }));
  constexpr std::string_view kReloads = "causeway_config_reloads_total";
  constexpr std::string_view kHelp = "Configurations that were offered to the running process.";
  reloads_ok_ = metrics_.counter(kReloads, kHelp, {{"result", "taken"}});
  reloads_refused_ = metrics_.counter(kReloads, kHelp, {{"result", "refused"}});
}

std::string Gateway::open_listeners(Compiled& compiled) {
  for (std::size_t i = 0; i < compiled.listeners.size(); ++i) {
    const server::ListenerSettings& settings = compiled.settings.listeners[i];
    listeners_.push_back(std::make_unique<server::Listener>(*settings.name, *accept_worker_, context_pointers_,
                                                            *pipeline_, server_metrics_, compiled.listeners[i]));
    std::string problem = listeners_.back()->open(settings.address.where);
    if (!problem.empty()) return "listener " + *settings.name + ": " + problem;
  }
  const std::string problem = admin_->open(compiled.settings);
  return problem.empty() ? problem : "admin: " + problem;
}

void Gateway::take_keys(const Compiled& compiled) {
  std::vector<std::shared_ptr<security::KeySource>> used;
  for (const JwksFeed& feed : compiled.key_feeds) used.push_back(feed.source);
  state_->key_sources.keep(used);
  keys_->take(compiled.key_feeds, kKeyPatience);
}

void Gateway::publish(const Compiled& compiled) {
  {
    const std::lock_guard lock(described_);
    snapshot_ = compiled.snapshot;
    topics_ = compiled.topics;
    subscriptions_ = compiled.subscriptions->all().size();
    taken_at_ = clock_.wall();
  }
  // The last exchange of an old configuration ends on a worker; taking thousands of routes apart is not a worker's
  // work.
  const std::shared_ptr<const pipeline::Snapshot> shared(
      snapshot_.get(), [this, keep = snapshot_](const pipeline::Snapshot*) { accept_worker_->post([keep] {}); });
  for (runtime::Worker* worker : worker_pointers_)
    worker->post([this, worker, shared] { pipeline_->take(*worker, shared); });
}

admin::ReloadReport Gateway::reload() {
  const std::lock_guard lock(reloading_);
  admin::ReloadReport outcome;
  if (readiness_.draining) {
    outcome.problems = "[]";
    outcome.reason = "draining";
    return outcome;
  }
  config::Errors errors;
  std::optional<Compiled> compiled = compile(read_files(options_.config, errors), *state_, errors);
  outcome.problems = errors.to_json();
  log_problems(errors);
  telemetry::Shard& shard = admin_context_->shard;
  const auto count = [&](telemetry::Counter counter) {
    admin_worker_->post([&shard, counter] { shard.add(counter); });
  };
  const auto refuse = [&](std::string_view field, std::string_view value) {
    count(reloads_refused_);
    log_->write(telemetry::Level::kError, "configuration refused", {{field, value}});
    return outcome;
  };
  if (!compiled) {
    const auto wrong = std::ranges::count(errors.list(), config::Severity::kError, &config::Problem::severity);
    return refuse("errors", std::to_string(wrong));
  }
  outcome.reason = events_->take(*compiled);
  if (!outcome.reason.empty()) return refuse("reason", outcome.reason);
  take_listeners(*compiled);
  warn_of_restart(compiled->settings);
  log_->configure(compiled->settings.telemetry.log);
  settings_.drain_timeout = compiled->settings.drain_timeout;
  if (!settings_.bus.kafka) settings_.bus = std::move(compiled->settings.bus);
  state_->use(compiled->replays);
  take_keys(*compiled);
  admin_->take(compiled->settings);
  publish(*compiled);
  count(reloads_ok_);
  log_->write(telemetry::Level::kInfo, "configuration taken",
              {{"routes", std::to_string(compiled->snapshot->plans.size())}});
  outcome.taken = true;
  outcome.routes = compiled->snapshot->plans.size();
  return outcome;
}

void Gateway::take_listeners(const Compiled& compiled) {
  for (std::size_t i = 0; i < compiled.listeners.size(); ++i)
    for (auto& listener : listeners_)
      if (listener->name() == *compiled.settings.listeners[i].name) listener->take(compiled.listeners[i]);
}

/// What the process was started with and a reload cannot change.
void Gateway::warn_of_restart(const Settings& wanted) {
  const auto warn = [&](std::string_view key) {
    log_->write(telemetry::Level::kWarn, "restart needed", {{"key", key}});
  };
  const auto places = [](const Settings& settings) {
    std::map<std::string, std::string> all;
    for (const auto& listener : settings.listeners) all[*listener.name] = listener.address.where.text();
    return all;
  };
  if (places(wanted) != places(settings_)) warn("listeners[].address");
  if (!(*wanted.admin.address == *settings_.admin.address)) warn("admin.address");
  if (wanted.store.value_or(store::StoreSettings()).sqlite.path !=
      settings_.store.value_or(store::StoreSettings()).sqlite.path)
    warn("store.sqlite.path");
  if (wanted.workers.value != settings_.workers.value) warn("workers");
  if (wanted.node.id != settings_.node.id) warn("node.id");
  // A bus that comes with a reload is taken then; one that goes or changes stays until the restart.
  if (settings_.bus.kafka && wanted.bus.kafka != settings_.bus.kafka) warn("bus.kafka");
}

int Gateway::open_connections() const {
  int open = 0;
  for (const auto& listener : listeners_) open += listener->connections();
  return open;
}

bool Gateway::drain(bool (*again)()) {
  readiness_.draining = true;
  log_->write(telemetry::Level::kInfo, "draining", {{"connections", std::to_string(open_connections())}});
  for (auto& listener : listeners_) listener->drain();
  std::unique_lock reload_ended(reloading_);  // what it started would go on; none begins any more
  events_->drain();
  drained_by_ = clock_.steady() + settings_.drain_timeout;
  reload_ended.unlock();
  const auto busy = [&] { return open_connections() > 0 || !events_->idle(); };
  while (busy() && clock_.steady() < drained_by_ && !again()) std::this_thread::sleep_for(kDrainLook);
  const int left = open_connections();
  const bool in_order = !busy() && admin_->drain(std::chrono::seconds(2));
  log_->write(telemetry::Level::kInfo, "stopped", {{"cut", std::to_string(left)}});
  return in_order;
}

std::vector<std::string> Gateway::topics() {
  const std::lock_guard lock(described_);
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_->all()) names.push_back(name);
  return names;
}

std::string Gateway::describe() {
  const std::lock_guard lock(described_);
  JsonObject object;
  object.text("version", CAUSEWAY_VERSION).text("node", settings_.node.id).text("file", names_of(options_.config));
  const std::string_view bus = events_->bus_state();
  object.text("bus", bus.empty() ? "embedded" : bus);
  object.number("takenAt", unix_milliseconds(taken_at_));
  object.number("routes", static_cast<std::int64_t>(snapshot_->plans.size()));
  object.number("consumers", static_cast<std::int64_t>(snapshot_->consumers->all().size()));
  object.number("topics", static_cast<std::int64_t>(topics_->all().size()));
  object.number("subscriptions", static_cast<std::int64_t>(subscriptions_));
  return object.done();
}

/// As SIGTERM does, which the main thread waits for.
void Gateway::drain() { kill(getpid(), SIGTERM); }

void Gateway::close() {
  if (admin_) admin_->close();
  keys_.reset();
  if (events_) events_->stop(std::clamp(drained_by_ - clock_.steady(), Duration(0), kRelayPatience));
}

void Gateway::flush_log() { log_->stop(); }

void Gateway::log_problems(const config::Errors& errors) {
  for (const config::Problem& problem : errors.list()) {
    const bool warning = problem.severity == config::Severity::kWarning;
    log_->write(warning ? telemetry::Level::kWarn : telemetry::Level::kError, "configuration",
                {{"problem", problem.to_text()}});
  }
}

std::string Gateway::write_port_file() const {
  if (options_.port_file.empty()) return {};
  // Renamed into place, so that whoever waits for the file never reads half of it.
  const std::filesystem::path draft = options_.port_file.string() + ".tmp";
  {
    std::ofstream file(draft);
    for (const auto& listener : listeners_) file << listener->name() << ' ' << listener->address() << '\n';
    file << "admin " << admin_->address() << '\n';
    if (!file.flush()) return "cannot write " + options_.port_file.string() + '\n';
  }
  std::error_code error;
  std::filesystem::rename(draft, options_.port_file, error);
  return error ? "cannot write " + options_.port_file.string() + ": " + error.message() + '\n' : "";
}

}  // namespace causeway::app
