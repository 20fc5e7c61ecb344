#include "routing/route_trie.h"

#include <utility>

#include "routing/perfect_hash.h"

namespace causeway::routing {

std::uint32_t RouteTrie::Builder::insert(std::string_view shape) {
  Branch* branch = &root_;
  while (!shape.empty()) {
    if (shape.front() == kRest) return number(branch->rest);
    shape.remove_prefix(1);  // the slash
    constexpr char kEnds[] = {'/', kRest};
    const std::string_view segment = shape.substr(0, shape.find_first_of(std::string_view(kEnds, 2)));
    shape.remove_prefix(segment.size());
    std::unique_ptr<Branch>& next = segment == std::string_view(&kParameter, 1)
                                        ? branch->parameter
                                        : branch->literals.try_emplace(std::string(segment)).first->second;
    if (!next) next = std::make_unique<Branch>();
    branch = next.get();
  }
  return number(branch->leaf);
}

/// Puts one branch after the other into a trie, each before what is below it.
class RouteTrie::Builder::Layout {
 public:
  using ValueOf = std::function<std::uint32_t(std::uint32_t)>;

  Layout(RouteTrie& trie, const ValueOf& value_of) : trie_(trie), value_of_(value_of) {}

  /// The place of the node.
  std::uint32_t add(std::string label, const Branch* branch) {
    while (branch->literals.size() == 1 && !branch->parameter && branch->leaf == kNone && branch->rest == kNone &&
           !label.empty()) {  // nothing can be decided between this segment and the next
      label += '/';
      label += branch->literals.begin()->first;
      branch = branch->literals.begin()->second.get();
    }
    const std::uint32_t place = end();
    Node node;
    node.leaf = value(branch->leaf);
    node.rest = value(branch->rest);
    node.label_size = static_cast<std::uint32_t>(label.size());
    trie_.words_.resize(place + kNodeWords + words_for(label.size()));
    std::memcpy(trie_.words_.data() + place + kNodeWords, label.data(), label.size());
    if (branch->literals.size() == 1) {
      node.literal = add(branch->literals.begin()->first, branch->literals.begin()->second.get());
    } else if (!branch->literals.empty()) {
      add_table(*branch, node);
    }
    if (branch->parameter) node.parameter = add({}, branch->parameter.get());
    write(place, node);
    return place;
  }

 private:
  static std::size_t words_for(std::size_t bytes) {
    return (bytes + sizeof(std::uint32_t) - 1) / sizeof(std::uint32_t);
  }
  std::uint32_t end() const { return static_cast<std::uint32_t>(trie_.words_.size()); }
  std::uint32_t value(std::uint32_t leaf) const { return leaf == kNone ? kNone : value_of_(leaf); }

  template <class T>
  void write(std::size_t place, const T& value) {
    std::memcpy(trie_.words_.data() + place, &value, sizeof value);
  }

  void add_table(const Branch& branch, Node& node) {
    std::vector<SegmentHash> hashes;
    for (const auto& [segment, ignored] : branch.literals) hashes.emplace_back(segment);
    const PerfectHash perfect(hashes);
    node.literal = end();
    node.groups = static_cast<std::uint32_t>(perfect.displacements().size());
    node.slots = perfect.slots();
    const std::uint32_t slots = node.literal + node.groups;
    trie_.words_.resize(slots + node.slots * kSlotWords);
    for (std::uint32_t i = 0; i < node.groups; ++i) write(node.literal + i, perfect.displacements()[i]);
    for (std::uint32_t i = 0; i < node.slots; ++i) write(slots + i * kSlotWords, Slot());
    auto hash = hashes.begin();
    for (const auto& [segment, child] : branch.literals) {
      write(slots + perfect.slot(*hash) * kSlotWords, Slot{hash->mark(), add(segment, child.get())});
      ++hash;
    }
  }

  RouteTrie& trie_;
  const ValueOf& value_of_;
};

RouteTrie RouteTrie::Builder::build(const std::function<std::uint32_t(std::uint32_t)>& value_of) const {
  RouteTrie trie;
  Layout(trie, value_of).add({}, &root_);
  return trie;
}

}  // namespace causeway::routing
