#include "cli/config_command.h"

#include <iostream>

#include "cli/app.h"
#include "service/config.h"

namespace staydown::cli {
namespace {

int show(const std::string& path) {
  const auto config = path.empty() ? service::Config{} : service::load_config(path);
  if (!config) {
    return report(config.error());
  }
  std::cout << service::to_yaml(*config);
  return kExitNothingFound;
}

int check(const std::string& path) {
  const auto config = service::load_config(path);
  if (!config) {
    return report(config.error());
  }
  std::cout << path << ": ok\n";
  return kExitNothingFound;
}

}  // namespace

void add_config_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("config", "Show or check the configuration");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  staydown config show > staydown.yaml    every key with its default\n"
      "  staydown config check staydown.yaml     exit 0, or 1 with the key, the value and the "
      "remedy");

  auto path = std::make_shared<std::string>();
  auto* check_command = command->add_subcommand("check", "Say whether a file can be used");
  check_command->add_option("FILE", *path, "Configuration file (YAML)")->required();
  check_command->footer("Example: staydown config check staydown.yaml");
  check_command->callback([path, &exit_code] { exit_code = check(*path); });

  auto* show_command =
      command->add_subcommand("show", "Print the whole configuration, defaults filled in");
  show_command->add_option("FILE", *path, "Configuration file (YAML); default: none");
  show_command->footer("Example: staydown config show > staydown.yaml");
  show_command->callback([path, &exit_code] { exit_code = show(*path); });
}

}  // namespace staydown::cli
