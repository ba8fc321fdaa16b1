// The commands of `assay`, one file each. Adding one: a new file, its test, one line here and one in commands.cc.
#pragma once

namespace CLI {
class App;
}

namespace assay::cli {

class Session;

void AddInit(CLI::App& app, Session& session);
void AddCheck(CLI::App& app, Session& session);
void AddUnderstand(CLI::App& app, Session& session);
void AddChange(CLI::App& app, Session& session);
void AddRun(CLI::App& app, Session& session);
void AddReport(CLI::App& app, Session& session);
void AddFeasibility(CLI::App& app, Session& session);
void AddTrain(CLI::App& app, Session& session);
void AddScore(CLI::App& app, Session& session);
void AddSlices(CLI::App& app, Session& session);
void AddFrontier(CLI::App& app, Session& session);
void AddTradeoff(CLI::App& app, Session& session);
void AddValue(CLI::App& app, Session& session);
void AddOpe(CLI::App& app, Session& session);
void AddServe(CLI::App& app, Session& session);
void AddChecklist(CLI::App& app, Session& session);
void AddLedger(CLI::App& app, Session& session);
void AddCharterKeys(CLI::App& app, Session& session);
void AddSchema(CLI::App& app, Session& session);

// All of them, in the order in which `assay --help` shows them.
void AddCommands(CLI::App& app, Session& session);

}  // namespace assay::cli
