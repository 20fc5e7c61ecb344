#include "events/subscription/runner.h"

#include <algorithm>
#include <utility>

#include "events/subscription/delivery_call.h"

namespace causeway::events {
namespace {

constexpr std::size_t kWorthReading = Dispatcher::kWindow / 8;  // not one event at a time while the window is full

telemetry::Counter counter(telemetry::Metrics& metrics, const std::string& subscription, const char* result) {
  return metrics.counter("causeway_deliveries_total",
                         "Attempts to deliver events, by what came of them; filtered: none was made.",
                         {{"subscription", subscription}, {"result", result}});
}

}  // namespace

SubscriptionRunner::SubscriptionRunner(EventLog& log, WorkerContext& context, telemetry::Metrics& metrics,
                                       telemetry::LogThread& lines, std::shared_ptr<const SubscriptionSpec> spec)
    : log_(log),
      context_(context),
      lines_(lines),
      id_{spec->group(), spec->topic->name()},
      name_(spec->name()),
      succeeded_(counter(metrics, name_, "success")),
      retried_(counter(metrics, name_, "retry")),
      died_(counter(metrics, name_, "dead")),
      filtered_(counter(metrics, name_, "filtered")),
      spec_(std::move(spec)) {
  const auto collect = [&](std::string_view metric, std::string_view help, auto value) {
    collected_.push_back(metrics.collect_gauge(metric, help, {{"subscription", name_}}, value));
  };
  collect("causeway_subscription_backlog", "Events that are stored and not finished, without dead letters.",
          [gauges = gauges_] { return static_cast<double>(gauges->backlog()); });
  collect("causeway_dead_letters", "Deliveries that ran out of attempts or were refused.",
          [gauges = gauges_] { return static_cast<double>(gauges->dead); });
  collect("causeway_sync_delay_seconds", "Age of the oldest event that is not finished, dead ones too.",
          [gauges = gauges_, &clock = log_.clock()] {
            const std::int64_t oldest = gauges->oldest_stored_at;
            const std::int64_t age = unix_milliseconds(clock.wall()) - oldest;
            return oldest == 0 || age < 0 ? 0.0 : static_cast<double>(age) / 1000;
          });
}

void SubscriptionRunner::start() {
  log_.signal().add(*this);
  worker().post([self = shared_from_this()] { self->enter(); });
}

void SubscriptionRunner::use(std::shared_ptr<const SubscriptionSpec> spec) {
  worker().post([self = shared_from_this(), spec = std::move(spec)]() mutable {
    self->spec_ = std::move(spec);
    const SubscriptionSettings& settings = self->spec_->settings;
    if (self->dispatcher_) self->dispatcher_->use(settings.concurrency, settings.retry.max_delay);
    self->pump();
  });
}

void SubscriptionRunner::drain() {
  draining_ = true;
  worker().post([self = shared_from_this()] { self->pump(); });
}

void SubscriptionRunner::go_on() {
  idle_ = false;
  draining_ = false;
  worker().post([self = shared_from_this()] {
    self->more_ = true;
    if (!self->dispatcher_ && !self->opening_) self->enter();
    self->pump();
  });
}

void SubscriptionRunner::release() {
  log_.signal().remove(*this);
  collected_.clear();
  worker().post([self = shared_from_this()] {
    self->released_ = true;
    self->retry_alarm_.disarm();
    self->sample_alarm_.disarm();
  });
}

void SubscriptionRunner::appended(std::string_view topic) noexcept {
  if (topic != id_.topic) return;
  std::int64_t none = 0;  // at least one, until a sample tells: a backlog of 0 means that all is delivered
  gauges_->behind.compare_exchange_strong(none, 1);
  if (woken_.exchange(true)) return;
  worker().post([self = shared_from_this()] {
    self->woken_ = false;
    self->more_ = true;
    self->pump();
  });
}

void SubscriptionRunner::enter() {
  entered_ = true;  // before the look at draining_: one of this thread and whoever drains sees the other's
  opening_ = true;
  if (draining_) {
    opening_ = false;
    return pump();
  }
  worker().spawn(open(shared_from_this()));
}

Task<> SubscriptionRunner::open(Self self) {
  LoadGroup group(self->id_, self->spec_->topic->shards());
  for (;;) {
    const Result<> loaded = co_await self->log_.store().query(self->worker(), group);
    if (loaded) break;
    if (self->draining_) {
      self->opening_ = false;
      self->pump();
      co_return;
    }
    co_await runtime::sleep_for(self->worker(), kAgain);
  }
  const SubscriptionSettings& settings = self->spec_->settings;
  self->dispatcher_.emplace(
      Dispatcher::Rules{settings.order, settings.on_dead_letter, settings.concurrency, settings.retry.max_delay},
      group.low, group.rows, !group.paused_by.empty());
  using PausedBy = RunnerGauges::PausedBy;
  if (!group.paused_by.empty())
    self->gauges_->paused_by = group.paused_by == "operator" ? PausedBy::kOperator : PausedBy::kDeadLetters;
  self->opening_ = false;
  self->sample_now();
  self->pump();
}

/// Starts whatever can be started. Whoever changes something calls it.
void SubscriptionRunner::pump() {
  pump_again_ = true;
  if (pumping_) return;  // a coroutine that it started has come back here at once
  pumping_ = true;
  while (std::exchange(pump_again_, false)) begin_work();
  pumping_ = false;
}

void SubscriptionRunner::begin_work() {
  stale_ = true;
  if (dispatcher_ && !draining_ && !released_) {
    worker().refresh_clock();
    while (Delivery* const delivery = dispatcher_->next(worker().now()))
      worker().spawn(attempt(shared_from_this(), delivery));
    if (!loading_) {
      if (auto request = dispatcher_->next_load()) {
        loading_ = true;
        worker().spawn(load(shared_from_this(), std::move(*request)));
      }
    }
    if (more_ && !reading_ && dispatcher_->room() >= kWorthReading) {
      reading_ = true;
      worker().spawn(read(shared_from_this()));
    }
    if (const auto due = dispatcher_->next_due()) worker().arm(retry_alarm_, *due);
  }
  if (dispatcher_ && draining_ && dispatcher_->in_flight() == 0) dispatcher_->make_way();
  if (dispatcher_ && !settling_ && !gave_up_ && dispatcher_->has_settlement()) {
    settling_ = true;
    worker().spawn(settle(shared_from_this()));
  }
  publish();
  const bool busy = opening_ || reading_ || loading_ || settling_ || (dispatcher_ && dispatcher_->in_flight() > 0);
  idle_ = draining_ && !busy;
}

Task<> SubscriptionRunner::read(Self self) {
  Dispatcher& dispatcher = *self->dispatcher_;
  ReadLog query;
  query.topic = self->id_.topic;
  for (std::uint32_t shard = 0; shard < dispatcher.shards(); ++shard)
    query.after.push_back(dispatcher.last_read(shard));
  query.limit = dispatcher.room();
  query.max_bytes = std::max<std::size_t>(1, dispatcher.room_bytes());
  query.first = self->first_shard_++ % dispatcher.shards();
  self->more_ = false;
  const Result<> done = co_await self->log_.store().query(self->worker(), query);
  if (!done) {
    query.events.clear();
    if (!self->draining_) co_await runtime::sleep_for(self->worker(), kAgain);
  }
  if (!done || query.more || self->draining_) self->more_ = true;
  if (!self->draining_)
    for (auto& [shard, event] : query.events) self->take_in(*self->spec_, shard, std::move(event));
  self->reading_ = false;
  self->pump();
}

Task<> SubscriptionRunner::load(Self self, LoadRequest request) {
  LoadRows query(self->id_, request);
  const Result<> done = co_await self->log_.store().query(self->worker(), query);
  if (done) {
    self->worker().refresh_clock();
    self->dispatcher_->loaded(request, std::move(query.rows), self->worker().now(), self->worker().wall_now());
  } else {
    if (!self->draining_) co_await runtime::sleep_for(self->worker(), kAgain);
    self->dispatcher_->not_loaded(request);
  }
  self->loading_ = false;
  self->pump();
}

Task<> SubscriptionRunner::settle(Self self) {
  Dispatcher& dispatcher = *self->dispatcher_;
  // Nobody waits for a cursor: a few milliseconds make one commit of many.
  if (!dispatcher.urgent() && !self->draining_) co_await runtime::sleep_for(self->worker(), kGather);
  const Settlement settlement = dispatcher.take_settlement();
  Settle change(self->id_, settlement);
  while (!settlement.empty()) {
    const Result<> written = co_await self->log_.store().commit(self->worker(), change);
    if (written) dispatcher.settled(settlement);
    self->gave_up_ = !written && self->released_;
    if (written || self->gave_up_) break;
    co_await runtime::sleep_for(self->worker(), kAgain);
  }
  self->settling_ = false;
  self->pump();
}

Task<> SubscriptionRunner::attempt(Self self, Delivery* delivery) {
  const std::shared_ptr<const SubscriptionSpec> spec = self->spec_;
  Dispatcher& dispatcher = *self->dispatcher_;
  if (delivery->row != Delivery::Row::kNone) {
    ReadDelivery row(self->id_, delivery->place);
    const Result<> read = co_await self->log_.store().query(self->worker(), row);
    if (!read || !row.found) {
      if (read) {
        dispatcher.left_out(*delivery);  // somebody has removed it
      } else {
        co_await runtime::sleep_for(self->worker(), kAgain);
        dispatcher.returned(*delivery);
      }
      self->pump();
      co_return;
    }
    delivery->since = row.since;
    delivery->event = std::move(row.event);
  }
  if (!delivery->event.frozen && !self->make_ready(*delivery, *spec)) {
    self->pump();
    co_return;
  }
  const CallOutcome outcome =
      co_await deliver(self->context_, *spec, delivery->event, delivery->place, delivery->attempts + 1);
  self->conclude(*delivery, outcome, *spec);
  self->pump();
}

}  // namespace causeway::events
