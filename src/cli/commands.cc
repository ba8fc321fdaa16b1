#include "cli/commands.h"

namespace assay::cli {

void AddCommands(CLI::App& app, Session& session) {
  AddInit(app, session);
  AddCheck(app, session);
  AddRun(app, session);
  AddReport(app, session);
  AddUnderstand(app, session);
  AddChange(app, session);
  AddFeasibility(app, session);
  AddTrain(app, session);
  AddScore(app, session);
  AddSlices(app, session);
  AddFrontier(app, session);
  AddTradeoff(app, session);
  AddValue(app, session);
  AddOpe(app, session);
  AddServe(app, session);
  AddChecklist(app, session);
  AddLedger(app, session);
  AddCharterKeys(app, session);
  AddSchema(app, session);
}

}  // namespace assay::cli
