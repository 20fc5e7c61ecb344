#include "app/effective_route.h"

namespace causeway::app {

std::string_view EffectiveRoute::find(const std::vector<EffectiveKey>& keys, std::string_view name) {
  for (const EffectiveKey& key : keys)
    if (key.name == name) return key.value;
  return {};
}

const EffectiveStep* EffectiveRoute::step(std::string_view name) const {
  for (const EffectiveStep& step : chain)
    if (step.name == name && !step.removed) return &step;
  return nullptr;
}

std::string pattern_of(const routing::ApiSettings& api, const routing::RouteSpec& route) {
  return (api.base.segments().empty() ? std::string() : api.base.text()) + route.match.path.text();
}

}  // namespace causeway::app
