// Fetches key sets over HTTP, several at once, for the one thread that renews them. Untrusted: whatever the other side
// does, a transfer ends within its time and its megabyte.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"

namespace causeway::app {

enum class FetchResult : std::uint8_t {
  kOk,
  kUnreachable,
  kTimeout,
  kTls,       ///< no connection that the CA vouches for
  kRedirect,  ///< never followed
  kStatus,    ///< anything but 200
  kTooLarge,
  kUnusable,  ///< a text came, but not the keys of a provider: told by whoever reads it
};
inline constexpr std::size_t kFetchResults = 8;

/// `ok`, `unreachable` …: a bounded set of label values.
std::string_view name(FetchResult result);

/// One transfer that has ended.
struct Fetched {
  std::uint64_t id = 0;
  FetchResult result = FetchResult::kOk;
  std::string body;     ///< of a kOk
  std::string problem;  ///< words for the log
};

/// One thread, but for `wake`. TLS with the provider's CA or the system's, no redirects, no proxies, no cookies, no
/// credentials; nothing is taken from the environment.
class JwksFetcher {
 public:
  static constexpr Duration kTimeout = std::chrono::seconds(5);  ///< from the name to the last byte

  /// Throws std::runtime_error when libcurl cannot be set up.
  JwksFetcher();
  /// Cuts what is in flight, without waiting for it.
  ~JwksFetcher();
  JwksFetcher(const JwksFetcher&) = delete;
  JwksFetcher& operator=(const JwksFetcher&) = delete;

  /// Begins a transfer. `ca`: PEM of the authorities to trust; empty: the system's.
  void begin(std::uint64_t id, const std::string& url, const std::filesystem::path& ca);
  /// What has ended after waiting for at most `patience`.
  std::vector<Fetched> wait(Duration patience);
  /// Ends a `wait`, this one or the next. Any thread.
  void wake();

 private:
  struct Transfer;

  std::vector<Fetched> finished();

  void* multi_;  // CURLM
  std::vector<std::unique_ptr<Transfer>> transfers_;
};

}  // namespace causeway::app
