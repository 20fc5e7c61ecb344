// The commands that talk to a running gateway, through its admin API.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/client.h"
#include "app/config_files.h"
#include "core/bytes.h"

namespace causeway::app::cli {

/// What they have in common.
struct OperateOptions {
  admin::ClientOptions client;
  ConfigFiles config;  ///< of the gateway; where its address and data folder are looked up, if the first is there
  bool json = false;   ///< print the data as it came
};

struct DeadLetterOptions : OperateOptions {
  std::string subscription;
  std::string key;
  std::string id;
  std::string reason;
  std::string body;  ///< of an edited replay: text, `@file`, or `@-`
  bool all = false;
  bool dry_run = false;
};

struct VersionOptions : OperateOptions {
  std::string api;
  int days = 30;
};

struct ClusterOptions : OperateOptions {
  std::string name;
  std::string endpoint;
  std::string time;  ///< of an ejection
  std::string reason;
};

struct TransactionOptions : OperateOptions {
  std::string state;  ///< only those; empty: all
  std::string txid;
  std::string result;  ///< of a commit: text, `@file`, or `@-`
  std::string reason;
};

struct AlertOptions : OperateOptions {
  bool all = false;  ///< resolved ones, too
};

int versions(VersionOptions options);
int alerts(AlertOptions options);
/// All, or the one that is named.
int clusters(ClusterOptions options);
/// `verb`: eject, restore or reset.
int steer_cluster(ClusterOptions options, const std::string& verb);
int list_transactions(TransactionOptions options);
int show_transaction(TransactionOptions options);
/// `verb`: commit or rollback.
int end_transaction(TransactionOptions options, const std::string& verb);
int topics(OperateOptions options);
int subscriptions(OperateOptions options);
/// `verb`: pause or resume.
int steer_subscription(OperateOptions options, const std::string& name, const std::string& verb,
                       const std::string& reason);
int list_dead_letters(DeadLetterOptions options);
int show_dead_letter(DeadLetterOptions options);
int replay_dead_letters(DeadLetterOptions options);
int discard_dead_letter(DeadLetterOptions options);

/// Takes the configuration anew and says what that changes; kWrong, with every error, when it is refused.
int reload(OperateOptions options, const std::string& reason);
/// The files of the configuration in force, or of `version`, without secrets; and what that one changed.
int show_config(OperateOptions options, const std::string& version);
int config_history(OperateOptions options, std::uint32_t limit);

/// Rows under their headings, in columns; `none` when there are no rows.
void print_table(const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows,
                 std::string_view none);
/// What came from elsewhere, on one line and without what would steer a terminal.
std::string printable(std::string_view text);
/// `2026-11-26 08:15:02` (UTC) of unix milliseconds in text form.
std::string readable_time(const std::string& milliseconds);
/// A client for these options; reads the configuration when one is named.
admin::Client connect(OperateOptions& options);
/// Says the problem; the exit code.
int refused(const admin::ClientAnswer& answer);
/// A member of an answer for people: a string's text, a number's digits, nothing for null.
std::string text_of(Bytes object, std::string_view name);
/// Prints an answer's data as JSON, or lets `tell` say it for people; the exit code.
int told(const OperateOptions& options, const admin::ClientAnswer& answer, const std::function<void(Bytes)>& tell);

}  // namespace causeway::app::cli
