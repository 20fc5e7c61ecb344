// Hands each route the answers that it kept, over reloads.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "adapters/fallback/kept_answers.h"
#include "telemetry/metrics.h"

namespace causeway::adapters {

/// One a process. Off the workers, one thread at a time.
class KeptAnswersRegistry {
 public:
  /// Of all routes together.
  static constexpr ByteSize kMemory{64u << 20};

  /// `metrics` outlives the registry.
  KeptAnswersRegistry(std::size_t workers, telemetry::Metrics& metrics);

  /// The table of a route whose answers are made as `hash` says; a new one when the route has changed.
  std::shared_ptr<KeptAnswers> get(const std::string& route, const std::string& hash);

 private:
  std::size_t workers_;
  std::shared_ptr<KeptMemory> memory_;
  std::map<std::string, std::weak_ptr<KeptAnswers>> tables_;
  telemetry::Collected used_;
  telemetry::Collected answers_;
};

}  // namespace causeway::adapters
