// Who may use the admin API: tokens, roles, and from which page or name they come (operations.md, "Admin API").
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/settings.h"
#include "core/result.h"
#include "security/sha256.h"

namespace causeway::admin {

struct User {
  std::string name;
  Role role = Role::kViewer;
};

/// The users of one configuration. Immutable.
class Access {
 public:
  /// `generated` is the token of the file when no users are configured; empty: nobody may.
  Access(const AdminSettings& settings, std::string_view generated);

  /// Of an `Authorization` value. kNoCredentials, kWrongCredentials. Compares digests, whatever was shown.
  Result<User> authenticate(std::string_view authorization) const;
  /// Is this a name by which operators reach us? Ports are not looked at.
  bool host_allowed(std::string_view host) const;

 private:
  void add(std::string name, Role role, std::string_view token);

  struct Row {
    User user;
    security::Sha256Digest token;
  };
  std::vector<Row> rows_;
  std::vector<std::string> hosts_;
};

/// The access in force, replaced by a reload. Thread safe.
class AccessHolder {
 public:
  void set(std::shared_ptr<const Access> access) {
    const std::lock_guard lock(mutex_);
    access_ = std::move(access);
  }
  std::shared_ptr<const Access> get() const {
    const std::lock_guard lock(mutex_);
    return access_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Access> access_;
};

/// The token in `folder`/admin.token, made (0600, 256 bits) when there is none. Empty when it cannot be read or
/// written.
std::string ensure_token(const std::string& folder);

/// `Bearer ` is taken off without regard to case; nothing when it is another scheme.
std::optional<std::string_view> bearer(std::string_view authorization);

}  // namespace causeway::admin
