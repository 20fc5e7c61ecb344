#include "app/oauth/jwks_feed.h"

#include <algorithm>
#include <fstream>

#include "config/document.h"
#include "config/readable.h"

namespace causeway::app {

JwksText read_jwks_file(const std::filesystem::path& file) {
  JwksText read;
  read.problem = config::why_unreadable(file);
  if (!read.problem.empty()) return read;
  std::ifstream stream(file, std::ios::binary);
  std::string text(security::KeySet::kMostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || !stream.is_open()) {
    read.problem = config::display_name(file) + " cannot be read";
    return read;
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > security::KeySet::kMostBytes) read.problem = config::display_name(file) + " is longer than 1 MiB";
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
          read.problem = config::display_name(file->value) + ": " + *problem;
      }
      if (!read.problem.empty()) errors.add(file->position, file->path, std::move(read.problem), "reference");
    }
    if (const auto& authorities = provider.jwks->ca) {
      std::string why = config::why_unreadable(authorities->value);
      if (!why.empty()) errors.add(authorities->position, authorities->path, std::move(why), "reference");
    }
    const auto source = std::ranges::find_if(sources, [&](const auto& each) { return each->is_for(provider); });
    if (source != sources.end()) feeds.push_back({*source, *provider.jwks});
  }
  return feeds;
}

}  // namespace causeway::app
