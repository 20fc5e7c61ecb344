#include "store/settings.h"

#include <algorithm>
#include <filesystem>

namespace causeway::store {
namespace {

constexpr std::uint64_t kUsual = 1u << 30;
constexpr std::uint64_t kShare = 10;  // of a small disk, one in so many

}  // namespace

std::uint64_t SqliteSettings::least_free() const {
  if (min_free) return bytes(*min_free);
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(path, error).parent_path();
  while (folder.has_relative_path() && !std::filesystem::exists(folder, error)) folder = folder.parent_path();
  const std::filesystem::space_info disk = std::filesystem::space(folder, error);
  return error ? kUsual : std::min<std::uint64_t>(kUsual, disk.capacity / kShare);
}

const config::Keys<SqliteSettings>& SqliteSettings::keys() {
  static const auto keys =
      config::Keys<SqliteSettings>("SQLite")
          .optional("path", &SqliteSettings::path, "its file; a relative path starts at the working directory")
          .optional("min_free", &SqliteSettings::min_free,
                    "space to leave free on the disk; with less, nothing new is taken")
          .by_default("1GiB, on a small disk a tenth of it")
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

namespace causeway::config {

bool Value<store::StoreSettings>::read_into(const Node& node, Reading& reading, store::StoreSettings& out,
                                            const Range*) {
  out.none = node.is_scalar() && node.text() == "none";
  if (out.none) return true;
  if (node.is_scalar()) {
    reading.expected(node, "none or a mapping such as {sqlite: {path: data/causeway.db}}");
    return false;
  }
  return store::StoreSettings::keys().read_into(node, reading, out);
}

Shape Value<store::StoreSettings>::shape() {
  return either("none, or mapping", {word({"none"}), struct_of(&view_of<store::StoreSettings>)});
}

}  // namespace causeway::config
