#include "routing/route_trie.h"

#include <algorithm>
#include <utility>

namespace causeway::routing {

RouteTrie::Builder::Branch& RouteTrie::Builder::descend(Branch& from, std::string_view literal) {
  Branch* branch = &from;
  while (!literal.empty()) {
    std::unique_ptr<Branch>& child = branch->literals[literal.front()];
    if (!child) {
      child = std::make_unique<Branch>();
      child->label = literal;
      return *child;
    }
    const auto [end, ignored] = std::mismatch(child->label.begin(), child->label.end(), literal.begin(), literal.end());
    const auto common = static_cast<std::size_t>(end - child->label.begin());
    if (common < child->label.size()) {  // the old child goes below the part that both share
      auto shared = std::make_unique<Branch>();
      shared->label = child->label.substr(0, common);
      child->label.erase(0, common);
      const char first = child->label.front();
      shared->literals.emplace(first, std::move(child));
      child = std::move(shared);
    }
    branch = child.get();
    literal.remove_prefix(common);
  }
  return *branch;
}

std::uint32_t RouteTrie::Builder::insert(std::string_view shape) {
  constexpr char kMarks[] = {kParameter, kRest};
  Branch* branch = &root_;
  while (!shape.empty()) {
    if (shape.front() == kRest) return number(branch->rest);
    if (shape.front() == kParameter) {
      if (!branch->parameter) branch->parameter = std::make_unique<Branch>();
      branch = branch->parameter.get();
      shape.remove_prefix(1);
      continue;
    }
    const std::string_view literal = shape.substr(0, shape.find_first_of(std::string_view(kMarks, 2)));
    branch = &descend(*branch, literal);
    shape.remove_prefix(literal.size());
  }
  return number(branch->leaf);
}

RouteTrie RouteTrie::Builder::build() const {
  RouteTrie trie;
  std::vector<const Branch*> branches;  // by node; grows while it is walked, breadth first
  const auto add = [&](const Branch& branch) {
    Node node;
    node.label = static_cast<std::uint32_t>(trie.labels_.size());
    node.label_size = static_cast<std::uint32_t>(branch.label.size());
    node.leaf = branch.leaf;
    node.rest = branch.rest;
    trie.nodes_.push_back(node);
    trie.first_bytes_ += branch.label.empty() ? ' ' : branch.label.front();
    trie.labels_ += branch.label;
    branches.push_back(&branch);
    return static_cast<std::uint32_t>(branches.size() - 1);
  };
  add(root_);
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const Branch& branch = *branches[i];
    const auto first = static_cast<std::uint32_t>(branches.size());
    for (const auto& [byte, child] : branch.literals) add(*child);
    const std::uint32_t parameter = branch.parameter ? add(*branch.parameter) : kNone;
    Node& node = trie.nodes_[i];
    node.first_literal = first;
    node.literals = static_cast<std::uint32_t>(branch.literals.size());
    node.parameter = parameter;
  }
  return trie;
}

}  // namespace causeway::routing
