// Builds nodes from the events of yaml-cpp. Part of the YAML reader.
#pragma once

#include <yaml-cpp/eventhandler.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/errors.h"
#include "config/node.h"
#include "config/yaml_source.h"

namespace causeway::config {

/// Handles one document. Thrown out of a handler: Bound, when the document is too deep or too large to go on.
class YamlBuilder final : public YAML::EventHandler {
 public:
  struct Bound {
    Position at;
    std::string message;
  };

  YamlBuilder(YamlSource& source, Errors& errors) : source_(source), errors_(errors) {}

  /// The document that was built, if it is whole.
  std::optional<Node> take();

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  /// A sequence or mapping that is still open.
  struct Frame {
    Position at;
    YAML::anchor_t anchor;
    bool mapping;
    bool flow;
    std::vector<Node> items{};
    std::vector<Node::Entry> entries{};
    std::unordered_map<std::string_view, std::size_t> seen{};  ///< views into the keys of `entries`
    std::optional<Node> key{};                                 ///< waits for its value
    bool drop_value = false;                                   ///< the key was refused
    std::optional<Node::Entry> merge{};                        ///< `<<` and its value
  };

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, bool mapping, bool flow);
  void close(Node node, YAML::anchor_t anchor);
  void add(Node node);
  void add_key(Node key);
  void add_value(Frame& frame, Node value);
  void apply_merge(Frame& frame);
  void merge_entries(Frame& frame, const Node& from);
  void count(const Position& at);
  void count_alias(const Node& anchored, const Position& at);
  void check_depth(int depth, const Position& at) const;
  std::string path() const;

  YamlSource& source_;
  Errors& errors_;
  Node root_;
  std::vector<Frame> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t nodes_ = 0;
  std::size_t alias_nodes_ = 0;
  YAML::Mark last_scalar_;
  bool whole_ = true;
};

}  // namespace causeway::config
