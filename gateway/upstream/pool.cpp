#include "upstream/pool.h"

#include <algorithm>

namespace causeway::upstream {

Pool::Pool(runtime::Worker& worker, const PoolLimits& limits, std::shared_ptr<ConnectionCount> all,
           SharedAddresses addresses)
    : worker_(worker), limits_(limits), all_(std::move(all)), addresses_(std::move(addresses)), turn_(worker.index()) {}

std::unique_ptr<Connection> Pool::take() {
  const SteadyTime oldest = worker_.now() - limits_.idle_timeout;
  std::unique_ptr<Connection> found;
  while (!idle_.empty() && !found) {
    hear();
    const bool told = heard_ > 0 || proven_ >= kProven;
    std::unique_ptr<Connection> connection = pop();
    // A system that has closed its side meanwhile, or says something that nobody asked for, is not asked again.
    const bool quiet = told ? connection->heard_nothing() : connection->quiet();
    if (!quiet) proven_ = 0;
    else if (!told) ++proven_;
    if (quiet && connection->idle_since() >= oldest) found = std::move(connection);
  }
  note_idle();
  return found;
}

/// Those that have been idle through a look of the loop at everything: what it has heard of them is what there is.
void Pool::hear() {
  const std::uint64_t hearing = worker_.io().hearings();
  if (hearing != hearing_) heard_ = idle_.size();
  hearing_ = hearing;
}

/// The last of those, or the last of all.
std::unique_ptr<Connection> Pool::pop() {
  const std::size_t place = heard_ > 0 ? --heard_ : idle_.size() - 1;
  std::unique_ptr<Connection> connection = std::move(idle_[place]);
  idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(place));
  return connection;
}

std::unique_ptr<Connection> Pool::make() {
  if (!all_->take()) return nullptr;
  ConnectionPlace place(open_, *all_);
  auto connection = std::make_unique<Connection>(worker_);
  connection->origin().place = std::move(place);
  // Giving it back must not fail.
  const std::size_t room = std::min<std::size_t>(open(), limits_.idle);
  if (idle_.capacity() < room) idle_.reserve(std::min<std::size_t>(2 * room, limits_.idle));
  return connection;
}

void Pool::give(std::unique_ptr<Connection> connection) {
  if (!connection->reusable()) proven_ = 0;
  if (!connection->reusable() || idle_.size() >= limits_.idle || !leads_there(*connection)) return;
  connection->rest();
  hear();  // of this one, only the next look will tell
  idle_.push_back(std::move(connection));
  note_idle();
  if (!armed()) worker_.arm(*this, worker_.now() + std::min(kSweep, limits_.idle_timeout));
}

bool Pool::shed() {
  if (idle_.empty()) return false;
  idle_.erase(idle_.begin());
  if (heard_ > 0) --heard_;
  note_idle();
  return true;
}

void Pool::lead_to(SharedAddresses addresses) {
  addresses_ = std::move(addresses);
  keys_.clear();
  for (const net::SocketAddress& address : *addresses_) keys_.push_back(key_of(address));
  std::erase_if(idle_, [this](const auto& connection) { return !leads_there(*connection); });
  heard_ = 0;
  proven_ = 0;  // another system
  note_idle();
}

bool Pool::leads_there(const Connection& connection) const {
  return keys_.empty() || std::ranges::find(keys_, connection.origin().address) != keys_.end();
}

void Pool::on_timer() {
  const SteadyTime oldest = worker_.now() - limits_.idle_timeout;
  std::erase_if(idle_,
                [&](const auto& connection) { return connection->idle_since() < oldest || !connection->quiet(); });
  heard_ = 0;
  note_idle();
  if (!idle_.empty()) worker_.arm(*this, worker_.now() + std::min(kSweep, limits_.idle_timeout));
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

Buffers* Lease::buffers() const { return pool_ != nullptr ? &pool_->buffers() : nullptr; }

Lease::~Lease() {
  if (connection_) pool_->give(std::move(connection_));
}

}  // namespace causeway::upstream
