#include "simulation/sim_store.h"

#include "events/event_log.h"
#include "store/migrations.h"
#include "transactions/transaction_tables.h"

namespace causeway::simulation {
namespace {

const store::Sql kBegin{"BEGIN"};
const store::Sql kCommit{"COMMIT"};
const store::Sql kClear[] = {
    {"DELETE FROM idem"}, {"DELETE FROM half"}, {"DELETE FROM event"}, {"DELETE FROM shard"}, {"DELETE FROM topic"}};

}  // namespace

Disk::Disk() : connection_(":memory:", store::Connection::Use::kReadWrite) {
  const store::Schema* const schemas[] = {&events::kEventSchema, &transactions::kTransactionSchema};
  store::migrate(connection_, "memory", schemas, WallTime());
}

void Disk::clear() {
  for (const store::Sql& sql : kClear) connection_.session().run(sql);
}

void SimStore::commit(std::shared_ptr<store::Change> change, Done done) {
  queue_.emplace_back(std::move(change), std::move(done));
  if (std::exchange(writing_, true)) return;
  const std::int64_t stall = dice_.chance(faults_.stalls) ? dice_.between(50, 400) : 0;
  timeline_.after(dice_.between(1, 6) + stall, [this, life = life_] {
    if (life == life_) write();
  });
}

void SimStore::write() {
  writing_ = false;
  for (auto& [change, done] : std::exchange(queue_, {})) {
    const bool refused = timeline_.now() <= away_until_ || dice_.chance(faults_.refuses);
    auto result =
        std::make_shared<Result<>>(refused ? Result<>(Error(Code::kStoreRefused, "takes nothing")) : apply(*change));
    timeline_.after(dice_.between(0, 4), [result, done = std::move(done)] { done(std::move(*result)); });
  }
}

void SimStore::crash() {
  ++life_;
  writing_ = false;
  auto waiting = std::exchange(queue_, {});
  const std::size_t happened = dice_.below(waiting.size() + 1);
  for (std::size_t i = 0; i < happened; ++i) static_cast<void>(apply(*waiting[i].first));
}

Result<> SimStore::apply(store::Change& change) {
  store::Connection& connection = disk_.connection();
  const int rounds = dice_.chance(0.1) ? 2 : 1;  // a group that failed for another's sake is tried again
  for (int round = 1;; ++round) {
    connection.session().run(kBegin);
    Result<> result = change.apply(connection.session());
    if (result && round == rounds) {
      connection.session().run(kCommit);
      if (watcher_) watcher_();
      return result;
    }
    connection.roll_back();
    if (!result) return result;
  }
}

}  // namespace causeway::simulation
