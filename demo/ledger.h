// What a demo system really did: one entry for every request that had an effect, with the headers that came with it.
// A test or a reader compares it with what callers were told. Thread safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace causeway::demo {

/// A request as it arrived.
struct Call {
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// A header's value, whatever the case of its name; empty when it is absent.
std::string header_of(const Call& call, const std::string& name);

struct Entry {
  std::string effect;   ///< `order_created`
  std::string subject;  ///< the id of what was changed
  Call call;            ///< body: JSON text, kept character for character so that no digit of a number changes
  std::uint64_t number = 0;
  std::int64_t at = 0;  ///< Unix milliseconds
};

class Ledger {
 public:
  /// Reads the entries of `file` and appends to it from then on. An empty path keeps the ledger in memory only.
  /// Throws std::runtime_error when the file cannot be read or written.
  explicit Ledger(const std::filesystem::path& file);

  /// Numbers and dates the entry and writes it out before returning.
  Entry append(Entry entry);
  std::vector<Entry> entries() const;
  /// A JSON array of all entries.
  std::string json() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::ofstream file_;
};

/// JSON text on one line. Line breaks of valid JSON stand outside strings, where a blank means the same.
std::string on_one_line(std::string json);

}  // namespace causeway::demo
