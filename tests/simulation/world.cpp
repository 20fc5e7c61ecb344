#include "simulation/world.h"

#include <fmt/format.h>

#include <array>

namespace causeway::simulation {

using namespace transactions;

namespace {

constexpr Moment kTurmoil = 2500;  // milliseconds in which things go wrong
constexpr int kMostTries = 7;

}  // namespace

World::World(Disk& disk, std::uint64_t seed, bool keep_journal)
    : disk_(disk),
      dice_(seed),
      timeline_(dice_),
      journal_(keep_journal),
      store_(disk, timeline_, dice_),
      publisher_({timeline_, dice_, facts_, journal_}, process_, numbers_) {
  disk_.clear();
  store_.watch([this] { facts_.look(disk_.connection().session(), timeline_.wall()); });
  lay_out();
}

void World::lay_out() {
  const Parts parts{timeline_, dice_, facts_, journal_};
  const std::size_t routes = 1 + dice_.below(2);
  for (std::size_t route = 0; route < routes; ++route) {
    SystemTraits traits;
    traits.honours_key = dice_.chance(0.5);
    traits.conflict_on_repeat = dice_.chance(0.5);
    traits.barrier = dice_.chance(0.6);
    traits.max_execution = dice_.between(50, 400);
    traits.slow = dice_.chance(0.1);
    systems_.emplace_back(parts, traits);
    rules_.push_back(draw_rules(traits));
    if (!rules_.back()->asking.barrier && traits.slow) facts_.excuse_route(static_cast<int>(route));
  }
  if (dice_.chance(0.5)) store_.set_faults({.refuses = dice_.chance(0.5) ? 0.08 : 0, .stalls = 0.05});

  const std::size_t orders = 1 + dice_.below(5);
  for (std::size_t i = 0; i < orders; ++i) {
    Order order;
    order.request.route = static_cast<int>(dice_.below(routes));
    order.request.consumer = dice_.chance(0.6) ? "ann" : "bob";
    order.request.key = dice_.chance(0.85) ? (dice_.chance(0.7) ? "k1" : "k2") : "";
    order.request.item = static_cast<int>(dice_.between(1, 3));
    orders_.push_back(order);
    timeline_.after(dice_.between(1, 600), [this, i] { send(i, true); });
  }
  const auto at_some_time = [this](double probability, void (World::*what)()) {
    while (dice_.chance(probability)) timeline_.after(dice_.between(20, kTurmoil), [this, what] { (this->*what)(); });
  };
  at_some_time(0.5, &World::crash);
  at_some_time(0.25, &World::reload);
  at_some_time(0.2, &World::set_clock);
  at_some_time(0.3, &World::operate);
  while (dice_.chance(0.3)) timeline_.after(dice_.between(1, 1200), [this] { publisher_.begin(); });
  if (dice_.chance(0.15)) timeline_.after(dice_.between(20, 900), [this] { store_.away_for(dice_.between(50, 600)); });
}

std::shared_ptr<const Rules> World::draw_rules(const SystemTraits& traits) {
  auto rules = std::make_shared<Rules>();
  rules->check = dice_.chance(0.75);
  rules->transaction = dice_.chance(0.75);
  rules->resend = traits.honours_key && dice_.chance(0.7);
  rules->strict = dice_.chance(0.3);
  rules->asking.barrier = traits.barrier && dice_.chance(0.85);
  rules->asking.absent_after = std::chrono::milliseconds(traits.max_execution + 30);
  rules->asking.first = std::chrono::milliseconds(dice_.between(10, 80));
  rules->asking.max_delay = std::chrono::milliseconds(300);
  if (dice_.chance(0.2)) rules->asking.times = static_cast<std::uint32_t>(dice_.between(1, 4));
  rules->programs = programs_of(*rules);
  return rules;
}

void World::start_process() {
  process_ = std::make_shared<Process>(
      Surroundings{{timeline_, dice_, facts_, journal_}, store_, systems_, publisher_, rules_, numbers_},
      fmt::format("boot-{}", ++numbers_));
  process_->start();
}

void World::crash() {
  if (well_ || !process_->alive()) return;
  ++reached().crashes;
  journal_.write(timeline_.now(), "crash");
  process_->crash();
  store_.crash();
  timeline_.after(dice_.between(5, 300), [this] {
    journal_.write(timeline_.now(), "another process takes over");
    start_process();
  });
}

void World::reload() {
  ++reached().reloads;
  const std::size_t route = dice_.below(rules_.size());
  rules_[route] = draw_rules(systems_[route].traits());
  journal_.write(timeline_.now(), "reload");
  if (!rules_[route]->asking.barrier && systems_[route].traits().slow) facts_.excuse_route(static_cast<int>(route));
}

void World::set_clock() {
  if (well_) return;
  ++reached().clock_steps;
  constexpr std::array<std::int64_t, 4> kSteps{200, 5'000, 2 * 3'600'000, 30 * 3'600'000};
  const std::int64_t by = kSteps[dice_.below(kSteps.size())] * (dice_.chance(0.5) ? 1 : -1);
  facts_.clock_shows(timeline_.wall());
  timeline_.set_clock(by);
  journal_.write(timeline_.now(), fmt::format("the clock is set by {} ms", by));
  facts_.clock_shows(timeline_.wall());
  if (by < 0) return;
  // Without a barrier nobody can know any more how long an attempt has been under way.
  for (std::size_t route = 0; route < systems_.size(); ++route)
    if (!systems_[route].traits().barrier || !rules_[route]->asking.barrier)
      facts_.excuse_route(static_cast<int>(route));
}

std::vector<Half> World::halves(HalfState state) {
  return store_.read([&](store::Session& session) {
    return tables::list_halves(session, {.state = state, .before = 0, .limit = 10});
  });
}

void World::operate() {
  if (well_ || !process_->alive()) return;
  const auto open = halves(dice_.chance(0.8)   ? HalfState::kUnresolved
                           : dice_.chance(0.5) ? HalfState::kPrepared
                                               : HalfState::kCommitted);
  if (!open.empty()) decide(open[dice_.below(open.size())], dice_.chance(0.7));
}

void World::decide(const Half& half, bool truly) {
  const auto effect = facts_.effects().find(half.txid);
  const bool done = effect != facts_.effects().end();
  const bool commits = done == truly;
  if (!well_) facts_.excuse(half.txid);  // what is under way may still be done
  if (commits) facts_.committed_by_hand(half.txid);
  else facts_.rolled_back_by_hand(half.txid);
  ++reached().by_hand;
  // Where no event can be made of the answer, the operator says what it should have been.
  Effect said = done ? effect->second : Effect();
  said.odd = false;
  process_->end(half.txid, commits ? EndWish::kCommit : EndWish::kRollBack, DecidedBy::kOperator,
                done ? said.result() : "null", [this, half, commits](Process::Ended ended) {
                  reached().contradictions += ended == Process::Ended::kContradiction ? 1 : 0;
                  journal_.write(timeline_.now(), fmt::format("an operator ends {}: {}, {}", half.txid, commits,
                                                              static_cast<int>(ended)));
                });
}

void World::send(std::size_t index, bool same_body) {
  Order& order = orders_[index];
  ++order.tries;
  Request request = order.request;
  request.number = ++numbers_;
  request.nonce = ++numbers_;
  request.signed_at = timeline_.now();
  if (!same_body) request.item += 10;
  const auto answered = std::make_shared<bool>(false);
  const auto hear = [this, index, request, answered](const Reply& reply) {
    facts_.replied(request, reply);
    if (!std::exchange(*answered, true)) follow(index, reply);
  };
  timeline_.after(dice_.between(0, 10), [this, request, hear] { deliver(request, hear); });
  if (!well_ && dice_.chance(0.15))  // the network doubles it, and the second one is late
    timeline_.after(dice_.between(0, 700), [this, request, hear] { deliver(request, hear); });
  timeline_.after(900, [hear, answered] {
    if (!*answered) hear({});
  });
}

void World::deliver(const Request& request, std::function<void(Reply)> answered) {
  if (!process_->alive()) return answered({});
  process_->serve(request, [this, answered = std::move(answered)](Reply reply) {
    timeline_.after(dice_.between(0, 5), [answered, reply = std::move(reply)] { answered(reply); });
  });
}

void World::follow(std::size_t index, const Reply& reply) {
  Order& order = orders_[index];
  order.code = reply.code;
  if (well_ || order.tries >= kMostTries || order.request.key.empty()) return;
  const bool success = reply.code == 200 || reply.code == 201;
  if (!dice_.chance(success ? 0.45 : 0.85)) return;
  const bool same_body = !dice_.chance(0.12);
  timeline_.after(dice_.between(1, 400), [this, index, same_body] {
    if (!well_) send(index, same_body);
  });
}

void World::run_until(Moment end) {
  while (!facts_.failure() && timeline_.step(end)) {
  }
}

void World::heal() {
  well_ = true;
  journal_.write(timeline_.now(), "all is well");
  if (!process_->alive()) start_process();
  store_.set_faults({});
  for (PlayedSystem& system : systems_) system.heal();
  // What was in flight when the clock went back has noted its next check by the old one: late, by as much.
  transactions::HurryChecks hurry(timeline_.wall());
  static_cast<void>(store_.commit_now(hurry));
  publisher_.heal();
}

/// Every caller wants to know in the end. One after the other, so that none is told of another one that is running.
void World::ask_again() {
  Moment begins = 0;
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (orders_[i].request.key.empty()) continue;
    timeline_.after(begins, [this, i] { send(i, true); });
    begins += 500;
  }
  run_until(timeline_.now() + begins + 700);
}

std::optional<std::string> World::run() {
  start_process();
  run_until(kTurmoil + 500);
  heal();
  run_until(timeline_.now() + 1500);
  for (int i = 0; i < 3; ++i) ask_again();
  run_until(timeline_.now() + 1500);  // what the last of them left open is asked about
  for (const Order& order : orders_)
    if (order.code == 40990) facts_.fail(order.request.order() + " is said to be running for ever");
  if (facts_.failure()) return facts_.failure();
  facts_.settle(disk_.connection().session(), timeline_.wall(), process_->boot());
  if (facts_.failure()) return facts_.failure();

  for (const Half& half : halves(HalfState::kUnresolved)) decide(half, true);
  run_until(timeline_.now() + 500);
  if (const auto open = halves(HalfState::kUnresolved); !open.empty() && !facts_.failure())
    return "nobody can decide " + open[0].txid;
  if (!facts_.failure()) facts_.settle(disk_.connection().session(), timeline_.wall(), process_->boot());
  return facts_.failure();
}

}  // namespace causeway::simulation
