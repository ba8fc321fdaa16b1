#include "cli/commands.h"

namespace assay::cli {

void AddCommands(CLI::App& app, Session& session) {
  AddSchema(app, session);
}

}  // namespace assay::cli
