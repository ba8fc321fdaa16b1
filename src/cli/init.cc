#include "lifecycle/init.h"

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>

#include "base/text.h"
#include "base/time.h"
#include "charter/fields.h"
#include "charter/vague.h"
#include "cli/commands.h"
#include "cli/number_flags.h"
#include "cli/prompt.h"
#include "cli/session.h"
#include "expression/expression.h"

namespace assay::cli {

namespace {

using evidence::InitReport;
using lifecycle::InitAnswers;

struct InitArguments {
  std::string folder;
  InitAnswers answers;
  bool force = false, yes = false;
  std::int64_t sample = 0;
};

// Questions that no data answer and that everything hangs on, in the order of the life cycle.
constexpr std::array kAsked = {"project.why", "phenomenon.what", "problem.solve", "problem.know", "problem.decision", "problem.deadline", "ethics.harmed", "ethics.worst_error", "value.true_positive", "value.false_positive", "value.decisions_per_day", "value.cost_per_month", "business.offer", "proof.metric"};

std::string ExpressionError(const std::string& text, const table::Table& table) {
  const Result<expression::Expression> parsed = expression::Expression::Parse(text);
  if (!parsed) return parsed.error().message;
  const Result<expression::BoundExpression> bound = expression::BoundExpression::Bind(*parsed, table.schema());
  return bound ? "" : bound.error().message;
}

std::string FieldError(const charter::Field& field, const std::string& answer) {
  double number = 0;
  if (field.kind == charter::FieldKind::kNumber && !base::ParseNumber(answer, &number)) return std::string("a number is needed, like ") + field.example;
  return charter::WrongChoice(field, answer);
}

// Asks what flags did not say. Ctrl-D or Ctrl-C anywhere: nothing has been written.
Result<void> Interview(const table::Table& table, Session& session, Prompt& prompt, InitAnswers* answers) {
  Terminal& terminal = session.terminal();
  terminal.Heading("A new charter");
  terminal.Paragraph("An empty line takes the proposal in brackets, or leaves the question open. Ctrl-D stops; nothing is written before the last answer.");
  terminal.Paragraph("Columns: " + base::Join(table.names(), ", "));
  const auto expression = [&](const std::string& text) { return ExpressionError(text, table); };
  terminal.Line();
  if (answers->outcome.empty()) answers->outcome = ASSAY_TRY(prompt.Ask("Which outcome is to be known? An expression such as delay > 15, or a column", "", true, expression));
  if (answers->time.empty()) answers->time = ASSAY_TRY(prompt.Ask("Which column says when the decision is taken?", lifecycle::ProposeTime(table, answers->unit), false, expression));
  if (answers->unit.empty()) answers->unit = ASSAY_TRY(prompt.Ask("Which rows depend on each other? A column such as a customer, or an expression such as date(t)", lifecycle::ProposeUnit(table, answers->time), false, expression));
  if (answers->query.empty()) answers->query = ASSAY_TRY(prompt.Ask("Are rows ranked within a list? Then by which column (empty: no ranking)", "", false, expression));
  if (answers->wait.empty()) {
    answers->wait = ASSAY_TRY(prompt.Ask("How long after the decision is the outcome known, like 12 hours?", lifecycle::ProposeWait(table, answers->outcome, answers->time, session.context()), false, [](const std::string& text) {
      const Result<base::Micros> duration = base::ParseDuration(text);
      return duration ? std::string() : duration.error().message;
    }));
  }
  for (const char* key : kAsked) {
    const std::string text = key;
    const std::size_t dot = text.rfind('.');
    const charter::Field& field = *charter::FindField(text.substr(0, dot), text.substr(dot + 1));
    const std::string answer = ASSAY_TRY(prompt.Ask(field.question, "", false, [&](const std::string& a) { return FieldError(field, a); }));
    if (answer.empty()) continue;
    answers->texts[key] = answer;
    if (const std::string vague = charter::VagueReason(field, answer); !vague.empty()) terminal.Paragraph(terminal.Paint("~", Style::kWarn) + " noted, but " + vague, 2);
  }
  return {};
}

void RenderInit(const InitReport& report, Terminal& terminal) {
  terminal.Heading("Written: " + report.charter);
  if (!report.backup.empty()) terminal.Paragraph("The former charter is kept as " + report.backup + ".", 2);
  const auto line = [&](const char* name, const std::string& value) { terminal.Paragraph(std::string(name) + ": " + (value.empty() ? "open" : value), 2); };
  line("Outcome", report.outcome + " (" + report.task + ", metric " + report.metric + ")");
  line("Time of the decision", report.time.empty() ? "none" : report.time + (report.time_of_day_known ? "" : ", of which only the calendar day is known before"));
  line("Unit", report.unit.empty() ? "every row by itself" : report.unit);
  if (!report.query.empty()) line("Query", report.query);
  line("Wait", report.wait);
  line("Which rows will judge", report.split);
  for (const std::string& note : report.header.data.notes) terminal.Paragraph("Note: " + note + ".", 2);
  terminal.Line();
  std::vector<std::vector<std::string>> rows;
  for (const evidence::ProposedColumn& column : report.columns) rows.push_back({column.name, column.type, column.known, column.feature ? "yes" : "no", column.sensitive ? "yes" : "", column.reason});
  terminal.Table({{"column"}, {"type"}, {"known"}, {"feature"}, {"sensitive"}, {"why"}}, rows);
  terminal.Line();
  const std::string parent = std::filesystem::path(report.charter).parent_path().string();
  const std::string folder = base::ShellWord(parent.empty() ? "." : parent);
  terminal.Paragraph("Check: " + report.check, 2);
  terminal.Paragraph(std::to_string(report.open_questions.size()) + " questions stand open as comments in the file; answer them there. Then: assay check " + folder + ", assay run " + folder, 2);
}

Result<int> Run(InitArguments arguments, Session& session) {
  const std::filesystem::path folder = arguments.folder;
  InitAnswers& answers = arguments.answers;
  ASSAY_TRY(lifecycle::RefuseExisting(folder, arguments.force));
  const bool interactive = !arguments.yes && !session.json() && Prompt::Possible();
  Prompt prompt(session);
  if (answers.source.empty()) {
    if (!interactive) return Error{ErrorCode::kInvalidInput, "--data is missing; name a CSV, Parquet or JSON file"};
    answers.source = ASSAY_TRY(prompt.Ask("Where is the data? A CSV, Parquet or JSON file", "", true));
  }
  store::Engine* engine = ASSAY_TRY(session.engine());
  store::ReadOptions options;
  options.sample_rows = arguments.sample;
  options.seed = session.context().seed;
  store::ReadResult read = ASSAY_TRY(engine->Read(answers.source, options, session.context()));
  const evidence::DataSummary summary{answers.source, read.table.num_rows(), static_cast<std::int64_t>(read.table.num_columns()), read.fingerprint, read.notes, read.sampled_from()};
  const auto table = std::make_shared<const table::Table>(std::move(read.table));
  answers.sampled = arguments.sample > 0;
  if (interactive) {
    ASSAY_TRY(Interview(*table, session, prompt, &answers));
  } else {
    if (answers.outcome.empty()) return Error{ErrorCode::kInvalidInput, "--outcome is missing; give an expression such as 'delay > 15' or the name of a column. The columns are: " + base::Join(table->names(), ", ")};
    if (answers.time.empty()) answers.time = lifecycle::ProposeTime(*table, answers.unit);
    if (answers.unit.empty() && answers.query.empty()) answers.unit = lifecycle::ProposeUnit(*table, answers.time);
  }
  lifecycle::InitPlan plan = ASSAY_TRY(lifecycle::PlanCharter(answers, folder, table, summary, session.context()));
  if (session.context().cancelled()) return Error{ErrorCode::kCancelled, "stopped; nothing was written"};
  ASSAY_TRY(lifecycle::SaveCharter(folder, arguments.force, &plan));
  session.Print<InitReport>(plan.report, RenderInit);
  return 0;
}

}  // namespace

void AddInit(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("init", "Start a project: read the data, propose what it can tell, write a commented charter");
  auto arguments = std::make_shared<InitArguments>();
  InitAnswers& answers = arguments->answers;
  const char* group = "Problem";
  command->add_option("DIR", arguments->folder, "Folder of the project; made if it does not exist")->required();
  command->add_option("--data", answers.source, "CSV, gzip CSV, Parquet, JSON or a pattern like 'data/*.parquet'")->group(group);
  command->add_option("--outcome", answers.outcome, "What is to be known: an expression such as 'delay > 15' or a column")->group(group);
  command->add_option("--time", answers.time, "When the decision is taken (default: the first time column that spreads over at least five days, or hours where there is a unit)")->group(group);
  command->add_option("--unit", answers.unit, "Rows of one unit depend on each other (default: proposed from the data)")->group(group);
  command->add_option("--query", answers.query, "The list within which rows are ranked")->group(group);
  command->add_option("--wait", answers.wait, "How long after the decision the outcome is known, like '2 hours'")->group(group);
  command->add_option("--task", answers.task, "binary, multiclass, regression or ranking (default: from the outcome)")->group(group);
  command->add_option("--metric", answers.metric, "Which metric decides (default: skill)")->group(group);
  AddWholeNumber(command, {"--sample", "Look at a random sample of this many rows (default: all)", "100000"}, &arguments->sample, 1)->group(group);
  command->add_flag("--yes", arguments->yes, "Ask nothing: take every proposal");
  command->add_flag("--force", arguments->force, "Write a new charter where there is one; the old one is kept beside it");
  command->footer("On a terminal it asks the most important questions, with proposals as defaults; Ctrl-D or Ctrl-C leaves nothing behind.\n"
                  "Example: assay init flights --data flights.parquet --outcome 'delay > 15' --wait '12 hours'");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*arguments, session); }); });
}

}  // namespace assay::cli
