#include "net/peer_certificate.h"

#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string_view>

namespace causeway::net {
namespace {

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

/// Empty for a kind that is passed over, and for text that is no name: a NUL within would hide what follows it.
std::string text_of(const GENERAL_NAME& name) {
  int type = 0;
  const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(&name, &type));
  const char* kind = type == GEN_DNS ? "dns:" : type == GEN_URI ? "uri:" : type == GEN_EMAIL ? "email:" : nullptr;
  if (kind == nullptr) return {};
  const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                              static_cast<std::size_t>(ASN1_STRING_length(value)));
  if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; })) return {};
  std::string written = std::string(kind).append(text);
  if (type == GEN_DNS)
    for (char& c : written) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return written;
}

WallTime end_of(const X509* certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return WallTime{};
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace

PeerCertificate::PeerCertificate(const std::vector<X509*>& chain) {
  if (chain.empty()) return;
  not_after = end_of(chain.front());
  for (const X509* each : chain) not_after = std::min(not_after, end_of(each));
  const std::unique_ptr<GENERAL_NAMES, FreeNames> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(chain.front(), NID_subject_alt_name, nullptr, nullptr)));
  if (all == nullptr || sk_GENERAL_NAME_num(all.get()) > static_cast<int>(kMostNames)) return;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    std::string name = text_of(*sk_GENERAL_NAME_value(all.get(), i));
    if (!name.empty()) names.push_back(std::move(name));
  }
}

}  // namespace causeway::net
