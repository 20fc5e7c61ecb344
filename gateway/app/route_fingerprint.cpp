#include "app/route_fingerprint.h"

#include <algorithm>
#include <array>
#include <span>

#include "security/sha256.h"

namespace causeway::app {
namespace {

using config::Node;

constexpr std::array<std::string_view, 7> kNotOfAnswers = {"name",    "access",  "limits", "fallback",
                                                           "publish", "without", "auth"};

/// Parts with their lengths, so that no two trees give the same text.
class Print {
 public:
  void add(std::string_view text) { text_.append(std::to_string(text.size())).append(1, ':').append(text); }
  void add(const Node& node) {
    if (node.is_scalar()) return add(node.text());
    add(node.is_mapping() ? "{" : node.is_sequence() ? "[" : "~");
    for (const Node& item : node.items()) add(item);
    for (const Node::Entry& entry : node.entries()) {
      add(entry.key);
      add(entry.value);
    }
    add(node.is_null() ? "" : "end");
  }
  std::string hash() const { return security::sha256_hex(text_); }

 private:
  std::string text_;
};

template <class Visit>
void visit_scalars(const Node& node, std::string_view key, const Visit& visit) {
  if (node.is_scalar()) visit(key, node.text());
  for (const Node& item : node.items()) visit_scalars(item, key, visit);
  for (const Node::Entry& entry : node.entries()) visit_scalars(entry.value, entry.key.text(), visit);
}

template <class Visit>
void each_part(const Node& mapping, const Visit& visit) {
  for (const Node::Entry& entry : mapping.entries())
    if (std::ranges::find(kNotOfAnswers, std::string_view(entry.key.text())) == kNotOfAnswers.end()) visit(entry);
}

void add_rules(const upstream::ClusterSettings& cluster, Print& print) {
  print.add(*cluster.name);
  print.add(config::name_of(cluster.answers));
  for (const upstream::OutcomeSettings& outcome : cluster.outcomes) {
    print.add(*outcome.when);
    print.add(config::name_of(outcome.is));
    print.add(std::to_string(*outcome.code));
    print.add(*outcome.message);
    print.add(*outcome.details);
  }
}

}  // namespace

std::string route_fingerprint(const Node& route, const Node& defaults, const BuildContext& context) {
  Print print;
  const auto add_rules_of = [&](std::string_view key, const std::string& text) {
    const auto found = key == "cluster" ? context.clusters.find(text) : context.clusters.end();
    if (found != context.clusters.end() && found->second) add_rules(found->second->settings(), print);
  };
  for (const Node* part : {&route, &defaults}) {
    print.add("part");
    each_part(*part, [&](const Node::Entry& entry) {
      print.add(entry.key);
      print.add(entry.value);
      visit_scalars(entry.value, entry.key.text(), add_rules_of);
    });
  }
  print.add(context.api.base.text());
  return print.hash();
}

bool mentions(const Node& route, const Node& defaults, std::string_view text) {
  bool found = false;
  for (const Node* part : {&route, &defaults})
    each_part(*part, [&](const Node::Entry& entry) {
      visit_scalars(entry.value, {}, [&](std::string_view, const std::string& scalar) {
        found = found || scalar.find(text) != std::string::npos;
      });
    });
  return found;
}

}  // namespace causeway::app
