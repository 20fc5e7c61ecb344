// Functions of the engine that are written in jq's language. A program that calls one gets its definition.
#include <array>

#include "expression/builtins/builtin_groups.h"

namespace causeway::expression {
namespace {

constexpr Builtin defined(std::string_view name, std::uint8_t arity, std::string_view definition) {
  return {name, arity, nullptr, nullptr, nullptr, definition};
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    defined("first", 0, "def first: .[0];"),
    defined("last", 0, "def last: .[-1];"),
    defined("nth", 1, "def nth($n): .[$n];"),
    defined("recurse_down", 0, "def recurse_down: recurse;"),
    defined("finites", 0, "def finites: select(isfinite);"),
    defined("isfinite", 0, "def isfinite: type == \"number\" and (isinfinite | not);"),
    defined("normals", 0, "def normals: select(isnormal);"),
    defined("leaf_paths", 0, "def leaf_paths: paths(scalars);"),
    defined("ascii", 0, "def ascii: [.] | implode;"),
    defined("dateadd", 2, "def dateadd(u; n): . + n;"),
    defined("datesub", 2, "def datesub(u; n): . - n;"),
    defined(
        "combinations", 0,
        "def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end;"),
    defined("combinations", 1, "def combinations(n): . as $dot | [range(n)] | map($dot) | combinations;"),
    defined("IN", 1, "def IN(s): any(s == .; .);"),
    defined("IN", 2, "def IN(src; s): any(src == s; .);"),
    defined("INDEX", 1, "def INDEX(idx_expr): INDEX(.[]; idx_expr);"),
    defined("INDEX", 2,
            "def INDEX(stream; idx_expr): reduce stream as $row ({}; .[$row | idx_expr | tostring] |= $row);"),
    defined("JOIN", 2, "def JOIN($idx; idx_expr): [.[] | [., $idx[idx_expr]]];"),
    defined("JOIN", 3, "def JOIN($idx; stream; idx_expr): stream | [., $idx[idx_expr]];"),
    defined("JOIN", 4, "def JOIN($idx; stream; idx_expr; join_expr): stream | [., $idx[idx_expr]] | join_expr;"),
    defined("tostream", 0,
            "def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p) | "
            "reduce path(.[]?) as $q ([$p, .]; [$p + $q]);"),
    defined("fromstream", 1,
            "def fromstream(f): {x: null, e: false} as $init | foreach f as $i ($init; "
            "if .e then $init else . end | if $i | length == 2 "
            "then setpath([\"e\"]; $i[0] | length == 0) | setpath([\"x\"] + $i[0]; $i[1]) "
            "else setpath([\"e\"]; $i[0] | length == 1) end; "
            "if .e then .x else empty end);"),
    defined("truncate_stream", 1,
            "def truncate_stream(stream): . as $n | null | stream | . as $input | "
            "if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;"),
});

}  // namespace

std::span<const Builtin> defined_functions() { return kFunctions; }

}  // namespace causeway::expression
