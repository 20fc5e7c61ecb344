#include "telemetry/trace_context.h"

#include <algorithm>

#include "telemetry/hex.h"

namespace causeway::telemetry {
namespace {

constexpr unsigned kSampled = 1;
constexpr unsigned kRandomId = 2;
constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxKey = 256;
constexpr std::size_t kMaxValue = 256;
constexpr std::size_t kLongMember = 128;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

unsigned hex_value(char digit) { return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10); }

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_key(std::string_view key) {
  const auto starts = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto goes_on = [&](char c) { return starts(c) || c == '_' || c == '-' || c == '*' || c == '/' || c == '@'; };
  return !key.empty() && key.size() <= kMaxKey && starts(key[0]) && std::all_of(key.begin(), key.end(), goes_on);
}

bool is_value(std::string_view value) {
  const auto printable = [](char c) { return c >= ' ' && c <= '~' && c != '='; };
  return !value.empty() && value.size() <= kMaxValue && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), printable);
}

bool is_member(std::string_view member) {
  const auto equals = member.find('=');
  return equals != std::string_view::npos && is_key(member.substr(0, equals)) && is_value(member.substr(equals + 1));
}

// The members of all headers in order. More than 32, or one that breaks the grammar, spoils all.
struct Members {
  std::array<std::string_view, kMaxMembers> list;
  std::size_t count = 0;

  bool add(std::string_view header) {
    while (true) {
      const auto comma = header.find(',');
      if (const auto member = trim(header.substr(0, comma)); !member.empty()) {
        if (count == kMaxMembers || !is_member(member)) return false;
        list[count++] = member;
      }
      if (comma == std::string_view::npos) return true;
      header.remove_prefix(comma + 1);
    }
  }

  std::size_t size() const {
    std::size_t total = count == 0 ? 0 : count - 1;
    for (std::size_t i = 0; i < count; ++i) total += list[i].size();
    return total;
  }

  void shorten(std::size_t limit) {
    while (size() > limit) {
      auto* const end = list.data() + count;
      auto* victim = std::find_if(list.data(), end, [](auto member) { return member.size() > kLongMember; });
      if (victim == end) --victim;
      std::move(victim + 1, end, victim);
      --count;
    }
  }
};

}  // namespace

TraceContext TraceContext::start(Random& random, bool sampled) {
  TraceContext context;
  char* out = context.parent_.data();
  *out++ = '0';
  *out++ = '0';
  *out++ = '-';
  // One zero word would do for "all zero is invalid" to be impossible in practice; the 1 makes it so in principle.
  out = put_hex(out, random.next(), 16);
  out = put_hex(out, random.next() | 1, 16);
  *out++ = '-';
  context.renew_parent(random);
  out += 16;
  *out++ = '-';
  put_hex(out, kRandomId | (sampled ? kSampled : 0), 2);
  return context;
}

TraceContext TraceContext::from_request(std::span<const std::string_view> traceparents,
                                        std::span<const std::string_view> tracestates, Random& random) {
  TraceContext context;
  if (traceparents.size() != 1 || !context.continue_parent(trim(traceparents[0]))) return start(random);
  context.renew_parent(random);
  context.keep_state(tracestates);
  return context;
}

void TraceContext::renew_parent(Random& random) {
  std::uint64_t id = random.next();
  while (id == 0) id = random.next();
  put_hex(parent_.data() + 36, id, 16);
}

// version "-" trace-id "-" parent-id "-" flags; a later version may go on after another "-".
bool TraceContext::continue_parent(std::string_view value) {
  if (value.size() < kParentSize) return false;
  const auto version = value.substr(0, 2);
  const auto trace = value.substr(3, 32);
  const auto parent = value.substr(36, 16);
  const auto flags = value.substr(53, 2);
  if (value[2] != '-' || value[35] != '-' || value[52] != '-') return false;
  if (!is_hex(version) || !is_hex(trace) || !is_hex(parent) || !is_hex(flags)) return false;
  if (version == "ff" || is_zero(trace) || is_zero(parent)) return false;
  if (value.size() > kParentSize && (version == "00" || value[kParentSize] != '-')) return false;

  std::copy_n(value.begin(), kParentSize, parent_.begin());
  parent_[0] = parent_[1] = '0';  // we speak version 00 and pass on only the flags that it knows
  put_hex(parent_.data() + 53, hex_value(flags[1]) & (kSampled | kRandomId), 2);
  return true;
}

void TraceContext::keep_state(std::span<const std::string_view> values) {
  Members members;
  for (const auto value : values) {
    if (!members.add(value)) return;
  }
  members.shorten(kMaxState);
  for (std::size_t i = 0; i < members.count; ++i) {
    if (i > 0) state_[state_size_++] = ',';
    std::copy(members.list[i].begin(), members.list[i].end(), state_.begin() + state_size_);
    state_size_ = static_cast<std::uint16_t>(state_size_ + members.list[i].size());
  }
}

}  // namespace causeway::telemetry
