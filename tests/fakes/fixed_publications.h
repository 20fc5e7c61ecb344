// A bus of which the test says where events lie.
#pragma once

#include <string>
#include <vector>

#include "events/publications.h"

namespace causeway::fakes {

class FixedPublications final : public events::Publications {
 public:
  Task<std::vector<std::optional<events::BusPlace>>> wait(runtime::Worker&, std::shared_ptr<const events::Topic>,
                                                          std::span<const events::Receipt> receipts,
                                                          Duration waited) override {
    patience = waited;
    std::vector<std::optional<events::BusPlace>> answer(places);
    answer.resize(receipts.size());
    co_return answer;
  }
  std::vector<std::optional<events::BusPlace>> places;  ///< beyond these: late
  Duration patience{};
};

}  // namespace causeway::fakes
