// The keys of a provider that stand in the configuration or in files beside it.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "config/errors.h"
#include "security/oauth/key_set.h"
#include "security/oauth/settings.h"
#include "security/oauth/token_signing_key.h"

namespace causeway::security {

/// `keys: [{kid, algorithm, …}]`. What cannot be read or used is an error at its place and left out.
KeySet given_keys(const ProviderSettings& provider, config::Errors& errors);
/// The public half of the own endpoint's key; none for null.
KeySet own_keys(const TokenSigningKey* own);

/// A PEM file's text (at most 64 KiB), or what is wrong with it.
struct PemText {
  std::string text;
  std::string problem;
};
PemText read_pem_file(const std::filesystem::path& file);

}  // namespace causeway::security
