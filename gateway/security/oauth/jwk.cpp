#include "security/oauth/jwk.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "config/secrets.h"
#include "core/base64.h"
#include "core/json_scan.h"

namespace causeway::security {
namespace {

struct Member {
  bool present = false;
  std::optional<std::string> text;  // empty when it is no string
  bool is(std::string_view expected) const { return text && *text == expected; }
};

Member member(const JsonDocument& document, JsonDocument::Index object, std::string_view name) {
  const auto value = document.find(object, name);
  if (value == JsonDocument::kNone) return {};
  return {true, json_string_value(document.raw(value))};
}

std::optional<std::string> octets(const JsonDocument& document, JsonDocument::Index object, std::string_view name) {
  const Member found = member(document, object, name);
  return found.text ? from_base64url(*found.text) : std::nullopt;
}

/// `key_ops` is absent or lists `verify`.
bool may_verify(const JsonDocument& document, JsonDocument::Index object) {
  const auto operations = document.find(object, "key_ops");
  if (operations == JsonDocument::kNone) return true;
  if (document.kind(operations) != JsonKind::kArray) return false;
  for (auto each = document.first(operations); each != JsonDocument::kNone; each = document.next(each))
    if (json_string_value(document.raw(each)) == "verify") return true;
  return false;
}

struct Family {
  std::string_view kty;
  std::string_view crv;  // empty: the family has none
  KeyFamily family;
  std::string_view group;  // OpenSSL's name of the curve
  std::size_t octets;      // of a coordinate
};
constexpr Family kFamilies[] = {{"RSA", "", KeyFamily::kRsa, "", 0},
                                {"EC", "P-256", KeyFamily::kEc, "prime256v1", 32},
                                {"EC", "P-384", KeyFamily::kEc, "secp384r1", 48},
                                {"EC", "P-521", KeyFamily::kEc, "secp521r1", 66},
                                {"OKP", "Ed25519", KeyFamily::kEd25519, "", 32},
                                {"oct", "", KeyFamily::kSecret, "", 0}};

const Family* family_of(const Member& kty, const Member& crv) {
  for (const Family& row : kFamilies)
    if (kty.is(row.kty) && (row.crv.empty() || crv.is(row.crv))) return &row;
  return nullptr;
}

bool fits(JwsAlgorithm algorithm, const Family& family) {
  const AlgorithmTraits& wanted = traits(algorithm);
  return wanted.family == family.family && (wanted.family != KeyFamily::kEc || wanted.curve == family.group);
}

/// The one algorithm of a key that names none.
std::variant<JwsAlgorithm, JwkProblem> infer(const Family& family, std::span<const JwsAlgorithm> allowed) {
  std::optional<JwsAlgorithm> only;
  for (const JwsAlgorithm algorithm : allowed) {
    if (!fits(algorithm, family) || only == algorithm) continue;
    if (only) return JwkProblem{"it has no alg, and several of the provider's algorithms fit it"};
    only = algorithm;
  }
  if (!only) return JwkProblem{"none of the provider's algorithms fits it"};
  return *only;
}

std::variant<JwsAlgorithm, JwkProblem> choose(const Member& alg, const Family& family,
                                              std::span<const JwsAlgorithm> allowed) {
  if (!alg.present) return infer(family, allowed);
  const auto named = alg.text ? parse_algorithm(*alg.text) : std::nullopt;
  if (!named) return JwkProblem{"its alg is unknown"};
  if (!fits(*named, family)) return JwkProblem{"its alg does not fit its kty and crv"};
  if (std::find(allowed.begin(), allowed.end(), *named) == allowed.end())
    return JwkProblem{fmt::format("{} is none of the provider's algorithms", config::name_of(*named))};
  return *named;
}

using Parameters = std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)>;

openssl::KeyPtr from_parameters(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder), &OSSL_PARAM_free);
  const openssl::Owned<evp_pkey_ctx_st> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1) throw std::bad_alloc();
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) ERR_clear_error();
  return openssl::KeyPtr(key);
}

openssl::Owned<bignum_st> number(const std::string& octets) {
  openssl::Owned<bignum_st> made(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()), nullptr));
  if (!made) throw std::bad_alloc();
  return made;
}

openssl::KeyPtr public_key(const JsonDocument& document, JsonDocument::Index jwk, const Family& family) {
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(OSSL_PARAM_BLD_new(),
                                                                                &OSSL_PARAM_BLD_free);
  if (!builder) throw std::bad_alloc();
  if (family.family == KeyFamily::kRsa) {
    const auto modulus = octets(document, jwk, "n");
    const auto exponent = octets(document, jwk, "e");
    if (!modulus || !exponent || modulus->empty() || exponent->empty()) return nullptr;
    const auto n = number(*modulus);
    const auto e = number(*exponent);
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return from_parameters("RSA", builder.get());
  }
  const auto x = octets(document, jwk, "x");
  if (!x || x->size() != family.octets) return nullptr;
  if (family.family == KeyFamily::kEd25519)
    return openssl::KeyPtr(EVP_PKEY_new_raw_public_key_ex(
        nullptr, "ED25519", nullptr, reinterpret_cast<const unsigned char*>(x->data()), x->size()));
  const auto y = octets(document, jwk, "y");
  if (!y || y->size() != family.octets) return nullptr;
  const std::string point = '\4' + *x + *y;  // uncompressed
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, family.group.data(), 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return from_parameters("EC", builder.get());
}

VerificationKey::Made make_key(const JsonDocument& document, JsonDocument::Index jwk, const Family& family,
                               JwsAlgorithm algorithm) {
  if (family.family == KeyFamily::kSecret) {
    auto secret = octets(document, jwk, "k");
    if (!secret) return std::string("its k is not base64url");
    auto made = VerificationKey::from_secret(algorithm, *secret);
    config::wipe(*secret);
    return made;
  }
  auto key = public_key(document, jwk, family);
  if (!key) {
    ERR_clear_error();
    return std::string("its numbers are missing, not base64url or of the wrong length");
  }
  return VerificationKey::from_public(algorithm, std::move(key));
}

}  // namespace

std::variant<Jwk, JwkProblem> read_jwk(const JsonDocument& document, JsonDocument::Index node,
                                       std::span<const JwsAlgorithm> allowed, PublishedSecrets secrets) {
  if (document.kind(node) != JsonKind::kObject) return JwkProblem{"it is no object", true};
  const Member kid = member(document, node, "kid");
  if (kid.present && !kid.text) return JwkProblem{"its kid is no text", true};
  const Member use = member(document, node, "use");
  if (use.present && !use.is("sig")) return JwkProblem{"its use is not sig"};

  const Member kty = member(document, node, "kty");
  if (kty.is("oct") && secrets == PublishedSecrets::kRefuse) return JwkProblem{"it is a secret", true};
  const Family* const family = family_of(kty, member(document, node, "crv"));
  if (family == nullptr) return JwkProblem{"its kty or crv is unknown"};
  if (document.find(node, "d") != JsonDocument::kNone) return JwkProblem{"it holds its private part", true};
  if (!may_verify(document, node)) return JwkProblem{"its key_ops lack verify"};

  const auto algorithm = choose(member(document, node, "alg"), *family, allowed);
  if (const auto* problem = std::get_if<JwkProblem>(&algorithm)) return *problem;
  auto made = make_key(document, node, *family, std::get<JwsAlgorithm>(algorithm));
  // Nobody but ourselves wrote a secret down, so one that cannot be used is a mistake of ours.
  if (auto* problem = std::get_if<std::string>(&made))
    return JwkProblem{std::move(*problem), family->family == KeyFamily::kSecret};
  return Jwk{kid.text.value_or(""), std::move(std::get<VerificationKey>(made))};
}

}  // namespace causeway::security
