#include "adapters/fallback/kept_answers_registry.h"

#include <bit>

namespace causeway::adapters {

KeptAnswersRegistry::KeptAnswersRegistry(std::size_t workers, telemetry::Metrics& metrics)
    : workers_(workers),
      memory_(std::make_shared<KeptMemory>(bytes(kMemory))),
      used_(metrics.collect_gauge("causeway_fallback_kept_bytes", "Memory of the answers that fallbacks keep.", {},
                                  [memory = memory_] { return static_cast<double>(memory->used()); })),
      answers_(metrics.collect_gauge("causeway_fallback_kept_answers", "Answers that fallbacks keep.", {},
                                     [memory = memory_] { return static_cast<double>(memory->answers()); })) {}

std::shared_ptr<KeptAnswers> KeptAnswersRegistry::get(const std::string& route, const std::string& hash) {
  const std::string name = route + '\n' + hash;
  // Those that are no more are swept out when their number has doubled.
  if (!tables_.contains(name) && std::has_single_bit(tables_.size()))
    std::erase_if(tables_, [](const auto& each) { return each.second.expired(); });
  std::weak_ptr<KeptAnswers>& known = tables_[name];
  if (std::shared_ptr<KeptAnswers> living = known.lock()) return living;
  auto table = std::make_shared<KeptAnswers>(memory_, workers_);
  memory_->add(table);
  known = table;
  return table;
}

}  // namespace causeway::adapters
