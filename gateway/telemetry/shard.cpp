#include "telemetry/shard.h"

namespace causeway::telemetry {

void Shard::reserve_cells(std::size_t blocks) {
  while (owned_blocks_.size() < blocks) {
    owned_blocks_.push_back(std::make_unique<Block>());
    blocks_[owned_blocks_.size() - 1].store(owned_blocks_.back().get(), std::memory_order_release);
  }
}

void Shard::reserve_table(std::uint32_t index, std::size_t capacity) {
  owned_tables_.push_back(std::make_unique<CounterRows>(capacity));
  tables_[index].store(owned_tables_.back().get(), std::memory_order_release);
}

}  // namespace causeway::telemetry
