// Puts the chain of one route together: every plugin with what is said about it, so that the two cannot differ.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/effective_route.h"
#include "exchange/plugin.h"

namespace causeway::app {

class ChainBuilder {
 public:
  /// Behind the steps so far. Nothing when the plugin is null: what is wrong with it was reported.
  void add(std::unique_ptr<const Plugin> plugin, EffectiveStep step) {
    if (!plugin) return;
    describe(*plugin, step);
    plugins_.push_back(std::move(plugin));
    steps_.push_back(std::move(step));
  }
  /// Before all others: on the way out it is the last.
  void add_first(std::unique_ptr<const Plugin> plugin, EffectiveStep step) {
    if (!plugin) return;
    describe(*plugin, step);
    plugins_.insert(plugins_.begin(), std::move(plugin));
    steps_.insert(steps_.begin(), std::move(step));
  }
  /// One that the route does without.
  void add_removed(EffectiveStep step) {
    step.removed = true;
    steps_.push_back(std::move(step));
  }

  bool has(std::string_view name) const { return count(name) > 0; }
  std::size_t count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(steps_, [&](const EffectiveStep& step) { return step.name == name && !step.removed; }));
  }

  const std::vector<std::unique_ptr<const Plugin>>& plugins() const { return plugins_; }
  std::vector<std::unique_ptr<const Plugin>> take_plugins() { return std::move(plugins_); }
  std::vector<EffectiveStep> take_steps() {
    steps_.shrink_to_fit();  // they stay as long as the configuration
    return std::move(steps_);
  }

 private:
  static void describe(const Plugin& plugin, EffectiveStep& step) {
    const Needs needs = plugin.needs();
    step.on_head = needs.head;
    step.on_body = needs.body;
    step.on_answer = needs.response;
  }

  std::vector<std::unique_ptr<const Plugin>> plugins_;
  std::vector<EffectiveStep> steps_;
};

}  // namespace causeway::app
