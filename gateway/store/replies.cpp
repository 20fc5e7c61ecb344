#include "store/replies.h"

#include <algorithm>

#include "store/pending.h"

namespace causeway::store {

Replies::Replies() = default;

void Replies::add(runtime::Worker& worker, std::unique_ptr<runtime::Sleeper> sleeper) {
  auto found = std::find_if(workers_.begin(), workers_.end(), [&](const auto& row) { return row.first == &worker; });
  if (found == workers_.end()) found = workers_.emplace(found, &worker, std::make_shared<Sleepers>());
  found->second->push_back(std::move(sleeper));
}

void Replies::add_later(std::unique_ptr<Later> change) { later_.push_back(std::move(change)); }

void Replies::send() {
  for (auto& [worker, sleepers] : workers_)
    worker->post([woken = std::move(sleepers)] {
      for (const auto& sleeper : *woken) sleeper->resume();
    });
  workers_.clear();
  for (const auto& change : std::exchange(later_, {})) change->tell();
}

}  // namespace causeway::store
