#include "app/cli/operate.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/compilation.h"
#include "core/json_scan.h"
#include "telemetry/log_escape.h"

namespace causeway::app::cli {
namespace {

/// How many columns of a terminal a text takes: bytes that continue a UTF-8 sequence take none.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void print_row(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row[i];
    if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
  }
  std::puts(line.c_str());
}

}  // namespace

void print_table(const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows,
                 std::string_view none) {
  if (rows.empty()) {
    std::printf("%.*s\n", static_cast<int>(none.size()), none.data());
    return;
  }
  std::vector<std::size_t> widths;
  std::vector<std::vector<std::string>> cells = rows;
  for (auto& row : cells)
    for (std::string& cell : row) cell = printable(cell);
  for (std::size_t i = 0; i < headings.size(); ++i) {
    widths.push_back(width(headings[i]));
    for (const auto& row : cells) widths[i] = std::max(widths[i], width(row[i]));
  }
  print_row(headings, widths);
  for (const auto& row : cells) print_row(row, widths);
}

std::string printable(std::string_view text) {
  std::string result;
  telemetry::append_text(result, text);
  return result;
}

std::string readable_time(const std::string& milliseconds) {
  const std::time_t seconds = std::strtoll(milliseconds.c_str(), nullptr, 10) / 1000;
  std::tm time{};
  if (gmtime_r(&seconds, &time) == nullptr) return milliseconds;
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &time)};
}

admin::Client connect(OperateOptions& options) {
  std::error_code ignored;
  if (!options.config.empty() && std::filesystem::exists(options.config.front(), ignored)) {
    config::Errors errors;  // a secret that this shell lacks does not matter here
    const Files files = read_files(options.config, errors);
    const net::HostPort& where = files.settings.admin.address->where;
    if (options.client.url.empty() && where.port != 0)
      options.client.url = reachable_url(where, files.settings.admin.tls.has_value());
    options.client.data_folder = files.settings.data_folder();
  }
  if (options.client.url.empty()) options.client.url = admin::ClientOptions().url;
  return admin::Client(options.client);
}

int refused(const admin::ClientAnswer& answer) {
  std::fprintf(stderr, "causeway: %s\n", answer.problem.c_str());
  return kFailed;
}

std::string text_of(Bytes object, std::string_view name) {
  const Bytes raw = find_member(object, name);
  return json_string_value(raw).value_or(std::string(raw == "null" ? "" : raw));
}

int told(const OperateOptions& options, const admin::ClientAnswer& answer, const std::function<void(Bytes)>& tell) {
  if (!answer.ok) return refused(answer);
  if (options.json) std::puts(answer.data.c_str());
  else tell(answer.data);
  return kOk;
}

}  // namespace causeway::app::cli
