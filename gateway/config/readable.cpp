#include "config/readable.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "config/document.h"

namespace causeway::config {

std::string why_unreadable(const std::filesystem::path& file) {
  std::error_code ignored;
  errno = std::filesystem::is_directory(file, ignored) ? EISDIR : 0;
  std::ifstream stream;
  if (errno == 0) stream.open(file, std::ios::binary);
  if (stream.is_open()) return {};
  return fmt::format("{} cannot be read: {}", display_name(file), std::strerror(errno != 0 ? errno : EIO));
}

}  // namespace causeway::config
