#include "cli/commands.h"

namespace assay::cli {

void AddCommands(CLI::App& app, Session& session) {
  AddUnderstand(app, session);
  AddTrain(app, session);
  AddSchema(app, session);
}

}  // namespace assay::cli
