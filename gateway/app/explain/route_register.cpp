#include "app/explain/route_register.h"

#include <utility>

#include "app/explain/route_text.h"

namespace causeway::app {

void RouteRegister::take(std::shared_ptr<const EffectiveRoutes> routes) {
  {
    const std::lock_guard lock(mutex_);
    std::swap(routes_, routes);
  }
  // What was there goes outside of the lock.
}

std::shared_ptr<const EffectiveRoutes> RouteRegister::current() const {
  const std::lock_guard lock(mutex_);
  return routes_;
}

admin::RoutePage RouteRegister::routes(std::string_view api, std::size_t after, std::size_t limit) {
  const std::shared_ptr<const EffectiveRoutes> all = current();
  admin::RoutePage page;
  for (std::size_t i = after; i < all->routes.size(); ++i) {
    if (!api.empty() && all->api_of(i).api != api) continue;
    if (page.items.size() == limit) {
      page.more = true;
      break;
    }
    page.items.push_back(route_json(*all, i, clock_.wall()));
    page.last = i + 1;
  }
  return page;
}

Result<std::string> RouteRegister::route(std::string_view name) {
  const std::shared_ptr<const EffectiveRoutes> all = current();
  for (std::size_t i = 0; i < all->routes.size(); ++i)
    if (all->specs[i].name == name) return route_json(*all, i, clock_.wall());
  return Error(Code::kNoSuchThing);
}

}  // namespace causeway::app
