#include "app/reload/difference.h"

#include <algorithm>
#include <set>

#include "core/json_object.h"

namespace causeway::app {
namespace {

constexpr std::size_t kMostListed = 1000;  // of a list, for programs
constexpr std::size_t kMostKeys = 50;      // of one thing
constexpr std::size_t kMostNamed = 10;     // of a list, in a line of the log
constexpr std::size_t kMostKeysNamed = 5;

using Value = std::pair<std::string_view, std::string_view>;

std::vector<Value> values_of(const Item& item) {
  std::vector<Value> values;
  item.each_value([&](std::string_view path, std::string_view value) { values.emplace_back(path, value); });
  return values;
}

enum class Side : std::uint8_t { kAdded, kRemoved, kBoth };

/// Walks two lists that are sorted by `key`; what is equal in both is given to `visit` with both.
template <class T, class Key, class Visit>
void walk(const std::vector<T>& before, const std::vector<T>& after, Key key, Visit visit) {
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && key(*old) < key(*now))) visit(Side::kRemoved, *old, *old), ++old;
    else if (old == before.end() || key(*now) < key(*old)) visit(Side::kAdded, *now, *now), ++now;
    else visit(Side::kBoth, *old, *now), ++old, ++now;
  }
}

/// The entries of a list that the other list has too.
std::string common(std::string_view list, std::string_view other) {
  const auto next_of = [](std::string_view& rest) {
    const std::string_view entry = rest.substr(0, rest.find(Item::kNext));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    return entry;
  };
  std::set<std::string_view> known;
  while (!other.empty()) known.insert(next_of(other));
  std::string kept;
  while (!list.empty())
    if (const std::string_view entry = next_of(list); known.contains(entry)) kept.append(entry).append(1, Item::kNext);
  return kept;
}

/// Steps that come and go change the list too, but say so themselves.
bool is_another(const Value& old, const Value& now) {
  if (old.second == now.second) return false;
  return old.first != "plugins" || common(old.second, now.second) != common(now.second, old.second);
}

std::vector<std::string> changed_keys(const Item& before, const Item& after) {
  std::vector<std::string> keys;
  std::string whole;  // a step that came or went: its settings did so with it
  Side with = Side::kBoth;
  walk(
      values_of(before), values_of(after), [](const Value& value) { return value.first; },
      [&](Side side, const Value& old, const Value& now) {
        if (side == Side::kBoth ? !is_another(old, now) : now.first == "plugins") return;
        if (side != Side::kBoth && side == with && now.first.starts_with(whole)) return;
        with = side;
        whole = std::string(now.first) + '.';
        if (keys.size() < kMostKeys) keys.emplace_back(now.first);
      });
  return keys;
}

void compare_settings(const Item& before, const Item& after, Difference& out) {
  walk(
      values_of(before), values_of(after), [](const Value& value) { return value.first; },
      [&](Side side, const Value& old, const Value& now) {
        if (side == Side::kAdded) out.added.push_back({after.kind, std::string(now.first)});
        else if (side == Side::kRemoved) out.removed.push_back({before.kind, std::string(old.first)});
        else if (old.second != now.second) out.changed.push_back({after.kind, std::string(now.first), {}});
      });
}

const Item* find(const Effective& in, std::string_view kind, const std::string& name) {
  const auto found =
      std::ranges::find_if(in.items, [&](const Item& item) { return item.kind == kind && item.name == name; });
  return found == in.items.end() ? nullptr : &*found;
}

/// Who has the group that a new subscription says it takes over.
const Item* predecessor(const Effective& before, const Item& item) {
  for (const Item& old : before.items)
    if (old.kind == item.kind && (old.group.empty() ? old.name : old.group) == item.was) return &old;
  return nullptr;
}

/// A subscription that goes on under another name is neither new nor gone.
void find_renamed(const Effective& before, const Effective& after, Difference& out) {
  for (auto added = out.added.begin(); added != out.added.end();) {
    const Item* now = added->kind == "subscription" ? find(after, added->kind, added->name) : nullptr;
    const Item* old = now == nullptr || now->was.empty() ? nullptr : predecessor(before, *now);
    const auto removed = old == nullptr ? out.removed.end() : std::ranges::find_if(out.removed, [&](const Named& each) {
      return each.kind == old->kind && each.name == old->name;
    });
    if (removed == out.removed.end()) {
      ++added;
      continue;
    }
    std::vector<std::string> keys = changed_keys(*old, *now);
    std::erase_if(keys, [](const std::string& key) { return key == "name" || key == "was"; });
    out.changed.push_back({added->kind, added->name, std::move(keys), old->name});
    out.removed.erase(removed);
    added = out.added.erase(added);
  }
}

JsonArray array_of(const std::vector<Named>& all) {
  JsonArray array;
  for (std::size_t i = 0; i < std::min(all.size(), kMostListed); ++i)
    array.raw(JsonObject().text("kind", all[i].kind).text("name", all[i].name).done());
  return array;
}

std::string json_of(const Changed& changed) {
  JsonObject object;
  object.text("kind", changed.kind).text("name", changed.name);
  if (!changed.was.empty()) object.text("was", changed.was);
  JsonArray keys;
  for (const std::string& key : changed.keys) {
    std::string text;
    append_json_string(text, key);
    keys.raw(text);
  }
  return object.raw("keys", keys.done()).done();
}

void list(std::string& text, char sign, const auto& all, auto more) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!text.empty()) text += ", ";
    if (i == kMostNamed) {
      text.append(1, sign).append(std::to_string(all.size() - i)).append(" more");
      return;
    }
    text.append(1, sign).append(all[i].kind).append(" ").append(all[i].name);
    more(all[i]);
  }
}

}  // namespace

Difference Difference::between(const Effective& before, const Effective& after) {
  Difference out;
  walk(
      before.items, after.items, [](const Item& item) { return std::tie(item.kind, item.name); },
      [&](Side side, const Item& old, const Item& now) {
        if (side == Side::kAdded) out.added.push_back({now.kind, now.name});
        else if (side == Side::kRemoved) out.removed.push_back({old.kind, old.name});
        else if (old.values != now.values) out.changed.push_back({now.kind, now.name, changed_keys(old, now)});
      });
  compare_settings(before.settings, after.settings, out);
  find_renamed(before, after, out);
  return out;
}

std::string Difference::to_json() const {
  JsonObject counts;
  counts.number("added", static_cast<std::int64_t>(added.size()));
  counts.number("removed", static_cast<std::int64_t>(removed.size()));
  counts.number("changed", static_cast<std::int64_t>(changed.size()));
  JsonArray changes;
  for (std::size_t i = 0; i < std::min(changed.size(), kMostListed); ++i) changes.raw(json_of(changed[i]));
  JsonObject object;
  object.raw("counts", counts.done()).raw("added", array_of(added).done()).raw("removed", array_of(removed).done());
  const std::string whole = object.raw("changed", changes.done()).done();
  return whole.substr(1, whole.size() - 2);
}

std::string Difference::to_text() const {
  std::string text;
  list(text, '+', added, [](const Named&) {});
  list(text, '-', removed, [](const Named&) {});
  list(text, '~', changed, [&](const Changed& each) {
    if (!each.was.empty()) text.append(" (was ").append(each.was).append(")");
    for (std::size_t i = 0; i < std::min(each.keys.size(), kMostKeysNamed); ++i)
      text.append(i == 0 ? " (" : ", ").append(each.keys[i]);
    if (!each.keys.empty()) text += each.keys.size() > kMostKeysNamed ? ", …)" : ")";
  });
  return text;
}

}  // namespace causeway::app
