#include "cli/reference_command.h"

namespace staydown::cli {

void add_reference_command(CLI::App& app, int& exit_code) {
  auto* reference =
      app.add_subcommand("reference", "Add, list and change the references of a bank");
  reference->require_subcommand(1);
  reference->footer(
      "Examples:\n"
      "  staydown reference add attack.mp4 --label \"Halle 2019\" --grounds \"TCO order 17\"\n"
      "  staydown reference list\n"
      "  staydown reference disable attack\n"
      "\n"
      "The bank is ./bank.db, or $STAYDOWN_BANK, or what --bank says. A running scan follows it.\n"
      "With --brokers (or $STAYDOWN_BROKERS) the references of a cluster's workers are meant "
      "instead.");
  add_reference_add(*reference, exit_code);
  add_reference_list(*reference, exit_code);
  add_reference_change(*reference, exit_code);
  add_reference_verify(*reference, exit_code);
  add_reference_exchange(*reference, exit_code);
  add_reference_reembed(*reference, exit_code);
  add_reference_audit(*reference, exit_code);
  add_reference_cluster(*reference, exit_code);
}

}  // namespace staydown::cli
