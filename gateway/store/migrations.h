// Brings the tables of every feature up to date when the store opens.
#pragma once

#include <span>
#include <string>

#include "core/clock.h"
#include "store/connection.h"
#include "store/schema.h"

namespace causeway::store {

/// Applies what is missing, one transaction a feature, and notes it in table `migration` with its kind, so that an
/// older binary knows what it may run on. Before a file that holds something is changed, a copy is put beside it:
/// `<path>.before-<feature>-<number>`, after the first of the migrations.
///
/// Throws std::runtime_error with what to tell the operator: the file belongs to another program, or a newer version
/// has made a breaking change to it (then nothing was touched), or a statement fails.
void migrate(Connection& connection, const std::string& path, std::span<const Schema* const> schemas, WallTime now);

}  // namespace causeway::store
