#include "admin/access.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/ascii.h"

namespace causeway::admin {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), ascii_lower);
  return result;
}

/// `name:port` without its port, brackets of IPv6 taken off.
std::string host_of(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const std::size_t end = host.find(']');
    return lower(host.substr(1, end == std::string_view::npos ? end : end - 1));
  }
  return lower(host.substr(0, host.find(':')));
}

/// Empty when there is none that could be used. Nobody else may read it.
std::string read_token(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return {};
  char text[1024];
  const ssize_t size = read(file, text, sizeof text);
  const bool own = fchmod(file, 0600) == 0;
  close(file);
  std::string token(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  token.resize(std::min(token.find_first_of("\r\n"), token.size()));
  return own && token.size() >= config::Secret::kMinimumSize ? token : "";
}

std::string make_token() {
  std::uint8_t random[32];
  if (getrandom(random, sizeof random, 0) != sizeof random) std::abort();
  return security::to_hex(random);
}

/// Durable, or false.
bool write_file(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  return close(file) == 0 && written;
}

}  // namespace

std::optional<std::string_view> bearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return std::nullopt;
  if (!equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  return authorization.substr(kScheme.size());
}

Access::Access(const AdminSettings& settings, std::string_view generated)
    : hosts_{"localhost", "127.0.0.1", "::1", lower(settings.address->where.host)} {
  for (const auto& host : settings.hosts) hosts_.push_back(lower(*host));
  for (const UserSettings& user : settings.users) add(*user.name, user.role, user.token->reveal());
  if (settings.users.empty() && !generated.empty()) add("admin", Role::kAdmin, generated);
}

void Access::add(std::string name, Role role, std::string_view token) {
  rows_.push_back({{std::move(name), role}, security::sha256(token)});
}

Result<User> Access::authenticate(std::string_view authorization) const {
  const auto token = bearer(authorization);
  if (!token) return Error(authorization.empty() ? Code::kNoCredentials : Code::kWrongCredentials);
  const security::Sha256Digest shown = security::sha256(*token);
  const Row* found = nullptr;
  for (const Row& row : rows_)
    if (security::equal_in_constant_time(row.token, shown)) found = &row;
  if (found == nullptr) return Error(Code::kWrongCredentials);
  return found->user;
}

bool Access::host_allowed(std::string_view host) const {
  return std::ranges::find(hosts_, host_of(host)) != hosts_.end();
}

std::string ensure_token(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) chmod(folder.c_str(), 0700);
  const std::string path = (std::filesystem::path(folder) / "admin.token").string();
  if (std::filesystem::exists(path, error)) return read_token(path);
  // Linked into place whole: a crash leaves no half of a token, and of two that start at once both get the same one.
  const std::string draft = path + '.' + std::to_string(getpid());
  unlink(draft.c_str());
  if (write_file(draft, make_token() + '\n')) [[maybe_unused]]
    const int first = link(draft.c_str(), path.c_str());
  unlink(draft.c_str());
  return read_token(path);
}

}  // namespace causeway::admin
