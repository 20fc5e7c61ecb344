// Secrets: a type that does not leak them and the references by which configuration names them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::config {

/// A string that is never printed, moves but does not copy, and is wiped when it dies. Not thread safe while it moves.
class Secret {
 public:
  /// Shorter ones are refused by the reader.
  static constexpr std::size_t kMinimumSize = 16;

  Secret() = default;
  explicit Secret(std::string_view value);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// The value itself; lives as long as this object. Never goes into a log, an error, a diff.
  std::string_view reveal() const { return {bytes_.get(), size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// A second owner of the same value, explicit because every copy is one more to protect.
  Secret clone() const { return Secret(reveal()); }

 private:
  void wipe() noexcept;

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// Overwrites the text before it is freed.
void wipe(std::string& text) noexcept;

/// Looks up an environment variable; injected so that tests bring their own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

/// True when the text holds a reference (or a broken one), that is `${` without the escaping `$`.
bool has_reference(std::string_view text);

struct Resolved {
  std::string text;
  std::string error;           ///< not empty: what is wrong, naming variables and files but never their content
  bool secret = false;         ///< something was put in, so the text must not be shown
  bool empty_default = false;  ///< empty because of `${env:N:-}`: a list of secrets drops it

  /// What was put in, as parts of the text.
  struct Part {
    std::size_t offset;
    std::size_t size;
  };
  std::vector<Part> put_in;
};

/// Puts in `${env:N}`, `${env:N:-default}`, `${env:N:?message}` (unset and empty count alike for the last two) and
/// `${file:path}` (at most 64 KiB, the trailing newline cut, relative to `directory`); `$${` is a literal `${`.
/// `about_to_read` is told of each such file.
Resolved resolve_references(std::string_view text, const std::filesystem::path& directory,
                            const Environment& environment,
                            const std::function<void(const std::filesystem::path&)>& about_to_read = {});

}  // namespace causeway::config
