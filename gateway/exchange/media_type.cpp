#include "exchange/media_type.h"

#include <string_view>

namespace causeway {
namespace {

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]) != lower[i]) return false;
  return true;
}

}  // namespace

JsonType json_type(const net::Headers& headers) {
  const auto coding = headers.get(net::HeaderId::kContentEncoding);
  if (coding && !equals_ignoring_case(*coding, "identity")) return JsonType::kOther;
  const auto type = headers.get(net::HeaderId::kContentType);
  if (!type) return JsonType::kUnnamed;
  std::string_view essence = type->substr(0, type->find(';'));
  while (!essence.empty() && (essence.back() == ' ' || essence.back() == '\t')) essence.remove_suffix(1);
  if (equals_ignoring_case(essence, "application/json")) return JsonType::kJson;
  const std::size_t plus = essence.rfind('+');
  return plus != std::string_view::npos && equals_ignoring_case(essence.substr(plus), "+json") ? JsonType::kJson
                                                                                               : JsonType::kOther;
}

}  // namespace causeway
