#include <CLI/CLI.hpp>
#include <memory>

#include "charter/fields.h"
#include "cli/commands.h"
#include "cli/session.h"

namespace assay::cli {

void AddCharterKeys(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("charter-keys", "Print every key of a charter with its question and an example, as Markdown");
  command->callback([&session] {
    session.SetBody([&session]() -> Result<int> {
      for (const std::string_view section : charter::Sections()) {
        const std::string name(section);
        session.terminal().Line("## " + (charter::IsListSection(section) ? "[[" + name + "]]" : "[" + name + "]"));
        session.terminal().Line();
        session.terminal().Line("| key | kind | question | example |");
        session.terminal().Line("|---|---|---|---|");
        for (const charter::Field& field : charter::Fields()) {
          if (section != field.section) continue;
          session.terminal().Line(std::string("| ") + field.key + " | " + charter::FieldKindName(field.kind) + " | " + field.question + " | `" + field.example + "` |");
        }
        session.terminal().Line();
      }
      return 0;
    });
  });
}

}  // namespace assay::cli
