// Which files a configuration was read from, as they were just before, and which key named each: for whoever watches
// them, and for the difference between two configurations.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/position.h"

namespace causeway::config {

/// Changes with whatever a path leads to: another content, another file under the name, another target of a link.
struct FileIdentity {
  bool there = false;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds
  std::int64_t changed = 0;   ///< nanoseconds; not to be set back by a copy that keeps times
  bool operator==(const FileIdentity&) const = default;
};
/// One system call; links are followed.
FileIdentity identity_of(const std::filesystem::path& path);

/// A pattern of `include` and what it stood for.
struct FilePattern {
  std::filesystem::path folder;
  std::string pattern;
  std::vector<std::filesystem::path> matches;
};

/// Not thread safe; part of one pass over a configuration.
class FilesRead {
 public:
  /// Just before the file is read, there or not. `named_at`: the value that names it; nowhere when none does.
  void note(const std::filesystem::path& file, const Position& named_at = {});
  void note(FilePattern pattern) { patterns_.push_back(std::move(pattern)); }

  const std::map<std::filesystem::path, FileIdentity>& files() const { return files_; }
  const std::vector<FilePattern>& patterns() const { return patterns_; }
  /// What the value at this place named; empty when it names no file.
  const std::vector<std::filesystem::path>& named_at(const Position& place) const;

 private:
  struct Place {
    const std::string* file;  ///< the one of the document: a name of a file is one string
    int line;
    int column;
    bool operator==(const Place&) const = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      return std::hash<const void*>()(place.file) ^ (static_cast<std::size_t>(place.line) << 20) ^
             static_cast<std::size_t>(place.column);
    }
  };

  std::map<std::filesystem::path, FileIdentity> files_;
  std::unordered_map<Place, std::vector<std::filesystem::path>, PlaceHash> named_;
  std::vector<FilePattern> patterns_;
};

}  // namespace causeway::config
