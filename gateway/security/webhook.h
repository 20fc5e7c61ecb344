// Partners' webhooks: who may have signed a message, and the check of one on its way (design: http.md,
// "Authentication").
//
// The head does not say which partner calls: several may use one header, each with a secret of its own. So every secret
// that the head fits is tried, all of them whichever fits, and the one that gives the code names the caller.
#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/errors.h"
#include "core/clock.h"
#include "core/result.h"
#include "security/presented_webhook.h"
#include "security/replay.h"
#include "security/sha256.h"
#include "security/webhook_scheme.h"

namespace causeway::security {

struct Consumer;

/// The partners that sign alike. Immutable.
struct WebhookGroup {
  struct Key {
    HmacKey key;
    const Consumer* consumer;
  };
  WebhookScheme scheme;
  std::vector<Key> keys;
};

/// Immutable, thread safe; part of the table of consumers, which its rows refer to.
class WebhookTable {
 public:
  /// A stranger's body is hashed once for each secret that its header fits, so there must not be many.
  static constexpr std::size_t kMostKeysOfHeader = 64;

  /// A secret that two consumers share, and too many secrets for one header, go to `errors`.
  void add(const config::Placed<WebhookSettings>& settings, const Consumer& consumer, config::Errors& errors);

  std::span<const WebhookGroup> groups() const { return groups_; }
  /// Every header that a scheme reads, in lower case, each once: those with a code, then those with times and ids.
  std::span<const std::string> code_headers() const { return code_headers_; }
  std::span<const std::string> other_headers() const { return other_headers_; }
  bool empty() const { return groups_.empty(); }

 private:
  struct Used {
    std::string header;
    Sha256Digest secret;
    const Consumer* consumer;
  };
  void use(const std::string& header, const Sha256Digest& secret, const Consumer& consumer,
           const config::Placed<WebhookSettings>& settings, config::Errors& errors);

  std::vector<WebhookGroup> groups_;
  std::vector<std::string> code_headers_;
  std::vector<std::string> other_headers_;
  std::vector<Used> used_;
};

struct ProvedWebhook {
  const Consumer* caller = nullptr;
  std::optional<SignatureUse> use;
};

/// A message on its way. Move-only, one thread at a time; refers to the table and the request's head.
class WebhookCheck {
 public:
  /// From the head alone: 40190, or 40191 when it fits nobody's form. `memory` outlives the check.
  static Result<WebhookCheck> begin(const WebhookHead& head, const WebhookTable& table,
                                    std::pmr::memory_resource* memory);

  /// The next piece of the body, exactly as it was sent, transfer coding removed.
  void update(Bytes piece);

  /// After the last piece, once: who called, or 40191; and where a time is signed, what the message uses up, or 40193.
  /// Without a time nobody can know whether it was sent before. `unsafe`: the method is not GET, HEAD or OPTIONS.
  Result<ProvedWebhook> finish(bool unsafe, WallTime now);

  /// After a success: the header that held the code, which is a credential and not passed on. In lower case; lives as
  /// long as the table.
  std::string_view header() const { return header_; }

 private:
  struct Open {
    const WebhookGroup* group;
    PresentedWebhook presented;
    std::pmr::vector<Hmac> codes;   // one a key of the group
    std::optional<Sha256> content;  // where a time is signed: what replays are known by
  };
  explicit WebhookCheck(std::pmr::memory_resource* memory) : open_(memory) {}
  static void put(Open& open, const std::vector<SignedPart>& parts);

  std::pmr::vector<Open> open_;
  std::string_view header_;
};

/// The longest tolerance of any partner: what the memory for replays must last for.
Duration longest_tolerance(std::span<const WebhookGroup> groups);

}  // namespace causeway::security
