// What the admin API asks about the routes in force. Implemented by app.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace causeway::admin {

struct RoutePage {
  std::vector<std::string> items;  ///< JSON objects
  std::size_t last = 0;            ///< place of the last one, from 1
  bool more = false;               ///< others follow
};

class RoutePort {
 public:
  virtual ~RoutePort() = default;
  /// In the order of the files, those behind place `after`; `api` empty: of all.
  virtual RoutePage routes(std::string_view api, std::size_t after, std::size_t limit) = 0;
  /// A JSON object. kNoSuchThing.
  virtual Result<std::string> route(std::string_view name) = 0;
};

}  // namespace causeway::admin
