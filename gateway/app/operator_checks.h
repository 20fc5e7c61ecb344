// What the operators' files say against each other or against the world: rules that span sections. Part of the
// compilation.
#pragma once

#include <set>
#include <string>

#include "app/settings.h"
#include "config/document.h"

namespace causeway::app {

/// Tells the errors which kinds of names cannot be known in full, because a file or a section could not be read.
void note_incomplete(const Settings& settings, const config::Documents& documents, config::Errors& errors);

/// Warns of a code that two systems claim in their `outcomes`: whoever gets it cannot tell which one failed.
void check_codes(const Settings& settings, config::Errors& errors);

/// Two listeners, or one and the admin API, on one address: the second could not be opened. Port 0 is nobody's.
void check_addresses(const Settings& settings, const config::Node& main, config::Errors& errors);

/// Warns of signatures that work once, where nothing is kept over the end of the process.
void check_replays(const Settings& settings, const config::Node& main, config::Errors& errors);

/// Warns of secrets that operators gave out and no route names.
void check_secrets_used(const config::Node& main, const std::set<std::string, std::less<>>& used,
                        config::Errors& errors);

}  // namespace causeway::app
