// How records are put together, after what the broker has said about batches. A batch is refused as a whole, though
// only one record of it may be at fault, or none: many small ones can be too much together. So after such a refusal
// records go one by one until it is known. Pure; one thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adapters/kafka/client_conf.h"

namespace causeway::kafka {

class BatchMode {
 public:
  static constexpr std::uint64_t kQuiet = 2'000;  ///< records taken one by one before they are put together again
  static constexpr std::uint32_t kSmallest = 16u << 10;

  const Batching& now() const { return now_; }
  /// A topic takes no more at once. True: producers made before must be made anew.
  bool limit(std::uint64_t bytes);
  /// A batch of so many was refused. True: it was the one record in it; false: a producer made anew finds out which.
  bool refused(std::size_t records);
  void taken(std::size_t records) { taken_ += records; }
  /// In a quiet moment: is it time to put records together again? Then a producer made anew does.
  bool recover();

 private:
  Batching now_;
  std::uint64_t taken_ = 0;
  bool found_ = false;  // the one at fault
};

}  // namespace causeway::kafka
