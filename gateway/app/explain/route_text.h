// How a route's record is shown: as JSON (the admin API, `--json`) and as columns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/effective_route.h"
#include "core/clock.h"

namespace causeway::app {

/// `{"name", "api", "methods", "pattern", …}`: all of the record. `now` decides in which state its versions are.
std::string route_json(const EffectiveRoutes& all, std::size_t route, WallTime now);
/// Of one step: name, what it does, when it runs, where it is written.
std::string step_json(const EffectiveStep& step);
std::string key_json(const EffectiveKey& key);
/// `"routes/orders.yaml:28:5"`, or null for what nobody wrote.
std::string place_json(const config::Position& at);

/// `METHOD PATH VERSIONS AUTH PLUGINS ADAPTER CLUSTER WHERE`, and a row under these headings.
std::vector<std::string> route_headings();
std::vector<std::string> route_row(const EffectiveRoutes& all, std::size_t route, WallTime now);

/// `routes/orders.yaml:15:3 (defaults)`, `built in`.
std::string place_text(const Source& from);

/// Rows in columns, each behind `indent`; the last cell of a row may be of any length. A line a row, without blanks at
/// its end.
std::string columns(const std::vector<std::vector<std::string>>& rows, std::string_view indent = {});

}  // namespace causeway::app
