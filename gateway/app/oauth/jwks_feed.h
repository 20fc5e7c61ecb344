// Where a provider's keys come from and where they go.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "config/errors.h"
#include "security/oauth/key_source.h"
#include "security/oauth/settings.h"

namespace causeway::app {

struct JwksFeed {
  std::shared_ptr<security::KeySource> source;
  security::JwksSettings settings;
};

/// Those of a configuration's providers with `jwks`. Files are read to see whether they hold keys: if not, that is an
/// error at their place. Nothing is fetched and no source is touched.
std::vector<JwksFeed> jwks_feeds(const security::OauthSettings& settings,
                                 const std::vector<std::shared_ptr<security::KeySource>>& sources,
                                 config::Errors& errors);

/// The text of a file of at most KeySet::kMostBytes, or what is wrong with it. Blocks.
struct JwksText {
  std::string text;
  std::string problem;
};
JwksText read_jwks_file(const std::filesystem::path& file);

}  // namespace causeway::app
