#include "app/replay_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "security/sha256.h"
#include "store/data_folder.h"

namespace causeway::app {
namespace fs = std::filesystem;
namespace {

using security::Sha256Digest;

/// Changes with everything that changes what the bytes mean.
constexpr std::string_view kVersion = "causeway replays 1\n";
constexpr std::size_t kBuffer = 1 << 20;

/// The fingerprint of everything before it is the end of the file.
class File {
 public:
  File(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  bool is_open() const { return descriptor_ >= 0; }

  void write(Bytes piece) {
    buffer_.append(piece);
    if (buffer_.size() >= kBuffer) flush();
  }
  void end() {
    flush();
    const Sha256Digest digest = hash_.finish();
    buffer_.assign(reinterpret_cast<const char*>(digest.data()), digest.size());
    put();
    if (::fsync(descriptor_) != 0) fail();
  }

  /// The next bytes before the fingerprint; fewer at their end.
  std::size_t read(char* out, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
      if (at_ == buffer_.size() && !fill()) break;
      const std::size_t take = std::min(size - done, buffer_.size() - at_);
      std::memcpy(out + done, buffer_.data() + at_, take);
      at_ += take;
      done += take;
    }
    hash_.update({out, done});
    return done;
  }
  /// After the last of them.
  bool is_whole() {
    const Sha256Digest digest = hash_.finish();
    return tail_ == std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
  }

 private:
  [[noreturn]] static void fail() { throw std::runtime_error(std::strerror(errno)); }

  void flush() {
    hash_.update(buffer_);
    put();
  }
  void put() {
    for (std::size_t done = 0; done < buffer_.size();) {
      const ssize_t written = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail();
      done += static_cast<std::size_t>(written);
    }
    buffer_.clear();
  }

  /// Keeps back as much as the fingerprint is long.
  bool fill() {
    buffer_ = tail_;
    at_ = 0;
    while (buffer_.size() < kBuffer) {
      const std::size_t known = buffer_.size();
      buffer_.resize(kBuffer);
      const ssize_t got = ::read(descriptor_, buffer_.data() + known, kBuffer - known);
      buffer_.resize(known + (got > 0 ? static_cast<std::size_t>(got) : 0));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;  // what cannot be read is not whole
    }
    const std::size_t kept = std::min(buffer_.size(), sizeof(Sha256Digest));
    tail_ = buffer_.substr(buffer_.size() - kept);
    buffer_.resize(buffer_.size() - kept);
    return !buffer_.empty();
  }

  const int descriptor_;
  security::Sha256 hash_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::string tail_;
};

fs::path draft_of(const fs::path& file) { return file.string() + ".new"; }

bool matches(File& file, std::string_view expected) {
  std::string found(expected.size(), '\0');
  return file.read(found.data(), found.size()) == expected.size() && found == expected;
}

std::string named(std::string_view owner) { return std::string(kVersion) + std::string(owner) + '\n'; }

}  // namespace

fs::path replay_file(const fs::path& database) {
  return fs::absolute(database).lexically_normal().string() + ".replays";
}

std::string save_replays(const fs::path& file, std::string_view owner, const security::ReplayTable& table,
                         WallTime now) {
  try {
    {
      File draft(draft_of(file), O_WRONLY | O_CREAT | O_TRUNC);
      if (!draft.is_open()) throw std::runtime_error(std::strerror(errno));
      draft.write(named(owner));
      table.save([&](Bytes piece) { draft.write(piece); }, now);
      draft.end();
    }
    fs::rename(draft_of(file), file);
    store::sync_folder(file.parent_path());
    return {};
  } catch (const std::exception& thrown) {
    std::error_code ignored;
    fs::remove(draft_of(file), ignored);
    fs::remove(file, ignored);
    return thrown.what();
  }
}

void forget_replays(const fs::path& file) {
  const bool found = fs::remove(file);
  const bool half = fs::remove(draft_of(file));
  if (found || half) store::sync_folder(file.parent_path());
}

TakenReplays take_replays(const fs::path& file, std::string_view owner, security::ReplayTable& table) {
  File saved(file, O_RDONLY);
  const bool found = saved.is_open() || fs::exists(file);
  forget_replays(file);
  if (!found) return {};
  if (!saved.is_open()) return {false, "it cannot be read"};
  if (!matches(saved, named(owner))) return {false, "it is of another store or version"};
  const auto source = [&](char* out, std::size_t size) { return saved.read(out, size); };
  if (!table.restore(source, [&] { return saved.is_whole(); }))
    return {false, "it is of other settings of signing, or not whole"};
  return {true, {}};
}

}  // namespace causeway::app
