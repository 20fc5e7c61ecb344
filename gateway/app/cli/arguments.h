// What several commands do with their arguments and with the configuration.
#pragma once

#include <string>

#include "net/endpoint_address.h"

namespace causeway::app::cli {

/// `text`, the content of `@file`, or of standard input for `@-`. False when the file cannot be read.
bool read_argument(const std::string& text, std::string& content);
/// The URL by which this machine reaches something that listens there.
std::string reachable_url(net::HostPort where, bool tls);

}  // namespace causeway::app::cli
