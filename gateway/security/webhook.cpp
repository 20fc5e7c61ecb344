#include "security/webhook.h"

#include <fmt/format.h>

#include <algorithm>

#include "security/consumer.h"
#include "security/credentials.h"
#include "security/refusal.h"

namespace causeway::security {
namespace {

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (!name.empty() && std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

std::string_view value_of(const SignedPart& part, const PresentedWebhook& presented) {
  switch (part.kind) {
    case SignedPart::Kind::kId:
      return presented.id;
    case SignedPart::Kind::kTimestamp:
      return presented.timestamp_text;
    case SignedPart::Kind::kText:
      break;
  }
  return part.text;
}

/// What one message of a partner is known by, whichever of its secrets signed it.
Sha256Digest identity(const Consumer& consumer, const Sha256Digest& content) {
  Sha256 hash;
  hash.update("webhook\n");
  hash.update(consumer.name);
  hash.update("\n");
  hash.update({reinterpret_cast<const char*>(content.data()), content.size()});
  return hash.finish();
}

}  // namespace

void WebhookTable::add(const config::Placed<WebhookSettings>& settings, const Consumer& consumer,
                       config::Errors& errors) {
  WebhookScheme scheme = webhook_scheme(*settings);
  add_once(code_headers_, scheme.header);
  add_once(other_headers_, scheme.timestamp_header);
  add_once(other_headers_, scheme.id_header);
  const std::vector<config::Secret> secrets = webhook_secrets(*settings);
  for (const config::Secret& secret : secrets) use(scheme.header, sha256(secret.reveal()), consumer, settings, errors);
  auto group =
      std::find_if(groups_.begin(), groups_.end(), [&](const WebhookGroup& each) { return each.scheme == scheme; });
  if (group == groups_.end()) group = groups_.insert(groups_.end(), WebhookGroup{std::move(scheme), {}});
  for (const config::Secret& secret : secrets)
    group->keys.push_back({HmacKey(group->scheme.hash, secret.reveal()), &consumer});
}

void WebhookTable::use(const std::string& header, const Sha256Digest& secret, const Consumer& consumer,
                       const config::Placed<WebhookSettings>& settings, config::Errors& errors) {
  std::size_t of_header = 1;
  for (const Used& used : used_) {
    if (used.header != header) continue;
    ++of_header;
    if (used.secret != secret || used.consumer == &consumer) continue;
    errors.add(settings.position, settings.path,
               fmt::format("the consumer {} has this secret for {} too, so nobody could tell who calls",
                           config::quote(used.consumer->name), header),
               "conflict");
  }
  used_.push_back({header, secret, &consumer});
  if (of_header != kMostKeysOfHeader + 1) return;
  errors.add(
      settings.position, settings.path,
      fmt::format("more than {} secrets for {}: every message would be hashed for each", kMostKeysOfHeader, header),
      "limit");
}

void WebhookCheck::put(Open& open, const std::vector<SignedPart>& parts) {
  for (const SignedPart& part : parts) {
    const std::string_view value = value_of(part, open.presented);
    for (Hmac& code : open.codes) code.update(value);
    if (open.content) open.content->update(value);
  }
}

Result<WebhookCheck> WebhookCheck::begin(const WebhookHead& head, const WebhookTable& table,
                                         std::pmr::memory_resource* memory) {
  WebhookCheck check(memory);
  Error first = refuse(Refusal::kNoCredentials);
  for (const WebhookGroup& group : table.groups()) {
    auto presented = parse_webhook(group.scheme, head);
    if (!presented) {
      if (first.code() == Code::kNoCredentials) first = std::move(presented.error());
      continue;
    }
    Open& open = check.open_.emplace_back(Open{&group, *presented, std::pmr::vector<Hmac>(memory), std::nullopt});
    open.codes.reserve(group.keys.size());
    for (const WebhookGroup::Key& key : group.keys) open.codes.push_back(key.key.begin());
    if (group.scheme.timed()) open.content.emplace();
    put(open, group.scheme.content.before_body);
  }
  if (check.open_.empty()) return first;
  return check;
}

void WebhookCheck::update(Bytes piece) {
  for (Open& open : open_) {
    for (Hmac& code : open.codes) code.update(piece);
    if (open.content) open.content->update(piece);
  }
}

Result<ProvedWebhook> WebhookCheck::finish(bool unsafe, WallTime now) {
  Open* winner = nullptr;
  const Consumer* caller = nullptr;
  for (Open& open : open_) {
    put(open, open.group->scheme.content.after_body);
    for (std::size_t k = 0; k < open.codes.size(); ++k) {
      const Mac code = open.codes[k].finish();
      bool fits = false;
      for (std::size_t i = 0; i < open.presented.code_count; ++i) {
        const bool same = equal_in_constant_time(code, open.presented.codes[i]);
        fits = fits | same;
      }
      if (!fits || caller != nullptr) continue;
      caller = open.group->keys[k].consumer;
      winner = &open;
    }
  }
  if (caller == nullptr) return refuse(Refusal::kWrongSignature);
  const WebhookScheme& scheme = winner->group->scheme;
  header_ = scheme.header;
  if (!scheme.timed()) return ProvedWebhook{caller, std::nullopt};
  auto in_window = check_window(winner->presented.timestamp, now, scheme.tolerance, scheme.tolerance);
  if (!in_window) return std::move(in_window.error());
  return ProvedWebhook{
      caller, SignatureUse{identity(*caller, winner->content->finish()), winner->presented.timestamp, false, unsafe}};
}

Duration longest_tolerance(std::span<const WebhookGroup> groups) {
  Duration longest{};
  for (const WebhookGroup& group : groups) longest = std::max(longest, group.scheme.tolerance);
  return longest;
}

}  // namespace causeway::security
