#include "store/settings.h"

namespace causeway::store {

const config::Keys<SqliteSettings>& SqliteSettings::keys() {
  static const auto keys =
      config::Keys<SqliteSettings>("the embedded database")
          .optional("path", &SqliteSettings::path, "its file; a relative path starts at the working directory")
          .optional("min_free", &SqliteSettings::min_free,
                    "space to leave free on the disk; with less, nothing new is taken")
          .check([](const SqliteSettings& settings, const config::Node& node, config::Reading& reading) {
            const config::Node* written = node.find("path");
            if (written == nullptr || (!settings.path.empty() && settings.path.back() != '/')) return;
            auto step = reading.enter("path");
            reading.expected(*written, "the path of a file");
          });
  return keys;
}

const config::Keys<StoreSettings>& StoreSettings::keys() {
  static const auto keys = config::Keys<StoreSettings>("store")
                               .optional("sqlite", &StoreSettings::sqlite, "one file on this machine's disk")
                               .later("postgres");
  return keys;
}

}  // namespace causeway::store
