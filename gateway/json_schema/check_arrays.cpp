// Rules for arrays.
#include <algorithm>

#include "json_schema/canonical.h"
#include "json_schema/validator.h"
#include "json_schema/wording.h"

namespace causeway::json_schema {
namespace {

std::string items(std::uint64_t count) { return counted(count, "item", "items"); }

}  // namespace

void Validator::check_array(const ArrayRules& rules, const Place& place, Findings& findings) {
  const std::size_t size = document_.size(place.value);
  if (size < rules.count.least)
    report(findings, place, "minItems",
           [&] { return "expected at least " + items(rules.count.least) + ", got " + std::to_string(size); });
  if (size > rules.count.most)
    report(findings, place, "maxItems",
           [&] { return "expected at most " + items(rules.count.most) + ", got " + std::to_string(size); });
  std::size_t position = 0;
  for (Index item = document_.first(place.value); item != JsonDocument::kNone && !findings.full();
       item = document_.next(item), ++position) {
    const NodeIndex schema = position < rules.prefix.size() ? rules.prefix[position] : rules.items;
    if (schema != kNoNode) check(schema, Place{&place, item, position}, findings);
    else if (rules.prefix.size() <= position) break;
  }
  if (rules.contains != kNoNode && !findings.full()) check_contained(rules, place, findings);
  if (rules.unique && !findings.full()) check_unique(place, findings);
}

void Validator::check_contained(const ArrayRules& rules, const Place& place, Findings& findings) {
  std::uint64_t found = 0;
  std::size_t position = 0;
  for (Index item = document_.first(place.value); item != JsonDocument::kNone; item = document_.next(item), ++position)
    if (is_valid(rules.contains, Place{&place, item, position})) ++found;
  if (found < rules.contained.least)
    report(findings, place, rules.contained.least > 1 ? "minContains" : "contains", [&] {
      return "expected at least " + items(rules.contained.least) + " of the form asked for, got " +
             std::to_string(found);
    });
  if (found > rules.contained.most)
    report(findings, place, "maxContains", [&] {
      return "expected at most " + items(rules.contained.most) + " of the form asked for, got " + std::to_string(found);
    });
}

// Equal items are neighbours once their canonical texts are sorted.
void Validator::check_unique(const Place& place, Findings& findings) {
  if (document_.size(place.value) < 2) return;
  if (!effort_.spend(raw(place).size())) return findings.note();
  struct Item {
    std::size_t begin, end, position;
    Index value;
  };
  std::string texts;
  std::vector<Item> all;
  all.reserve(document_.size(place.value));
  for (Index item = document_.first(place.value); item != JsonDocument::kNone; item = document_.next(item)) {
    const std::size_t begin = texts.size();
    append_canonical(texts, document_, item);
    all.push_back({begin, texts.size(), all.size(), item});
  }
  const auto text = [&](const Item& item) { return std::string_view(texts).substr(item.begin, item.end - item.begin); };
  std::sort(all.begin(), all.end(), [&](const Item& left, const Item& right) {
    const int order = text(left).compare(text(right));
    return order != 0 ? order < 0 : left.position < right.position;
  });
  struct Copy {
    std::size_t position, of;
    Index value;
  };
  std::vector<Copy> copies;
  for (std::size_t i = 1; i < all.size(); ++i)
    if (text(all[i - 1]) == text(all[i])) copies.push_back({all[i].position, all[i - 1].position, all[i].value});
  std::sort(copies.begin(), copies.end(),
            [](const Copy& left, const Copy& right) { return left.position < right.position; });
  for (const Copy& copy : copies) {
    if (findings.full()) return;
    report(findings, Place{&place, copy.value, copy.position}, "uniqueItems",
           [&] { return "the same as item " + std::to_string(copy.of); });
  }
}

}  // namespace causeway::json_schema
