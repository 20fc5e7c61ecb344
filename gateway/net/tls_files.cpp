#include "net/tls_files.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <ctime>

#include "config/document.h"
#include "config/readable.h"

namespace causeway::net {

using File = TlsProblem::File;

std::string why_refused(const std::filesystem::path& file, std::string_view holds) {
  ERR_clear_error();
  std::string why = config::why_unreadable(file);
  return why.empty() ? config::display_name(file) + " holds no " + std::string(holds) : why;
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::time_point_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

std::optional<TlsProblem> load_identity(SSL_CTX* context, const std::filesystem::path& certificate,
                                        const std::filesystem::path& private_key) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    return TlsProblem{File::kCertificate, why_refused(certificate, "certificate in PEM")};
  if (SSL_CTX_use_PrivateKey_file(context, private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool other = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH ||
                       ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_TYPE_MISMATCH;
    if (!other)
      return TlsProblem{File::kPrivateKey, why_refused(private_key, "private key in PEM without a passphrase")};
    ERR_clear_error();
    return TlsProblem{File::kPrivateKey, config::display_name(private_key) + " does not belong to the certificate"};
  }
  if (SSL_CTX_check_private_key(context) != 1)
    return TlsProblem{File::kPrivateKey, config::display_name(private_key) + " does not belong to the certificate"};
  return std::nullopt;
}

}  // namespace causeway::net
