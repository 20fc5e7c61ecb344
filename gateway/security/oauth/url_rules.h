// Where keys may be fetched from.
#pragma once

#include <string_view>

namespace causeway::security {

enum class UrlSafety : unsigned char {
  kHttps,         ///< protected on the way
  kLoopbackHttp,  ///< http that does not leave the machine
  kPlain,         ///< http to somewhere else
  kMalformed,     ///< no http(s) URL with a host, or with user names, a fragment, blanks or control characters
};

/// Of a URL such as `https://idp.example.com/keys`. Loopback is `localhost`, 127.0.0.0/8 and [::1].
UrlSafety safety_of(std::string_view url);

}  // namespace causeway::security
