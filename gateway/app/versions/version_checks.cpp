#include "app/versions/version_checks.h"

#include <map>
#include <string>
#include <tuple>

namespace causeway::app {
namespace {

struct Said {
  const routing::VersionSettings* settings;
  config::Position at;
};

config::Position place_of(const config::Node& file, const std::string& version, std::string_view key) {
  const config::Node* const versions = file.find("versions");
  const config::Node* const node = versions != nullptr ? versions->find(version) : nullptr;
  if (node == nullptr) return file.position();
  const config::Node* const found = node->find(key);
  return found != nullptr ? found->position() : node->position();
}

bool agree(const routing::VersionSettings& a, const routing::VersionSettings& b) {
  const auto life = [](const routing::VersionSettings& each) {
    return std::tie(each.deprecated, each.sunset, each.retire, each.unused_for);
  };
  return life(a) == life(b);
}

}  // namespace

void check_versions(std::span<const routing::ApiSpec> apis, const Settings& settings, config::Errors& errors) {
  std::map<std::pair<std::string_view, std::string_view>, Said> known;
  for (const routing::ApiSpec& api : apis)
    for (const auto& [name, version] : api.settings.versions) {
      const std::string path = "versions." + name;
      if (version.retire == routing::Retire::kWhenUnused && !settings.wants_store())
        errors.add(place_of(api.file, name, "retire"), path + ".retire",
                   "`when_unused` needs a record of who calls, and there is none: `store: none`", "conflict");
      const config::Position at = place_of(api.file, name, "");
      const auto [first, is_new] = known.try_emplace({api.settings.api, name}, Said{&version, at});
      if (!is_new && !agree(*first->second.settings, version))
        errors.warn(at, path,
                    "has other dates than " + name + " of the same API at " + first->second.at.to_text() +
                        ", so the two end at different times",
                    "conflict");
    }
}

}  // namespace causeway::app
