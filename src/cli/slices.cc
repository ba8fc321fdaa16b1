#include "lifecycle/slices.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/number_flags.h"
#include "cli/problem_flags.h"
#include "cli/render.h"
#include "cli/session.h"

namespace assay::cli {

namespace {

using evidence::Slice;
using evidence::SlicesReport;

struct SlicesFlags {
  lifecycle::SlicesProblem problem;
  lifecycle::SliceOptions options;
  std::vector<std::string> features, exclude;
  std::string ties = "cut";
};

Result<int> Run(const SlicesFlags& flags, Session& session) {
  std::error_code code;
  if (std::filesystem::is_directory(flags.problem.source, code)) {
    return Error{ErrorCode::kInvalidInput, flags.problem.source + " is a folder; name a data file with the model's predictions in it. For a project, assay run searches the slices of the rung that it recommends"};
  }
  lifecycle::SlicesProblem problem = flags.problem;
  problem.features = ASSAY_TRY(ColumnNames(flags.features, "--features"));
  problem.exclude = ASSAY_TRY(ColumnNames(flags.exclude, "--exclude"));
  lifecycle::SliceOptions options = flags.options;
  options.all_ties = flags.ties == "all";
  ASSAY_TRY(options.Validate());
  store::Engine* engine = ASSAY_TRY(session.engine());
  SlicesReport report = ASSAY_TRY(lifecycle::FindSlicesIn(problem, options, *engine, session.context()));
  session.Print<SlicesReport>(report, [](const SlicesReport& r, Terminal& terminal) { RenderSlices(r, terminal); });
  return 0;
}

// Where the differences of all slices fit.
struct Scale {
  double low = 0, high = 0;
};
Scale ScaleOf(const SlicesReport& report) {
  Scale scale;
  for (const Slice& slice : report.slices) {
    for (const double end : {slice.low, slice.high, slice.difference}) {
      scale.low = std::fmin(scale.low, end);
      scale.high = std::fmax(scale.high, end);
    }
  }
  return scale;
}

// Its conditions, then its figures on a line of their own.
void RenderSlice(const SlicesReport& report, const Slice& slice, std::size_t number, const Scale& scale, Terminal& terminal) {
  terminal.Line();
  terminal.Paragraph(std::to_string(number) + ". " + terminal.Paint(slice.text, Style::kBold), 2);
  std::string figures = base::Counted(slice.size, "row") + " (" + base::ReadableShare(slice.share) + ")";
  if (slice.size > 0) figures += ", mean loss " + base::ReadableNumber(slice.loss_mean, 3) + (std::isfinite(slice.lift) ? ", " + base::FixedNumber(slice.lift, 2) + " times the mean" : "");
  if (std::isfinite(slice.low)) {
    const base::ReadableEnds ends = base::ReadableInterval(slice.difference, slice.low, slice.high);
    const bool holds = slice.q_value < 0.05 && slice.difference > 0;
    figures += "; " + ends.value + " above the rest (" + ends.low + " to " + ends.high + ")";
    terminal.Paragraph(figures, 5);
    terminal.Line("     " + Terminal::IntervalBar(slice.difference, slice.low, slice.high, scale.low, scale.high, 40) + "  " + (holds ? terminal.Paint("holds", Style::kBad) : terminal.Paint("not shown", Style::kDim)));
  } else {
    figures += report.honest > 0 ? "; " + slice.reason : "; score " + base::FixedNumber(slice.score, 3);
    terminal.Paragraph(figures, 5);
  }
  if (std::isfinite(slice.value_at_stake.value)) {
    terminal.Paragraph("At stake: " + (std::isfinite(slice.value_at_stake.low) ? ReadableEstimate(slice.value_at_stake) : base::ReadableNumber(slice.value_at_stake.value, 3)) + " " + report.currency + " a day between its decisions and the best possible ones.", 5);
  }
  if (!slice.same_rows.empty()) {
    std::string others;
    for (const evidence::SliceDescription& other : slice.same_rows) others += (others.empty() ? "" : "; ") + other.text;
    if (slice.same_rows_more > 0) others += "; and " + base::ReadableCount(slice.same_rows_more) + " more";
    terminal.Paragraph(terminal.Paint("Just the same rows: " + others + ".", Style::kDim), 5);
  }
}

}  // namespace

void RenderSlices(const SlicesReport& report, Terminal& terminal, Part part) {
  terminal.Heading(report.objective.empty() ? "Where it goes wrong" : "Where it goes wrong: " + report.objective);
  terminal.Paragraph(report.summary, 2);
  if (part == Part::kAlone) RenderDataNotes(report.header, terminal);
  for (const std::string& note : report.notes) terminal.Paragraph("Note: " + note + ".", 2);
  if (!report.split.empty()) terminal.Paragraph("Rows " + report.split + "; intervals " + report.dependence + ".", 2);
  const Scale scale = ScaleOf(report);
  for (std::size_t i = 0; i < report.slices.size(); ++i) RenderSlice(report, report.slices[i], i + 1, scale, terminal);
  if (report.honest > 0 && !report.slices.empty()) {
    terminal.Line();
    terminal.Paragraph("Holds: worse than the rest by more than noise, at a false discovery rate of 5 % over the slices found, on rows that the search did not see.", 2);
  }
  const evidence::SliceSearch& search = report.search;
  terminal.Paragraph(base::Counted(search.evaluated, "conjunction") + " looked at" + (std::isfinite(search.seconds) ? " in " + base::ReadableNumber(search.seconds, 2) + " s" : "") + " of " + base::Counted(static_cast<std::int64_t>(report.features.size()), "feature") + " on " + base::Counted(report.rows_searched, "row") + "; slices of " + base::Counted(search.min_support, "row") + " or more; exact: no other conjunction of " + (search.max_level > 0 ? "at most " + base::Counted(search.max_level, "condition") : std::string("any length")) + " has a higher score.", 2);
  if (part == Part::kAlone && !report.slices.empty()) terminal.Next(report.honest > 0 ? "Look at a slice's rows: its EXPR is in --json (expression), for --where." : "assay slices with --honest 0.5 tests the slices on rows that the search has not seen.");
}

void AddSlices(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("slices", "Where is it wrong? The slices of the data on which a loss is concentrated, exactly, and what of it holds on unseen rows");
  auto flags = std::make_shared<SlicesFlags>();
  lifecycle::SlicesProblem& problem = flags->problem;
  lifecycle::SliceOptions& options = flags->options;
  command->add_option("FILE", problem.source, "CSV, gzip CSV, Parquet, JSON or a pattern like 'data/*.parquet'")->required();
  const char* data = "Data";
  command->add_option("--loss", problem.loss, "The loss of a row, at least 0: an expression such as 'abs(y - p)', or a condition such as 'predicted != class'")->required()->group(data);
  command->add_option("--features", flags->features, "Make conditions of these columns, with commas between (default: all that are not in --loss, --unit or --time)")->group(data);
  command->add_option("--exclude", flags->exclude, "Make no conditions of these columns")->group(data);
  command->add_option("--where", problem.where, "Rows to keep: a condition")->group(data);
  command->add_option("--unit", problem.unit, "Rows of one unit depend on each other: a column or expression such as 'date(t)'")->group(data);
  command->add_option("--time", problem.time, "When: a time column or expression; without --unit rows of a day depend on each other")->group(data);
  AddWholeNumber(command, {"--sample", "Use a random sample of this many rows (default: all)", "100000"}, &problem.sample_rows, 1)->group(data);
  const char* search = "Search";
  AddWholeNumber(command, {"--k", "How many slices (default: 10)", "10"}, &options.k, 1, 10'000)->group(search);
  AddNumber(command, {"--alpha", "Weight of the loss against the size of a slice, above 0 and at most 1", "0.95"}, &options.alpha, 0)->group(search);
  AddNumber(command, {"--min-support", "Least rows of a slice, or a share below 1 (default: 1 %, at least 32 rows)", "0.01"}, &options.min_support, 0)->group(search);
  AddWholeNumber(command, {"--max-level", "Most conditions of a slice, 0 = any number (default: 3)", "3"}, &options.max_level, 0, 1'000'000)->group(search);
  AddWholeNumber(command, {"--bins", "A number with more different values is cut into this many bins of about equal counts (default: 10)", "10"}, &options.bins, 1, 250)->group(search);
  command->add_flag("--ranges", options.ranges, "Join neighbouring bins of numbers and times: '42 <= age < 60'")->group(search);
  command->add_option("--ties", flags->ties, "What has the score of the last slice: cut (default) or all")->check(CLI::IsMember({"cut", "all"}))->group(search);
  AddNumber(command, {"--distinct", "Keep the best slices of which no two share more of their rows (Jaccard): 0.8 leaves out near copies, 1 none", "0.8"}, &options.distinct, 0)->group(search);
  AddNumber(command, {"--honest", "Share of the rows that the search does not see and every figure is measured on, with intervals; 0.5 is a good choice", "0.5"}, &options.honest)->group(search);
  command->footer(
      "Examples:\n"
      "  assay slices predictions.csv --loss 'predicted != class' --honest 0.5\n"
      "  assay slices scored.parquet --loss 'abs(price - predicted_price)' --ranges --distinct 0.8 --exclude id\n"
      "  assay slices log.csv --loss '(clicked - p) * (clicked - p)' --unit user --time shown_at --honest 0.5 --json\n\n"
      "The score of a slice is alpha x (its mean loss / the mean loss - 1) - (1 - alpha) x (all rows / its rows - 1): a slice must be worse, and\n"
      "large enough to matter. The search is exact. A search makes its winners look worse than they are: with --honest they are measured on\n"
      "rows that it has not seen. Method and limits: docs/slices.md.");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*flags, session); }); });
}

}  // namespace assay::cli
