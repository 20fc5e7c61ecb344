#include "upstream/endpoint.h"

namespace causeway::upstream {

Endpoint::Endpoint(net::HostPort where, std::vector<net::SocketAddress> addresses,
                   std::span<runtime::Worker* const> workers)
    : name_(where.text()), addresses_(std::move(addresses)), workers_(workers) {
  for (runtime::Worker* worker : workers_) pools_.push_back(std::make_shared<Pool>(*worker));
}

Endpoint::~Endpoint() {
  for (runtime::Worker* worker : workers_) worker->post([pool = std::move(pools_[worker->index()])] {});
}

std::shared_ptr<const Endpoint> EndpointRegistry::get(const net::HostPort& where) {
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  std::vector<net::SocketAddress> addresses = resolve_(where);
  auto& known = known_[where.text()];
  std::shared_ptr<const Endpoint> endpoint = known.lock();
  // A name that cannot be looked up at the moment keeps the addresses that it had.
  if (addresses.empty() && endpoint) return endpoint;
  if (!endpoint || endpoint->addresses() != addresses) {
    endpoint = std::make_shared<const Endpoint>(where, std::move(addresses), workers_);
    known = endpoint;
  }
  return endpoint;
}

}  // namespace causeway::upstream
