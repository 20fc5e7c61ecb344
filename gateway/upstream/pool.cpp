#include "upstream/pool.h"

#include <algorithm>

namespace causeway::upstream {

std::unique_ptr<Connection> Pool::take() {
  while (!idle_.empty()) {
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    // A system that has closed its side meanwhile, or says something that nobody asked for, is not asked again.
    if (connection->quiet()) return connection;
  }
  return nullptr;
}

void Pool::give(std::unique_ptr<Connection> connection) {
  if (!connection->reusable() || idle_.size() >= kMaxIdle) return;
  connection->rest();
  idle_.push_back(std::move(connection));
  if (!armed()) worker_.arm(*this, worker_.now() + kSweep);
}

void Pool::on_timer() {
  const SteadyTime oldest = worker_.now() - kIdleTimeout;
  std::erase_if(idle_,
                [&](const auto& connection) { return connection->idle_since() < oldest || !connection->quiet(); });
  if (!idle_.empty()) worker_.arm(*this, worker_.now() + kSweep);
}

Lease::Lease(Pool& pool, std::unique_ptr<Connection> connection) : pool_(&pool), connection_(std::move(connection)) {}
Lease::Lease(Lease&&) noexcept = default;

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    if (connection_) pool_->give(std::move(connection_));
    pool_ = other.pool_;
    connection_ = std::move(other.connection_);
  }
  return *this;
}

Lease::~Lease() {
  if (connection_) pool_->give(std::move(connection_));
}

}  // namespace causeway::upstream
