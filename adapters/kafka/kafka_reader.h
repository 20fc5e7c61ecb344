// A group's reading of one topic on Kafka, as the bus port has it.
#pragma once

#include "adapters/kafka/group_client.h"

namespace causeway::kafka {

/// See GroupReader for threads.
class KafkaReader final : public events::GroupReader {
 public:
  KafkaReader(KafkaBus::Shared& shared, events::ReaderContext context);

  Task<Result<std::vector<events::Position>>> starts(events::Start start, WallTime at) override;
  void begin(std::span<const events::Position> low) override { client_.begin(low); }
  Task<Result<events::ReadBatch>> read(events::ReadWish wish) override;
  void settled(std::uint32_t lane, events::Position low) override { client_.settled(lane, low); }
  Task<Result<events::GroupBacklog>> backlog() override;

 private:
  /// Asks the broker where a partition goes on whose next record is not there.
  Task<std::optional<events::LostRange>> find_again(std::uint32_t lane);

  KafkaBus::Shared& shared_;
  const events::ReaderContext context_;
  GroupClient client_;
};

}  // namespace causeway::kafka
