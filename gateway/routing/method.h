// Request methods as a set of bits.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace causeway::routing {

/// A set of methods. Methods that are not listed here (extension methods, `PROPFIND`) count as kOther, which only a
/// route with `methods: any` takes. CONNECT and TRACE belong to no set: nobody may call them.
enum class Methods : std::uint16_t {
  kNone = 0,
  kGet = 1,
  kHead = 2,
  kPost = 4,
  kPut = 8,
  kPatch = 16,
  kDelete = 32,
  kOptions = 64,
  kOther = 128,
  kAny = kGet | kHead | kPost | kPut | kPatch | kDelete | kOther,  ///< OPTIONS is answered by the gateway
};

constexpr Methods operator|(Methods a, Methods b) { return Methods(std::uint16_t(a) | std::uint16_t(b)); }
constexpr Methods operator&(Methods a, Methods b) { return Methods(std::uint16_t(a) & std::uint16_t(b)); }
constexpr Methods operator~(Methods a) { return Methods(~std::uint16_t(a)); }
constexpr Methods& operator|=(Methods& a, Methods b) { return a = a | b; }
constexpr bool empty(Methods set) { return set == Methods::kNone; }
constexpr bool contains(Methods set, Methods some) { return !empty(set & some); }

/// The bit of a method as it stands in a request: names are case-sensitive (RFC 9110, 9.1). kNone for CONNECT and
/// TRACE.
Methods method_bit(std::string_view name);

/// The names that configuration may use, in the order of their bits.
std::vector<std::string_view> method_names();

/// The value of `Allow` (RFC 9110, 10.2.1) for a path that takes `methods`: `GET, HEAD, OPTIONS`. OPTIONS is always in
/// it; kOther, which has no names, never. Static lifetime.
std::string_view allow_text(Methods methods);

}  // namespace causeway::routing
