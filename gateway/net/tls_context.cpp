#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/tls_files.h"

namespace causeway::net {
namespace {

using File = TlsProblem::File;

constexpr int kLongestChain = 8;

/// OpenSSL checks the extended key usage where there is one; a client's certificate must have it.
int check_certificate(int good, X509_STORE_CTX* store) {
  if (good != 1 || X509_STORE_CTX_get_error_depth(store) != 0) return good;
  const std::uint32_t usage = X509_get_extended_key_usage(X509_STORE_CTX_get_current_cert(store));
  if (usage != UINT32_MAX && (usage & XKU_SSL_CLIENT) != 0) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_INVALID_PURPOSE);
  return 0;
}

}  // namespace

std::variant<std::shared_ptr<const TlsContext>, TlsProblem> TlsContext::load(
    const std::filesystem::path& certificate, const std::filesystem::path& private_key,
    const std::optional<ClientCertificates>& clients) {
  ERR_clear_error();
  SSL_CTX* raw = SSL_CTX_new(TLS_server_method());
  if (raw == nullptr) return TlsProblem{File::kCertificate, "OpenSSL has no memory"};
  std::shared_ptr<TlsContext> context(new TlsContext(raw));
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
  if (auto problem = load_identity(raw, certificate, private_key)) return *std::move(problem);
  context->valid_from_ = time_of(X509_get0_notBefore(SSL_CTX_get0_certificate(raw)));
  context->valid_until_ = time_of(X509_get0_notAfter(SSL_CTX_get0_certificate(raw)));
  if (clients) {
    std::string problem = context->ask_for_certificates(*clients);
    if (!problem.empty()) return TlsProblem{File::kAuthorities, std::move(problem)};
  }
  return std::shared_ptr<const TlsContext>(std::move(context));
}

std::string TlsContext::ask_for_certificates(const ClientCertificates& clients) {
  const std::string file = clients.authorities.string();
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context_, file.c_str()) != 1) {
    if (names != nullptr) sk_X509_NAME_pop_free(names, X509_NAME_free);
    return why_refused(clients.authorities, "certificates in PEM");
  }
  SSL_CTX_set_client_CA_list(context_, names);  // takes them
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | (clients.required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     check_certificate);
  SSL_CTX_set_verify_depth(context_, kLongestChain);
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_options(context_, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context_, 0);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  asks_ = true;
  return {};
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

SSL* TlsContext::new_connection() const { return SSL_new(context_); }

}  // namespace causeway::net
