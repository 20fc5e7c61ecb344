#include "upstream/connecting.h"

#include <algorithm>

#include "upstream/wait.h"

namespace causeway::upstream {
namespace {

/// How many addresses of a name may swallow a connection until its whole time is over.
constexpr std::size_t kMostSilent = 3;

Error unreachable(std::string why) { return Error(Code::kUpstreamUnreachable, std::move(why), Resend::kIfUnsent); }

/// Lets another worker close an idle connection; goes on when that has happened. Taken apart meanwhile, it is
/// forgotten.
Task<> ask_to_shed(runtime::Worker& worker, runtime::Worker& other, std::shared_ptr<Pool> pool, SteadyTime due,
                   runtime::Cancel* cancel) {
  struct Asking {
    explicit Asking(runtime::Worker& worker) : wait(worker) {}
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    ~Asking() { *self = nullptr; }
    Wait wait;
    const std::shared_ptr<Wait*> self = std::make_shared<Wait*>(&wait);
  };
  Asking asking(worker);
  other.post([&worker, pool = std::move(pool), asked = asking.self] {
    pool->shed();
    worker.post([asked] {
      if (*asked != nullptr) (*asked)->wake();
    });
  });
  co_await asking.wait.sleep(due, cancel);
}

/// One address has what is left of the time, less a share for those behind it.
SteadyTime due_of_one(SteadyTime now, SteadyTime due, std::size_t left) {
  return left <= 1 ? due : now + (due - now) / static_cast<std::int64_t>(std::min(left, kMostSilent));
}

struct Way {
  const Endpoint& endpoint;
  net::TlsSession* session;
};

/// Until `soon` for the connection, until `due` for what is then spoken over it.
Task<Result<>> connect_one(Connection& connection, const net::SocketAddress& address, Way way, SteadyTime soon,
                           SteadyTime due) {
  const net::IoResult connected = co_await connection.connect(address, soon);
  if (connected.status == net::IoStatus::kTimeout) co_return unreachable("no connection in time");
  if (!connected.ok()) co_return unreachable("connection refused");
  connection.origin().address = key_of(address);
  if (way.endpoint.tls() == nullptr) co_return Result<>();
  std::string problem;
  const std::string& host = way.endpoint.where().host;
  const net::IoResult secured = co_await connection.connect_tls(*way.endpoint.tls(), host, way.session, due, problem);
  if (secured.ok()) co_return Result<>();
  co_return unreachable("TLS: " + problem);
}

Task<Result<>> connect_any(Connection& connection, runtime::Worker& worker, SharedAddresses addresses, Way way,
                           std::size_t turn, SteadyTime due, const runtime::Cancel* cancel) {
  Result<> outcome = unreachable("the name has no address");
  const std::size_t size = addresses->size();
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0 && (worker.now() >= due || (cancel != nullptr && cancel->requested()))) break;
    const SteadyTime soon = due_of_one(worker.now(), due, size - i);
    outcome = co_await connect_one(connection, (*addresses)[(turn + i) % size], way, soon, due);
    if (outcome) break;
  }
  co_return outcome;
}

}  // namespace

Task<Result<std::unique_ptr<Connection>>> make_connection(runtime::Worker& worker, const Endpoint& endpoint,
                                                          SteadyTime due, runtime::Cancel* cancel) {
  Pool& pool = endpoint.pool(worker);
  std::unique_ptr<Connection> made = pool.make();
  if (!made && pool.shed()) made = pool.make();
  for (runtime::Worker* other : endpoint.workers()) {
    if (made || worker.now() >= due || (cancel != nullptr && cancel->requested())) break;
    const std::shared_ptr<Pool>& theirs = endpoint.pools()[other->index()];
    if (other == &worker || theirs->idle() == 0) continue;
    co_await ask_to_shed(worker, *other, theirs, due, cancel);
    made = pool.make();
  }
  if (!made) co_return Error(Code::kOverloaded, "no connection is free", Resend::kIfUnsent);
  co_return made;
}

Task<Result<>> connect(Connection& connection, runtime::Worker& worker, const Endpoint& endpoint, SteadyTime due,
                       const runtime::Cancel* cancel) {
  Pool& pool = endpoint.pool(worker);
  const Way way{endpoint, &pool.session()};
  Result<> outcome = co_await connect_any(connection, worker, pool.addresses(), way, pool.next_turn(), due, cancel);
  if (!outcome) endpoint.doubt();
  co_return outcome;
}

Task<Result<>> connect_to(Connection& connection, runtime::Worker& worker, const Endpoint& endpoint,
                          SharedAddresses addresses, std::size_t turn, SteadyTime due) {
  const Way way{endpoint, nullptr};
  Result<> outcome = co_await connect_any(connection, worker, std::move(addresses), way, turn, due, nullptr);
  if (!outcome) endpoint.doubt();
  co_return outcome;
}

}  // namespace causeway::upstream
