#include "config/secrets.h"

#include <fmt/format.h>
#include <string.h>  // NOLINT: explicit_bzero is POSIX

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

namespace causeway::config {
namespace {

constexpr std::size_t kLargestFile = 64 << 10;

bool environment_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  return true;
}

/// `N`, `N:-default` or `N:?message`. Says in the result what is wrong.
void put_environment(std::string_view reference, const Environment& environment, Resolved& result) {
  const std::size_t colon = reference.find(':');
  const std::string name(reference.substr(0, colon));
  const std::string_view rest = colon == std::string_view::npos ? std::string_view() : reference.substr(colon);
  const bool has_default = rest.starts_with(":-");
  const bool has_message = rest.starts_with(":?");
  if (!environment_name(name) || (!rest.empty() && !has_default && !has_message)) {
    result.error = "expected ${env:NAME}, ${env:NAME:-default} or ${env:NAME:?message}";
    return;
  }
  std::optional<std::string> value = environment(name);
  if (value && (!value->empty() || (!has_default && !has_message))) {
    result.text += *value;
    wipe(*value);
  } else if (has_default) {
    result.text += rest.substr(2);
    result.empty_default = rest.size() == 2;
  } else {
    result.error = fmt::format("environment variable {} is {}", name, value ? "empty" : "not set");
    if (has_message && rest.size() > 2) result.error += fmt::format(": {}", rest.substr(2));
  }
}

void put_file(std::string_view name, const std::filesystem::path& directory,
              const std::function<void(const std::filesystem::path&)>& about_to_read, Resolved& result) {
  if (name.empty() || name.find('\0') != std::string_view::npos) {
    result.error = "expected ${file:path}";
    return;
  }
  const std::filesystem::path path = (directory / name).lexically_normal();
  if (about_to_read) about_to_read(path);
  std::error_code ignored;
  std::ifstream file;
  errno = std::filesystem::is_directory(path, ignored) ? EISDIR : 0;
  if (errno == 0) file.open(path, std::ios::binary);
  if (!file.is_open()) {
    result.error = fmt::format("file {} cannot be read: {}", name, std::strerror(errno));
    return;
  }
  std::string content(kLargestFile + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  const auto size = static_cast<std::size_t>(file.gcount());
  if (size > kLargestFile) {
    result.error = fmt::format("file {} is larger than 64 KiB", name);
  } else if (file.bad()) {
    result.error = fmt::format("file {} cannot be read", name);
  } else {
    std::string_view value(content.data(), size);
    if (value.ends_with('\n')) value.remove_suffix(1);
    if (value.ends_with('\r')) value.remove_suffix(1);
    result.text += value;
  }
  wipe(content);
}

}  // namespace

Secret::Secret(std::string_view value) : bytes_(std::make_unique<char[]>(value.size())), size_(value.size()) {
  std::copy(value.begin(), value.end(), bytes_.get());
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  bytes_ = std::move(other.bytes_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
  if (bytes_) explicit_bzero(bytes_.get(), size_);
}

void wipe(std::string& text) noexcept {
  // Up to the capacity: a string that shrank keeps its old end.
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return value;
  };
}

bool has_reference(std::string_view text) {
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at)) {
    if (text.substr(at).starts_with("${")) return true;
    at += text.substr(at).starts_with("$${") ? 3 : 1;
  }
  return false;
}

Resolved resolve_references(std::string_view text, const std::filesystem::path& directory,
                            const Environment& environment,
                            const std::function<void(const std::filesystem::path&)>& about_to_read) {
  Resolved result;
  while (!text.empty() && result.error.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    result.text += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.starts_with("$${")) {
      result.text += "${";
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      result.secret = true;
      const std::size_t begin = result.text.size();
      const std::size_t end = text.find('}');
      const std::string_view reference = end == std::string_view::npos ? std::string_view() : text.substr(2, end - 2);
      if (reference.starts_with("env:")) put_environment(reference.substr(4), environment, result);
      else if (reference.starts_with("file:")) put_file(reference.substr(5), directory, about_to_read, result);
      else result.error = "expected ${env:NAME} or ${file:path}; a literal ${ is written $${";
      result.put_in.push_back({begin, result.text.size() - begin});
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    } else if (!text.empty()) {
      result.text += '$';
      text.remove_prefix(1);
    }
  }
  result.empty_default = result.empty_default && result.text.empty();
  if (!result.error.empty()) {
    wipe(result.text);
    result.put_in.clear();
  }
  return result;
}

}  // namespace causeway::config
