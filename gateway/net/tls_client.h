// The TLS side of a caller: whom it trusts, the certificate that it shows, and the name that it expects. Loaded once a
// configuration and shared by all connections to a system.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

#include "core/clock.h"
#include "net/endpoint_address.h"
#include "net/tls_context.h"

using SSL_SESSION = struct ssl_session_st;

namespace causeway::net {

/// What a caller is told of the other side. Empty paths: the system's authorities; no certificate of its own.
struct TlsClientOptions {
  std::filesystem::path authorities;  ///< PEM; each certificate in it is trusted as it stands
  std::filesystem::path certificate;  ///< PEM chain, shown when the other side asks; comes with private_key
  std::filesystem::path private_key;
  std::string server_name;  ///< what the other side's certificate must be for; empty: the host that is called
};

/// The last session with one endpoint, so that the next handshake with it is a short one. Belongs to one worker, and
/// outlives the connections that it was given to.
class TlsSession {
 public:
  TlsSession() = default;
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession() { keep(nullptr); }
  /// Takes over the reference.
  void keep(SSL_SESSION* session);
  SSL_SESSION* get() const { return session_; }

 private:
  SSL_SESSION* session_ = nullptr;
};

/// Immutable, thread safe. TLS 1.2 and newer; the other side must prove who it is, always.
class TlsClient {
 public:
  /// Reads the files. The alternative is what is wrong.
  static std::variant<std::shared_ptr<const TlsClient>, TlsProblem> load(const TlsClientOptions& options);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// A connection object of our side for a system at `host`; the caller owns it. Null when OpenSSL has no memory or
  /// `host` is no name that a certificate could have. `session`: may be null.
  SSL* new_connection(const std::string& host, TlsSession* session) const;

  const std::string& server_name() const { return server_name_; }
  /// Two with the same speak alike: it covers what is in the files. 64 hex digits; gives nothing of a key away.
  const std::string& fingerprint() const { return fingerprint_; }
  /// When the own certificate ends; WallTime::max() without one.
  WallTime valid_until() const { return valid_until_; }

 private:
  explicit TlsClient(SSL_CTX* context) : context_(context) {}

  SSL_CTX* context_;
  std::string server_name_;
  std::string fingerprint_;
  WallTime valid_until_ = WallTime::max();
};

/// Can a certificate be for this: an address, or a host name of letters, digits, `.`, `-` and `_`?
bool is_server_name(std::string_view text);

/// Why a handshake of ours failed, in words for the log: `certificate has expired`, `hostname mismatch`. Right after
/// the failed step, on the same thread.
std::string handshake_problem(SSL* connection);
/// The other side ended the connection because of the certificate that we showed, or did not show. In TLS 1.3 that is
/// heard only after the handshake; nothing that was sent before counts. Right after a failed step, on the same thread.
bool is_certificate_alert();

/// Has the other side said that nothing more comes? A connection that just ends may have been cut by somebody in
/// between: what has no other end is not whole. Of connections of a TlsClient; true for others.
bool closed_in_order(SSL* connection);

/// What Host says to a system: the name that it goes by (see TlsClientOptions::server_name), the port unless it is the
/// usual one; `localhost` for a socket of this machine. `tls` null: plain.
std::string host_field(const EndpointName& where, const TlsClient* tls);

}  // namespace causeway::net
