#include "json_schema/schema.h"

#include <utility>

#include "json_schema/compiler.h"

namespace causeway::json_schema {

std::variant<Schema, std::vector<SchemaProblem>> Schema::compile(Bytes text) {
  constexpr std::size_t kDepth = 256;
  auto read = JsonDocument::read(text, {.depth = kDepth});
  if (const auto* problem = std::get_if<JsonProblem>(&read))
    return std::vector<SchemaProblem>{{"", problem->offset, std::string("not JSON: ") + problem->what}};
  Compiler compiler(text, std::get<JsonDocument>(read));
  Plan plan = compiler.compile();
  if (!compiler.problems().empty()) return std::move(compiler.problems());
  return Schema(std::make_shared<const Plan>(std::move(plan)));
}

}  // namespace causeway::json_schema
