// How an explanation is shown.
#pragma once

#include <string>

#include "app/explain/explanation.h"

namespace causeway::app {

/// For people: lines, each ended.
std::string explanation_text(const Explanation& explanation, const EffectiveRoutes& routes);

/// For programs: one object on one line.
std::string explanation_json(const Explanation& explanation, const EffectiveRoutes& routes);

}  // namespace causeway::app
