#include "app/route_tests/judge_parts.h"

#include "app/route_tests/json_comparison.h"
#include "config/errors.h"
#include "net/characters.h"

namespace causeway::app {
namespace {

std::optional<std::string> value_of(const HeaderList& headers, std::string_view name) {
  std::optional<std::string> joined;
  for (const auto& [its_name, value] : headers) {
    if (!net::equals_ignoring_case(its_name, name)) continue;
    if (joined) *joined += ", " + value;
    else joined = value;
  }
  return joined;
}

}  // namespace

void judge_text(const Wanted<std::string>& expected, std::string_view actual, const std::string& what,
                Mismatches& out) {
  if (!expected || **expected == kAny || **expected == actual) return;
  out.push_back({expected->position, what, **expected, actual.empty() ? "nothing" : std::string(actual), {}});
}

void judge_headers(const WantedHeaders& expected, const HeaderList& actual, const std::string& what, Mismatches& out) {
  for (const auto& [name, wanted] : expected) {
    const std::optional<std::string> value = value_of(actual, name);
    const bool absent = wanted->is_null();
    const bool fits = absent ? !value : value && (wanted->text() == kAny || wanted->text() == *value);
    if (!fits)
      out.push_back({wanted.position,
                     config::extend_path(what, name),
                     absent ? "nothing" : wanted->text(),
                     value.value_or("nothing"),
                     {}});
  }
}

}  // namespace causeway::app
