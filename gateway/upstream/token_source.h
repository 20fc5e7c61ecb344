// The token that a cluster with `credentials: {oauth: …}` shows: fetched by somebody beside the calls, and here for
// each worker without a lock. Outlives configurations, so that a reload does not fetch it anew.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "runtime/cancel.h"
#include "runtime/task.h"
#include "runtime/worker.h"
#include "upstream/secret_text.h"

namespace causeway::upstream {

class Wait;

/// What is asked of a token endpoint (RFC 6749, 4.4.2).
struct TokenRequest {
  std::string cluster;  ///< whose token it is, for the log and the metrics
  std::string url;
  std::string client;
  SecretText secret;
  std::string scope;         ///< empty: not said
  std::string audience;      ///< likewise
  std::filesystem::path ca;  ///< empty: the machine's

  /// Tells requests apart, and gives nothing of the secret away.
  std::string fingerprint() const;
};

/// Immutable; wiped when it dies.
struct Token {
  config::Secret field;      ///< what Authorization says
  SteadyTime until;          ///< it is not shown any more
  std::uint64_t number = 0;  ///< later ones of a source have larger numbers
};

class TokenSource : public std::enable_shared_from_this<TokenSource> {
 public:
  /// A system that refuses a new token too does not mean the token: so often, at most, one is dropped.
  static constexpr Duration kBetweenDrops = std::chrono::seconds(10);

  /// `workers` outlive it.
  TokenSource(TokenRequest request, std::span<runtime::Worker* const> workers);

  const TokenRequest& request() const { return request_; }

  // On a worker.
  /// Null when there is none that still holds.
  std::shared_ptr<const Token> current(const runtime::Worker& worker) const;
  /// Until there is one, `until` or `cancel` (may be null). 50290 with the reason when it cannot be fetched at present.
  Task<Result<>> wait(runtime::Worker& worker, SteadyTime until, runtime::Cancel* cancel);
  /// The system answered 401 to this one. True when another is there, or will be.
  bool refused(runtime::Worker& worker, const Token& used);

  // Of the one thread that fetches.
  /// `text` is the token itself.
  void take(std::string_view text, Duration lifetime, SteadyTime now);
  /// What is there stays until its end.
  void fail(const std::string& problem);
  /// A token was dropped since the last look.
  bool take_wish() { return wish_.exchange(false); }
  /// How long the one that was fetched last still holds; nullopt: there was none.
  std::optional<Duration> holds(SteadyTime now) const;

 private:
  /// What a worker knows. Used on its thread alone.
  struct alignas(64) Cell {
    std::shared_ptr<const Token> token;
    std::string problem;  ///< of the last fetch, when it failed
    std::list<Wait*> waiting;
  };

  /// On all workers: whoever asks next waits instead of being told of a failure from before.
  void forget_problem();
  void tell(const std::shared_ptr<const Token>& token, const std::string& problem);
  void wake(Cell& cell);

  const TokenRequest request_;
  const std::span<runtime::Worker* const> workers_;
  std::vector<Cell> cells_;
  std::uint64_t last_number_ = 0;            // of the fetching thread
  std::atomic<std::int64_t> last_until_{0};  // nanoseconds of the steady clock; 0: none yet
  std::atomic<std::uint64_t> dropped_{0};    // tokens up to this number are not shown
  std::atomic<std::int64_t> dropped_at_;     // nanoseconds of the steady clock
  std::atomic<bool> wish_{false};
};

/// All of the process. Off the workers, one thread at a time.
class TokenSources {
 public:
  /// `workers` outlive it.
  explicit TokenSources(std::span<runtime::Worker* const> workers) : workers_(workers) {}

  /// The same one for the same request, as long as a configuration uses it.
  std::shared_ptr<TokenSource> get(TokenRequest request);
  /// From now on sources have this token from the beginning, for ever: nobody fetches any. On the only worker's thread.
  void stand_in(std::string token) { stand_in_ = std::move(token); }

 private:
  std::span<runtime::Worker* const> workers_;
  std::string stand_in_;
  std::map<std::string, std::weak_ptr<TokenSource>> known_;
};

}  // namespace causeway::upstream
