// The functions that the engine brings: what the resolver needs to know of them, and how the machine calls them.
// Internal to expression.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace causeway::expression {

class Machine;
class Value;
struct Call;
struct Spot;
class Sink;
enum class Flow : std::uint8_t;

/// Takes its arguments as values; for several results of an argument it is called several times.
using ValueFunction = Flow (*)(Machine& machine, const Value& input, std::span<Value> arguments, Value& out);
/// Takes its arguments as programs; has exactly one result.
using FormFunction = Flow (*)(Machine& machine, const Call& call, const Spot& input, Value& out);
/// Takes its arguments as programs; has any number of results, and knows the paths of them where it can.
using GeneratorFunction = Flow (*)(Machine& machine, const Call& call, const Spot& input, Sink& sink);

struct Builtin {
  std::string_view name;
  std::uint8_t arity;
  ValueFunction value = nullptr;
  FormFunction form = nullptr;
  GeneratorFunction generator = nullptr;
  std::string_view definition = {};  ///< in jq's language, when it has none of the above
};

/// Empty when there is none. Thread safe.
const Builtin* find_builtin(std::string_view name, std::size_t arity);
const Builtin& builtin_at(std::uint32_t index);
std::uint32_t index_of(const Builtin& builtin);
std::span<const Builtin* const> all_builtins();
/// Why jq's function of that name is not here; empty for other names.
std::string_view left_out(std::string_view name);
/// The same for its variables, whose name comes without the dollar.
std::string_view left_out_variable(std::string_view name);

}  // namespace causeway::expression
