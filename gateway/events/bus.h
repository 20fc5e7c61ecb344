// The bus port: what carries topics beyond the store. Everything is stored first (the outbox), then relayed by one
// thread; groups read from the bus. An adapter (adapters/kafka) implements it; the embedded bus needs none of it, there
// the log is the bus.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/bus_place.h"
#include "events/log_reader.h"
#include "events/subscription/group_reader.h"
#include "events/topic.h"

namespace causeway::events {

/// What the bus says of a topic.
struct BusTopic {
  std::uint32_t partitions = 0;
  std::uint64_t record_bytes = 0;  ///< what it takes at most as one record; 0: not known
};

/// One event on its way to the bus. Everything outlives the call of `send` only.
struct OutgoingEvent {
  const Topic& topic;
  std::uint32_t partition;
  std::string_view store_id;
  std::uint32_t shard;
  const StoredEvent& event;
};

/// What became of one event that was sent. Reports of one partition come in the order of sending.
struct SendReport {
  enum class Outcome : std::uint8_t {
    kTaken,    ///< acknowledged under the topic's replication: `place`
    kRefused,  ///< this record is never taken (too large, invalid): `reason`
    kFailed,   ///< it may be there or not: `reason`. Nothing more is taken until `rebuild`
  };
  std::uint64_t token = 0;
  Outcome outcome = Outcome::kTaken;
  BusPlace place;
  std::string reason;
};

/// The sending half. Used by one thread, the relay's.
class BusProducer {
 public:
  enum class Sent : std::uint8_t {
    kQueued,   ///< a report will come, if it takes hours
    kFull,     ///< back-pressure: again after some reports
    kRefused,  ///< never to be taken; no report comes
    kBroken,   ///< nothing is taken until `rebuild`
  };
  virtual ~BusProducer() = default;

  /// What the broker says of a topic; makes it when the settings allow and it is not there. Blocks up to `patience`.
  /// Errors: `internal` says what is wrong, for the log; ask again later.
  virtual Result<BusTopic> resolve(const Topic& topic, Duration patience) = 0;
  /// Copies what it needs. `token` comes back in the report.
  virtual Sent send(const OutgoingEvent& event, std::uint64_t token) = 0;
  /// Appends what has become known since the last call; never blocks. Call it until it appends nothing.
  virtual void reports(std::vector<SendReport>& out) = 0;
  /// Reports that arrive write 8 bytes (a 1) to this eventfd, at least when there were none before. Called once, before
  /// anything is sent; kept by `rebuild`.
  virtual void wake_by(int event_fd) = 0;
  /// A new producer: what has no report yet will have none, and may be on the bus or not. Blocks up to seconds.
  virtual void rebuild() = 0;
  /// Ready to take events: false after a failure that needs `rebuild`.
  virtual bool healthy() const = 0;
};

/// A bus as the process has it. Thread safe; outlives every producer and reader.
class Bus {
 public:
  virtual ~Bus() = default;
  virtual BusKind kind() const = 0;
  virtual std::unique_ptr<BusProducer> make_producer() = 0;
  virtual std::unique_ptr<GroupReader> make_reader(ReaderContext context) = 0;
  /// What it takes at most as one record as far as this side knows, before a broker has said what a topic takes; 0: not
  /// known.
  virtual std::uint64_t record_bytes() const { return 0; }
  /// Has the producer a broker, and every reader? For /readyz.
  virtual bool reachable() const = 0;
};

}  // namespace causeway::events
