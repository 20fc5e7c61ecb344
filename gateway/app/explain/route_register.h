// The routes in force, for the admin API.
#pragma once

#include <memory>
#include <mutex>

#include "admin/route_port.h"
#include "app/effective_route.h"
#include "core/clock.h"

namespace causeway::app {

/// Thread safe.
class RouteRegister final : public admin::RoutePort {
 public:
  /// `clock` outlives it.
  explicit RouteRegister(const Clock& clock) : clock_(clock) {}

  /// At a start and at a reload.
  void take(std::shared_ptr<const EffectiveRoutes> routes);

  admin::RoutePage routes(std::string_view api, std::size_t after, std::size_t limit) override;
  Result<std::string> route(std::string_view name) override;

 private:
  std::shared_ptr<const EffectiveRoutes> current() const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::shared_ptr<const EffectiveRoutes> routes_ = std::make_shared<EffectiveRoutes>();
};

}  // namespace causeway::app
