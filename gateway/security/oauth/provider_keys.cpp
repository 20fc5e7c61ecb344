#include "security/oauth/provider_keys.h"

#include <fmt/format.h>

#include <fstream>
#include <utility>
#include <vector>

#include "config/secrets.h"
#include "core/base64.h"

namespace causeway::security {
namespace {

constexpr std::size_t kMostPemBytes = 64 << 10;

VerificationKey::Made make(const ProviderKeySettings& key) {
  if (key.secret) return VerificationKey::from_secret(key.algorithm, key.secret->reveal());
  if (key.secret_base64url) {
    auto secret = from_base64url(key.secret_base64url->reveal());
    if (!secret) return std::string("expected base64url without padding");
    auto made = VerificationKey::from_secret(key.algorithm, *secret);
    config::wipe(*secret);
    return made;
  }
  const PemSource& source = key.public_key->value;
  if (source.file.empty()) return VerificationKey::from_pem(key.algorithm, source.text);
  const PemText pem = read_pem_file(source.file);
  if (!pem.problem.empty()) return pem.problem;
  return VerificationKey::from_pem(key.algorithm, pem.text);
}

}  // namespace

KeySet given_keys(const ProviderSettings& provider, config::Errors& errors) {
  std::vector<KeySet::Entry> entries;
  for (const ProviderKeySettings& key : provider.given_keys) {
    auto made = make(key);
    if (const auto* problem = std::get_if<std::string>(&made)) {
      const bool pem = key.public_key.has_value();
      errors.add(pem ? key.public_key->position : key.kid.position, pem ? key.public_key->path : key.kid.path, *problem,
                 pem ? "reference" : "secret");
      continue;
    }
    entries.push_back({key.kid.value, std::move(std::get<VerificationKey>(made))});
  }
  return KeySet(std::move(entries));
}

KeySet own_keys(const TokenSigningKey* own) {
  if (own == nullptr) return {};
  std::vector<KeySet::Entry> entries;
  entries.push_back({own->kid(), own->verification_key()});
  return KeySet(std::move(entries));
}

PemText read_pem_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return {{}, fmt::format("there is no file {}", file.string())};
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMostPemBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || !stream.is_open()) return {{}, fmt::format("{} cannot be read", file.string())};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMostPemBytes) return {{}, fmt::format("{} is larger than 64 KiB", file.string())};
  return {std::move(text), {}};
}

}  // namespace causeway::security
