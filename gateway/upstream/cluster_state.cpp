#include "upstream/cluster_state.h"

namespace causeway::upstream {

std::shared_ptr<ClusterState> ClusterStates::get(const std::string& cluster) {
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = known_[cluster];
  std::shared_ptr<ClusterState> state = known.lock();
  if (!state) {
    state = std::make_shared<ClusterState>(workers_);
    known = state;
  }
  return state;
}

}  // namespace causeway::upstream
