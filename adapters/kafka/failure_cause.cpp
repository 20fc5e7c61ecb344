#include "adapters/kafka/failure_cause.h"

#include <algorithm>

namespace causeway::kafka {
namespace {

constexpr std::string_view kId = "-0123456789";

// The name in front of a text: of the client, of its thread, or of a broker (`127.0.0.1:9092/1`, `127.0.0.1:9092`,
// `kafka-1:9092/bootstrap`).
bool is_name(std::string_view text) {
  if (text.empty() || text.find(' ') != text.npos) return false;
  if (text == "GroupCoordinator" || (text.starts_with("[thrd:") && text.ends_with(']'))) return true;
  const std::string_view last = text.substr(text.find_last_of(":/") + 1);
  return last.size() < text.size() && (last == "bootstrap" || last.find_first_not_of(kId) == last.npos);
}

}  // namespace

std::string cause_of(std::string_view text) {
  constexpr std::string_view kColon = ": ";
  for (const std::string_view bracket : {" (after ", " (average "}) text = text.substr(0, text.find(bracket));
  while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  for (std::size_t end = text.find(kColon); end != text.npos && is_name(text.substr(0, end)); end = text.find(kColon))
    text.remove_prefix(end + kColon.size());
  return std::string(text);
}

std::string without_digits(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char byte) { return byte >= '0' && byte <= '9'; });
  return out;
}

}  // namespace causeway::kafka
