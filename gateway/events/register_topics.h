// Topics of a configuration made known to the store: at start and at every reload, before anything is appended.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "events/topic.h"
#include "store/store.h"

namespace causeway::events {

/// Why the store cannot take these topics: a topic that has had events changes neither its `shards` nor its
/// bus. Empty: it can. Blocks.
struct ShardProblem {
  std::shared_ptr<const Topic> topic;
  std::string message;  ///< `shards: 16 cannot become 8, "order-topic" has had events`
};
Result<std::vector<ShardProblem>> check_shards(store::Store& store, const TopicTable& topics);

/// Writes their rows, shards and retention. Topics that left the configuration stay, with their last retention. Fails
/// with kConflict, and changes nothing, where check_shards has something to say.
class RegisterTopics final : public store::Change {
 public:
  explicit RegisterTopics(std::shared_ptr<const TopicTable> topics) : topics_(std::move(topics)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

 private:
  std::shared_ptr<const TopicTable> topics_;
};

}  // namespace causeway::events
