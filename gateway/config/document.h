// Which files make up a configuration: the main file, its overlays and what they include.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "config/errors.h"
#include "config/node.h"
#include "config/reading.h"

namespace causeway::config {

struct IncludedFile {
  std::filesystem::path path;
  Node node;
  FileKind kind = FileKind::kRoutes;
};

struct Documents {
  Node main;                         ///< the operators' files as one mapping, without `include`; read it as kOperator
  std::vector<IncludedFile> routes;  ///< read each as kRoutes
  std::vector<std::filesystem::path> files;  ///< all that were looked at, for whoever watches them
  bool complete = true;  ///< false when a file is missing from it: do not blame references to what may stand there
};

/// Reads the main files and what they include. What cannot be read is in `errors`; the rest is there all the same: an
/// error of syntax stops only its own file.
///
/// `include` lists paths and globs (`*`, `?`, `[...]`) relative to the file that holds it, expanded in order of name; a
/// path without wildcards must exist, a pattern that matches nothing is a warning; globs leave out `*.test.yaml` and
/// folders that are not named like a file. A file that says nothing is a warning. What matches and is no file, such as
/// a link that leads nowhere, is an error. Included files do not include. A file with a key that only route files have
/// (`api`, `routes`, …) is one; any other adds its keys to those of the file that includes it: lists are appended,
/// mappings merged, and a value that stands in both is an error that names both places.
///
/// A second main file (`-c` repeated) overlays the first: what it says, itself or in the files that it includes, wins
/// over all that the first says and includes. Mappings are merged, everything else is replaced. Route files add up.
Documents load(std::span<const std::filesystem::path> main_files, Errors& errors,
               const Environment& environment = process_environment());

/// What a pattern of `include` matches, by name: files, and what stands where a file should. The folder it starts from
/// is taken as it is.
std::vector<std::filesystem::path> expand(const std::filesystem::path& folder, const std::string& pattern);

/// The name that users see: relative to the working directory when the file lies below it, otherwise as given.
std::string display_name(const std::filesystem::path& path);

}  // namespace causeway::config
