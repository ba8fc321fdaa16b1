#include "lifecycle/change.h"

#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/change_parts.h"
#include "lifecycle/internal/gather_parts.h"
#include "lifecycle/internal/predicates.h"
#include "lifecycle/memory_need.h"

namespace assay::lifecycle {

namespace {

using table::Table;

std::string MethodOf(const slices::ChangeFound& found) {
  return "contributions are exact; cells chosen on half of the blocks by standard errors, less 2 ln(cells of that depth), and tested on the other half at a false discovery rate of 5 % over all " + std::string(found.every_cell_counts ? "looked at, because the halves share noise" : "chosen") + "; intervals from that half";
}
constexpr const char* kMethodUntested = "contributions are exact; cells chosen by their standard errors; nothing was tested";

std::optional<double> ShareOf(double part, double change) { return change == 0 || !std::isfinite(part / change) ? std::nullopt : std::optional(part / change); }

void SetEffect(const slices::Effect& effect, slices::ChangeForm form, double change, evidence::ChangePart* part) {
  part->contribution = effect.contribution;
  part->mix = effect.mix;
  part->rate = effect.rate;
  part->share = ShareOf(effect.contribution, change);
  part->rows_before = static_cast<std::int64_t>(effect.sums[0].rows);
  part->rows_after = static_cast<std::int64_t>(effect.sums[1].rows);
  const auto value = [&](std::size_t s) { return effect.sums[s].rows > 0 && std::isfinite(slices::MetricOf(effect.sums[s], form)) ? std::optional(slices::MetricOf(effect.sums[s], form)) : std::nullopt; };
  part->before = value(0);
  part->after = value(1);
}

evidence::ChangePart PartOf(const slices::ChangeRows& rows, const slices::ChangeFound& found, const slices::ChangePart& given) {
  evidence::ChangePart part;
  for (const slices::Predicate& p : given.predicates) part.predicates.push_back(ToReport(rows.features[p.feature], p));
  part.outside_earlier_parts = given.outside_earlier;
  part.text = slices::DescriptionText(rows.features, given.predicates) + (given.outside_earlier ? ", outside the parts above" : "");
  SetEffect(given.effect, rows.form, found.change, &part);
  part.estimate = given.estimate;
  part.low = given.low;
  part.high = given.high;
  part.p_value = given.p_value;
  part.q_value = given.q_value;
  if (!found.tested) part.reason = found.why_untested;
  if (found.tested && std::isnan(given.low)) part.reason = "too few blocks hold it for an interval";
  return part;
}

evidence::ChangeByFeature FeatureOf(const std::string& name, const slices::FeatureEffect& effect) {
  evidence::ChangeByFeature made{name, effect.segments, effect.mix, effect.rate, effect.reversal != 0, ""};
  if (made.reversal) made.text = "A reversal: within every value of '" + name + "' it " + (effect.reversal > 0 ? "rose" : "fell") + " (" + base::ReadableNumber(effect.rate) + "), while the whole " + (effect.reversal > 0 ? "fell" : "rose") + ", because there are other shares of these values (" + base::ReadableNumber(effect.mix) + ").";
  return made;
}

evidence::ChangeTotal TotalOf(const slices::ChangeRows& rows, const slices::ChangeFound& found) {
  evidence::ChangeTotal total;
  total.before = found.before;
  total.after = found.after;
  total.change = found.change;
  if (found.change_interval) {
    total.low = found.change_interval->low;
    total.high = found.change_interval->high;
    total.p_value = found.change_interval->p_value;
    if (std::isnan(total.p_value)) total.reason = "every block gave the same, so there is no noise to test against";
  } else {
    total.reason = found.change_interval.error().message;
  }
  const auto estimate = [](const Result<stats::Interval>& interval, double value) { return interval ? WithInterval(*interval) : WithoutInterval(value, interval.error().message); };
  total.before_estimate = estimate(found.before_interval, found.before);
  total.after_estimate = estimate(found.after_interval, found.after);
  for (const std::uint8_t side : rows.side) ++(side == 0 ? total.rows_before : total.rows_after);
  total.blocks_before = found.blocks[0];
  total.blocks_after = found.blocks[1];
  return total;
}

void AddNotes(const ChangeProblem& problem, const slices::ChangeRows& rows, const slices::ChangeFound& found, const std::string& words, std::vector<std::string>* notes) {
  const bool of_days = problem.unit.empty() || !rows.day.empty();
  if (!rows.day.empty() && rows.num_days < 4) notes->push_back("few days were compared (" + std::to_string(rows.num_days) + " in all): what happened on them by chance, the same for all units, cannot be told from a cause");
  if (rows.form == slices::ChangeForm::kSum && found.noise_of_metric.kind == slices::BlockKind::kTimes && found.blocks_of_metric[0] != found.blocks_of_metric[1]) {
    notes->push_back("before spans " + base::Counted(found.blocks_of_metric[0], of_days ? "day" : "stretch", of_days ? "days" : "stretches") + ", after " + base::ReadableCount(found.blocks_of_metric[1]) + ": of a sum that alone is a part of the change, the same in all rows");
  }
  if (found.as_mean && found.means_too) {
    notes->push_back("no share of " + words + " moved beyond noise, of which the number of rows is a part: parts are those whose mean moved otherwise than the rest");
  } else if (found.as_mean) {
    const bool nothing = found.before == 0 || found.after == 0;
    notes->push_back((nothing ? words + " is 0 on a side" : "the values of " + words + " cancel or change sign") + ", so rows have no shares of it: parts are those whose mean, or number of rows, moved otherwise than the rest");
  }
  if (!found.combined.empty()) notes->push_back("combinations were looked at of " + base::Join(found.combined, ", ") + ", whose values moved most; the other columns alone, because all combinations would be too many");
}

// The columns to read; empty: all.
std::vector<std::string> ColumnsNeeded(const ChangeProblem& problem, const store::SourceInfo& info) {
  if (problem.features.empty()) return {};
  std::vector<std::string> there, texts = {problem.before, problem.after, problem.unit, problem.time, problem.where};
  for (const store::SourceColumn& column : info.columns) there.push_back(column.name);
  const auto add_metric = [&](const std::string& text) {
    if (const Result<slices::Metric> metric = slices::ParseMetric(text); metric) texts.insert(texts.end(), {metric->x, metric->y});
  };
  if (problem.metrics.empty()) add_metric(problem.metric);
  for (const slices::MetricDefinition& definition : problem.metrics) add_metric(definition.is);
  for (const DerivedColumn& derived : problem.derived) texts.push_back(derived.expression);
  for (const Exclusion& exclusion : problem.exclusions) texts.push_back(exclusion.rows);
  std::vector<std::string> names;
  for (const std::string& feature : problem.features) {
    if (base::IsAmong(there, feature)) {
      names.push_back(feature);
    } else {
      texts.push_back(feature);
    }
  }
  for (const std::string& text : texts) {
    for (std::string& name : expression::ColumnsOf(text)) names.push_back(std::move(name));
  }
  std::vector<std::string> needed;
  for (const std::string& column : there) {
    if (base::IsAmong(names, column)) needed.push_back(column);
  }
  // A name that is not there is refused where it is used, with the nearest of all names.
  const bool all_there = std::all_of(names.begin(), names.end(), [&](const std::string& name) { return base::IsAmong(there, name); });
  return all_there ? needed : std::vector<std::string>{};
}

Result<void> RefuseIncomplete(const ChangeProblem& problem) {
  if (problem.before.empty()) return Error{ErrorCode::kInvalidInput, "--before is missing: the rows to compare with, such as --before \"date < '2001-04-01'\""};
  if (problem.after.empty()) return Error{ErrorCode::kInvalidInput, "--after is missing: the rows that are to be explained, such as --after \"date >= '2001-04-01'\""};
  if (problem.metrics.empty() && problem.metric.empty()) return Error{ErrorCode::kInvalidInput, "--metric is missing: what moved, such as 'sum(revenue)', 'avg(delay)' or 'sum(orders)/sum(visits)'"};
  return {};
}

}  // namespace

Result<ChangeProblem> ChangeProblemOf(const Project& project, const std::string& metric, const std::string& before, const std::string& after) {
  const charter::Charter& charter = project.charter;
  const charter::Record& data = charter.section("data");
  ChangeProblem problem;
  if (!data.has("source")) return Error{ErrorCode::kInvalidInput, charter.path() + ": 'data.source' is missing; write for example: source = \"flights.parquet\""};
  const std::filesystem::path source = data.text("source");
  problem.source = source.is_absolute() ? source.string() : (project.folder / source).lexically_normal().string();
  problem.metric = metric;
  problem.before = before;
  problem.after = after;
  problem.unit = data.text("unit");
  problem.time = data.text("time");
  problem.where = data.text("where");
  for (const charter::Record& derived : charter.list("data.derived")) problem.derived.push_back({derived.text("name"), derived.text("expression")});
  for (const charter::Record& e : charter.list("data.exclusions")) problem.exclusions.push_back({e.text("reason"), e.text("rows")});
  for (const charter::Record& m : charter.list("metrics")) problem.metrics.push_back({m.text("name"), m.text("is"), charter.path() + ": line " + std::to_string(m.line)});
  // A metric of the data may also be given as it is.
  if (slices::NamesAggregate(metric)) problem.metrics.clear();
  if (problem.metrics.empty() && !slices::NamesAggregate(metric)) {
    return Error{ErrorCode::kInvalidInput, charter.path() + ": there are no [[metrics]]" + std::string(metric.empty() ? "" : ", so none is named '" + metric + "'") + "; write one there, such as name = \"revenue\" and is = \"sum(price)\", or give --metric 'sum(price)'"};
  }
  return problem;
}

Result<evidence::ChangeReport> ReportOfMetric(const ChangeProblem& problem, const std::string& words, std::size_t searches, const slices::ChangeRows& rows, const RunContext& context, std::vector<std::string>* notes) {
  slices::ChangeOptions options;
  options.largest_q /= static_cast<double>(searches);
  options.depth = problem.depth;
  options.most_parts = problem.parts;
  const slices::ChangeFound found = ASSAY_TRY_WITH(slices::ExplainChange(rows, options, context), words);
  evidence::ChangeReport report;
  report.total = TotalOf(rows, found);
  report.tested = found.tested;
  report.cells_looked_at = found.cells;
  report.cells_tested = found.tested ? found.chosen : 0;
  report.method = found.tested ? MethodOf(found) : kMethodUntested;
  report.unit_of_noise = BlocksInWords(rows, found, problem);
  report.unexplained = found.change;
  report.total.mix = found.rest.mix;
  report.total.rate = found.rest.rate;
  for (const slices::ChangePart& given : found.parts) {
    report.parts.push_back(PartOf(rows, found, given));
    report.parts.back().q_value *= static_cast<double>(searches);
    report.unexplained -= given.effect.contribution;
    report.total.mix += given.effect.mix;
    report.total.rate += given.effect.rate;
  }
  SetEffect(found.rest, rows.form, found.change, &report.rest);
  report.rest.text = report.parts.empty() ? "every row" : "all other rows";
  report.rest.reason = found.tested ? "the rest is not tested" : found.why_untested;
  if (found.rest_interval) {
    report.rest.estimate = found.rest_interval->value;
    report.rest.low = found.rest_interval->low;
    report.rest.high = found.rest_interval->high;
  } else if (found.tested) {
    report.rest.reason = found.rest_interval.error().message;
  }
  for (std::size_t f = 0; f < found.features.size(); ++f) report.features.push_back(FeatureOf(rows.features[f].name, found.features[f]));
  report.total.mix_by = "parts";
  if (report.parts.empty()) {
    const auto mixed = std::max_element(report.features.begin(), report.features.end(), [](const auto& a, const auto& b) { return std::abs(a.mix) < std::abs(b.mix); });
    report.total.mix = mixed->mix;
    report.total.rate = mixed->rate;
    report.total.mix_by = mixed->feature;
  }
  AddNotes(problem, rows, found, words, notes);
  report.unexplained_text = UnexplainedText(report);
  report.answer = AnswerOf(report, words);
  return report;
}

Result<evidence::ChangeReport> ExplainChangeInTable(const ChangeProblem& problem, const Table& given, evidence::DataSummary data, const RunContext& context) {
  ASSAY_TRY(RefuseIncomplete(problem));
  std::vector<std::string> notes = std::move(data.notes);
  Problem derivations;
  derivations.derived = problem.derived;
  const std::shared_ptr<const Table> table = ASSAY_TRY(WithDerived(derivations, std::make_shared<const Table>(given), context, &notes));
  const ChangeSides sides = ASSAY_TRY(FindSides(problem, *table, context, &notes));
  evidence::ChangeReport report;
  if (problem.metrics.empty()) {
    const slices::Metric metric = ASSAY_TRY_WITH(slices::ParseMetric(problem.metric), "--metric");
    const slices::ChangeRows rows = ASSAY_TRY(RowsOfMetric(metric, "--metric", sides, *table, context, &notes));
    report = ASSAY_TRY(ReportOfMetric(problem, metric.text, 1, rows, context, &notes));
    report.metric = metric.text;
  } else {
    report = ASSAY_TRY(ReportOfTree(problem, sides, *table, context, &notes));
  }
  report.before_rows = problem.before;
  report.after_rows = problem.after;
  report.header.report = "change";
  report.header.data = std::move(data);
  report.header.data.rows = report.total.rows_before + report.total.rows_after;
  report.header.data.notes = std::move(notes);
  return report;
}

Result<evidence::ChangeReport> ExplainChange(const ChangeProblem& problem, store::Engine& engine, const RunContext& context) {
  ASSAY_TRY(RefuseIncomplete(problem));
  if (problem.metrics.empty()) ASSAY_TRY_WITH(slices::ParseMetric(problem.metric), "--metric");
  const store::SourceInfo info = ASSAY_TRY(engine.Describe(problem.source));
  store::ReadOptions options;
  options.columns = ColumnsNeeded(problem, info);
  const auto read_source = [&] {
    const base::ScopedStep step(context, "read");
    return engine.Read(problem.source, options, context);
  };
  store::ReadResult read = ASSAY_TRY(read_source());
  evidence::DataSummary data{problem.source, read.table.num_rows(), static_cast<std::int64_t>(info.columns.size()), read.fingerprint, read.notes, read.sampled_from()};
  // Values, sides, blocks, atoms of the features and the half that is searched.
  const std::size_t columns = problem.features.empty() ? read.table.num_columns() : problem.features.size();
  const auto bytes = [&](std::int64_t rows) { return ExamplesBytes(read.table, rows) + rows * static_cast<std::int64_t>(50 + 4 * columns); };
  ASSAY_TRY(RefuseBeyondMemory({problem.source + ": to explain a change of its " + base::ReadableCount(read.table.num_rows()) + " rows", read.table.num_rows(), bytes, "name fewer columns by --features, or keep fewer rows in the file"}, context));
  return ExplainChangeInTable(problem, read.table, std::move(data), context);
}

}  // namespace assay::lifecycle
