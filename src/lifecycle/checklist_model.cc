// Items of the checklist that models decide, all inside the training part.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "learn/model_store.h"
#include "lifecycle/internal/checklist_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::Verdict;
using learn::Metric;
using learn::Rows;
using learn::RungKind;

constexpr std::size_t kDrillRows = 20'000;

Estimate Of(const stats::Interval& interval, double level) { return {interval.value, interval.low, interval.high, level, ""}; }

Rows FirstRows(const Rows& rows, std::size_t most) { return {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(most, rows.size()))}; }

Result<std::vector<double>> PredictRows(const learn::Model& model, const table::Table& table, std::span<const std::uint32_t> rows, std::size_t outputs, const RunContext& context) {
  std::vector<double> out(rows.size() * outputs);
  ASSAY_TRY(model.Predict(table, rows, out, context));
  return out;
}

// The table with the values of one column dealt out again.
Result<table::Table> Shuffled(const table::Table& table, std::size_t column, base::RandomStream* random) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(table.num_rows()));
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random->Below(i)]);
  std::vector<table::Column> columns = table.columns();
  columns[column] = columns[column].Take(order);
  return table::Table::Create(std::move(columns));
}

// Examples of a few rows only, for drills.
learn::Examples Few(const learn::Examples& examples, const Rows& rows) {
  learn::Examples few = examples;
  few.table = std::make_shared<const table::Table>(examples.table->Take(rows));
  const auto take = [&](auto& values) {
    if (values.empty()) return;
    auto kept = values;
    kept.clear();
    for (const std::uint32_t row : rows) kept.push_back(values[row]);
    values = std::move(kept);
  };
  take(few.outcome);
  take(few.unit);
  take(few.query);
  take(few.time);
  return few;
}

}  // namespace

Result<ItemAnswer> DecideFeaturesBeneficial(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  const learn::Examples& examples = bench.examples();
  const Rows& test = bench.folds.back().test;
  const std::size_t count = examples.features.size();
  const double level = 1 - 0.05 / static_cast<double>(count);
  answer.method = "boosted trees of the last fold on " + base::ReadableCount(static_cast<std::int64_t>(test.size())) + " rows they never saw: skill lost when one feature's values are dealt out again, paired by unit, level shared among the features (Bonferroni)";
  const table::Table seen = examples.table->Take(test);
  Rows all(test.size());
  std::iota(all.begin(), all.end(), 0U);
  const std::size_t k = examples.num_outputs();
  const std::vector<double> whole = ASSAY_TRY(PredictRows(*bench.boosted.last_model, seen, all, k, context));
  const std::vector<double> constant = ASSAY_TRY(PredictRows(*bench.constant.last_model, seen, all, k, context));
  const learn::Judge judge(examples, test, constant, bench.dependence.unit, bench.dependence.num_units);
  std::vector<std::string> idle;
  std::size_t earning = 0;
  for (std::size_t f = 0; f < count; ++f) {
    base::RandomStream random(context.seed, "checklist shuffle", f);
    const table::Table shuffled = ASSAY_TRY(Shuffled(seen, examples.features[f].column, &random));
    const std::vector<double> without = ASSAY_TRY(PredictRows(*bench.boosted.last_model, shuffled, all, k, context));
    const stats::Interval lost = ASSAY_TRY(judge.Improvement(Metric::kSkill, whole, without, level));
    const std::string& name = examples.features[f].name;
    const bool earns = lost.low > 0;
    earning += earns ? 1 : 0;
    const bool is_idle = !earns && lost.high < bench.least_gain();
    if (is_idle) idle.push_back(name);
    answer.findings.push_back({name, "feature", Of(lost, level), is_idle, "'" + name + "' dealt out again costs " + InWords(Of(lost, level)) + " of skill"});
  }
  std::stable_sort(answer.findings.begin(), answer.findings.end(), [](const auto& a, const auto& b) { return a.estimate.value > b.estimate.value; });
  answer.figures.push_back(ChecklistFigure("features", "features looked at", Counted(static_cast<double>(count), "a count")));
  answer.figures.push_back(ChecklistFigure("features_earning", "features whose loss is surely felt", Counted(static_cast<double>(earning), "a count")));
  answer.verdict = earning == count ? Verdict::kSupported : !idle.empty() ? Verdict::kRefuted : Verdict::kInconclusive;
  if (idle.size() > 8) idle = {idle.begin(), idle.begin() + 8};
  answer.answer = answer.verdict == Verdict::kSupported ? "Yes: the model is worse without any one of its " + std::to_string(count) + " features." : answer.verdict == Verdict::kRefuted ? "No: without " + base::Join(idle, ", ") + " the model would lose less than the least gain " + base::ReadableNumber(bench.least_gain()) + "; " + std::to_string(earning) + " of " + std::to_string(count) + " features are surely needed." : std::to_string(earning) + " of " + std::to_string(count) + " features are surely needed; for the others the rows do not decide.";
  return answer;
}

Result<ItemAnswer> DecideTuned(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  const int trees[] = {20, 60, 150};
  answer.method = "the tuned boosted trees against fixed ones (20, 60, 150 trees of depth 6) out of fold, paired by unit, level shared among the three (Bonferroni)";
  const learn::Examples& examples = bench.examples();
  const double level = 1 - 0.05 / 3;
  double most = -1e9;
  Estimate headroom;
  bool better = false;
  for (const int number : trees) {
    learn::LearnerOptions options;
    options.num_trees = number;
    std::vector<double> predictions;
    for (const learn::Split& fold : bench.folds) {
      const auto model = ASSAY_TRY(learn::MakeLearner(RungKind::kBoosted, options)->Fit(examples, fold.train, context));
      const std::vector<double> out = ASSAY_TRY(PredictRows(*model, *examples.table, fold.test, examples.num_outputs(), context));
      predictions.insert(predictions.end(), out.begin(), out.end());
    }
    const stats::Interval gain = ASSAY_TRY(bench.judge->Improvement(Metric::kSkill, predictions, bench.boosted.out_of_fold, level));
    answer.findings.push_back({std::to_string(number) + " trees", "setting", Of(gain, level), gain.low > bench.least_gain(), "fixed at " + std::to_string(number) + " trees it is better than tuned by " + InWords(Of(gain, level))});
    better = better || gain.low > bench.least_gain();
    if (gain.high > most) {
      most = gain.high;
      headroom = Of(gain, level);
    }
  }
  answer.figures.push_back(ChecklistFigure("headroom", "skill that another setting would add", headroom, "skill"));
  answer.verdict = better ? Verdict::kRefuted : most < bench.least_gain() ? Verdict::kSupported : Verdict::kInconclusive;
  answer.answer = answer.verdict == Verdict::kSupported ? "Yes: other settings add at most " + base::ReadableNumber(most, 3) + " of skill, less than the least gain " + base::ReadableNumber(bench.least_gain()) + "." : answer.verdict == Verdict::kRefuted ? "No: a fixed setting is better by " + InWords(headroom) + "." : "Not decided: another setting may add up to " + base::ReadableNumber(most, 3) + " of skill.";
  return answer;
}

Result<ItemAnswer> DecideStaleness(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  const learn::Examples& examples = bench.examples();
  if (examples.time.empty()) {
    answer.method = "needs times";
    answer.answer = "Not known: the data has no time, so models of different age cannot be compared. Name the time column in data.time.";
    return answer;
  }
  const learn::Split& last = bench.folds.back();
  Rows ordered = last.train;
  std::stable_sort(ordered.begin(), ordered.end(), [&](std::uint32_t a, std::uint32_t b) { return examples.time[a] < examples.time[b]; });
  const std::size_t half = ordered.size() / 2;
  Rows old(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(half));
  Rows fresh(ordered.end() - static_cast<std::ptrdiff_t>(half), ordered.end());
  const double age = static_cast<double>(examples.time[fresh.back()] - examples.time[old.back()]) / static_cast<double>(base::kMicrosPerDay);
  std::sort(old.begin(), old.end());
  std::sort(fresh.begin(), fresh.end());
  const std::size_t k = examples.num_outputs();
  std::vector<double> predictions[2];
  for (int which = 0; which < 2; ++which) {
    learn::LearnerOptions options;
    options.num_trees = 60;
    const auto model = ASSAY_TRY(learn::MakeLearner(RungKind::kBoosted, options)->Fit(examples, which == 0 ? old : fresh, context));
    predictions[which] = ASSAY_TRY(PredictRows(*model, *examples.table, last.test, k, context));
  }
  const std::vector<double> constant = ASSAY_TRY(PredictRows(*bench.constant.last_model, *examples.table, last.test, k, context));
  const learn::Judge judge(examples, last.test, constant, bench.dependence.unit, bench.dependence.num_units);
  const Estimate lost = Of(ASSAY_TRY(judge.Improvement(Metric::kSkill, predictions[1], predictions[0])), 0.95);
  answer.method = "boosted trees (60 trees) on the newer and on the older half of the training rows, equally many, judged on the same later rows, paired by unit";
  answer.figures.push_back(ChecklistFigure("age", "difference in age of the two models", Counted(age, "from the times of the rows"), "days"));
  answer.figures.push_back(ChecklistFigure("staleness", "skill lost by the older model", lost, "skill"));
  const double least = bench.least_gain();
  const std::string days = base::ReadableNumber(age, 3) + " days";
  const bool narrow = lost.high < least || lost.low > least;
  answer.verdict = narrow ? Verdict::kSupported : Verdict::kInconclusive;
  answer.answer = lost.high < least ? "Yes: a model that is " + days + " older loses at most " + base::ReadableNumber(lost.high, 3) + " of skill, less than the least gain; training anew more often buys nothing." : lost.low > least ? "Yes: a model that is " + days + " older loses " + InWords(lost) + " of skill; train anew more often than that." : "Not decided: a model that is " + days + " older loses " + InWords(lost) + " of skill, which includes the least gain.";
  return answer;
}

Result<ItemAnswer> DecideSimplerModel(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "boosted trees against constant, best rule and linear model out of fold inside the training part, paired by unit, level shared among the three (Bonferroni)";
  const std::pair<const char*, const Prediction*> simpler[] = {{"the constant", &bench.constant}, {"the best rule", &bench.rule}, {"the linear model", &bench.linear}};
  const double level = 1 - 0.05 / 3;
  bool all_worse = true;
  std::string enough;
  for (const auto& [name, prediction] : simpler) {
    const stats::Interval gain = ASSAY_TRY(bench.judge->Improvement(Metric::kSkill, bench.boosted.out_of_fold, prediction->out_of_fold, level));
    all_worse = all_worse && gain.low > bench.least_gain();
    const bool as_good = gain.high < bench.least_gain();
    if (as_good && enough.empty()) enough = std::string(name) + " does as well: boosted trees are better by " + InWords(Of(gain, level)) + " only";
    answer.findings.push_back({name, "rung", Of(gain, level), as_good, "boosted trees are better than " + std::string(name) + " by " + InWords(Of(gain, level))});
    answer.figures.push_back(ChecklistFigure(std::string("over_") + learn::RungKindName(prediction == &bench.constant ? RungKind::kConstant : prediction == &bench.rule ? RungKind::kRule : RungKind::kLinear), "gain of boosted trees over " + std::string(name), Of(gain, level), "skill"));
  }
  answer.verdict = !enough.empty() ? Verdict::kRefuted : all_worse ? Verdict::kSupported : Verdict::kInconclusive;
  answer.answer = !enough.empty() ? "No: " + enough + "." : all_worse ? "Yes: boosted trees are better than every simpler rung by more than the least gain." : "Not decided: the gain over a simpler rung may lie on either side of the least gain.";
  return answer;
}

Result<ItemAnswer> DecideReproducible(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  answer.method = "best rule, linear model and boosted trees fitted twice, once with all threads and once with one; their files compared byte by byte";
  const learn::Examples few = Few(bench.examples(), FirstRows(bench.folds.back().train, kDrillRows));
  Rows rows(static_cast<std::size_t>(few.num_rows()));
  std::iota(rows.begin(), rows.end(), 0U);
  RunContext serial = context;
  serial.pool = nullptr;
  std::vector<std::string> differ;
  std::int64_t compared = 0;
  for (const RungKind kind : {RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
    learn::LearnerOptions options;
    options.num_trees = 30;
    const auto one = ASSAY_TRY(learn::MakeLearner(kind, options)->Fit(few, rows, context));
    const auto two = ASSAY_TRY(learn::MakeLearner(kind, options)->Fit(few, rows, serial));
    const std::string bytes = base::WriteJson(one->ToJson(), 0);
    compared += static_cast<std::int64_t>(bytes.size());
    if (bytes != base::WriteJson(two->ToJson(), 0)) differ.push_back(learn::RungKindName(kind));
  }
  answer.figures.push_back(ChecklistFigure("bytes_compared", "bytes compared", Counted(static_cast<double>(compared), "a count"), "bytes"));
  answer.figures.push_back(ChecklistFigure("rows", "training rows of the drill", Counted(static_cast<double>(rows.size()), "a count"), "rows"));
  answer.verdict = differ.empty() ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = differ.empty() ? "Yes: three kinds of models, fitted twice on " + base::ReadableCount(static_cast<std::int64_t>(rows.size())) + " rows, are the same in all " + base::ReadableCount(compared) + " bytes." : "No: these differ between two fits: " + base::Join(differ, ", ") + ".";
  return answer;
}

Result<ItemAnswer> DecidePipeline(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  answer.method = "a drill: fit on a sample, save, load, predict rows that were not in it, compare with the model that was never saved";
  const learn::Split& last = bench.folds.back();
  const Rows test = FirstRows(last.test, kDrillRows);
  const std::filesystem::path folder = bench.project->state() / "drill";
  std::vector<std::string> differ;
  const learn::Examples& examples = bench.examples();
  const std::size_t k = examples.num_outputs();
  const std::pair<const char*, const learn::Model*> models[] = {{"best rule", bench.rule.last_model.get()}, {"linear", bench.linear.last_model.get()}, {"boosted trees", bench.boosted.last_model.get()}};
  const auto drill = [&]() -> Result<void> {
    for (const auto& [name, model] : models) {
      const std::filesystem::path path = folder / (std::string(learn::RungKindName(model->kind())) + ".json");
      ASSAY_TRY(learn::SaveModel(path, name, examples, {last.train, std::vector<double>(k, 0.0)}, *model));
      const learn::SavedModel loaded = ASSAY_TRY(learn::LoadModel(path));
      const std::vector<double> before = ASSAY_TRY(PredictRows(*model, *examples.table, test, k, context));
      const std::vector<double> after = ASSAY_TRY(PredictRows(*loaded.model, *examples.table, test, k, context));
      if (before != after) differ.push_back(name);
    }
    return {};
  };
  const Result<void> done = drill();
  std::error_code code;
  std::filesystem::remove_all(folder, code);
  if (!done) return done.error();
  answer.figures.push_back(ChecklistFigure("predictions_compared", "predictions compared", Counted(static_cast<double>(test.size() * std::size(models)), "a count")));
  answer.verdict = differ.empty() ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = differ.empty() ? "Yes: read, gather, train, save, load and predict ran on this very data; saved and unsaved models agree on all " + base::ReadableCount(static_cast<std::int64_t>(test.size())) + " rows." : "No: these predict otherwise once saved: " + base::Join(differ, ", ") + ".";
  return answer;
}

Result<ItemAnswer> DecideGate(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "the final gate of the last run: the holdout may refute the rung that the training part chose, never replace it";
  if (bench.last_run) {
    for (const evidence::TrainReport& train : bench.last_run->train) {
      if (train.objective != bench.objective.name) continue;
      answer.figures.push_back(ChecklistFigure("holdout_openings", "times the holdout has been opened", Counted(static_cast<double>(train.split.holdout_openings), "a count")));
      answer.verdict = train.gate == "confirmed" ? Verdict::kSupported : train.gate == "refuted" ? Verdict::kRefuted : Verdict::kInconclusive;
      answer.answer = train.gate == "confirmed" ? "Yes: the holdout confirmed '" + train.chosen + "'." : train.gate == "refuted" ? "The gate is there, and it refuted '" + train.chosen + "': nothing may serve." : "The gate is there; for '" + train.chosen + "' it is unclear.";
      return answer;
    }
  }
  answer.answer = "No run on these data has passed the gate yet; make one with: assay run " + bench.project->folder.string();
  return answer;
}

Result<ItemAnswer> DecideStability(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  answer.method = "rows in which every feature is missing, huge, hugely negative or a value never seen, predicted by the rule, the linear model and boosted trees";
  const learn::Examples& examples = bench.examples();
  std::vector<table::Column> columns;
  const double nan = std::nan("");
  for (const learn::Feature& feature : examples.features) {
    const table::Column& column = examples.table->column(feature.column);
    switch (column.type()) {
      case table::ColumnType::kNumber: columns.push_back(table::Column::Numbers(column.name(), {nan, 1e30, -1e30, 0})); break;
      case table::ColumnType::kCategory: columns.push_back(table::Column::Categories(column.name(), {table::kMissingCode, 0, 1, 0}, {"\x01 never seen", ""})); break;
      case table::ColumnType::kBoolean: columns.push_back(table::Column::Booleans(column.name(), {255, 1, 0, 255})); break;
      case table::ColumnType::kTime: columns.push_back(table::Column::Times(column.name(), {base::kMissingTime, 0, 0, 0})); break;
    }
  }
  const table::Table strange = ASSAY_TRY(table::Table::Create(std::move(columns)));
  const Rows rows = {0, 1, 2, 3};
  std::vector<std::string> broken;
  std::int64_t predictions = 0;
  const std::pair<const char*, const learn::Model*> models[] = {{"best rule", bench.rule.last_model.get()}, {"linear", bench.linear.last_model.get()}, {"boosted trees", bench.boosted.last_model.get()}};
  for (const auto& [name, model] : models) {
    const std::vector<double> out = ASSAY_TRY(PredictRows(*model, strange, rows, examples.num_outputs(), context));
    const bool probability = !examples.classes.empty();
    const bool fine = std::all_of(out.begin(), out.end(), [&](double p) { return std::isfinite(p) && (!probability || (p >= 0 && p <= 1)); });
    predictions += static_cast<std::int64_t>(out.size());
    if (!fine) broken.push_back(name);
  }
  answer.figures.push_back(ChecklistFigure("predictions", "predictions of strange rows", Counted(static_cast<double>(predictions), "a count")));
  answer.verdict = broken.empty() ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = broken.empty() ? "Yes: all " + std::to_string(predictions) + " predictions of strange rows are finite" + (examples.classes.empty() ? "." : ", and chances lie between 0 and 1.") : "No: " + base::Join(broken, ", ") + " gave something that is not a usable number.";
  return answer;
}

Result<ItemAnswer> DecideExplainable(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  answer.method = "a rule of depth at most 3 learns the predictions of the boosted trees; fidelity = share of their variation that it follows on rows it never saw; explainable when the lower limit is at least 0.8";
  const learn::Split& last = bench.folds.back();
  const std::size_t k = bench.examples().num_outputs();
  learn::Examples surrogate = bench.examples();
  surrogate.task = learn::Task::kRegression;
  surrogate.classes.clear();
  surrogate.outcome.assign(surrogate.outcome.size(), 0.0F);
  std::vector<double> on_test;
  for (const Rows* rows : {&last.train, &last.test}) {
    const std::vector<double> out = ASSAY_TRY(PredictRows(*bench.boosted.last_model, *surrogate.table, *rows, k, context));
    for (std::size_t i = 0; i < rows->size(); ++i) {
      surrogate.outcome[(*rows)[i]] = static_cast<float>(out[i * k]);
      if (rows == &last.test) on_test.push_back(out[i * k]);
    }
  }
  const auto rule = ASSAY_TRY(learn::MakeLearner(RungKind::kRule)->Fit(surrogate, last.train, context));
  const std::vector<double> followed = ASSAY_TRY(PredictRows(*rule, *surrogate.table, last.test, 1, context));
  const double mean = std::accumulate(on_test.begin(), on_test.end(), 0.0) / static_cast<double>(on_test.size());
  std::vector<double> missed, whole;
  std::vector<std::uint32_t> unit;
  double total = 0;
  for (std::size_t i = 0; i < on_test.size(); ++i) {
    missed.push_back((on_test[i] - followed[i]) * (on_test[i] - followed[i]));
    whole.push_back((on_test[i] - mean) * (on_test[i] - mean));
    total += whole.back();
    if (!bench.dependence.unit.empty()) unit.push_back(bench.dependence.unit[last.test[i]]);
  }
  if (total <= 1e-18 * static_cast<double>(on_test.size())) {
    answer.verdict = Verdict::kSupported;
    answer.answer = "Yes: the boosted trees say the same of every row.";
    return answer;
  }
  const stats::Interval ratio = ASSAY_TRY(stats::ClusterRatio(missed, whole, {unit, bench.dependence.num_units}));
  const Estimate fidelity{1 - ratio.value, 1 - ratio.high, 1 - ratio.low, 0.95, ""};
  answer.figures.push_back(ChecklistFigure("fidelity", "share of the model's variation that a rule follows", fidelity, "share"));
  answer.verdict = fidelity.low >= 0.8 ? Verdict::kSupported : fidelity.high < 0.8 ? Verdict::kRefuted : Verdict::kInconclusive;
  answer.answer = (answer.verdict == Verdict::kSupported ? "Yes" : answer.verdict == Verdict::kRefuted ? "Not by a short rule" : "Not decided") + std::string(": a rule of at most three conditions follows ") + InWords(fidelity) + " of what the boosted trees say: " + rule->Explain();
  return answer;
}

}  // namespace assay::lifecycle
