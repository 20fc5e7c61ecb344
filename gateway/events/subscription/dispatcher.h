// What a subscription does next: which event may be attempted, what an outcome means for the events behind it, what has
// to be written down. Pure: no I/O, time is handed in.
//
// Of each key at most one attempt is in flight, and none while an earlier event of it is not finished. An event whose
// key is not free gets a row (`held`), so that the cursor and everybody else go on. Rows are read back when their turn
// comes; what is kept of them in memory is a count a key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "events/log_reader.h"
#include "events/subscription/delivery.h"
#include "events/subscription/settings.h"
#include "events/subscription/window.h"

namespace causeway::events {

/// A row as it is found at the start. Discarded ones matter only beyond the cursor.
struct FoundRow {
  Place place;
  std::string key;
  RowState state = RowState::kHeld;
};

/// A row that is read when its turn has come.
struct LoadedRow {
  Place place;
  EventCopy event;  ///< without headers and body
  RowState state = RowState::kHeld;
  std::uint32_t attempts = 0;
  std::int64_t next_at = 0;
  std::int64_t since = 0;
};

/// Rows to read: those of a key that are retrying or held, the first kLoad of them, or the one at a place.
struct LoadRequest {
  std::string lane;
  std::uint32_t shard = 0;
  std::string key;
  Position position = 0;      ///< > 0: this one only
  std::int64_t expected = 0;  ///< the dispatcher's own: rows that were thought to be there
};

struct DispatcherCounts {
  std::int64_t retrying = 0;
  std::int64_t held = 0;
  std::int64_t dead = 0;
};

class Dispatcher {
 public:
  static constexpr std::size_t kWindow = 192;     ///< events beyond the durable cursor
  static constexpr std::size_t kBusWindow = 960;  ///< the same where a broker carries the topic
  static constexpr std::size_t kRowWindow = 64;   ///< events with a row that are delivered and not yet settled
  static constexpr std::size_t kWindowBytes = 16 << 20;
  static constexpr std::int64_t kMaxRetrying = 10'000;  ///< then the system is down: nothing more is read
  static constexpr std::size_t kMaxLoaded = 10'000;
  static constexpr std::size_t kLoad = 16 + kRowWindow;
  static constexpr std::size_t kDeadInARow = 20;

  struct Rules {
    Order order = Order::kByKey;
    OnDeadLetter on_dead_letter = OnDeadLetter::kPark;
    std::uint32_t concurrency = 16;
    Duration longest_wait = std::chrono::hours(24);  ///< whatever a row says: the wall clock may have been set
    std::size_t window = kWindow;
  };

  /// `low` by shard; `rows` ascending by place.
  Dispatcher(const Rules& rules, const std::vector<Position>& low, const std::vector<FoundRow>& rows, bool paused);

  /// What may change while it runs.
  void use(std::uint32_t concurrency, Duration longest_wait) {
    rules_.concurrency = concurrency;
    rules_.longest_wait = longest_wait;
  }

  // Reading
  /// How many events may be read now.
  std::size_t room() const;
  std::size_t room_bytes() const { return kWindowBytes > window_bytes_ ? kWindowBytes - window_bytes_ : 0; }
  std::size_t shards() const { return windows_.size(); }
  Position last_read(std::uint32_t shard) const { return windows_[shard].last_read(); }
  Position durable(std::uint32_t shard) const { return windows_[shard].durable(); }
  /// One more, after the others, that begins at position 0.
  void add_shard() { windows_.emplace_back(0); }
  std::size_t window() const { return rules_.window; }
  /// `passed`: the filter has let it through already.
  void arrived(std::uint32_t shard, StoredEvent event, bool passed = true);
  /// One that the filter has left out, or of which there is nothing to deliver: finished without a lane or a row.
  /// False: it has a row already.
  bool left_out(std::uint32_t shard, Position position);

  /// Rows whose turn has come and that are not in memory; one request at a time.
  std::optional<LoadRequest> next_load();
  void loaded(const LoadRequest& request, std::vector<LoadedRow> rows, SteadyTime now, WallTime wall);
  /// The read failed: it will be asked for again.
  void not_loaded(const LoadRequest& request);

  // Attempts
  /// The next delivery to attempt, in flight from now on; null when there is none. Valid until its outcome.
  Delivery* next(SteadyTime now);
  /// When `next` will have something although nothing has happened.
  std::optional<SteadyTime> next_due() const;
  std::size_t in_flight() const { return in_flight_; }
  /// When the oldest event was stored that is in memory without a row; 0: there is none. Looks at all of them.
  std::int64_t oldest_without_row() const;

  /// Gives rows to attempts without one that began at `before` or earlier, so that a receiver that hangs does not hold
  /// the cursor, and with it everybody else's window. False: there were none, or there is plenty of room.
  bool write_slow(SteadyTime before);

  /// In flight; what is sent was settled.
  void freeze(Delivery& delivery, std::string sent);
  /// The attempt that froze it was none.
  void thaw(Delivery& delivery);
  /// Before an end without attempts: gives rows to what waits before something that is finished, so that the cursor can
  /// pass and nothing that was delivered comes again.
  void make_way();

  void succeeded(Delivery& delivery);
  /// Finished without an attempt: the filter leaves it out, or its row is gone.
  void left_out(Delivery& delivery);
  void failed(Delivery& delivery, AttemptRecord attempt, Duration wait, SteadyTime now, WallTime wall);
  /// `attempt` is empty when there was none.
  void died(Delivery& delivery, std::optional<AttemptRecord> attempt, std::string reason, WallTime wall);
  /// In flight, and nothing was learnt: it will be next again.
  void returned(Delivery& delivery);

  // Settling: one at a time.
  bool has_settlement() const;
  /// More than cursors that may wait.
  bool urgent() const { return !changes_.empty() || pause_unwritten_ || exposed_ >= rules_.window / 2; }
  Settlement take_settlement();
  void settled(const Settlement& settlement);

  // Operators; what they did is durable already.
  void pause() { paused_ = true; }
  void resume();
  bool paused() const { return paused_; }
  /// A dead letter became retrying, due now.
  void replayed(Place place, const std::string& key);
  void discarded(Place place, const std::string& key);
  const DispatcherCounts& counts() const { return counts_; }

 private:
  struct Lane {
    std::deque<Delivery*>
        line;  // in memory, in order; one without a row is behind none that has one, unless it is in flight
    std::int64_t waiting = 0;    // rows that are not in memory
    std::int64_t unwritten = 0;  // of these are not durable yet
    std::vector<Position> dead;  // ascending
    std::uint32_t shard = 0;
    std::string key;  // empty: the lane of one event, at `position`
    Position position = 0;
    bool in_flight = false;
    bool loading = false;      // or about to
    bool outdated = false;     // what a load finds: a row that may be the first was replayed meanwhile
    bool before_dead = false;  // a row that waits may come before the first dead one
  };

  std::string lane_name(Place place, const std::string& key) const;
  Lane& lane_at(Place place, const std::string& key, std::string& name);
  bool blocked(const Lane& lane, Position position) const;
  bool takes_fresh(const Lane& lane) const;
  void join(Lane& lane, Delivery& delivery);
  void make_ready(Delivery& delivery);
  /// Looks who is next in a lane; forgets it when nothing is left.
  void advance(const std::string& name);
  void want_rows(const std::string& name, Lane& lane);
  /// An event was read; false: it has a row already.
  bool enter_window(Place place);
  void finish(Delivery& delivery);
  /// Gives a row to a delivery that has none, and room to the window.
  void insert_row(Delivery& delivery, RowState state, RowChange change);
  void change_row(Delivery& delivery, RowState state, RowChange change);
  void hold_followers(Lane& lane);
  /// Forgets rows that have to wait for their head: they are read again when their turn comes.
  void unload_followers(Lane& lane);
  /// Ends the attempt: its lane, with the delivery still in line.
  Lane& land(Delivery& delivery);
  /// Takes it out of line and memory.
  void leave(Lane& lane, Delivery& delivery);
  void settle_window(const Delivery& delivery);
  void note_gone(Place place);
  void count(RowState state, int by);
  void wake_due(SteadyTime now);
  void written(const RowChange& change);

  Rules rules_;
  std::vector<Window> windows_;  // by shard
  std::unordered_map<std::string, Lane> lanes_;
  std::map<Place, std::unique_ptr<Delivery>> deliveries_;
  std::set<Place> finishing_;  // with a row, delivered, not yet settled
  std::set<Place> holding_;    // held, their rows not yet settled
  std::set<Place> ahead_;      // have a row since before the start, beyond the cursor: they are not read a second time
  bool reading_rows_ = false;  // a load is under way
  std::set<Place> gone_;       // while it is: what it may still find although it has left
  std::deque<Delivery*> ready_fresh_;
  std::deque<Delivery*> ready_rows_;
  std::multimap<SteadyTime, Delivery*> backing_off_;
  std::deque<std::string> loads_;  // lanes
  std::vector<RowChange> changes_;
  std::unordered_set<std::string> dead_in_a_row_;  // lanes
  DispatcherCounts counts_;
  std::size_t exposed_ = 0;  // events beyond the durable cursors
  std::size_t window_bytes_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t rows_in_flight_ = 0;
  bool rows_next_ = false;
  bool paused_ = false;
  bool pause_unwritten_ = false;
  bool window_moved_ = false;
};

}  // namespace causeway::events
