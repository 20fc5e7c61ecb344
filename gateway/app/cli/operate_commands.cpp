#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/operate.h"

namespace causeway::app::cli {
namespace {

void add_common(CLI::App& command, OperateOptions& options) {
  options.client.url.clear();
  command.add_option("--admin", options.client.url,
                     "the gateway's admin port; default: the configuration's, else http://127.0.0.1:9901");
  command.add_option("--token-file", options.client.token_file,
                     "a file with the token; default: $CAUSEWAY_ADMIN_TOKEN, else admin.token in the data folder");
  add_config_option(command, options.config, "the gateway's configuration, for its address and data folder")
      ->check(CLI::ExistingFile);
  command.add_flag("--json", options.json, "print the answer's data as JSON");
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& what, const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->footer("Example: causeway " + example);
  command->fallthrough();
  return command;
}

void add_filter(CLI::App& command, DeadLetterOptions& options) {
  command.add_option("--subscription", options.subscription, "only of this one");
  command.add_option("--key", options.key, "only events of this key");
}

void add_replay(CLI::App& command, std::shared_ptr<DeadLetterOptions> options, Chosen& chosen) {
  command.add_option("id", options->id, "SUBSCRIPTION:SHARD:POSITION, as the list shows it");
  command.add_flag("--all", options->all, "all that the filter names");
  add_filter(command, *options);
  command.add_flag("--dry-run", options->dry_run, "with --all: only count");
  command.add_option("--body", options->body, "send this event data instead, as another event: JSON, @FILE, or @-");
  command.add_option("--reason", options->reason, "for the audit");
  command.callback([options, &chosen] {
    if (options->all == !options->id.empty()) throw CLI::ValidationError("replay", "name one ID, or --all");
    chosen = [options] { return replay_dead_letters(*options); };
  });
}

void add_dead_letters(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<DeadLetterOptions>();
  CLI::App* group = add_command(app, "dead-letters", "Deliveries that were given up: list, show, replay, discard.",
                                "dead-letters --subscription wms-orders");
  add_common(*group, *options);
  add_filter(*group, *options);
  group->require_subcommand(0, 1);
  const auto list = [options] { return list_dead_letters(*options); };
  // Runs before the callbacks of its subcommands, which take over.
  group->preparse_callback([list, &chosen](std::size_t) { chosen = list; });

  CLI::App* list_command = add_command(*group, "list", "All of them, oldest first.", "dead-letters list --key ORD1");
  list_command->callback([list, &chosen] { chosen = list; });
  CLI::App* show =
      add_command(*group, "show", "One with its event and every attempt.", "dead-letters show wms-orders:3:17");
  show->add_option("id", options->id, "SUBSCRIPTION:SHARD:POSITION")->required();
  show->callback([options, &chosen] { chosen = [options] { return show_dead_letter(*options); }; });
  CLI::App* replay =
      add_command(*group, "replay", "Tries again from the first attempt.", "dead-letters replay wms-orders:3:17");
  add_replay(*replay, options, chosen);
  CLI::App* discard = add_command(*group, "discard", "Gives one up for good; the next of its key goes on.",
                                  "dead-letters discard wms-orders:3:17 --reason \"cancelled by phone\"");
  discard->add_option("id", options->id, "SUBSCRIPTION:SHARD:POSITION")->required();
  discard->add_option("--reason", options->reason, "for the audit")->required();
  discard->callback([options, &chosen] { chosen = [options] { return discard_dead_letter(*options); }; });
}

void add_subscriptions(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<OperateOptions>();
  CLI::App* group =
      add_command(app, "subscriptions", "Backlog and delay of every subscription; pause and resume.", "subscriptions");
  add_common(*group, *options);
  group->require_subcommand(0, 1);
  group->preparse_callback([options, &chosen](std::size_t) { chosen = [options] { return subscriptions(*options); }; });
  for (const std::string verb : {"pause", "resume"}) {
    auto name = std::make_shared<std::string>();
    auto reason = std::make_shared<std::string>();
    CLI::App* command = add_command(*group, verb, verb == "pause" ? "Begins no more deliveries." : "Delivers again.",
                                    "subscriptions " + verb + " wms-orders");
    command->add_option("name", *name, "the subscription")->required();
    command->add_option("--reason", *reason, "for the audit");
    command->callback([options, name, reason, verb, &chosen] {
      chosen = [options, name, reason, verb] { return steer_subscription(*options, *name, verb, *reason); };
    });
  }
}

void add_clusters(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<ClusterOptions>();
  auto shown = std::make_shared<std::string>();
  CLI::App* group =
      add_command(app, "clusters", "Systems: breakers, endpoints, ejections; eject, restore, reset.", "clusters wms");
  add_common(*group, *options);
  group->add_option("name", *shown, "only this one, with its endpoints");
  group->require_subcommand(0, 1);
  group->preparse_callback([options, shown, &chosen](std::size_t) {
    chosen = [options, shown] {
      options->name = *shown;
      return clusters(*options);
    };
  });
  const auto add = [&](const std::string& verb, const std::string& what, const std::string& example) {
    CLI::App* command = add_command(*group, verb, what, "clusters " + verb + " wms " + example);
    command->add_option("name", options->name, "the cluster")->required();
    if (verb != "reset") command->add_option("endpoint", options->endpoint, "as `clusters NAME` lists it")->required();
    if (verb == "eject") command->add_option("--for", options->time, "how long, such as 10m; default: until restored");
    command->add_option("--reason", options->reason, "for the audit");
    command->callback([options, shown, verb, &chosen] {
      if (!shown->empty()) throw CLI::ExtrasError({*shown});  // a word too many, which the group has taken
      chosen = [options, verb] { return steer_cluster(*options, verb); };
    });
  };
  add("eject", "Leaves an endpoint alone; not over a restart.", "10.0.0.11:8080 --for 10m --reason \"new release\"");
  add("restore", "Uses an ejected endpoint again.", "10.0.0.11:8080");
  add("reset", "Closes the breaker and ends all ejections.", "--reason repaired");
}

void add_transactions(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<TransactionOptions>();
  CLI::App* group = add_command(app, "transactions",
                                "Half messages of calls and systems: list, show; commit or rollback the unresolved.",
                                "transactions --state unresolved");
  add_common(*group, *options);
  group->add_option("--state", options->state, "only those: prepared, unresolved, committed, rolled_back")
      ->check(CLI::IsMember({"prepared", "unresolved", "committed", "rolled_back"}));
  group->require_subcommand(0, 1);
  const auto list = [options] { return list_transactions(*options); };
  group->preparse_callback([list, &chosen](std::size_t) { chosen = list; });

  const std::string txid = "019aaf3c-7d52-7b1e-9c44-0d7a5b1f2e63";
  CLI::App* list_command = add_command(*group, "list", "All of them, newest first; those that have ended for a day.",
                                       "transactions list --state prepared");
  list_command->callback([list, &chosen] { chosen = list; });
  CLI::App* show = add_command(*group, "show", "One with what it keeps.", "transactions show " + txid);
  show->add_option("txid", options->txid, "as the list shows it")->required();
  show->callback([options, &chosen] { chosen = [options] { return show_transaction(*options); }; });
  for (const std::string verb : {"commit", "rollback"}) {
    const bool commits = verb == "commit";
    std::string example = "transactions ";
    example.append(verb).append(" ").append(txid);
    example +=
        commits ? " --result '{\"orderId\": \"ORD1\"}' --reason \"in the books of OMS\"" : " --reason \"never booked\"";
    CLI::App* command = add_command(
        *group, verb, commits ? "It was carried out: its event is published." : "It was not, nor will be.", example);
    command->add_option("txid", options->txid, "as the list shows it")->required();
    if (commits)
      command->add_option("--result", options->result,
                          "of a call: what it came to, for its event and its caller's retry: JSON, @FILE, or @-");
    command->add_option("--reason", options->reason, "for the audit")->required();
    command->callback(
        [options, verb, &chosen] { chosen = [options, verb] { return end_transaction(*options, verb); }; });
  }
}

void add_versions(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<VersionOptions>();
  CLI::App* command = add_command(app, "versions", "Versions of APIs: what becomes of them, and who still calls them.",
                                  "versions --api orders --days 7");
  add_common(*command, *options);
  command->add_option("--api", options->api, "only of this one");
  command->add_option("--days", options->days, "whose calls are counted, today being one; default: 30")
      ->check(CLI::Range(1, 400));
  command->callback([options, &chosen] { chosen = [options] { return versions(*options); }; });
}

void add_alerts(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<AlertOptions>();
  CLI::App* command = add_command(app, "alerts", "What people should look at.", "alerts --all");
  add_common(*command, *options);
  command->add_flag("--all", options->all, "those that are resolved, too");
  command->callback([options, &chosen] { chosen = [options] { return alerts(*options); }; });
}

void add_configuration(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<OperateOptions>();
  auto reason = std::make_shared<std::string>();
  CLI::App* command =
      add_command(app, "reload", "Takes the configuration anew and says what that changes; exit 0 or 2.",
                  "reload --reason \"partner moved to v2\"");
  add_common(*command, *options);
  command->add_option("--reason", *reason, "for the history");
  command->callback([options, reason, &chosen] { chosen = [options, reason] { return reload(*options, *reason); }; });

  auto config_options = std::make_shared<OperateOptions>();
  auto version = std::make_shared<std::string>();
  auto limit = std::make_shared<std::uint32_t>(20);
  CLI::App* group = add_command(app, "config", "The configuration that runs, and those before it; without secrets.",
                                "config show 12");
  add_common(*group, *config_options);
  group->require_subcommand(0, 1);
  const auto show = [config_options, version] { return show_config(*config_options, *version); };
  group->preparse_callback([show, &chosen](std::size_t) { chosen = show; });
  CLI::App* show_command =
      add_command(*group, "show", "Its files, as the one that runs or that ran.", "config show 12");
  show_command->add_option("version", *version, "as `config history` lists it; default: the one that runs");
  show_command->callback([show, &chosen] { chosen = show; });
  CLI::App* history = add_command(*group, "history", "Who changed how much, newest first.", "config history --limit 5");
  history->add_option("--limit", *limit, "how many")->check(CLI::Range(1, 100))->capture_default_str();
  history->callback([config_options, limit, &chosen] {
    chosen = [config_options, limit] { return config_history(*config_options, *limit); };
  });
}

}  // namespace

void add_operate_commands(CLI::App& app, Chosen& chosen) {
  add_configuration(app, chosen);
  auto topic_options = std::make_shared<OperateOptions>();
  CLI::App* topics_command =
      add_command(app, "topics", "Topics and how many events they hold.", "topics --json | jq .");
  add_common(*topics_command, *topic_options);
  topics_command->callback([topic_options, &chosen] { chosen = [topic_options] { return topics(*topic_options); }; });
  add_subscriptions(app, chosen);
  add_clusters(app, chosen);
  add_transactions(app, chosen);
  add_versions(app, chosen);
  add_alerts(app, chosen);
  add_dead_letters(app, chosen);
  auto replay_options = std::make_shared<DeadLetterOptions>();
  CLI::App* replay =
      add_command(app, "replay", "As dead-letters replay.", "replay --all --subscription wms-orders --dry-run");
  add_common(*replay, *replay_options);
  add_replay(*replay, replay_options, chosen);
}

}  // namespace causeway::app::cli
