#include "net/cache_control.h"

#include <algorithm>

#include "net/characters.h"

namespace causeway::net {
namespace {

/// The end of a member of a list: a comma in quotes does not end it.
std::size_t end_of_member(std::string_view list) {
  bool quoted = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '"') quoted = !quoted;
    else if (quoted && list[i] == '\\') ++i;
    else if (list[i] == ',' && !quoted) return i;
  }
  return list.size();
}

Keeping keeping_of(std::string_view list) {
  Keeping keeping = Keeping::kForAll;
  while (!list.empty()) {
    const std::size_t end = end_of_member(list);
    const std::string_view member = list.substr(0, end);
    const std::string_view name = trim_blanks(member.substr(0, member.find('=')));
    if (equals_ignoring_case(name, "no-store")) return Keeping::kNever;
    if (equals_ignoring_case(name, "private")) keeping = Keeping::kForItsCaller;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return keeping;
}

}  // namespace

Keeping keeping_of(const Headers& fields) {
  Keeping keeping = Keeping::kForAll;
  if (!fields.contains(HeaderId::kCacheControl)) return keeping;
  for (const HeaderField& field : fields)
    if (field.id == HeaderId::kCacheControl) keeping = std::max(keeping, keeping_of(field.value));
  return keeping;
}

std::string_view next_name(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view name = trim_blanks(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return name;
}

}  // namespace causeway::net
