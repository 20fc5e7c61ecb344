#include "store/readers.h"

#include <pthread.h>

namespace causeway::store {
namespace {

const Sql kBegin{"BEGIN"};
const Sql kEnd{"COMMIT"};

Result<> answer(Connection& connection, Query& query) {
  try {
    connection.session().run(kBegin);
    Result<> result = query.run(connection.session());
    connection.session().run(kEnd);
    return result;
  } catch (const StoreFailure& failure) {
    connection.roll_back();
    return Error(Code::kStoreRefused, failure.what());
  } catch (const std::exception& exception) {
    connection.roll_back();
    return Error(Code::kInternal, exception.what());
  }
}

}  // namespace

void Readers::start(std::vector<std::unique_ptr<Connection>> connections) {
  connections_ = std::move(connections);
  queue_.open();
  for (const auto& connection : connections_)
    threads_.emplace_back([this, &own = *connection] {
      pthread_setname_np(pthread_self(), "store-reader");
      run(own);
    });
}

void Readers::stop() {
  queue_.close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  connections_.clear();
}

void Readers::run(Connection& connection) {
  while (Pending<Query>* query = queue_.take_one()) {
    query->result = answer(connection, query->work);
    Replies replies;
    query->settle(replies);
  }
}

}  // namespace causeway::store
