// A broker's topic without a broker: partitions that a test fills, trims and adds to, readers of them, and what it says
// when it is away. Shared by the processes of a test, as a broker is.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/bus.h"

namespace causeway::fakes {

/// Thread safe. One topic, whatever it is called.
class FakeBroker final : public events::Bus {
 public:
  explicit FakeBroker(std::uint32_t partitions = 2) : lanes_(partitions) {}

  /// Behind what is there; its position.
  events::Position produce(std::uint32_t lane, const std::string& id, const std::string& key,
                           std::optional<events::Origin> origin = std::nullopt) {
    events::ReadItem item;
    item.lane = lane;
    item.origin = std::move(origin);
    item.event.event_id = id;
    item.event.key = key;
    item.event.type = "X";
    item.event.stored_at = unix_milliseconds(SystemClock().wall());
    item.event.headers = "{}";
    item.event.body = R"({"eventId":")" + id + R"(","eventType":"X","timestamp":1,"data":{"n":1.50}})";
    const std::lock_guard lock(mutex_);
    Lane& its = lanes_[lane];
    item.event.position = ++its.end;
    its.items.push_back(std::move(item));
    wake_all();
    return its.end;
  }
  /// Positions that hold nothing: what transactions and compaction leave.
  void leave_gap(std::uint32_t lane, int positions) {
    const std::lock_guard lock(mutex_);
    lanes_[lane].end += positions;
  }
  /// Retention takes everything at or below.
  void trim(std::uint32_t lane, events::Position low) {
    const std::lock_guard lock(mutex_);
    lanes_[lane].trimmed = low;
    std::erase_if(lanes_[lane].items, [&](const events::ReadItem& item) { return item.event.position <= low; });
  }
  /// Deleted and made again, empty.
  void make_anew() {
    const std::lock_guard lock(mutex_);
    for (Lane& lane : lanes_) lane = {};
    wake_all();
  }
  void grow(std::uint32_t partitions) {
    const std::lock_guard lock(mutex_);
    lanes_.resize(partitions);
    wake_all();
  }
  void go_away() {
    const std::lock_guard lock(mutex_);
    away_ = true;
  }
  void come_back() {
    const std::lock_guard lock(mutex_);
    away_ = false;
    wake_all();
  }

  std::vector<events::Position> ends() const {
    const std::lock_guard lock(mutex_);
    std::vector<events::Position> all;
    for (const Lane& lane : lanes_) all.push_back(lane.end);
    return all;
  }
  /// The low positions that readers were told of.
  std::vector<events::Position> committed() const {
    const std::lock_guard lock(mutex_);
    std::vector<events::Position> all;
    for (const Lane& lane : lanes_) all.push_back(lane.committed);
    return all;
  }
  int made() const {
    const std::lock_guard lock(mutex_);
    return made_;
  }
  std::size_t reading() const {
    const std::lock_guard lock(mutex_);
    return readers_.size();
  }
  /// The most that any read has asked for, and how many records were handed out in all.
  std::size_t largest_wish() const {
    const std::lock_guard lock(mutex_);
    return largest_wish_;
  }
  std::size_t handed_out() const {
    const std::lock_guard lock(mutex_);
    return handed_out_;
  }
  /// With which `starts` was asked.
  std::vector<std::pair<events::Start, WallTime>> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  events::BusKind kind() const override { return events::BusKind::kKafka; }
  std::unique_ptr<events::BusProducer> make_producer() override { return nullptr; }
  std::unique_ptr<events::GroupReader> make_reader(events::ReaderContext context) override {
    return std::make_unique<Reader>(*this, std::move(context));
  }
  bool reachable() const override {
    const std::lock_guard lock(mutex_);
    return !away_;
  }

 private:
  struct Lane {
    std::vector<events::ReadItem> items;
    events::Position end = 0;
    events::Position trimmed = 0;
    events::Position committed = 0;
  };

  class Reader final : public events::GroupReader {
   public:
    Reader(FakeBroker& bus, events::ReaderContext context) : bus_(bus), context_(std::move(context)) {
      const std::lock_guard lock(bus_.mutex_);
      bus_.readers_.push_back(this);
      ++bus_.made_;
    }
    ~Reader() override {
      const std::lock_guard lock(bus_.mutex_);
      std::erase(bus_.readers_, this);
    }

    Task<Result<std::vector<events::Position>>> starts(events::Start start, WallTime at) override {
      const std::lock_guard lock(bus_.mutex_);
      bus_.asked_.emplace_back(start, at);
      if (bus_.away_) co_return away();
      std::vector<events::Position> low;
      for (const Lane& lane : bus_.lanes_) {
        const auto after = std::ranges::find_if(lane.items, [&](const events::ReadItem& item) {
          return start == events::Start::kEarliest || item.event.stored_at > unix_milliseconds(at);
        });
        low.push_back(after == lane.items.end() ? lane.end : after->event.position - 1);
      }
      co_return low;
    }

    void begin(std::span<const events::Position> low) override { after_.assign(low.begin(), low.end()); }

    Task<Result<events::ReadBatch>> read(events::ReadWish wish) override {
      const std::lock_guard lock(bus_.mutex_);
      if (bus_.away_) co_return away();
      bus_.largest_wish_ = std::max(bus_.largest_wish_, wish.limit);
      events::ReadBatch batch;
      after_.resize(std::max(after_.size(), bus_.lanes_.size()), 0);
      batch.lanes = static_cast<std::uint32_t>(bus_.lanes_.size());
      for (std::uint32_t lane = 0; lane < bus_.lanes_.size(); ++lane) {
        const Lane& its = bus_.lanes_[lane];
        if (after_[lane] > its.end) batch.behind = "ends at " + std::to_string(its.end);
        if (after_[lane] < its.trimmed) {
          batch.lost.push_back({lane, after_[lane] + 1, its.trimmed});
          after_[lane] = its.trimmed;
        }
        for (const events::ReadItem& item : its.items) {
          if (item.event.position <= after_[lane]) continue;
          if (batch.items.size() == wish.limit) {
            batch.more = true;
            break;
          }
          batch.items.push_back(item);
          after_[lane] = item.event.position;
        }
      }
      bus_.handed_out_ += batch.items.size();
      co_return batch;
    }

    void settled(std::uint32_t lane, events::Position low) override {
      const std::lock_guard lock(bus_.mutex_);
      bus_.lanes_[lane].committed = low;
    }

    Task<Result<events::GroupBacklog>> backlog() override {
      const std::lock_guard lock(bus_.mutex_);
      if (bus_.away_) co_return away();
      events::GroupBacklog backlog;
      for (std::size_t lane = 0; lane < bus_.lanes_.size(); ++lane) {
        const events::Position after = lane < after_.size() ? after_[lane] : 0;
        for (const events::ReadItem& item : bus_.lanes_[lane].items) {
          if (item.event.position > bus_.lanes_[lane].committed) ++backlog.events;
          const bool older = backlog.oldest_stored_at == 0 || item.event.stored_at < backlog.oldest_stored_at;
          if (item.event.position > after && older) backlog.oldest_stored_at = item.event.stored_at;
        }
      }
      co_return backlog;
    }

    void wake() const { context_.wake(); }

   private:
    static Error away() {
      Error error(Code::kStoreRefused);
      error.info().internal = "no broker answers";
      return error;
    }

    FakeBroker& bus_;
    const events::ReaderContext context_;
    std::vector<events::Position> after_;
  };

  void wake_all() {
    for (const Reader* const reader : readers_) reader->wake();
  }

  mutable std::mutex mutex_;
  std::vector<Lane> lanes_;
  std::vector<Reader*> readers_;
  bool away_ = false;
  int made_ = 0;
  std::size_t largest_wish_ = 0;
  std::size_t handed_out_ = 0;
  std::vector<std::pair<events::Start, WallTime>> asked_;
};

}  // namespace causeway::fakes
