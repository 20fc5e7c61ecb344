#include "exchange/media_type.h"

#include <string_view>

#include "net/characters.h"

namespace causeway {
JsonType json_type(const net::Headers& headers) {
  const auto coding = headers.get(net::HeaderId::kContentEncoding);
  if (coding && !equals_ignoring_case(*coding, "identity")) return JsonType::kOther;
  const auto type = headers.get(net::HeaderId::kContentType);
  if (!type) return JsonType::kUnnamed;
  const std::string_view essence = net::trim_blanks(type->substr(0, type->find(';')));
  if (equals_ignoring_case(essence, "application/json")) return JsonType::kJson;
  const std::size_t plus = essence.rfind('+');
  return plus != std::string_view::npos && equals_ignoring_case(essence.substr(plus), "+json") ? JsonType::kJson
                                                                                               : JsonType::kOther;
}

}  // namespace causeway
