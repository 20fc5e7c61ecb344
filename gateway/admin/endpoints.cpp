#include <charconv>

#include "admin/endpoint.h"
#include "admin/json_object.h"

namespace causeway::admin {

std::vector<Endpoint> builtin_endpoints() {
  std::vector<Endpoint> all;
  add_process_endpoints(all);
  add_event_endpoints(all);
  add_subscription_endpoints(all);
  add_dead_letter_endpoints(all);
  add_audit_endpoints(all);
  return all;
}

Result<std::size_t> read_limit(const Call& call) {
  constexpr std::size_t kUsual = 50;
  constexpr std::size_t kMost = 500;
  const std::string_view text = call.asked("limit");
  if (text.empty()) return kUsual;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size() || limit < 1 || limit > kMost)
    return invalid("/limit", "maximum", "must be 1 to 500");
  return limit;
}

Error invalid(std::string_view path, std::string_view keyword, std::string_view message) {
  JsonObject violation;
  violation.text("path", path).text("keyword", keyword).text("message", message);
  Error error(Code::kInvalid);
  error.info().details = "\"violations\":[" + violation.done() + ']';
  return error;
}

}  // namespace causeway::admin
