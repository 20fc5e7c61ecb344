#include <algorithm>
#include <functional>
#include <future>

#include "events/subscription/count_group.h"
#include "events/subscription/dead_letter_tables.h"
#include "events/subscription/edited_event.h"
#include "events/subscription/runner.h"
#include "events/subscription/subscriptions.h"

namespace causeway::events {
namespace {

constexpr std::size_t kLargestPage = 1000;
constexpr std::size_t kReplayedAtOnce = 500;
constexpr std::chrono::seconds kPatience{30};

Error with_message(Code code, std::string message) {
  Error error(code);
  error.info().public_message = std::move(message);
  return error;
}

Error no_subscription(std::string_view name) {
  return with_message(Code::kNoSuchThing, "no subscription is called \"" + std::string(name) + '"');
}

Error no_delivery(std::string_view id) {
  return with_message(Code::kNoSuchThing, "no dead letter is called \"" + std::string(id) + '"');
}

template <class T>
using Make = std::function<Task<Result<T>>()>;
template <class T>
using Promise = std::shared_ptr<std::promise<Result<T>>>;

template <class T>
Task<> answer(Make<T> make, Promise<T> promise) {
  Result<T> result = co_await make();
  promise->set_value(std::move(result));
}

/// Runs a coroutine on the subscription's worker and waits for it.
template <class T>
Result<T> ask(const std::shared_ptr<SubscriptionRunner>& runner, Make<T> make) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> future = promise->get_future();
  runtime::Worker& worker = runner->worker();
  worker.post(
      [&worker, make = std::move(make), promise = std::move(promise)] { worker.spawn(answer<T>(make, promise)); });
  if (future.wait_for(kPatience) != std::future_status::ready)
    return Error(Code::kDraining, "its worker does not answer");
  try {
    return future.get();
  } catch (const std::future_error&) {  // the worker has ended meanwhile
    return Error(Code::kDraining, "its worker has ended");
  }
}

}  // namespace

SubscriptionView Subscriptions::view_of(const Entry& entry) const {
  SubscriptionView view;
  view.name = entry.spec->name();
  view.topic = entry.spec->topic->name();
  view.group = entry.spec->group();
  view.target = entry.spec->target.text;
  std::optional<GroupBacklog> on_bus;
  if (const RunnerGauges& gauges = entry.runner->gauges(); entry.spec->topic->bus != BusKind::kEmbedded)
    on_bus = {gauges.behind, gauges.oldest_stored_at};
  CountGroup count(entry.runner->id(), on_bus);
  static_cast<void>(log_.store().query_blocking(count));  // a store that is closed has nothing to tell
  view.state = count.paused_by.empty() ? "running" : "paused";
  view.paused_by = count.paused_by;
  view.backlog = count.behind + count.retrying + count.held;
  view.retrying = count.retrying;
  view.held = count.held;
  view.dead_letters = count.dead;
  view.lost = count.lost;
  if (const std::int64_t oldest = count.sample.oldest_stored_at; oldest > 0) {
    const std::int64_t age = unix_milliseconds(clock_.wall()) - oldest;
    view.delay_seconds = static_cast<double>(std::max<std::int64_t>(0, age)) / 1000;
  }
  return view;
}

std::vector<SubscriptionView> Subscriptions::subscriptions() {
  std::vector<SubscriptionView> views;
  for (const auto& [name, entry] : entries()) views.push_back(view_of(entry));
  return views;
}

Result<SubscriptionView> Subscriptions::pause(std::string_view name) { return set_paused(name, true); }

Result<SubscriptionView> Subscriptions::resume(std::string_view name) { return set_paused(name, false); }

Result<SubscriptionView> Subscriptions::set_paused(std::string_view name, bool paused) {
  const std::optional<Entry> entry = find(name);
  if (!entry) return no_subscription(name);
  Result<> done = ask<void>(entry->runner, [runner = entry->runner, paused] { return runner->set_paused(paused); });
  if (!done) return std::move(done.error());
  return view_of(*entry);
}

Result<Subscriptions::Entries> Subscriptions::filtered(const DeadLetterFilter& filter) const {
  if (filter.subscription.empty()) return entries();
  std::optional<Entry> entry = find(filter.subscription);
  if (!entry) return no_subscription(filter.subscription);
  Entries one;
  one.emplace(filter.subscription, std::move(*entry));
  return one;
}

Result<DeadLetterPage> Subscriptions::dead_letters(const DeadLetterFilter& filter) {
  Result<Entries> entries = filtered(filter);
  if (!entries) return std::move(entries.error());
  std::string from;
  Place after;
  if (!filter.cursor.empty() && !parse_delivery_id(filter.cursor, from, after))
    return with_message(Code::kInvalid, "this is no cursor of a page");
  const std::size_t limit = std::clamp<std::size_t>(filter.limit, 1, kLargestPage);
  DeadLetterPage page;
  for (auto each = entries->lower_bound(from); each != entries->end(); ++each) {
    const auto& [name, entry] = *each;
    ListDead query(entry.runner->id(), name);
    query.key = filter.key;
    if (name == from) query.after = after;
    query.limit = limit + 1 - page.items.size();
    Result<> read = log_.store().query_blocking(query);
    if (!read) return std::move(read.error());
    std::ranges::move(query.items, std::back_inserter(page.items));
    if (page.items.size() <= limit) continue;
    page.items.pop_back();
    page.next = page.items.back().id;
    break;
  }
  return page;
}

Result<DeadLetterView> Subscriptions::show(const Located& located) {
  const auto& [entry, place] = located;
  ShowDelivery query(entry.runner->id(), entry.spec->name(), place);
  Result<> read = log_.store().query_blocking(query);
  if (!read) return std::move(read.error());
  const std::string id = delivery_id(entry.spec->name(), place);
  if (!query.found) return no_delivery(id);
  if (query.state != RowState::kDead)
    return with_message(Code::kConflict, id + " is " + std::string(name_of(query.state)) + ", not a dead letter");
  return std::move(query.view);
}

Result<Subscriptions::Located> Subscriptions::locate(std::string_view id) const {
  std::string name;
  Located located;
  if (!parse_delivery_id(id, name, located.place)) return no_delivery(id);
  std::optional<Entry> entry = find(name);
  if (!entry) return no_subscription(name);
  located.entry = std::move(*entry);
  return located;
}

Result<DeadLetterView> Subscriptions::dead_letter(std::string_view id) {
  Result<Located> located = locate(id);
  if (!located) return std::move(located.error());
  return show(*located);
}

/// `change` is done to the dead letter on its worker; how many rows it found.
template <class Change>
Result<DeadLetterView> Subscriptions::changed(const Located& located, DeadLetterView view, Change change) {
  Result<std::int64_t> count = ask<std::int64_t>(located.entry.runner, std::move(change));
  if (!count) return std::move(count.error());
  if (*count == 0)
    return with_message(Code::kConflict,
                        delivery_id(located.entry.spec->name(), located.place) + " is not a dead letter any more");
  return view;
}

Result<DeadLetterView> Subscriptions::replay(std::string_view id, const std::optional<std::string>& body) {
  Result<Located> located = locate(id);
  if (!located) return std::move(located.error());
  Result<DeadLetterView> view = show(*located);
  if (!view) return view;
  const auto& [entry, place] = *located;
  const Runner runner = entry.runner;
  if (!body) return changed(*located, std::move(*view), [runner, at = place] { return runner->replay({at}); });
  EventCopy event;
  event.key = view->key;
  event.event_id = new_event_id(clock_.wall());
  Result<std::string> edited = edit_event(view->event, entry.spec->topic->settings.shape, *body, event.event_id);
  if (!edited) return std::move(edited.error());
  event.body = std::move(*edited);
  view->body = event.body;
  view->event_id = event.event_id;
  return changed(*located, std::move(*view), [runner, at = place, event] { return runner->replay_edited(at, event); });
}

Result<DeadLetterView> Subscriptions::discard(std::string_view id, std::string_view reason) {
  Result<Located> located = locate(id);
  if (!located) return std::move(located.error());
  Result<DeadLetterView> view = show(*located);
  if (!view) return view;
  return changed(*located, std::move(*view),
                 [runner = located->entry.runner, at = located->place, why = std::string(reason)] {
                   return runner->discard(at, why);
                 });
}

Result<std::int64_t> Subscriptions::replay_all(const DeadLetterFilter& filter, bool dry_run) {
  Result<Entries> entries = filtered(filter);
  if (!entries) return std::move(entries.error());
  std::int64_t total = 0;
  for (const auto& [name, entry] : *entries) {
    const auto& runner = entry.runner;
    CountDead count(runner->id());
    count.key = filter.key;
    Result<> read = log_.store().query_blocking(count);
    if (!read) return std::move(read.error());
    if (dry_run) total += count.count;
    // What dies again meanwhile is behind the place that the walk has reached.
    Place after;
    for (bool more = !dry_run && count.count > 0; more;) {
      ListDead page(runner->id(), name);
      page.key = filter.key;
      page.after = after;
      page.limit = kReplayedAtOnce;
      Result<> listed = log_.store().query_blocking(page);
      if (!listed) return std::move(listed.error());
      std::vector<Place> places;
      for (const PlaceAndKey& each : page.places) places.push_back(each.place);
      more = places.size() == kReplayedAtOnce;
      if (places.empty()) break;
      after = places.back();
      Result<std::int64_t> replayed = ask<std::int64_t>(runner, [runner, places] { return runner->replay(places); });
      if (!replayed) return std::move(replayed.error());
      total += *replayed;
    }
  }
  return total;
}

}  // namespace causeway::events
