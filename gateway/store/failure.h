// What SQLite's result codes mean to the store.
#pragma once

#include <string>
#include <string_view>

#include "store/session.h"

struct sqlite3;

namespace causeway::store {

/// Of the connection's last call; `context` follows its message.
StoreFailure failure_of(sqlite3* database, std::string_view context = {});

/// True when the failed call must not be tried again in this process: what is on the disk is not known any more.
bool ends_the_process(const StoreFailure& failure);
/// Says so on standard error, and aborts: a new start recovers what is on the disk.
[[noreturn]] void end_the_process(std::string_view doing, const StoreFailure& failure);

}  // namespace causeway::store
