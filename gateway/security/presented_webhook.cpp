#include "security/presented_webhook.h"

#include <algorithm>

#include "core/base64.h"
#include "security/refusal.h"

namespace causeway::security {
namespace {

constexpr std::size_t kMostIdCharacters = 256;
constexpr std::size_t kMostHeaderCharacters = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<WallTime> parse_time(std::string_view text) {
  if ((text.size() != 10 && text.size() != 13) || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return WallTime(std::chrono::milliseconds(text.size() == 10 ? value * 1000 : value));
}

bool add_code(const WebhookScheme& scheme, std::string_view text, PresentedWebhook& out) {
  if (out.code_count == out.codes.size()) return false;
  Mac& code = out.codes[out.code_count];
  const std::span<char> room(reinterpret_cast<char*>(code.octets.data()), code.octets.size());
  const auto octets = scheme.encoding == WebhookEncoding::kHex ? from_hex(text, room) : from_base64(text, room);
  if (!octets || octets->size() != hmac_size(scheme.hash)) return false;
  code.size = octets->size();
  ++out.code_count;
  return true;
}

/// The members of `list` between separators; `take` gets each and may say false: a bad form.
template <class Take>
bool each_member(std::string_view list, char separator, Take take) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(separator), list.size());
    std::string_view member = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (member.starts_with(' ')) member.remove_prefix(1);
    while (member.ends_with(' ')) member.remove_suffix(1);
    if (!member.empty() && !take(member)) return false;
  }
  return true;
}

bool parse_codes(const WebhookScheme& scheme, std::string_view value, PresentedWebhook& out) {
  using Form = WebhookScheme::Form;
  if (value.size() > kMostHeaderCharacters) return false;
  if (scheme.form == Form::kPlain) {
    return value.starts_with(scheme.prefix) && add_code(scheme, value.substr(scheme.prefix.size()), out);
  }
  const std::string_view version = scheme.form == Form::kStandard ? "v1," : "v1=";
  const bool good = each_member(value, scheme.form == Form::kStandard ? ' ' : ',', [&](std::string_view member) {
    if (member.starts_with(version)) return add_code(scheme, member.substr(version.size()), out);
    if (scheme.form == Form::kStripe && member.starts_with("t=")) {
      if (!out.timestamp_text.empty()) return false;
      out.timestamp_text = member.substr(2);
    }
    return true;
  });
  return good && out.code_count > 0;
}

}  // namespace

Result<PresentedWebhook> parse_webhook(const WebhookScheme& scheme, const WebhookHead& head) {
  const auto value = head.field(scheme.header);
  if (!value) return refuse(Refusal::kNoCredentials);
  PresentedWebhook presented;
  if (!parse_codes(scheme, *value, presented)) return refuse(Refusal::kBadSignatureForm, scheme.header);
  if (!scheme.timestamp_header.empty()) {
    const auto timestamp = head.field(scheme.timestamp_header);
    if (!timestamp) return refuse(Refusal::kMissingTimestamp, scheme.timestamp_header);
    presented.timestamp_text = *timestamp;
  }
  if (scheme.timed()) {
    const auto timestamp = parse_time(presented.timestamp_text);
    if (!timestamp) return refuse(Refusal::kBadTimestampForm, scheme.header);
    presented.timestamp = *timestamp;
  }
  if (!scheme.id_header.empty()) {
    const auto id = head.field(scheme.id_header);
    if (!id) return refuse(Refusal::kMissingMessageId, scheme.id_header);
    if (id->empty() || id->size() > kMostIdCharacters || !std::all_of(id->begin(), id->end(), is_message_id_character))
      return refuse(Refusal::kBadMessageId, scheme.id_header);
    presented.id = *id;
  }
  return presented;
}

}  // namespace causeway::security
