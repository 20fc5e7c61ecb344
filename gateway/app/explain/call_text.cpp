#include "app/explain/call_text.h"

#include <algorithm>
#include <string_view>

#include "core/ascii.h"

namespace causeway::app {

std::string CallText::problem() const {
  const auto breaks = [](const std::string& text) { return text.find_first_of("\r\n") != std::string::npos; };
  if (breaks(method)) return "the method has a line break";
  if (breaks(target)) return "the target has a line break";
  for (const auto& [name, value] : headers)
    if (breaks(name) || breaks(value)) return "a header has a line break";
  return {};
}

std::string CallText::head() const {
  const auto says = [&](std::string_view wanted) {
    return std::ranges::any_of(headers, [&](const auto& field) { return equals_ignoring_case(field.first, wanted); });
  };
  std::string text = method + ' ' + target + " HTTP/1.1\r\n";
  if (!says("host")) text += "Host: localhost\r\n";
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append("\r\n");
  if (body && !says("content-length") && !says("transfer-encoding"))
    text.append("Content-Length: ").append(std::to_string(body->size())).append("\r\n");
  return text + "\r\n";
}

std::optional<std::pair<std::string, std::string>> read_header(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const std::size_t value = line.find_first_not_of(" \t", colon + 1);
  return std::pair(line.substr(0, colon), value == std::string::npos ? "" : line.substr(value));
}

}  // namespace causeway::app
