#include <algorithm>
#include <unordered_map>
#include <utility>

#include "events/event_log.h"
#include "events/event_tables.h"

namespace causeway::events {

Append::Append(std::shared_ptr<const Topic> topic, std::string source, std::vector<EventDraft> drafts, WallTime now,
               LogSignal& signal)
    : topic_(std::move(topic)), source_(std::move(source)), drafts_(std::move(drafts)), now_(now), signal_(signal) {}

Result<> Append::apply(store::Session& session) {
  receipts_.assign(drafts_.size(), {});
  stored_ = 0;
  std::optional<tables::TopicRow> topic = tables::find_topic(session, topic_->name());
  if (!topic) topic = tables::add_topic(session, *topic_);

  std::vector<std::size_t> fresh;                            // drafts that are new
  std::vector<std::pair<std::size_t, std::size_t>> repeats;  // a draft and the first of its id in this append
  std::unordered_map<std::string_view, std::size_t> firsts;
  const std::string* conflict = nullptr;
  for (std::size_t i = 0; i < drafts_.size(); ++i) {
    const EventDraft& draft = drafts_[i];
    Receipt& receipt = receipts_[i];
    if (const auto [first, is_first] = firsts.emplace(draft.event_id, i); !is_first) {
      repeats.emplace_back(i, first->second);
      receipt.duplicate = draft.hash == drafts_[first->second].hash && !receipts_[first->second].conflict;
    } else if (const auto seen = tables::find_seen(session, topic->id, draft.event_id)) {
      receipt.shard = seen->shard;
      receipt.position = seen->position;
      receipt.duplicate = seen->hash == draft.hash && seen->source == source_;
    } else {
      receipt.shard = shard_of(draft.key, draft.event_id, topic->shards);
      fresh.push_back(i);
      continue;
    }
    receipt.conflict = !receipt.duplicate;
    if (receipt.conflict && conflict == nullptr) conflict = &draft.event_id;
  }
  if (conflict != nullptr)
    return Error(Code::kConflictingPayload,
                 "event " + *conflict + " of " + topic_->name() + " is known with another payload or source");

  // In sorted order of shards, so that two writers of a store never wait for each other.
  std::ranges::stable_sort(fresh, {}, [this](std::size_t i) { return receipts_[i].shard; });
  for (auto run = fresh.begin(); run != fresh.end();) {
    const std::uint32_t shard = receipts_[*run].shard;
    const auto end = std::find_if(run, fresh.end(), [&](std::size_t i) { return receipts_[i].shard != shard; });
    const auto taken = tables::take_positions(session, topic->id, shard, static_cast<std::size_t>(end - run));
    for (Position position = taken.last - (end - run); run != end; ++run) {
      receipts_[*run].position = ++position;
      tables::add_event(session, topic->id, tables::place(taken.lane, position), source_, drafts_[*run],
                        unix_milliseconds(now_));
    }
  }
  for (const auto& [repeat, first] : repeats) {
    receipts_[repeat].shard = receipts_[first].shard;
    receipts_[repeat].position = receipts_[first].position;
  }
  stored_ = fresh.size();
  return {};
}

void Append::settled(Result<> result) noexcept {
  if (result && stored_ > 0) signal_.announce(topic_->name());
}

}  // namespace causeway::events
