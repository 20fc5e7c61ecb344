#include "admin/access.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace causeway::admin {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
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

std::string read_token(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string token;
  std::getline(file, token);
  return token;
}

}  // namespace

std::optional<std::string_view> bearer(std::string_view authorization) {
  constexpr std::size_t kScheme = 7;
  if (authorization.size() <= kScheme || lower(authorization.substr(0, kScheme)) != "bearer ") return std::nullopt;
  return authorization.substr(kScheme);
}

Access::Access(const AdminSettings& settings, std::string_view generated)
    : hosts_{"localhost", "127.0.0.1", "::1", lower(settings.address->where.host)} {
  for (const std::string& host : settings.hosts) hosts_.push_back(lower(host));
  for (const UserSettings& user : settings.users) add(*user.name, user.role, user.token->reveal());
  if (settings.users.empty() && !generated.empty()) add("admin", Role::kAdmin, generated);
}

Access::Digest Access::digest(std::string_view token) {
  Digest result;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), result.data());
  return result;
}

void Access::add(std::string name, Role role, std::string_view token) {
  rows_.push_back({{std::move(name), role}, digest(token)});
}

Result<User> Access::authenticate(std::string_view authorization) const {
  const auto token = bearer(authorization);
  if (!token) return Error(authorization.empty() ? Code::kNoCredentials : Code::kWrongCredentials);
  const Digest shown = digest(*token);
  const Row* found = nullptr;
  for (const Row& row : rows_)
    if (CRYPTO_memcmp(row.token.data(), shown.data(), shown.size()) == 0) found = &row;
  if (found == nullptr) return Error(Code::kWrongCredentials);
  return found->user;
}

bool Access::host_allowed(std::string_view host) const {
  return std::ranges::find(hosts_, host_of(host)) != hosts_.end();
}

std::string ensure_token(const std::string& folder) {
  const std::filesystem::path path = std::filesystem::path(folder) / "admin.token";
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) {
    std::filesystem::create_directories(folder, ignored);
    chmod(folder.c_str(), 0700);
  }
  // Only the one that makes the file writes it: two processes that start at once must not each believe their own token.
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return read_token(path);
  unsigned char random[32];
  if (getrandom(random, sizeof random, 0) != sizeof random) std::abort();
  std::string token;
  for (const unsigned char byte : random) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    token += kDigits[byte >> 4];
    token += kDigits[byte & 15];
  }
  const std::string line = token + '\n';
  const bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  close(file);
  if (written) return token;
  unlink(path.c_str());
  return {};
}

}  // namespace causeway::admin
