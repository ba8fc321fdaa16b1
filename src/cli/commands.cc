#include "cli/commands.h"

namespace assay::cli {

void AddCommands(CLI::App& app, Session& session) {
  AddUnderstand(app, session);
  AddSchema(app, session);
}

}  // namespace assay::cli
