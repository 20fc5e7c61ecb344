#include "upstream/endpoint.h"

namespace causeway::upstream {

Endpoint::Endpoint(const EndpointKey& key, SharedAddresses addresses, std::span<runtime::Worker* const> workers)
    : where_(key.where),
      name_(where_.text()),
      tls_(key.tls),
      host_(net::host_field(where_, tls_.get())),
      workers_(workers),
      addresses_(std::move(addresses)) {
  const auto all = std::make_shared<ConnectionCount>(key.limits.connections);
  for (runtime::Worker* worker : workers_)
    pools_.push_back(std::make_shared<Pool>(*worker, key.limits, all, addresses_));
}

Endpoint::~Endpoint() {
  for (runtime::Worker* worker : workers_) worker->post([pool = std::move(pools_[worker->index()])] {});
}

SharedAddresses Endpoint::addresses() const {
  const std::lock_guard lock(mutex_);
  return addresses_;
}

void Endpoint::lead_to(const SharedAddresses& addresses) const {
  // Posted while nobody else can: pools hear of lists in the order in which they are taken.
  const std::lock_guard lock(mutex_);
  if (addresses_ == addresses || same_addresses(*addresses_, *addresses)) return;
  addresses_ = addresses;
  for (runtime::Worker* worker : workers_)
    worker->post([pool = pools_[worker->index()], addresses] { pool->lead_to(addresses); });
}

std::size_t Endpoint::idle() const {
  std::size_t sum = 0;
  for (const auto& pool : pools_) sum += pool->idle();
  return sum;
}

std::size_t Endpoint::open() const {
  std::size_t sum = 0;
  for (const auto& pool : pools_) sum += pool->open();
  return sum;
}

}  // namespace causeway::upstream
