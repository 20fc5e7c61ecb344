// How the admin API answers with a list.
#pragma once

#include <string>
#include <string_view>

#include "core/json_object.h"

namespace causeway::admin {

/// `{items, next}`; an empty `next` is null.
inline std::string page(const JsonArray& items, std::string_view next) {
  JsonObject object;
  object.raw("items", items.done());
  if (next.empty()) object.raw("next", "null");
  else object.text("next", next);
  return object.done();
}

}  // namespace causeway::admin
