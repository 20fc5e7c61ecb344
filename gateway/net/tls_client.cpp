#include "net/tls_client.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <iterator>

#include "config/files_read.h"
#include "core/ip_address.h"
#include "net/tls_files.h"

namespace causeway::net {
namespace {

using File = TlsProblem::File;

constexpr int kLongestChain = 8;

/// Of everything that makes two clients differ.
class Fingerprint {
 public:
  Fingerprint() { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  Fingerprint(const Fingerprint&) = delete;
  Fingerprint& operator=(const Fingerprint&) = delete;
  ~Fingerprint() { EVP_MD_CTX_free(context_); }

  void add(std::string_view text) {
    const std::uint64_t size = text.size();
    EVP_DigestUpdate(context_, &size, sizeof size);
    EVP_DigestUpdate(context_, text.data(), text.size());
  }
  void add_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(stream)), {});
    add(content);
    OPENSSL_cleanse(content.data(), content.size());
  }
  /// A file that is too long to be read for this, and replaced when it changes.
  void add_state_of(const std::filesystem::path& file) {
    const config::FileIdentity identity = config::identity_of(file);
    add(std::to_string(identity.inode) + ' ' + std::to_string(identity.size) + ' ' + std::to_string(identity.modified));
  }
  std::string hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(context_, digest, &size);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
      text += "0123456789abcdef"[digest[i] >> 4];
      text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
  }

 private:
  EVP_MD_CTX* const context_ = EVP_MD_CTX_new();
};

std::string fingerprint_of(const TlsClientOptions& options) {
  Fingerprint fingerprint;
  fingerprint.add(options.server_name);
  if (options.authorities.empty()) fingerprint.add_state_of(X509_get_default_cert_file());
  else fingerprint.add_file(options.authorities);
  if (options.certificate.empty()) return fingerprint.hex();
  fingerprint.add_file(options.certificate);
  fingerprint.add_file(options.private_key);
  return fingerprint.hex();
}

/// Where a connection keeps its TlsSession.
int session_place() {
  static const int place = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

int on_new_session(SSL* connection, SSL_SESSION* session) {
  auto* const kept = static_cast<TlsSession*>(SSL_get_ex_data(connection, session_place()));
  if (kept == nullptr) return 0;
  kept->keep(session);
  return 1;  // the reference is ours now
}

/// Where a connection notes that close_notify has come.
int end_place() {
  static const int place = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

void on_info(const SSL* connection, int where, int value) {
  if ((where & SSL_CB_READ_ALERT) != SSL_CB_READ_ALERT || (value & 0xff) != SSL_AD_CLOSE_NOTIFY) return;
  auto* const it = const_cast<SSL*>(connection);
  SSL_set_ex_data(it, end_place(), it);
}

std::string load_authorities(SSL_CTX* context, const std::filesystem::path& file) {
  if (file.empty()) return SSL_CTX_set_default_verify_paths(context) == 1 ? "" : "the system's authorities are missing";
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) return why_refused(file, "certificates in PEM");
  // As it stands: a file may hold the system's own certificate, or an authority below a root.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

}  // namespace

void TlsSession::keep(SSL_SESSION* session) {
  if (session_ != nullptr) SSL_SESSION_free(session_);
  session_ = session;
}

std::variant<std::shared_ptr<const TlsClient>, TlsProblem> TlsClient::load(const TlsClientOptions& options) {
  ERR_clear_error();
  SSL_CTX* const raw = SSL_CTX_new(TLS_client_method());
  if (raw == nullptr) return TlsProblem{File::kAuthorities, "OpenSSL has no memory"};
  std::shared_ptr<TlsClient> client(new TlsClient(raw));
  client->server_name_ = options.server_name;
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  // An end without close_notify is no error of the session's, but see closed_in_order.
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_verify_depth(raw, kLongestChain);
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(raw, kHttp11, sizeof kHttp11 - 1);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw, on_new_session);
  SSL_CTX_set_info_callback(raw, on_info);

  // Before they are loaded: what changes in between differs from it, and is loaded again.
  client->fingerprint_ = fingerprint_of(options);
  if (std::string problem = load_authorities(raw, options.authorities); !problem.empty())
    return TlsProblem{File::kAuthorities, std::move(problem)};
  if (!options.certificate.empty()) {
    if (auto problem = load_identity(raw, options.certificate, options.private_key)) return *std::move(problem);
    client->valid_until_ = time_of(X509_get0_notAfter(SSL_CTX_get0_certificate(raw)));
  }
  return std::shared_ptr<const TlsClient>(std::move(client));
}

TlsClient::~TlsClient() { SSL_CTX_free(context_); }

SSL* TlsClient::new_connection(const std::string& host, TlsSession* session) const {
  const std::string& name = server_name_.empty() ? host : server_name_;
  SSL* const connection = SSL_new(context_);
  if (connection == nullptr) return nullptr;
  X509_VERIFY_PARAM* const expected = SSL_get0_param(connection);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const bool ok = !name.empty() && (IpAddress::parse(name) ? X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str()) == 1
                                                           : SSL_set_tlsext_host_name(connection, name.c_str()) == 1 &&
                                                                 SSL_set1_host(connection, name.c_str()) == 1);
  if (!ok) {
    SSL_free(connection);
    return nullptr;
  }
  SSL_set_ex_data(connection, session_place(), session);
  if (session != nullptr && session->get() != nullptr) SSL_set_session(connection, session->get());
  return connection;
}

bool is_server_name(std::string_view text) {
  if (IpAddress::parse(text)) return true;
  if (text.empty() || text.size() > 253 || text.front() == '.' || text.front() == '-') return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '.' && c != '-' && c != '_') return false;
  }
  return true;
}

std::string handshake_problem(SSL* connection) {
  const long verdict = SSL_get_verify_result(connection);
  if (verdict != X509_V_OK) return std::string("its certificate: ") + X509_verify_cert_error_string(verdict);
  const unsigned long error = ERR_peek_error();
  if (error == 0) return "closed during the handshake";
  const int reason = ERR_GET_REASON(error);
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST || reason == SSL_R_PACKET_LENGTH_TOO_LONG)
    return "it does not speak TLS";
  const char* const words = ERR_reason_error_string(error);
  return words != nullptr ? words : "the handshake failed";
}

bool is_certificate_alert() {
  switch (ERR_GET_REASON(ERR_peek_error())) {
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

bool closed_in_order(SSL* connection) {
  return SSL_is_server(connection) == 1 || SSL_get_ex_data(connection, end_place()) != nullptr;
}

std::string host_field(const EndpointName& where, const TlsClient* tls) {
  const bool named = tls != nullptr && !tls->server_name().empty();
  if (where.local()) return named ? tls->server_name() : "localhost";
  const HostPort shown{named ? tls->server_name() : where.host, where.port};
  const std::string text = shown.text();
  return where.port == (tls != nullptr ? 443 : 80) ? text.substr(0, text.rfind(':')) : text;
}

}  // namespace causeway::net
