// Which files are the configuration, as the command line names them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace causeway::app {

/// The operators' file, and overlays over it in order; see config/document.h.
using ConfigFiles = std::vector<std::filesystem::path>;

/// `config/causeway.yaml`, or `base.yaml, production.yaml`: for messages.
inline std::string names_of(const ConfigFiles& files) {
  std::string names;
  for (const std::filesystem::path& file : files) names += (names.empty() ? "" : ", ") + file.string();
  return names;
}

}  // namespace causeway::app
