// What stands in for secrets, keys and addresses while a configuration is tried out: real ones are not needed, and not
// looked at even where they are at hand.
#pragma once

#include "app/settings.h"
#include "config/errors.h"
#include "config/node.h"

namespace causeway::app {

/// The operators' files with a made-up value for every secret that they refer to (`${env:…}`, `${file:…}`), and for
/// every other reference that leads nowhere on this machine. The same in every process.
config::Node with_stand_ins(const config::Node& main, config::Errors& errors);

/// The token whose hash stands in for those of a consumer.
std::string stand_in_token(std::string_view consumer);
/// The secret of the key that stands in for those of a provider of tokens.
std::string stand_in_secret(std::string_view provider);
/// What that key is called in tokens.
inline constexpr std::string_view kStandInKey = "stand-in";

/// A file of this process alone that holds the text, for as long as this object lives; nothing is on a disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  int descriptor_;
  std::filesystem::path path_;
};

/// Makes everybody's credentials ones that this process can make: API tokens and the keys of providers are replaced,
/// listeners have no certificates. The private key of the gateway's own token endpoint is kept in what is returned,
/// which lives until the settings are compiled; null where there is none.
std::unique_ptr<MemoryFile> replace_credentials(Settings& settings);

}  // namespace causeway::app
