#include "plugins/transform/transform_plugin.h"

namespace causeway::plugins {
namespace {

Task<Result<Flow>> then_go_on(Task<Result<>> change) {
  Result<> changed = co_await std::move(change);
  if (!changed) co_return std::move(changed.error());
  co_return Flow::kContinue;
}

}  // namespace

Step change_answer(const BodyPrograms& programs, Exchange& exchange) {
  if (!programs.applies_to_answer(exchange)) return Step::next();
  return then_go_on(programs.on_the_way_out(exchange));
}

Step TransformPlugin::on_body(Exchange& exchange) const {
  Result<> changed = programs_.on_the_way_in(exchange);
  if (!changed) return std::move(changed.error());
  return Step::next();
}

Step TransformPlugin::on_response(Exchange& exchange) const {
  if (exchange.shaped_answer) return Step::next();  // what a check has found
  return change_answer(programs_, exchange);
}

}  // namespace causeway::plugins
