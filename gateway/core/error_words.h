// What an error says to an operator: in logs, alerts, records.
#pragma once

#include <string>

#include "core/result.h"

namespace causeway {

/// The reason for the log where there is one, else what the caller reads, else the code's name. Thread safe.
std::string words_of(const Error& error);

}  // namespace causeway
