// Subscriptions of a topic that a bus carries, over runs of the process.
#pragma once

#include <gmock/gmock.h>

#include "events/event_tables.h"
#include "fakes/fake_group_reader.h"
#include "subscription_fixture.h"

namespace causeway::events {

inline const store::Sql kRemember{
    "INSERT INTO event (place, topic, event_id, source, hash, key, type, ts, stored_at, headers, data) VALUES (?1, "
    "(SELECT "
    "id FROM topic WHERE name = 't'), ?2, '', '', '', '', 0, 0, '', '') ON CONFLICT DO NOTHING"};

class OnBus : public ::testing::Test {
 protected:
  using Ids = std::vector<std::string>;

  OnBus() { begin(); }

  void begin() {
    process.reset();
    process = std::make_unique<Process>(folder.database());
    process->subscriptions.use_bus(&bus);
    process->cluster("wms", receiver.port());
  }
  static std::string one(const std::string& more = "", const std::string& name = "s") {
    return "{name: " + name +
           ", topic: t, start: earliest, deliver: {http: {cluster: wms, timeout: 60s}}, retry: {delay: 5ms, max_delay: "
           "20ms, max_attempts: 1000}" +
           more + "}";
  }
  std::string take(const std::string& subscriptions) {
    return process->take_with("[{name: t, bus: kafka}]", "[" + subscriptions + "]");
  }
  /// An event of this store, in shard 3, that its relay sends.
  void relay(std::uint32_t partition, const std::string& id, const std::string& key, Position position) {
    struct Remember final : store::Change {
      Remember(std::string its, Position at) : id(std::move(its)), position(at) {}
      Result<> apply(store::Session& session) override {
        const auto shard = tables::find_shard(session, "t", 3);
        session.run(kRemember, tables::place(shard->lane, position), id);
        return {};
      }
      const std::string id;
      const Position position;
    } remember(id, position);
    EXPECT_TRUE(process->store.commit_blocking(remember).ok());
    bus.produce(partition, id, key, Origin{process->store.store_id(), 3, position});
  }
  bool took(const Ids& ids) {
    return eventually([&] { return receiver.taken() == ids; });
  }
  /// The bus was told that everything is finished or has a row.
  bool passed_all() {
    return eventually([&] { return bus.committed() == bus.ends(); });
  }
  double metric(const std::string& name) {
    const std::string text = process->metrics.text();
    const std::size_t at = text.find("\n" + name + "{subscription=\"s\"} ");
    return at == std::string::npos ? -1 : std::stod(text.substr(text.find('}', at) + 1));
  }
  /// What a statement finds: columns by spaces, rows by commas.
  std::string rows(const store::Sql& sql, int columns) {
    struct Ask final : store::Query {
      Ask(const store::Sql& its, int count) : sql(its), columns(count) {}
      Result<> run(store::Session& session) override {
        text.clear();
        for (store::Rows found = session.query(sql); found.next();) {
          if (!text.empty()) text += ", ";
          for (int i = 0; i < columns; ++i) text += (i > 0 ? " " : "") + std::string(found.text(i));
        }
        return {};
      }
      const store::Sql& sql;
      const int columns;
      std::string text;
    } ask(sql, columns);
    EXPECT_TRUE(process->store.query_blocking(ask).ok());
    const std::string& own = process->store.store_id();
    for (std::size_t at; (at = ask.text.find(own)) != std::string::npos;) ask.text.replace(at, own.size(), "own");
    return ask.text;
  }
  std::string state(std::uint32_t partition, Position position, const std::string& body = "",
                    const std::optional<Origin>& origin = std::nullopt) {
    struct Ask final : store::Query {
      Ask(Subscriptions& its, std::uint32_t lane, Position at, std::string_view event, const Origin* its_origin)
          : subscriptions(its), partition(lane), position(at), body(event), origin(its_origin) {}
      Result<> run(store::Session& session) override {
        states.clear();
        subscriptions.describe(session, "t", partition, position, body, origin, states);
        return {};
      }
      Subscriptions& subscriptions;
      const std::uint32_t partition;
      const Position position;
      const std::string_view body;
      const Origin* const origin;
      std::vector<DeliveryState> states;
    } ask(process->subscriptions, partition, position, body, origin ? &*origin : nullptr);
    EXPECT_TRUE(process->store.query_blocking(ask).ok());
    return ask.states.size() == 1 ? std::string(ask.states[0].state) : "nothing";
  }

  TemporaryFolder folder;
  Receiver receiver;
  fakes::FakeBroker bus;
  std::unique_ptr<Process> process;
};

inline const store::Sql kCursorRows{"SELECT grp, shard, low_pos, start_pos, carrier FROM cursor ORDER BY grp, shard"};
inline const store::Sql kStartRows{"SELECT grp, start, carrier, paused_by FROM group_start"};
inline const store::Sql kSeenRows{
    "SELECT grp, partition, store_id, shard, pos FROM seen_pos ORDER BY grp, partition, store_id, shard"};
inline const store::Sql kLostRows{"SELECT grp, shard, from_pos, to_pos, reason FROM lost ORDER BY shard, from_pos"};

}  // namespace causeway::events
