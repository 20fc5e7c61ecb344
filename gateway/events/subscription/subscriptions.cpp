#include "events/subscription/subscriptions.h"

#include <algorithm>
#include <iterator>
#include <thread>

#include "core/error_words.h"
#include "events/subscription/group_start.h"
#include "events/subscription/runner.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::events {
namespace {

constexpr std::chrono::milliseconds kLook{2};
constexpr std::chrono::seconds kLeave{1};  // for readers whose runners have nothing to do any more

using Runner = std::shared_ptr<SubscriptionRunner>;

/// FNV-1a: the same worker at every start.
std::size_t hash_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return static_cast<std::size_t>(hash);
}

GroupId group_of(const SubscriptionSpec& spec) { return {spec.group(), spec.topic->name()}; }

/// May what runs go on with another configuration? Lanes are laid out by the rules of order.
bool continues(const SubscriptionSpec& before, const SubscriptionSpec& after) {
  return before.name() == after.name() && group_of(before) == group_of(after) &&
         carrier_of(*before.topic) == carrier_of(*after.topic) && before.topic->shards() == after.topic->shards() &&
         before.settings.order == after.settings.order &&
         before.settings.on_dead_letter == after.settings.on_dead_letter;
}

config::Problem problem_at(const config::Placed<std::string>& at, std::string message) {
  return {at.position, at.path, "conflict", std::move(message)};
}

/// Two changes as one: both, or neither.
class Together final : public store::Change {
 public:
  Together(store::Change& first, store::Change* second) : first_(first), second_(second) {}
  Kind kind() const override { return first_.kind(); }
  Result<> apply(store::Session& session) override {
    Result<> done = first_.apply(session);
    return done && second_ != nullptr ? second_->apply(session) : std::move(done);
  }

 private:
  store::Change& first_;
  store::Change* const second_;
};

bool takes_over(const SubscriptionSpec& spec, const GroupId& id) {
  return group_of(spec) == id || (id.topic == spec.topic->name() && id.group == *spec.settings.was);
}

/// `waits`, if there is one, says whether to go on waiting.
bool wait_idle(const std::vector<Runner>& runners, Duration patience, const std::atomic<bool>* waits = nullptr) {
  const auto end = std::chrono::steady_clock::now() + patience;
  const auto busy = [&] { return std::ranges::any_of(runners, [](const Runner& each) { return !each->idle(); }); };
  while (busy()) {
    if (std::chrono::steady_clock::now() >= end || (waits != nullptr && !*waits)) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

}  // namespace

Subscriptions::Subscriptions(EventLog& log, std::span<WorkerContext* const> workers, telemetry::Metrics& metrics,
                             telemetry::LogThread& lines, const Clock& clock)
    : log_(log), workers_(workers), metrics_(metrics), lines_(lines), clock_(clock) {}

Subscriptions::~Subscriptions() { stop(); }

Subscriptions::Entries Subscriptions::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::optional<Subscriptions::Entry> Subscriptions::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  if (found == entries_.end()) return std::nullopt;
  return found->second;
}

Subscriptions::Runner Subscriptions::make_runner(const std::shared_ptr<const SubscriptionSpec>& spec) {
  WorkerContext& context = *workers_[hash_of(spec->name()) % workers_.size()];
  Bus* const bus = spec->topic->bus == BusKind::kEmbedded ? nullptr : bus_;
  return std::make_shared<SubscriptionRunner>(log_, bus, context, metrics_, lines_, spec);
}

void Subscriptions::end(const std::vector<Runner>& runners) {
  std::vector<std::future<std::unique_ptr<GroupReader>>> readers;
  for (const Runner& each : runners) each->drain();
  for (const Runner& each : runners) readers.push_back(each->release());
  const auto until = std::chrono::steady_clock::now() + kLeave;
  for (auto& reader : readers)
    if (reader.wait_until(until) == std::future_status::ready) reader.get().reset();
}

std::optional<config::Problem> Subscriptions::take(std::shared_ptr<const SubscriptionTable> table,
                                                   std::shared_ptr<const TopicTable> topics, Duration patience,
                                                   store::Change* also) {
  Entries next;
  std::vector<std::shared_ptr<const SubscriptionSpec>> fresh;
  std::vector<WantedGroup> wanted;
  const Entries before = entries();
  for (const auto& spec : table->all()) {
    const config::Placed<std::string>& was = spec->settings.was;
    const std::string carrier = carrier_of(*spec->topic);
    if (carrier != "log" && bus_ == nullptr)
      return problem_at(spec->settings.topic, "topic \"" + spec->topic->name() + "\" is on " + carrier +
                                                  ", and this process has no such bus");
    const config::Placed<std::string>& place = was.path.empty() ? spec->settings.name : was;
    wanted.push_back(
        {group_of(*spec), spec->topic->shards(), spec->settings.start, *was, place.position, place.path, carrier});
    const auto known = before.find(spec->name());
    const bool goes_on = known != before.end() && continues(*known->second.spec, *spec);
    next[spec->name()] = {spec, goes_on ? known->second.runner : nullptr};
    if (!goes_on) fresh.push_back(spec);
  }

  // Who ends, and who of them must have ended before another may go on with its cursor.
  std::vector<Entry> leaving;
  for (const auto& [name, entry] : before)
    if (const auto kept = next.find(name); kept == next.end() || kept->second.runner != entry.runner)
      leaving.push_back(entry);
  const auto taken_over = [&](const Runner& runner) {
    return std::ranges::any_of(fresh, [&](const auto& spec) { return takes_over(*spec, runner->id()); });
  };
  std::vector<Runner> awaited;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(ending_, [](const Runner& each) { return each->idle(); });
    std::ranges::copy_if(ending_, std::back_inserter(awaited), taken_over);
  }
  for (const Entry& entry : leaving)
    if (taken_over(entry.runner)) awaited.push_back(entry.runner);
  for (const Runner& each : awaited) each->drain();

  std::optional<config::Problem> problem;
  TakeGroups change(std::move(wanted), std::move(topics), clock_.wall());
  Together whole(change, also);
  if (!wait_idle(awaited, patience, &waits_)) {
    problem =
        config::Problem{{}, {}, "conflict", "a subscription that is renamed or changed still has attempts in flight"};
  } else if (const Result<> taken = log_.store().commit_blocking(whole); !taken) {
    const bool conflict = taken.error().code() == Code::kConflict;
    problem =
        config::Problem{{}, {}, "conflict", conflict ? words_of(taken.error()) : "the store refused the subscriptions"};
    if (conflict && change.refused() != nullptr) {
      problem->position = change.refused()->place;
      problem->path = change.refused()->path;
    }
  }
  if (problem) {
    for (const Entry& entry : leaving)
      if (std::ranges::find(awaited, entry.runner) != awaited.end()) entry.runner->go_on();
    return problem;
  }
  for (const LeftBehind& left : change.left_behind())
    lines_.write(telemetry::Level::kWarn, "subscription left deliveries behind",
                 {{"group", left.id.group}, {"topic", left.id.topic}, {"deliveries", std::to_string(left.deliveries)}});
  std::vector<Runner> ended;
  for (const Entry& entry : leaving) ended.push_back(entry.runner);
  end(ended);
  {
    const std::lock_guard lock(mutex_);
    ending_.insert(ending_.end(), ended.begin(), ended.end());
  }

  for (auto& [name, entry] : next) {
    if (entry.runner) {
      entry.runner->use(entry.spec);
    } else {
      entry.runner = make_runner(entry.spec);
      entry.runner->start();
    }
  }
  const std::lock_guard lock(mutex_);
  entries_ = std::move(next);
  return std::nullopt;
}

void Subscriptions::drain() {
  for (const auto& [name, entry] : entries()) entry.runner->drain();
}

bool Subscriptions::idle() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::all_of(entries_, [](const auto& each) { return each.second.runner->quiet(); }) &&
         std::ranges::all_of(ending_, [](const Runner& each) { return each->quiet(); });
}

void Subscriptions::stop(Duration patience) {
  std::vector<Runner> running;
  std::vector<Runner> all;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [name, entry] : entries_) running.push_back(std::move(entry.runner));
    entries_.clear();
    all.swap(ending_);
  }
  for (const Runner& each : running) each->drain();
  all.insert(all.end(), running.begin(), running.end());
  wait_idle(all, patience);
  end(running);
}

void Subscriptions::describe(store::Session& session, std::string_view topic, std::uint32_t shard, Position position,
                             std::string_view body, const Origin* origin, std::vector<DeliveryState>& out) {
  ReadEvent read;
  read.topic = topic;
  read.shard = shard;
  read.position = position;
  read.found = !body.empty();
  read.event.body = body;
  for (const auto& [name, entry] : entries()) {
    if (entry.spec->topic->name() != topic) continue;
    auto [state, attempts] = delivery_state(session, group_of(*entry.spec), {shard, position}, origin);
    if (state.empty()) continue;
    // What is left out has no row: the filter is asked again.
    if ((state == "delivered" || position == 0) && entry.spec->rules.filters()) {
      const bool in_log = entry.spec->topic->bus == BusKind::kEmbedded;
      if (!read.found && in_log && !read.run(session)) return;
      std::pmr::monotonic_buffer_resource memory;
      const Result<bool> wanted = read.found ? entry.spec->rules.wants(read.event.body, &memory) : true;
      if (wanted && !*wanted) state = "filtered";
    }
    out.push_back({name, state, attempts});
  }
}

void Subscriptions::find_copy(store::Session& session, FindEvent& find) { events::find_copy(session, find); }

}  // namespace causeway::events
