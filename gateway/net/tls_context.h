// The TLS side of a listener: certificate, key and policy, loaded once and shared by all its connections.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/clock.h"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace causeway::net {

/// What a listener asks of its callers' certificates.
struct ClientCertificates {
  std::filesystem::path authorities;  ///< PEM; each certificate in it is trusted as it stands
  bool required = true;               ///< without one the handshake fails
};

/// Why TLS cannot be spoken, and which of its files is to blame.
struct TlsProblem {
  enum class File { kCertificate, kPrivateKey, kAuthorities };
  File file;
  std::string text;
};

class TlsContext {
 public:
  /// Loads a PEM chain and its key. The alternative is what is wrong.
  /// With `clients` callers are asked for certificates: one that is shown must lead to an authority, be within its time
  /// and say that it is meant for clients (extended key usage clientAuth), or the handshake fails. Then no session is
  /// resumed: every connection shows its certificate.
  static std::variant<std::shared_ptr<const TlsContext>, TlsProblem> load(
      const std::filesystem::path& certificate, const std::filesystem::path& private_key,
      const std::optional<ClientCertificates>& clients = std::nullopt);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// A new server-side connection object; the caller owns it. Thread safe.
  SSL* new_connection() const;
  bool asks_for_certificates() const { return asks_; }
  /// The time during which the certificate holds.
  WallTime valid_from() const { return valid_from_; }
  WallTime valid_until() const { return valid_until_; }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  std::string ask_for_certificates(const ClientCertificates& clients);

  SSL_CTX* context_;
  bool asks_ = false;
  WallTime valid_from_{};
  WallTime valid_until_{};
};

}  // namespace causeway::net
