#include "routing/method.h"

#include <array>
#include <cstddef>

namespace causeway::routing {
namespace {

struct Row {
  std::string_view name;
  Methods bit;
};

constexpr std::array kRows = {
    Row{"GET", Methods::kGet},         Row{"HEAD", Methods::kHead},   Row{"POST", Methods::kPost},
    Row{"PUT", Methods::kPut},         Row{"PATCH", Methods::kPatch}, Row{"DELETE", Methods::kDelete},
    Row{"OPTIONS", Methods::kOptions},
};

constexpr std::size_t kSets = std::size_t{1} << (kRows.size() - 1);  // of the methods besides OPTIONS

struct AllowText {
  std::array<char, 48> text{};
  std::size_t size = 0;

  constexpr void append(std::string_view piece) {
    for (const char c : piece) text[size++] = c;
  }
};

constexpr std::array<AllowText, kSets> make_allow_texts() {
  std::array<AllowText, kSets> texts;
  for (std::size_t set = 0; set < kSets; ++set) {
    for (std::size_t i = 0; i + 1 < kRows.size(); ++i) {
      if ((set >> i & 1) == 0) continue;
      texts[set].append(kRows[i].name);
      texts[set].append(", ");
    }
    texts[set].append("OPTIONS");
  }
  return texts;
}

constexpr std::array<AllowText, kSets> kAllowTexts = make_allow_texts();

}  // namespace

Methods method_bit(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.bit;
  return name == "CONNECT" || name == "TRACE" ? Methods::kNone : Methods::kOther;
}

std::vector<std::string_view> method_names() {
  std::vector<std::string_view> names;
  for (const Row& row : kRows) names.push_back(row.name);
  return names;
}

std::string_view allow_text(Methods methods) {
  const AllowText& text = kAllowTexts[static_cast<std::size_t>(methods) % kSets];
  return {text.text.data(), text.size};
}

}  // namespace causeway::routing
