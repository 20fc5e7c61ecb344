#include "app/gateway.h"
#include "upstream/failure_alert.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

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
  reloads_.run([] {});  // one is expired when its end begins; with thousands of routes that takes a while
  for (auto& worker : workers_) worker->finish();
  if (admin_worker_) admin_worker_->finish();
  if (accept_worker_) accept_worker_->finish();
}

std::string Gateway::start() {
  net::raise_descriptor_limit();
  config::Errors errors;
  Files files;
  reloads_.run([&] { files = read_files(options_.config, errors); });
  log_ =
      std::make_unique<telemetry::LogThread>(telemetry::stdout_sink(), files.settings.telemetry.log, clock_, metrics_);
  make_threads(files.settings);
  const config::Documents documents = files.documents;
  std::optional<Compiled> compiled;
  reloads_.run([&] { compiled = compile(std::move(files), *state_, errors); });
  if (!compiled) return errors.to_text();
  log_->start();
  std::string problem = events_->open(compiled->settings);
  if (!problem.empty()) return problem + '\n';
  Configurations::Offer offer;
  bool readable = false;
  reloads_.run([&] {
    const Result<> made = configurations_->make_offer(documents, errors.files(), "start", {}, offer);
    readable = made.ok();
  });
  if (!readable) return "the store cannot be read\n";
  const bool taken = events_->take(*compiled, offer.record ? &*offer.record : nullptr, errors);
  log_problems(errors);
  if (!taken) return errors.to_text();
  configurations_->take(std::move(offer));
  note_taken();
  problem = take_versions(*compiled);
  if (problem.empty()) problem = open_listeners(*compiled);
  if (!problem.empty()) return problem + '\n';

  settings_ = std::move(compiled->settings);
  state_->use(compiled->replays);
  problem = begin_replays();
  if (!problem.empty()) return problem + '\n';
  take_keys(*compiled);
  publish(*compiled);
  for (auto& worker : workers_) worker->start();
  for (auto& listener : listeners_) listener->start();
  admin_->start();
  versions_->start();
  replays_->start();
  readiness_.configured = true;
  const std::lock_guard no_reload_yet(reloading_);
  watched_ = settings_.reload;
  watch_->take(std::move(errors.files()), watched_);
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
  tokens_ = std::make_unique<TokenRefresher>(metrics_, *log_, clock_);
  cluster_watch_ = std::make_unique<ClusterWatch>(state_->endpoints, metrics_, *log_, clock_);
  alerts_ = std::make_unique<alerts::AlertBook>(state_->store, clock_, metrics_, *log_);
  state_->clusters.alert_to(alerts_.get());
  versions_ = std::make_unique<VersionLedger>(state_->store, clock_, metrics_, *log_, *alerts_);
  configurations_ = std::make_unique<Configurations>(state_->store, clock_);
  watch_ = std::make_unique<FileWatch>(
      [this] {
        reload({"file", {}});
      },
      [this](std::string_view what) { log_thrown("watch", what); });
  pipeline_ = std::make_unique<pipeline::Pipeline>(count, metrics_, state_->labels);
  events_ = std::make_unique<EventHost>(*state_, context_pointers_, *accept_worker_, *log_);
  events_->transactions().use(alerts_.get());
  transactions_ = std::make_unique<TransactionRegister>(events_->transactions());
  replays_ = std::make_unique<ReplayKeeper>(state_->store, machine_clock_, *log_);
  admin_ = std::make_unique<AdminHost>(
      *admin_worker_, *admin_context_, worker_pointers_, metrics_, readiness_,
      admin::Ports{*this, events_->subscriptions(), state_->store, clock_, *log_, versions_.get(), &routes_,
                   alerts_.get(), &clusters_, transactions_.get()});
  readiness_.impaired = [this]() -> std::string_view { return events_->accepts_intake() ? "" : "store_full"; };
  readiness_.bus = [this] { return events_->bus_state(); };
  collected_.push_back(metrics_.collect_gauge("causeway_build_info", "The version that runs.",
                                              {{"version", CAUSEWAY_VERSION}}, [] { return 1.0; }));
  collect_reloads();
}

std::string Gateway::open_listeners(Compiled& compiled) {
  for (std::size_t i = 0; i < compiled.listeners.size(); ++i) {
    const server::ListenerSettings& settings = compiled.settings.listeners[i];
    listeners_.push_back(std::make_unique<server::Listener>(*settings.name, *accept_worker_, context_pointers_,
                                                            *pipeline_, server_metrics_, compiled.listeners[i]));
    std::string problem = listeners_.back()->open(settings.address.where);
    if (!problem.empty()) return "listener " + *settings.name + ": " + problem;
  }
  const std::string problem = admin_->open(compiled.settings, compiled.admin);
  return problem.empty() ? problem : "admin: " + problem;
}

/// Last, because what was saved is used up by it.
std::string Gateway::begin_replays() {
  if (!state_->store.is_open()) return {};
  const std::string problem =
      replays_->begin(state_->replays, settings_.store.value_or(store::StoreSettings()).sqlite.path);
  return problem.empty() ? problem : "store: " + problem;
}

void Gateway::take_keys(const Compiled& compiled) {
  std::vector<std::shared_ptr<security::KeySource>> used;
  for (const JwksFeed& feed : compiled.key_feeds) used.push_back(feed.source);
  state_->key_sources.keep(used);
  tokens_->take(compiled.tokens);
  keys_->take(compiled.key_feeds, kKeyPatience);
}

/// The store is open by now, if there is one.
std::string Gateway::take_versions(const Compiled& compiled) {
  const bool durable = state_->store.is_open();
  Result<> done;
  if (durable) done = alerts_->open();
  if (done) done = versions_->take(compiled.versions, durable);
  return done ? "" : "the store cannot be read";
}

void Gateway::publish(const Compiled& compiled) {
  {
    const std::lock_guard lock(described_);
    snapshot_ = compiled.snapshot;
    topics_ = compiled.topics;
    subscriptions_ = compiled.subscriptions->all().size();
  }
  routes_.take(compiled.routes);
  cluster_watch_->take(compiled.clusters);
  clusters_.take(compiled.clusters);
  upstream::adopt_failure_alerts(*alerts_, compiled.clusters);
  // The last exchange of an old configuration ends on a worker; taking thousands of routes apart is not a worker's
  // work.
  const std::shared_ptr<const pipeline::Snapshot> shared(
      snapshot_.get(),
      [this, keep = snapshot_](const pipeline::Snapshot*) mutable { reloads_.post([last = std::move(keep)] {}); });
  for (runtime::Worker* worker : worker_pointers_)
    worker->post([this, worker, shared] { pipeline_->take(*worker, shared); });
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
  events_->end_waits();
  // What a reload started would go on; none begins any more.
  std::unique_lock reload_ended(reloading_, std::defer_lock);
  while (!reload_ended.try_lock()) {
    if (again()) return false;
    std::this_thread::sleep_for(kDrainLook);
  }
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

void Gateway::close() {
  if (watch_) watch_->stop();
  if (admin_) admin_->close();
  keys_.reset();
  tokens_.reset();
  cluster_watch_.reset();
  clusters_.take({});
  if (versions_) versions_->stop();
  if (replays_) replays_->stop(readiness_.draining && open_connections() == 0);
  if (events_) events_->stop(std::clamp(drained_by_ - clock_.steady(), Duration(0), kRelayPatience));
}

void Gateway::flush_log() { log_->stop(); }

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
