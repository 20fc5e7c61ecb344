#include "security/oauth/provider_keys.h"

#include <fstream>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/readable.h"
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
    if (!key.sound) continue;
    auto made = make(key);
    if (const auto* problem = std::get_if<std::string>(&made)) {
      // Only what the reader of a key cannot see is new: it knows how long secrets must be.
      if (key.public_key) errors.add(key.public_key->position, key.public_key->path, *problem, "reference");
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
  if (std::string why = config::why_unreadable(file); !why.empty()) return {{}, std::move(why)};
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMostPemBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || !stream.is_open()) return {{}, config::display_name(file) + " cannot be read"};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMostPemBytes) return {{}, config::display_name(file) + " is larger than 64 KiB"};
  return {std::move(text), {}};
}

}  // namespace causeway::security
