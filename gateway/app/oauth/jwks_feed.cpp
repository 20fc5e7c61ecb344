#include "app/oauth/jwks_feed.h"

#include <algorithm>
#include <fstream>

namespace causeway::app {

JwksText read_jwks_file(const std::filesystem::path& file) {
  JwksText read;
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    read.problem = "cannot read " + file.string();
    return read;
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(security::KeySet::kMostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || !stream.is_open()) {
    read.problem = "cannot read " + file.string();
    return read;
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > security::KeySet::kMostBytes) read.problem = file.string() + " is longer than 1 MiB";
  else read.text = std::move(text);
  return read;
}

std::vector<JwksFeed> jwks_feeds(const security::OauthSettings& settings,
                                 const std::vector<std::shared_ptr<security::KeySource>>& sources,
                                 config::Errors& errors) {
  std::vector<JwksFeed> feeds;
  for (const security::ProviderSettings& provider : settings.providers) {
    if (!provider.jwks) continue;
    if (const auto& file = provider.jwks->file) {
      JwksText read = read_jwks_file(file->value);
      if (read.problem.empty()) {
        const security::KeySet::Read keys = security::KeySet::from_jwks(
            read.text,
            provider.algorithms.empty() ? std::span<const security::JwsAlgorithm>(security::kDefaultAlgorithms)
                                        : provider.algorithms,
            security::PublishedSecrets::kTake);
        if (const std::string* problem = std::get_if<std::string>(&keys.set))
          read.problem = file->value.string() + ": " + *problem;
      }
      if (!read.problem.empty()) errors.add(file->position, file->path, std::move(read.problem), "reference");
    }
    const auto source = std::ranges::find_if(sources, [&](const auto& each) { return each->is_for(provider); });
    if (source != sources.end()) feeds.push_back({*source, *provider.jwks});
  }
  return feeds;
}

}  // namespace causeway::app
