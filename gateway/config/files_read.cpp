#include "config/files_read.h"

#include <sys/stat.h>

#include <algorithm>

namespace causeway::config {
namespace {

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

}  // namespace

FileIdentity identity_of(const std::filesystem::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  FileIdentity identity;
  identity.there = true;
  identity.device = found.st_dev;
  identity.inode = found.st_ino;
  identity.size = static_cast<std::uint64_t>(found.st_size);
  identity.modified = nanoseconds(found.st_mtim);
  identity.changed = nanoseconds(found.st_ctim);
  return identity;
}

void FilesRead::note(const std::filesystem::path& file, const Position& named_at) {
  // Of several readings the first counts: what changed between them is found by the next look.
  if (!files_.contains(file)) files_.emplace(file, identity_of(file));
  if (!named_at.file) return;
  std::vector<std::filesystem::path>& here = named_[{named_at.file.get(), named_at.line, named_at.column}];
  if (std::ranges::find(here, file) == here.end()) here.push_back(file);
}

const std::vector<std::filesystem::path>& FilesRead::named_at(const Position& place) const {
  static const std::vector<std::filesystem::path> none;
  if (named_.empty() || !place.file) return none;
  const auto found = named_.find({place.file.get(), place.line, place.column});
  return found == named_.end() ? none : found->second;
}

}  // namespace causeway::config
