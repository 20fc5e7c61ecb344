#include "events/subscription/runner.h"

#include <algorithm>
#include <utility>

#include "events/subscription/delivery_call.h"

namespace causeway::events {
namespace {

telemetry::Counter counter(telemetry::Metrics& metrics, const std::string& subscription, const char* result) {
  return metrics.counter("causeway_deliveries_total",
                         "Attempts to deliver events, by what came of them; filtered: none was made.",
                         {{"subscription", subscription}, {"result", result}});
}

}  // namespace

SubscriptionRunner::SubscriptionRunner(EventLog& log, Bus* bus, WorkerContext& context, telemetry::Metrics& metrics,
                                       telemetry::LogThread& lines, std::shared_ptr<const SubscriptionSpec> spec)
    : log_(log),
      bus_(bus),
      context_(context),
      metrics_(metrics),
      lines_(lines),
      id_{spec->group(), spec->topic->name()},
      name_(spec->name()),
      succeeded_(counter(metrics, name_, "success")),
      retried_(counter(metrics, name_, "retry")),
      died_(counter(metrics, name_, "dead")),
      filtered_(counter(metrics, name_, "filtered")),
      spec_(std::move(spec)) {
  if (on_bus()) {
    doubled_ = metrics.counter("causeway_events_doubled_total",
                               "Records of events that the group has read before; they are not delivered.",
                               {{"subscription", name_}});
    lost_ = metrics.counter("causeway_events_lost_total", "Records that left the bus before the group had read them.",
                            {{"subscription", name_}});
  }
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
  worker().post([self = shared_from_this()] {
    self->stop_waiting_->request();
    self->pump();
  });
}

void SubscriptionRunner::go_on() {
  idle_ = false;
  quiet_ = false;
  draining_ = false;
  worker().post([self = shared_from_this()] {
    self->more_ = true;
    self->stop_waiting_ = std::make_shared<runtime::Cancel>();
    if (!self->dispatcher_ && !self->opening_) self->enter();
    self->pump();
  });
}

std::future<std::unique_ptr<GroupReader>> SubscriptionRunner::release() {
  collected_.clear();
  auto reader = let_go_.get_future();
  worker().post([self = shared_from_this()] {
    self->released_ = true;
    self->stop_waiting_->request();
    self->retry_alarm_.disarm();
    self->sample_alarm_.disarm();
    self->pump();
  });
  return reader;
}

void SubscriptionRunner::let_reader_go() {
  const bool in_use = opening_ || reading_ || settling_ || sampling_;
  if (!released_ || in_use || let_go_given_) return;
  let_go_given_ = true;
  let_go_.set_value(std::move(reader_));
  let_go_ = {};  // if nobody waits for it, this is its end
}

void SubscriptionRunner::wake() noexcept {
  if (!on_bus()) {
    std::int64_t none = 0;  // at least one, until a sample tells: a backlog of 0 means that all is delivered
    gauges_->behind.compare_exchange_strong(none, 1);
  }
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
  if (!reader_) reader_ = make_reader();
  worker().spawn(open(shared_from_this()));
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
    // Not one event at a time while the window is full.
    if (more_ && !reading_ && dispatcher_->room() >= dispatcher_->window() / 8) {
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
  const bool reads = opening_ || reading_ || sampling_;
  quiet_ = draining_ && !loading_ && !settling_ && !(dispatcher_ && dispatcher_->in_flight() > 0);
  idle_ = quiet_ && !reads;
  let_reader_go();
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
  Settlement settlement = dispatcher.take_settlement();
  for (const CursorMove& move : settlement.cursors) self->seen_.pass(move.shard, move.low, settlement.seen);
  Settle change(self->id_, settlement);
  while (!settlement.empty()) {
    const Result<> written = co_await self->log_.store().commit(self->worker(), change);
    if (written) self->settled(settlement);
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
  const std::shared_ptr<runtime::Cancel> stop = self->stop_waiting_;
  const CallOutcome outcome =
      co_await deliver(self->context_, *spec, delivery->event, delivery->place, delivery->attempts + 1, stop.get());
  if (outcome.put_off && !self->too_old(*delivery, *spec)) {
    co_await self->let_time_pass(*outcome.put_off);
    dispatcher.thaw(*delivery);
    dispatcher.returned(*delivery);
  } else {
    self->conclude(*delivery, outcome, *spec);
  }
  self->pump();
}

}  // namespace causeway::events
