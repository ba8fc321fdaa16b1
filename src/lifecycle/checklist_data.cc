// Items of the checklist that the data, the charter and the ledger decide.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "evidence/ledger.h"
#include "lifecycle/internal/checklist_parts.h"
#include "lifecycle/internal/withheld.h"

namespace assay::lifecycle {

namespace {

using evidence::Finding;
using evidence::Verdict;

constexpr double kMostUnseen = 0.01;       // share of new rows outside what training rows showed
constexpr double kMostMoreMissing = 0.05;  // rise of the missing share

// What training rows say of a column, and the share of other rows that break it.
struct SchemaCheck {
  double unseen = 0, missing_before = 0, missing_after = 0;
};

SchemaCheck CheckColumn(const table::Column& column, const learn::Split& split) {
  SchemaCheck check;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  std::vector<std::uint8_t> seen(column.dictionary().size(), 0);
  const bool category = column.type() == table::ColumnType::kCategory;
  for (const std::uint32_t row : split.train) {
    const double value = column.NumberAt(row);
    if (std::isnan(value)) {
      check.missing_before += 1;
    } else if (category) {
      seen[static_cast<std::size_t>(value)] = 1;
    } else {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  for (const std::uint32_t row : split.test) {
    const double value = column.NumberAt(row);
    if (std::isnan(value)) {
      check.missing_after += 1;
    } else if (category ? seen[static_cast<std::size_t>(value)] == 0 : value < low || value > high) {
      check.unseen += 1;
    }
  }
  check.unseen /= static_cast<double>(split.test.size());
  check.missing_after /= static_cast<double>(split.test.size());
  check.missing_before /= static_cast<double>(split.train.size());
  return check;
}

std::vector<std::string> PersonalColumns(const Workbench& bench) {
  std::vector<std::string> columns;
  for (const evidence::Alert& alert : bench.alerts) {
    if (alert.kind == "pii_like" && std::find(columns.begin(), columns.end(), alert.column) == columns.end()) columns.push_back(alert.column);
  }
  return columns;
}

bool IsFeature(const Workbench& bench, const std::string& column) {
  const auto& features = bench.examples().features;
  return std::any_of(features.begin(), features.end(), [&](const learn::Feature& f) { return f.source == column || f.name == column; });
}

}  // namespace

Result<ItemAnswer> DecideSchema(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "a schema (values seen, range, missing share) inferred from the training part and checked on the holdout's features; at most 1 % of the rows outside it, at most 5 points more missing";
  std::set<std::string> sources;
  std::int64_t broken = 0;
  for (const learn::Feature& feature : bench.examples().features) {
    const std::int64_t index = bench.examples().table->Find(feature.source);
    if (index < 0 || !sources.insert(feature.source).second) continue;
    const table::Column& column = bench.examples().table->column(static_cast<std::size_t>(index));
    if (column.type() == table::ColumnType::kTime) continue;  // time goes on by nature
    const SchemaCheck check = CheckColumn(column, bench.split);
    const bool bad = check.unseen > kMostUnseen || check.missing_after - check.missing_before > kMostMoreMissing;
    broken += bad ? 1 : 0;
    if (bad || check.unseen > 0) {
      answer.findings.push_back({column.name(), "schema", WithoutInterval(check.unseen, "a share of all rows"), bad, "'" + column.name() + "': " + base::ReadableShare(check.unseen) + " of the newer rows lie outside what the training rows showed; missing " + base::ReadableShare(check.missing_before) + " before, " + base::ReadableShare(check.missing_after) + " after"});
    }
  }
  const auto checked = static_cast<std::int64_t>(sources.size());
  answer.figures.push_back(MakeFigure("columns_checked", "columns checked", WithoutInterval(static_cast<double>(checked), "a count")));
  answer.figures.push_back(MakeFigure("columns_broken", "columns that break the schema", WithoutInterval(static_cast<double>(broken), "a count")));
  answer.verdict = broken == 0 ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = broken == 0 ? "Yes: all " + base::ReadableCount(checked) + " columns keep to what " + base::ReadableCount(static_cast<std::int64_t>(bench.split.train.size())) + " training rows showed." : base::ReadableCount(broken) + " of " + base::ReadableCount(checked) + " columns do not.";
  return answer;
}

Result<ItemAnswer> DecideForbiddenColumns(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "the charter's columns (known after the decision, sensitive), all that is derived from them, and the leakage tests against the list of features";
  std::vector<std::string> wrong;
  const Withheld withheld = WithheldColumns(bench.objective.problem, *bench.gathered.source);
  for (const learn::Feature& feature : bench.examples().features) {
    const Withholding* why = withheld.Find(feature.name);
    if (why == nullptr) why = withheld.Find(feature.source);
    if (why != nullptr) wrong.push_back(feature.name + " (" + why->reason + ")");
  }
  if (bench.objective.problem.calendar_day_only) {
    for (const std::string& name : ClockFeatures(bench.examples())) wrong.push_back(name + " (the time of day, which is known after the decision)");
  }
  for (const std::string& name : bench.sensitive) {
    if (IsFeature(bench, name)) wrong.push_back(name + " (sensitive)");
  }
  answer.figures.push_back(MakeFigure("forbidden_features", "forbidden columns among the features", WithoutInterval(static_cast<double>(wrong.size()), "a count")));
  answer.figures.push_back(MakeFigure("leaky_columns", "columns left out because they leak", WithoutInterval(static_cast<double>(bench.leaky.size()), "a count")));
  answer.verdict = wrong.empty() ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = wrong.empty() ? "Yes: no feature is declared sensitive or known after the decision" + (bench.leaky.empty() ? std::string(".") : "; " + base::Join(bench.leaky, ", ") + " leaks and is left out.") : "No: the model sees " + base::Join(wrong, ", ") + ".";
  return answer;
}

Result<ItemAnswer> DecidePersonalFeatures(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "names and contents of all columns scanned for personal data (addresses, numbers, names)";
  const std::vector<std::string> personal = PersonalColumns(bench);
  std::vector<std::string> used;
  for (const std::string& name : personal) {
    if (IsFeature(bench, name)) used.push_back(name);
  }
  answer.figures.push_back(MakeFigure("columns_scanned", "columns scanned", WithoutInterval(static_cast<double>(bench.gathered.source->num_columns()), "a count")));
  answer.figures.push_back(MakeFigure("personal_columns", "columns that look personal", WithoutInterval(static_cast<double>(personal.size()), "a count")));
  answer.verdict = used.empty() ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = personal.empty() ? "Yes: none of the " + std::to_string(bench.gathered.source->num_columns()) + " columns looks personal." : used.empty() ? "Yes: " + base::Join(personal, ", ") + " looks personal and is not a feature." : "No: " + base::Join(used, ", ") + " looks personal and the model sees it.";
  return answer;
}

Result<ItemAnswer> DecidePersonalDisplay(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "columns that look personal, and whether the report lists values of them";
  const std::vector<std::string> personal = PersonalColumns(bench);
  std::vector<std::string> shown;
  for (const evidence::ColumnProfile& profile : bench.profiles) {
    if (!profile.top_values.empty() && std::find(personal.begin(), personal.end(), profile.name) != personal.end()) shown.push_back(profile.name);
  }
  answer.figures.push_back(MakeFigure("personal_columns_shown", "personal-looking columns whose values the report lists", WithoutInterval(static_cast<double>(shown.size()), "a count")));
  answer.verdict = shown.empty() ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = shown.empty() ? "Yes: the report lists no value of a column that looks personal." : "No: the report lists frequent values of " + base::Join(shown, ", ") + "; take the column out of the data file, or check that its values may be shown.";
  return answer;
}

Result<ItemAnswer> DecideDataBias(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "share of the rarest class (at least 10 % of the most frequent one), difference between rows with and without an outcome (at most 0.1 standard deviations), periods without rows, labels that contradict each other";
  std::vector<std::string> found;
  const learn::Examples& examples = bench.examples();
  if (!examples.classes.empty()) {
    std::vector<double> counts(examples.classes.size(), 0);
    for (const float y : examples.outcome) ++counts[static_cast<std::size_t>(y)];
    const double ratio = *std::min_element(counts.begin(), counts.end()) / *std::max_element(counts.begin(), counts.end());
    answer.figures.push_back(MakeFigure("class_ratio", "rarest class against the most frequent one", WithoutInterval(ratio, "a ratio of counts")));
    if (ratio < 0.1) found.push_back("the rarest class is only " + base::ReadableShare(ratio) + " of the most frequent one");
  }
  // Rows without an outcome that look different mean that the labelled ones do not speak for all.
  const auto rows = static_cast<std::size_t>(bench.gathered.source->num_rows());
  if (bench.gathered.rows_without_outcome > 0) {
    std::vector<std::uint8_t> labelled(rows, 0);
    for (const std::uint32_t row : bench.gathered.source_rows) labelled[row] = 1;
    double largest = 0;
    std::string where;
    for (const learn::Feature& feature : examples.features) {
      const std::int64_t index = bench.gathered.source->Find(feature.source);
      if (index < 0) continue;
      const table::Column& column = bench.gathered.source->column(static_cast<std::size_t>(index));
      if (column.type() == table::ColumnType::kCategory) continue;
      double n[2] = {0, 0}, sum[2] = {0, 0}, square[2] = {0, 0}, centre = std::nan("");
      for (std::size_t i = 0; i < rows; ++i) {
        const double value = column.NumberAt(static_cast<std::int64_t>(i));
        if (std::isnan(value)) continue;
        if (std::isnan(centre)) centre = value;
        const int side = labelled[i];
        n[side] += 1;
        sum[side] += value - centre;
        square[side] += (value - centre) * (value - centre);
      }
      if (n[0] < 30 || n[1] < 30) continue;
      const double mean[2] = {sum[0] / n[0], sum[1] / n[1]};
      const double variance = (square[0] / n[0] - mean[0] * mean[0] + square[1] / n[1] - mean[1] * mean[1]) / 2;
      const double difference = variance > 0 ? std::abs(mean[1] - mean[0]) / std::sqrt(variance) : 0;
      if (difference > largest) {
        largest = difference;
        where = feature.source;
      }
    }
    answer.figures.push_back(MakeFigure("unlabelled_difference", "largest difference between rows with and without an outcome, in standard deviations", WithoutInterval(largest, "the largest of several; descriptive")));
    if (largest > 0.1) found.push_back("rows without an outcome differ in '" + where + "' by " + base::ReadableNumber(largest, 2) + " standard deviations");
  }
  if (!examples.time.empty()) {
    std::set<std::int64_t> days;
    for (const base::Micros t : examples.time) {
      if (t != base::kMissingTime) days.insert(t / base::kMicrosPerDay);
    }
    std::int64_t longest = 0;
    for (auto it = days.begin(); it != days.end() && std::next(it) != days.end(); ++it) longest = std::max(longest, *std::next(it) - *it - 1);
    const double span = days.empty() ? 0 : static_cast<double>(*days.rbegin() - *days.begin() + 1);
    answer.figures.push_back(MakeFigure("longest_gap", "longest stretch of days without a row", WithoutInterval(static_cast<double>(longest), "a count"), "days"));
    if (static_cast<double>(longest) > std::max(7.0, span / 10)) found.push_back("no row lies in a stretch of " + base::ReadableCount(longest) + " days");
  }
  for (const evidence::Alert& alert : bench.alerts) {
    if (alert.kind != "conflicting_labels") continue;
    answer.figures.push_back(MakeFigure("conflicting_labels", "rows with a twin of another outcome", WithoutInterval(static_cast<double>(alert.rows), "a count"), "rows"));
  }
  answer.verdict = found.empty() ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = found.empty() ? "They were, and none stands out." : "They were, and something stands out: " + base::Join(found, "; ") + ".";
  return answer;
}

Result<ItemAnswer> DecideAuditability(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  answer.method = "the chain of hashes of the ledger, the data's fingerprint against that of the last run, and the same models trained twice (I1)";
  const ItemAnswer twice = ASSAY_TRY(DecideReproducible(bench, context));
  evidence::Ledger ledger(bench.project->state());
  const Result<evidence::LedgerState> state = ledger.Read();
  if (!state && state.error().code == ErrorCode::kConflict) {
    answer.verdict = Verdict::kRefuted;
    answer.answer = "No: the ledger was changed after it was written. " + state.error().message;
    return answer;
  }
  const double records = state ? static_cast<double>(state->records.size()) : 0;
  answer.figures.push_back(MakeFigure("ledger_records", "records of the ledger that verify", WithoutInterval(records, "a count")));
  answer.figures.insert(answer.figures.end(), twice.figures.begin(), twice.figures.end());
  if (twice.verdict != Verdict::kSupported) {
    answer.verdict = Verdict::kRefuted;
    answer.answer = "No: training twice gave different models.";
  } else if (records == 0 || !bench.last_run) {
    answer.verdict = Verdict::kInconclusive;
    answer.answer = "Training twice gives the same bytes, but " + std::string(records == 0 ? "the ledger is empty" : "the last run saw other data") + "; make a run first: assay run " + bench.project->folder.string();
  } else {
    answer.verdict = Verdict::kSupported;
    answer.answer = "Yes: all " + base::ReadableNumber(records) + " records of the ledger verify, the last run saw these very data, and training twice gives the same bytes.";
  }
  return answer;
}

}  // namespace assay::lifecycle
