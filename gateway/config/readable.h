// Why a file that the configuration names cannot be used, in the words of a message.
#pragma once

#include <filesystem>
#include <string>

namespace causeway::config {

/// `config/tls/server.pem cannot be read: No such file or directory`; empty when it can. The name is as the user would
/// write it (display_name).
std::string why_unreadable(const std::filesystem::path& file);

}  // namespace causeway::config
