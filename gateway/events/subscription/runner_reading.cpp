// How a runner gets its events: it opens the group, reads, and says how far it is.
#include <algorithm>
#include <utility>

#include "core/error_words.h"
#include "events/subscription/group_start.h"
#include "events/subscription/log_group_reader.h"
#include "events/subscription/preparation.h"
#include "events/subscription/runner.h"
#include "events/subscription/same_events.h"

namespace causeway::events {

using PausedBy = RunnerGauges::PausedBy;

namespace {

PausedBy paused_by_of(std::string_view text) {
  if (text == "operator") return PausedBy::kOperator;
  if (text == "bus") return PausedBy::kBus;
  return PausedBy::kDeadLetters;
}

}  // namespace

std::unique_ptr<GroupReader> SubscriptionRunner::make_reader() {
  ReaderContext context{id_.group,
                        spec_->topic,
                        worker(),
                        metrics_,
                        [runner = weak_from_this()] {
                          if (const Self self = runner.lock()) self->wake();
                        },
                        log_.store().store_id()};
  if (on_bus()) return bus_->make_reader(std::move(context));
  return std::make_unique<LogGroupReader>(log_, std::move(context));
}

Task<> SubscriptionRunner::open(Self self) {
  LoadGroup group(self->id_, self->on_bus() ? 0 : self->spec_->topic->shards());
  Duration wait = kAgain;
  while (!self->draining_) {
    const Result<> loaded = co_await self->log_.store().query(self->worker(), group);
    if (loaded && !group.low.empty()) {
      self->opened(group);
      co_return;
    }
    if (loaded) {
      const Result<> begun = co_await self->begin_group(group);
      if (begun) continue;
      if (!std::exchange(self->waiting_, true))
        self->lines_.write(telemetry::Level::kWarn, "subscription waits for the bus",
                           {{"subscription", self->name_}, {"error", words_of(begun.error())}});
      wait = std::min(2 * wait, kBusAgain);
    }
    for (Duration slept{}; slept < wait && !self->draining_; slept += kAgain)
      co_await runtime::sleep_for(self->worker(), kAgain);
  }
  self->opening_ = false;
  self->pump();
}

Task<Result<>> SubscriptionRunner::begin_group(const LoadGroup& group) {
  Result<std::vector<Position>> low = co_await reader_->starts(group.start, group.start_at);
  if (!low) co_return std::move(low.error());
  if (low->empty()) co_return Error(Code::kStoreRefused, "the topic has no partitions");
  BeginGroup change(id_, carrier_of(*spec_->topic), std::move(*low));
  Result<> written = co_await log_.store().commit(worker(), change);
  co_return written;
}

void SubscriptionRunner::opened(const LoadGroup& group) {
  const SubscriptionSettings& settings = spec_->settings;
  const bool paused = paused_while_opening_.value_or(!group.paused_by.empty());
  dispatcher_.emplace(
      Dispatcher::Rules{settings.order, settings.on_dead_letter, settings.concurrency, settings.retry.max_delay,
                        on_bus() ? Dispatcher::kBusWindow : Dispatcher::kWindow},
      group.low, group.rows, paused);
  if (paused && !paused_while_opening_) gauges_->paused_by = paused_by_of(group.paused_by);
  seen_.restore(group.seen);
  reader_->begin(group.low);
  if (std::exchange(waiting_, false))
    lines_.write(telemetry::Level::kInfo, "subscription begins", {{"subscription", name_}});
  opening_ = false;
  sample_now();
  pump();
}

Task<> SubscriptionRunner::read(Self self) {
  const Dispatcher& dispatcher = *self->dispatcher_;
  self->more_ = false;
  if (!self->batch_) {
    const ReadWish wish{dispatcher.room(), std::max<std::size_t>(1, dispatcher.room_bytes())};
    Result<ReadBatch> read = co_await self->reader_->read(wish);
    if (read) {
      self->batch_ = std::move(*read);
    } else {
      if (!self->draining_) co_await runtime::sleep_for(self->worker(), kAgain);
      self->more_ = true;
    }
  }
  if (self->batch_ && !self->draining_) {
    const bool noted = co_await self->note_batch();
    bool checked = false;
    if (noted) checked = co_await self->check_doubles();
    if (checked && !self->draining_) self->take_batch(*self->spec_);
  }
  if (self->batch_) self->more_ = true;
  self->reading_ = false;
  self->pump();
}

Task<bool> SubscriptionRunner::note_batch() {
  std::uint32_t lanes = batch_->lanes;
  for (const ReadItem& item : batch_->items) lanes = std::max(lanes, item.lane + 1);
  for (const LostRange& range : batch_->lost) lanes = std::max(lanes, range.lane + 1);
  const auto known = static_cast<std::uint32_t>(dispatcher_->shards());
  if (lanes <= known && batch_->lost.empty()) co_return true;
  NoteLanes change(id_, carrier_of(*spec_->topic), known, lanes, batch_->lost, worker().wall_now());
  const Result<> written = co_await log_.store().commit(worker(), change);
  if (!written) {
    if (!draining_) co_await runtime::sleep_for(worker(), kAgain);
    co_return false;
  }
  while (dispatcher_->shards() < lanes) dispatcher_->add_shard();
  co_return true;
}

Task<bool> SubscriptionRunner::check_doubles() {
  SameEvents query(id_.topic);
  const std::string& own = log_.store().store_id();
  for (const ReadItem& item : batch_->items)
    if (item.origin && item.origin->store_id == own && seen_.knows(item.lane, *item.origin))
      query.claims.push_back({item.origin->shard, item.origin->position, item.event.event_id});
  if (query.claims.empty()) co_return true;
  const Result<> asked = co_await log_.store().query(worker(), query);
  if (!asked) {
    if (!draining_) co_await runtime::sleep_for(worker(), kAgain);
    co_return false;
  }
  for (const SameEvents::Claim& claim : query.claims)
    if (claim.same) recent_.add(claim.event_id);
  co_return true;
}

void SubscriptionRunner::take_batch(const SubscriptionSpec& spec) {
  ReadBatch batch = std::move(*batch_);
  batch_.reset();
  if (batch.more) more_ = true;
  // The cursor passes what is lost as it passes an event: when everything before is settled.
  const auto lose = [this](const LostRange& range) {
    lines_.write(telemetry::Level::kWarn, "events lost",
                 {{"subscription", name_},
                  {"lane", std::to_string(range.lane)},
                  {"from", std::to_string(range.from)},
                  {"to", std::to_string(range.to)},
                  {"reason", "they left the bus before they were read"}});
    context_.shard.add(lost_, static_cast<std::uint64_t>(std::max<Position>(0, range.to - range.from + 1)));
    if (range.to > dispatcher_->last_read(range.lane)) dispatcher_->left_out(range.lane, range.to);
  };
  for (ReadItem& item : batch.items) {
    std::erase_if(batch.lost, [&](const LostRange& range) {
      const bool due = range.lane == item.lane && range.to < item.event.position;
      if (due) lose(range);
      return due;
    });
    take_in(spec, std::move(item));
  }
  for (const LostRange& range : batch.lost) lose(range);
  if (!batch.behind.empty() && !dispatcher_->paused())
    worker().spawn(stop_behind(shared_from_this(), std::move(batch.behind)));
}

Task<> SubscriptionRunner::stop_behind(Self self, std::string words) {
  self->dispatcher_->pause();
  self->gauges_->paused_by = PausedBy::kBus;
  self->lines_.write(telemetry::Level::kError, "subscription paused",
                     {{"subscription", self->name_}, {"by", "bus"}, {"error", words}});
  SetPaused change(self->id_, "bus");
  while (self->gauges_->paused_by == PausedBy::kBus && !self->draining_) {
    const Result<> written = co_await self->log_.store().commit(self->worker(), change);
    if (written) break;
    co_await runtime::sleep_for(self->worker(), kAgain);
  }
}

void SubscriptionRunner::take_in(const SubscriptionSpec& spec, ReadItem item) {
  const Position position = item.event.position;
  if (position <= dispatcher_->last_read(item.lane)) return;
  if (item.origin) {
    if (seen_.knows(item.lane, *item.origin) && recent_.has(item.event.event_id)) {
      context_.shard.add(doubled_);
      dispatcher_->left_out(item.lane, position);
      return;
    }
    seen_.read(item.lane, position, *item.origin);
    recent_.add(item.event.event_id);
  }
  bool passed = true;
  if (spec.rules.filters()) {
    const Result<bool> wanted = passes(spec, item.event.body, worker().chunks());
    if (wanted && !*wanted) {
      if (dispatcher_->left_out(item.lane, position)) context_.shard.add(filtered_);
      return;
    }
    passed = wanted.ok();  // one for which it fails dies when its turn has come
  }
  dispatcher_->arrived(item.lane, std::move(item.event), passed);
}

void SubscriptionRunner::settled(const Settlement& settlement) {
  dispatcher_->settled(settlement);
  if (!reader_) return;
  for (const CursorMove& move : settlement.cursors) reader_->settled(move.shard, move.low);
}

void SubscriptionRunner::sample_now() {
  if (released_) return;
  if (dispatcher_ && !draining_ && dispatcher_->write_slow(worker().now() - kSample)) pump();
  const bool due = std::exchange(stale_, false) || on_bus();  // nobody tells what a broker has got
  if (!due || sampling_ || draining_ || !reader_) {
    worker().arm(sample_alarm_, worker().now() + kSample);
    return;
  }
  sampling_ = true;
  worker().spawn(sample(shared_from_this()));
}

Task<> SubscriptionRunner::sample(Self self) {
  SampleRows rows(self->id_);
  const Result<GroupBacklog> backlog = co_await self->reader_->backlog();
  bool known = backlog.ok();
  if (known) self->backlog_ = *backlog;
  if (self->on_bus()) {  // the log's own tells of everything
    const Result<> asked = co_await self->log_.store().query(self->worker(), rows);
    known = asked.ok();  // a bus that is away leaves its last figures
  }
  if (known) {
    std::int64_t oldest = self->backlog_.oldest_stored_at;
    const std::int64_t in_memory = self->on_bus() ? self->dispatcher_->oldest_without_row() : 0;
    for (const std::int64_t each : {rows.oldest_stored_at, in_memory})
      if (each > 0 && (oldest == 0 || each < oldest)) oldest = each;
    self->gauges_->behind = self->backlog_.events;
    self->gauges_->oldest_stored_at = oldest;
  }
  if (!known || self->backlog_.events > 0) self->stale_ = true;
  self->sampling_ = false;
  if (self->draining_ || self->released_) self->pump();
  if (!self->released_) self->worker().arm(self->sample_alarm_, self->worker().now() + kSample);
}

}  // namespace causeway::events
