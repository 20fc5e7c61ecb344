// Certificates made in the test, and a handshake in memory: no files but those that TlsContext loads, no sockets.
#pragma once

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <memory>
#include <string>

namespace causeway::net {

struct Free {
  void operator()(X509* it) const { X509_free(it); }
  void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
  void operator()(SSL* it) const { SSL_free(it); }
  void operator()(SSL_CTX* it) const { SSL_CTX_free(it); }
};

/// A certificate with its key. `issuer` null: its own.
struct Identity {
  std::unique_ptr<EVP_PKEY, Free> key{EVP_EC_gen("P-256")};
  std::unique_ptr<X509, Free> certificate{X509_new()};

  struct Options {
    std::string names;  ///< `DNS:a,URI:b`
    std::string usage;  ///< `clientAuth`
    bool authority = false;
    long starts = -3600;  ///< seconds from now
    long ends = 3600;
  };

  Identity(const std::string& name, const Options& options, const Identity* issuer = nullptr) {
    X509* const it = certificate.get();
    X509_set_version(it, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(it), ++serial());
    X509_gmtime_adj(X509_getm_notBefore(it), options.starts);
    X509_gmtime_adj(X509_getm_notAfter(it), options.ends);
    X509_set_pubkey(it, key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(it), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(it, X509_get_subject_name(issuer != nullptr ? issuer->certificate.get() : it));
    add(NID_basic_constraints, options.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add(NID_key_usage, options.authority ? "critical,keyCertSign" : "critical,digitalSignature");
    if (!options.usage.empty()) add(NID_ext_key_usage, options.usage);
    if (!options.names.empty()) add(NID_subject_alt_name, options.names);
    if (X509_sign(it, issuer != nullptr ? issuer->key.get() : key.get(), EVP_sha256()) == 0)
      ADD_FAILURE() << "not signed";
  }

  /// NAME.pem and NAME.key.
  void write(const std::filesystem::path& folder, const std::string& name) const {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> pem(std::fopen((folder / (name + ".pem")).c_str(), "w"),
                                                        std::fclose);
    PEM_write_X509(pem.get(), certificate.get());
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> text(std::fopen((folder / (name + ".key")).c_str(), "w"),
                                                         std::fclose);
    PEM_write_PrivateKey(text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }

 private:
  static long& serial() {
    static long last = 0;
    return last;
  }
  void add(int kind, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    ASSERT_NE(extension, nullptr) << value;
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
};

/// Both ends of one handshake, joined in memory.
struct Handshake {
  std::unique_ptr<SSL_CTX, Free> client_context{SSL_CTX_new(TLS_client_method())};
  std::unique_ptr<SSL, Free> client;
  std::unique_ptr<SSL, Free> server;
  bool done = false;
  std::string problem;  ///< the server's, in OpenSSL's words

  Handshake(SSL* its_server, const Identity* own, int version = TLS1_3_VERSION) : server(its_server) {
    SSL_CTX_set_min_proto_version(client_context.get(), version);
    SSL_CTX_set_max_proto_version(client_context.get(), version);
    if (own != nullptr) {
      SSL_CTX_use_certificate(client_context.get(), own->certificate.get());
      SSL_CTX_use_PrivateKey(client_context.get(), own->key.get());
    }
    client.reset(SSL_new(client_context.get()));
    SSL_set_tlsext_host_name(client.get(), "gateway.test");
    BIO *near = nullptr, *far = nullptr;
    BIO_new_bio_pair(&near, 0, &far, 0);
    SSL_set_bio(client.get(), near, near);
    SSL_set_bio(server.get(), far, far);
    bool client_done = false;
    for (int turn = 0; turn < 20 && !(done && client_done) && problem.empty(); ++turn) {
      ERR_clear_error();
      client_done = SSL_connect(client.get()) == 1;
      ERR_clear_error();
      const int result = SSL_accept(server.get());
      done = result == 1;
      const int what = SSL_get_error(server.get(), result);
      if (what == SSL_ERROR_SSL) problem = ERR_reason_error_string(ERR_peek_error());
    }
    ERR_clear_error();
  }
};

}  // namespace causeway::net
