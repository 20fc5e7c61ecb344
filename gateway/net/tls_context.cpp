#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace causeway::net {
namespace {

std::string openssl_reason() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
  return reason != nullptr ? reason : "cannot be read";
}

}  // namespace

std::variant<std::shared_ptr<const TlsContext>, std::string> TlsContext::load(
    const std::filesystem::path& certificate, const std::filesystem::path& private_key) {
  ERR_clear_error();
  SSL_CTX* raw = SSL_CTX_new(TLS_server_method());
  if (raw == nullptr) return openssl_reason();
  std::shared_ptr<const TlsContext> context(new TlsContext(raw));
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
  // RELEASE_BUFFERS: an idle connection keeps no record buffers (33 KB a connection instead of 102).
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  SSL_CTX_set_alpn_select_cb(
      raw,
      [](SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size, void*) {
        unsigned char* chosen = nullptr;
        if (SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11 - 1, in, in_size) !=
            OPENSSL_NPN_NEGOTIATED)
          return SSL_TLSEXT_ERR_NOACK;
        *out = chosen;
        return SSL_TLSEXT_ERR_OK;
      },
      nullptr);
  if (SSL_CTX_use_certificate_chain_file(raw, certificate.c_str()) != 1)
    return "the certificate " + certificate.string() + ": " + openssl_reason();
  if (SSL_CTX_use_PrivateKey_file(raw, private_key.c_str(), SSL_FILETYPE_PEM) != 1)
    return "the private key " + private_key.string() + ": " + openssl_reason();
  if (SSL_CTX_check_private_key(raw) != 1) return "the private key does not belong to the certificate";
  return context;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

SSL* TlsContext::new_connection() const { return SSL_new(context_); }

}  // namespace causeway::net
