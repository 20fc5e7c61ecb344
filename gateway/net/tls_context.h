// The TLS side of a listener: certificate, key and policy, loaded once and shared by all its connections.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace causeway::net {

class TlsContext {
 public:
  /// Loads a PEM chain and its key. The alternative is what is wrong, for an error at the key that names the file.
  static std::variant<std::shared_ptr<const TlsContext>, std::string> load(const std::filesystem::path& certificate,
                                                                           const std::filesystem::path& private_key);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// A new server-side connection object; the caller owns it. Thread safe.
  SSL* new_connection() const;

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  SSL_CTX* context_;
};

}  // namespace causeway::net
