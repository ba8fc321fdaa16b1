#include "lifecycle/check.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "charter/fields.h"
#include "cli/commands.h"
#include "cli/render.h"
#include "cli/session.h"

namespace assay::cli {

namespace {

using evidence::CheckFinding;
using evidence::CheckReport;
using evidence::FieldStatus;

struct Look {
  const char* mark;
  Style style;
};
Look LookOf(FieldStatus status) {
  switch (status) {
    case FieldStatus::kAnswered: return {"✓", Style::kGood};
    case FieldStatus::kEmpty: return {"?", Style::kDim};
    case FieldStatus::kVague: return {"~", Style::kWarn};
    case FieldStatus::kContradicted: return {"✕", Style::kBad};
  }
  return {"", Style::kPlain};
}

// One line per section: a mark per field, in the order of the charter.
void RenderOverview(const CheckReport& report, Terminal& terminal) {
  terminal.Heading("The charter, field by field");
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;  // section, marks
  for (const evidence::FieldJudgement& field : report.fields) {
    std::string section = field.key.substr(0, field.key.find('['));
    if (!charter::IsListSection(section)) section = field.key.substr(0, field.key.rfind('.'));
    // Fields of one section need not follow each other.
    auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& known) { return known.first == section; });
    if (line == lines.end()) line = lines.insert(line, {section, {}});
    const Look look = LookOf(field.status);
    line->second.push_back(terminal.Paint(look.mark, look.style));
  }
  for (const auto& [section, marks] : lines) {
    constexpr std::size_t kSectionColumns = 26;
    const std::size_t room = static_cast<std::size_t>(terminal.width()) - kSectionColumns - 1;
    std::string line = "  " + section + std::string(static_cast<std::size_t>(std::max(1, 24 - DisplayWidth(section))), ' ');
    for (std::size_t i = 0; i < marks.size(); ++i) {
      if (i > 0 && i % room == 0) {
        terminal.Line(line);
        line = std::string(kSectionColumns, ' ');
      }
      line += marks[i];
    }
    terminal.Line(line);
  }
  terminal.Line("  " + terminal.Paint("✓ answered  ? empty  ~ vague  ✕ contradicted", Style::kDim));
}

void RenderFindings(const CheckReport& report, FieldStatus status, const char* heading, Terminal& terminal) {
  bool any = false;
  for (const CheckFinding& finding : report.findings) {
    if (finding.status != status) continue;
    if (!any) terminal.Heading(heading);
    any = true;
    const Look look = LookOf(status);
    terminal.Line();
    const std::string place = finding.file + (finding.line > 0 ? ":" + std::to_string(finding.line) + (finding.column > 0 ? ":" + std::to_string(finding.column) : "") : "");
    terminal.Paragraph(terminal.Paint(look.mark, look.style) + " " + terminal.Paint(finding.key, Style::kBold) + "  " + terminal.Paint(place, Style::kDim), 2);
    std::string message = finding.message;
    if (!message.empty() && message[0] >= 'a' && message[0] <= 'z') message[0] = static_cast<char>(message[0] - 'a' + 'A');
    terminal.Paragraph(message + (message.ends_with(".") || message.ends_with("?") ? "" : "."), 4);
    if (!finding.evidence.empty()) terminal.Paragraph("Data: " + finding.evidence + (finding.evidence.ends_with(".") ? "" : "."), 4);
    if (!finding.advice.empty()) terminal.Paragraph("→ " + finding.advice, 4);
  }
}

void RenderTree(const CheckReport& report, Terminal& terminal) {
  if (report.parts.empty()) return;
  terminal.Heading("The problem as a tree");
  for (std::size_t i = 0; i < report.parts.size(); ++i) {
    const evidence::CheckedPart& part = report.parts[i];
    std::string rails;
    // For each level above: does another part of that level follow?
    for (std::int64_t level = 1; level <= part.level; ++level) {
      bool more = false;
      for (std::size_t j = i + 1; j < report.parts.size() && report.parts[j].level >= level; ++j) more = more || report.parts[j].level == level;
      rails += level == part.level ? (more ? "├─ " : "└─ ") : (more ? "│  " : "   ");
    }
    std::string line = rails + terminal.Paint(part.name, Style::kBold);
    if (std::isfinite(part.share.value)) line += "  " + base::ReadableShare(part.share.value) + " of the rows";
    if (!part.what.empty()) line += terminal.Paint("  " + part.what, Style::kDim);
    terminal.Paragraph(line, 2);
  }
}

// Of an experiment there are whole days and units, and fewer than needed would not do.
std::string RoundedUp(double count) { return base::ReadableCount(static_cast<std::int64_t>(std::min(1e18, std::ceil(count - 1e-9)))); }

void RenderProof(const evidence::ProofPower& proof, Terminal& terminal) {
  terminal.Heading("The proof");
  if (!std::isfinite(proof.units_needed)) return terminal.Paragraph("Whether the A/B test has power cannot be said: " + proof.reason + ".", 2);
  terminal.Paragraph("Two variants, level " + base::ReadableNumber(proof.level) + ", wanted power " + base::ReadableShare(proof.wanted_power) + ": it needs " + RoundedUp(proof.units_needed) + " units per variant (" + RoundedUp(proof.days_needed) + (proof.days_needed <= 1 ? " day" : " days") + ") and gets " + base::ReadableCount(static_cast<std::int64_t>(proof.units_available)) + ". Power as planned: " + (std::isfinite(proof.power) ? base::ReadableShare(proof.power) : "none") + (std::isfinite(proof.visible_effect) ? "; smallest effect it shows: " + base::ReadableNumber(proof.visible_effect, 2) : "") + ".", 2);
}

Result<int> Run(const std::string& folder, Session& session) {
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(folder));
  store::Engine* engine = ASSAY_TRY(session.engine());
  CheckReport report = ASSAY_TRY(lifecycle::CheckProject(project, *engine, session.context()));
  session.Print<CheckReport>(report, RenderCheck);
  for (const CheckFinding& finding : report.findings) {
    if (finding.status == FieldStatus::kContradicted) return 1;
  }
  return 0;
}

}  // namespace

void RenderCheck(const CheckReport& report, Terminal& terminal) {
  terminal.Paragraph(terminal.Paint(report.charter, Style::kBold));
  terminal.Paragraph(report.summary + (report.contradicted > 0 ? " Mend what is contradicted before a run." : ""));
  RenderOverview(report, terminal);
  RenderTree(report, terminal);
  RenderProof(report.proof, terminal);
  if (!report.open_questions.empty()) {
    terminal.Heading("Open questions: only people can answer them");
    std::vector<std::vector<std::string>> rows;
    for (const evidence::OpenQuestion& question : report.open_questions) rows.push_back({question.key, question.question});
    terminal.Table({{"key"}, {"question"}}, rows);
  }
  RenderFindings(report, FieldStatus::kVague, "Vague", terminal);
  RenderFindings(report, FieldStatus::kContradicted, "Contradicted", terminal);
  terminal.Line();
}

void AddCheck(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("check", "Judge every field of a charter: empty, vague, or contradicted by the data (exit code 1)");
  auto folder = std::make_shared<std::string>(".");
  command->add_option("DIR", *folder, "Folder with assay.toml, or that file")->capture_default_str();
  command->footer("Each finding names file, line and key, what the data say and what to do. Questions that only people can\n"
                  "answer are listed as open, never taken as answered. Exit code: 0 nothing is contradicted, 1 something is.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*folder, session); }); });
}

}  // namespace assay::cli
