#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "evidence/schemas.h"

namespace assay::cli {

namespace {
struct Arguments {
  std::string report;
  std::string out;
};

Result<int> Run(const Arguments& arguments, Session& session) {
  if (!arguments.out.empty()) {
    ASSAY_TRY(evidence::WriteSchemas(arguments.out));
    return 0;
  }
  std::vector<std::string> names;
  for (const evidence::NamedSchema& entry : evidence::AllSchemas()) {
    names.push_back(entry.name);
    if (entry.name == arguments.report) {
      session.PrintJson(entry.schema);
      return 0;
    }
  }
  if (arguments.report.empty()) {
    for (const std::string& name : names) session.terminal().Line(name);
    return 0;
  }
  return Error{ErrorCode::kNotFound, "there is no report '" + arguments.report + "'." + base::DidYouMean(arguments.report, names) +
                                         " The reports are: " + base::Join(names, ", ")};
}
}  // namespace

void AddSchema(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON Schema of a report, or write all of them to a folder");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("REPORT", arguments->report, "Which report; without it their names are listed");
  command->add_option("--out", arguments->out, "Write all schemas into this folder, one file each");
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*arguments, session); }); });
}

}  // namespace assay::cli
