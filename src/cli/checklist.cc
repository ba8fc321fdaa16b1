#include "lifecycle/checklist.h"

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/session.h"

namespace assay::cli {

namespace {

using evidence::ChecklistItem;
using evidence::ChecklistReport;
using evidence::ChecklistState;
using evidence::Verdict;

std::string MarkOf(const ChecklistItem& item, const Terminal& terminal) {
  if (item.state == ChecklistState::kNeedsPerson) return terminal.Paint("?", Style::kWarn);
  if (item.state == ChecklistState::kNotYet) return terminal.Paint("–", Style::kDim);
  if (item.verdict == Verdict::kSupported) return terminal.Paint("✓", Style::kGood);
  if (item.verdict == Verdict::kRefuted) return terminal.Paint("✕", Style::kBad);
  return terminal.Paint("~", Style::kWarn);
}

void Render(const ChecklistReport& report, Terminal& terminal) {
  std::string section;
  for (const ChecklistItem& item : report.items) {
    if (item.list + item.section != section) {
      section = item.list + item.section;
      std::string title = (item.list == "deon" ? "Deon, " : "ML Test Score, ") + item.section;
      terminal.Heading(title);
    }
    terminal.Paragraph(MarkOf(item, terminal) + " " + terminal.Paint(item.id, Style::kBold) + "  " + item.claim, 2);
    terminal.Lines(item.answer, 4);
    int shown = 0;
    for (const evidence::Finding& finding : item.findings) {
      if (finding.accused && shown++ < 3) terminal.Paragraph("· " + finding.message, 6);
    }
  }
  terminal.Heading("What that means");
  std::int64_t supported = 0, refuted = 0, inconclusive = 0, not_yet = 0, needs_person = 0;
  for (const evidence::ChecklistSection& s : report.sections) {
    supported += s.supported;
    refuted += s.refuted;
    inconclusive += s.inconclusive;
    not_yet += s.not_yet;
    needs_person += s.needs_person;
  }
  terminal.Paragraph(std::to_string(report.items.size()) + " items: ✓ " + std::to_string(supported) + " hold, ✕ " + std::to_string(refuted) + " do not, ~ " + std::to_string(inconclusive) + " are open after a test, ? " + std::to_string(needs_person) + " only people can answer, – " + std::to_string(not_yet) + " cannot be run yet.", 2);
  terminal.Paragraph(report.score_text, 2);
  for (const std::string& note : report.notes) terminal.Paragraph(note, 2);
}

}  // namespace

void AddChecklist(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("checklist", "Execute what can be executed of the ML Test Score (28 items) and Deon's ethics checklist (21)");
  auto folder = std::make_shared<std::string>(".");
  auto options = std::make_shared<lifecycle::ChecklistOptions>();
  command->add_option("DIR", *folder, "Folder with assay.toml")->capture_default_str();
  command->add_option("--objective", options->objective, "Which objective of the charter to look at (default: the first)");
  session.AddCommonFlags(command);
  command->footer("Each item is decided by a test on the project's data, or says which capability is missing, or asks people.\nExample: assay checklist examples/flights");
  command->callback([=, &session] {
    session.SetBody([=, &session]() -> Result<int> {
      const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(*folder));
      store::Engine* engine = ASSAY_TRY(session.engine());
      ChecklistReport report = ASSAY_TRY(lifecycle::RunChecklist(project, *options, *engine, session.context()));
      session.Print<ChecklistReport>(report, Render);
      return 0;
    });
  });
}

}  // namespace assay::cli
