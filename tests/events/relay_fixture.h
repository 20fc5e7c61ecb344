// A relay that the test drives round by round, over a log in a real store and a bus in memory.
#pragma once

#include <poll.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "events/log_fixture.h"
#include "events/relay/relay_loop.h"
#include "fakes/fake_bus.h"

namespace causeway::events {

class RelayTest : public LogTest {
 protected:
  RelayTest() { bus_.make_topic("orders", 2); }
  ~RelayTest() override { end(); }

  static TopicSettings on_bus(const std::string& name, std::uint32_t shards = 4) {
    TopicSettings settings = topic_settings(name, shards);
    settings.bus = BusKind::kKafka;
    return settings;
  }
  std::shared_ptr<const Topic> topic(const std::string& name = "orders") { return table_->find(name); }

  void begin(const std::vector<TopicSettings>& settings = {on_bus("orders")}) {
    take(settings);
    waiters_.emplace(log_.log.store());
    inbox_ = std::make_shared<RelayInbox>();
    log_.log.signal().add(*inbox_);
    loop_.emplace(log_.log, bus_, log_.metrics, log_.lines, *waiters_, inbox_);
    inbox_->take(table_);
  }
  /// Without a goodbye, as after kill -9: what is not in the store is forgotten.
  void end() {
    if (!loop_) return;
    log_.log.signal().remove(*inbox_);
    // The store has what was given to it; nobody hears of it.
    EXPECT_EQ(text_of(log_.change([](store::Session&) -> Result<> { return {}; })), "ok");
    loop_.reset();
    waiters_.reset();
    inbox_.reset();
  }
  void take(const std::vector<TopicSettings>& settings) {
    EXPECT_EQ(text_of(log_.register_topics(settings)), "ok");
    table_ = log_.topics(settings);
    RegisterTopics again(table_);
    EXPECT_TRUE(log_.sqlite.commit_blocking(again).ok());
    if (inbox_) inbox_->take(table_);
  }

  /// Rounds until `done`; the clock stands still unless nothing would happen before it moves.
  template <class Condition>
  void run_until(Condition done) {
    for (int rounds = 0; rounds < 20'000; ++rounds) {
      const SteadyTime due = loop_->round();
      if (done()) return;
      const SteadyTime now = log_.clock.steady();
      pollfd wake{inbox_->event_fd(), POLLIN, 0};
      if (due <= now || poll(&wake, 1, 5) > 0) continue;
      if (due != SteadyTime::max()) log_.clock.advance(due - now);
    }
    FAIL() << "the relay does not get there";
  }
  /// Until all is on the bus and written down.
  void run_to_idle() {
    run_until([&] { return loop_->idle(); });
  }
  /// Until everything that can be done without another word of the bus is done.
  void run_to_rest() {
    int quiet = 0;
    run_until([&] {
      pollfd wake{inbox_->event_fd(), POLLIN, 0};
      quiet = poll(&wake, 1, 0) > 0 ? 0 : quiet + 1;
      return quiet > 60;
    });
  }

  void append(const std::string& id, const std::string& key = {}, const std::string& body = "{}",
              const std::string& name = "orders") {
    log_.append(topic(name), {draft(id, key, body)});
    log_.log.signal().announce(name);
  }
  void append_many(std::size_t from, std::size_t count, const std::string& name = "orders",
                   const std::string& body = "{}") {
    for (std::size_t done = 0; done < count;) {
      std::vector<EventDraft> drafts;
      for (; drafts.size() < 500 && done < count; ++done)
        drafts.push_back(draft("e" + std::to_string(from + done), "k" + std::to_string((from + done) % 97), body));
      log_.append(topic(name), std::move(drafts));
      log_.log.signal().announce(name);
    }
  }
  /// A key in a shard of four and a partition of two.
  static std::string key_in(std::uint32_t shard, std::uint32_t partition, int which = 0) {
    for (int i = 0;; ++i)
      if (std::string key = "k" + std::to_string(i);
          events::shard_of(key, "", 4) == shard && partition_of(key, 0, 2) == partition && which-- == 0)
        return key;
  }

  std::string place_of(const std::string& id, const std::string& name = "orders") {
    const FindEvent found = log_.find(name, id);
    if (!found.refused.empty()) return "refused: " + found.refused;
    if (!found.placed) return found.found ? "stored" : "unknown";
    return std::to_string(found.placed->partition) + '/' + std::to_string(found.placed->offset);
  }
  /// Lines of the process's log that have this in them.
  std::vector<std::string> lines(const std::string& part) {
    log_.lines.drain();
    std::vector<std::string> found;
    std::istringstream all(log_.written.str());
    for (std::string line; std::getline(all, line);)
      if (const std::size_t at = line.find(part); at != std::string::npos) found.push_back(line.substr(at));
    return found;
  }
  std::string metric(const std::string& series) {
    std::istringstream all(log_.metrics.text());
    for (std::string line; std::getline(all, line);)
      if (line.starts_with(series + ' ')) return line.substr(series.size() + 1);
    return "";
  }
  /// Of each shard: every event from the first on, each behind the one before it, some more than once.
  void expect_in_order(const std::string& name, std::uint32_t partitions, std::size_t events, bool doubles) {
    std::map<std::string, Position> highest;  // by shard and partition
    std::set<std::string> distinct;
    std::size_t all = 0;
    for (std::uint32_t partition = 0; partition < partitions; ++partition) {
      std::map<std::string, Position> seen;
      for (const std::string& text : bus_.log(name, partition)) {
        ++all;
        if (!distinct.insert(text).second) continue;
        const std::string shard = text.substr(0, text.find(':'));
        const Position position = std::stoll(text.substr(shard.size() + 1));
        EXPECT_LT(seen[shard], position) << text << " in partition " << partition;
        seen[shard] = position;
      }
    }
    EXPECT_EQ(distinct.size(), events);
    if (!doubles) EXPECT_EQ(all, events);
  }

  fakes::FakeBus bus_;
  std::shared_ptr<const TopicTable> table_;
  std::optional<Waiters> waiters_;
  std::shared_ptr<RelayInbox> inbox_;
  std::optional<RelayLoop> loop_;
};

}  // namespace causeway::events
