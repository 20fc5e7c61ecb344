// Fetches keys and tokens over HTTP, several at once, for the one thread that renews them. Untrusted: whatever the
// other side does, a transfer ends within its time and its size.
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
  kUnusable,  ///< a text came, but not what was asked for: told by whoever reads it
};
inline constexpr std::size_t kFetchResults = 8;

/// `ok`, `unreachable` …: a bounded set of label values.
std::string_view name(FetchResult result);

/// A GET, or a POST of a form.
struct FetchRequest {
  std::string url;
  std::filesystem::path ca;  ///< PEM of the authorities to trust; empty: the machine's
  std::string accept;
  std::size_t most_bytes = 1 << 20;  ///< of the answer
  std::string form{};                ///< not empty: posted, as application/x-www-form-urlencoded
  std::string user{};                ///< with it: HTTP Basic
  std::string password{};
};

/// One transfer that has ended.
struct Fetched {
  std::uint64_t id = 0;
  FetchResult result = FetchResult::kOk;
  std::string body;     ///< of a kOk; of a kStatus what came with it
  std::string problem;  ///< words for the log
};

/// One thread, but for `wake`. TLS with the CA that is given or the machine's, no redirects, no proxies, no cookies;
/// nothing is taken from the environment.
class HttpFetcher {
 public:
  static constexpr Duration kTimeout = std::chrono::seconds(5);  ///< from the name to the last byte

  /// Throws std::runtime_error when libcurl cannot be set up.
  HttpFetcher();
  /// Cuts what is in flight, without waiting for it.
  ~HttpFetcher();
  HttpFetcher(const HttpFetcher&) = delete;
  HttpFetcher& operator=(const HttpFetcher&) = delete;

  /// Begins a transfer.
  void begin(std::uint64_t id, const FetchRequest& request);
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
