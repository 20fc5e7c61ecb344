#include "adapters/kafka/kafka_reader.h"

#include <utility>

#include "adapters/kafka/offsets_query.h"
#include "adapters/kafka/topic_admin.h"

namespace causeway::kafka {

KafkaReader::KafkaReader(KafkaBus::Shared& shared, events::ReaderContext context)
    : shared_(shared), context_(std::move(context)), client_(shared, context_) {}

Task<Result<std::vector<events::Position>>> KafkaReader::starts(events::Start start, WallTime at) {
  Result<std::vector<events::Position>> answer = bus_error(client_.topic_name(), "too many questions wait");
  const auto ask = [&] { answer = ask_starts(shared_, *context_.topic, start, at); };
  co_await shared_.questions.run(context_.worker, ask);
  co_return answer;
}

Task<std::optional<events::LostRange>> KafkaReader::find_again(std::uint32_t lane) {
  const std::shared_ptr<Client> client = client_.client();
  if (!client) co_return std::nullopt;
  Result<Watermarks> marks = bus_error(client_.topic_name(), "too many questions wait");
  const auto ask = [&] { marks = ask_watermarks(client->get(), client_.topic_name(), lane); };
  co_await shared_.questions.run(context_.worker, ask);
  if (!marks) {
    client_.ask_later(lane);
    co_return std::nullopt;
  }
  co_return client_.found(lane, *marks);
}

Task<Result<events::ReadBatch>> KafkaReader::read(events::ReadWish wish) {
  events::ReadBatch batch = client_.take(wish);
  // What was lost comes behind what was read of its lane: nothing more of that comes before it is found again.
  if (const auto lane = client_.out_of_range()) {
    const std::optional<events::LostRange> lost = co_await find_again(*lane);
    if (lost) batch.lost.push_back(*lost);
    batch.more |= lost.has_value();
    batch.behind = client_.take_behind();
  }
  co_return batch;
}

Task<Result<events::GroupBacklog>> KafkaReader::backlog() {
  if (client_.wants_ends()) {
    const std::shared_ptr<Client> client = client_.client();
    const auto ask = [&] {
      if (auto ends = ask_ends(client->get(), client_.topic_name(), client_.lanes())) client_.take_ends(*ends);
    };
    co_await shared_.questions.run(context_.worker, ask);
  }
  if (auto backlog = client_.backlog()) co_return *backlog;
  co_return bus_error(client_.topic_name(), "nothing is known of its partitions");
}

}  // namespace causeway::kafka
