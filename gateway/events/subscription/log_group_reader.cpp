#include "events/subscription/log_group_reader.h"

#include <utility>

namespace causeway::events {

LogGroupReader::LogGroupReader(EventLog& log, ReaderContext context)
    : log_(log),
      context_(std::move(context)),
      id_{context_.group, context_.topic->name()},
      after_(context_.topic->shards(), 0) {
  log_.signal().add(*this);
}

LogGroupReader::~LogGroupReader() { log_.signal().remove(*this); }

void LogGroupReader::appended(std::string_view topic) noexcept {
  if (topic == id_.topic) context_.wake();
}

Task<Result<std::vector<Position>>> LogGroupReader::starts(Start start, WallTime at) {
  FindStarts query(id_.topic, context_.topic->shards(), start, at);
  Result<> done = co_await log_.store().query(context_.worker, query);
  if (!done) co_return std::move(done.error());
  co_return std::move(query.low);
}

void LogGroupReader::begin(std::span<const Position> low) {
  for (std::size_t shard = 0; shard < after_.size() && shard < low.size(); ++shard) after_[shard] = low[shard];
}

Task<Result<ReadBatch>> LogGroupReader::read(ReadWish wish) {
  ReadLog query;
  query.topic = id_.topic;
  query.after = after_;
  query.limit = wish.limit;
  query.max_bytes = wish.max_bytes;
  query.first = first_++ % after_.size();
  Result<> done = co_await log_.store().query(context_.worker, query);
  if (!done) co_return std::move(done.error());
  ReadBatch batch;
  batch.more = query.more;
  batch.lanes = static_cast<std::uint32_t>(after_.size());
  batch.items.reserve(query.events.size());
  for (auto& [shard, event] : query.events) {
    after_[shard] = event.position;
    batch.items.push_back({shard, std::move(event), std::nullopt});
  }
  co_return batch;
}

Task<Result<GroupBacklog>> LogGroupReader::backlog() {
  SampleGroup query(id_);
  Result<> done = co_await log_.store().query(context_.worker, query);
  if (!done) co_return std::move(done.error());
  co_return GroupBacklog{query.behind, query.oldest_stored_at};
}

}  // namespace causeway::events
