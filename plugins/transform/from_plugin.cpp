#include "plugins/transform/from_plugin.h"

#include "plugins/transform/transform_plugin.h"

namespace causeway::plugins {

void FromPlugin::add(std::string version, const TransformSettings& settings, config::Errors& errors) {
  versions_.emplace_back(std::move(version), BodyPrograms(settings, NewRequest::kIsAsCalled, errors));
}

Needs FromPlugin::needs() const {
  Needs needs;
  for (const auto& [version, programs] : versions_) {
    needs.body = needs.body || programs.reads_request();
    needs.response = needs.response || programs.changes_response();
  }
  needs.whole_request = needs.body;
  needs.plain_answer = needs.response;
  return needs;
}

const BodyPrograms* FromPlugin::programs_of(const Exchange& exchange) const {
  if (exchange.match.version == nullptr) return nullptr;
  for (const auto& [version, programs] : versions_)
    if (version == exchange.match.version->name()) return &programs;
  return nullptr;
}

Step FromPlugin::on_body(Exchange& exchange) const {
  const BodyPrograms* programs = programs_of(exchange);
  if (programs == nullptr) return Step::next();
  Result<> changed = programs->on_the_way_in(exchange);
  if (!changed) return std::move(changed.error());
  return Step::next();
}

Step FromPlugin::on_response(Exchange& exchange) const {
  const BodyPrograms* programs = programs_of(exchange);
  return programs == nullptr ? Step::next() : change_answer(*programs, exchange);
}

}  // namespace causeway::plugins
