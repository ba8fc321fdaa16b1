// Items of the checklist that drills with the models decide: fitted again, saved and loaded, fed with strange rows, explained.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/json.h"
#include "base/text.h"
#include "learn/model_store.h"
#include "learn/training_memory.h"
#include "lifecycle/internal/checklist_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::Verdict;
using learn::Rows;
using learn::RungKind;

constexpr std::size_t kDrillRows = 20'000;

Rows FirstRows(const Rows& rows, std::size_t most) { return {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(most, rows.size()))}; }

}  // namespace

Result<ItemAnswer> DecideReproducible(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  answer.method = "best rule, linear model and boosted trees fitted twice, once with all threads and once with one; their files compared byte by byte";
  // With fewer values all fits take one thread, and there is nothing to compare.
  const auto enough = static_cast<std::size_t>(static_cast<std::int64_t>(learn::kSharedValues) / learn::EncodedColumns(bench.examples())) + 1;
  const learn::Examples few = Restricted(bench.examples(), FirstRows(bench.folds.back().train, std::max(kDrillRows, enough)));
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
  answer.figures.push_back(MakeFigure("bytes_compared", "bytes compared", WithoutInterval(static_cast<double>(compared), "a count"), "bytes"));
  answer.figures.push_back(MakeFigure("rows", "training rows of the drill", WithoutInterval(static_cast<double>(rows.size()), "a count"), "rows"));
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
  answer.figures.push_back(MakeFigure("predictions_compared", "predictions compared", WithoutInterval(static_cast<double>(test.size() * std::size(models)), "a count")));
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
      answer.figures.push_back(MakeFigure("holdout_openings", "times the holdout has been opened", WithoutInterval(static_cast<double>(train.split.holdout_openings), "a count")));
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
  answer.figures.push_back(MakeFigure("predictions", "predictions of strange rows", WithoutInterval(static_cast<double>(predictions), "a count")));
  answer.verdict = broken.empty() ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = broken.empty() ? "Yes: all " + std::to_string(predictions) + " predictions of strange rows are finite" + (examples.classes.empty() ? "." : ", and chances lie between 0 and 1.") : "No: " + base::Join(broken, ", ") + " gave something that is not a usable number.";
  return answer;
}

Result<ItemAnswer> DecideExplainable(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  const std::size_t k = bench.examples().num_outputs();
  answer.method = std::string("a rule of depth at most 3 learns the predictions of the boosted trees") + (k > 1 ? ", one rule for each class" : "") + "; fidelity = share of their variation that it follows on rows it never saw" + (k > 1 ? ", summed over the classes" : "") + "; explainable when the lower limit is at least 0.8";
  const learn::Split& last = bench.folds.back();
  const std::vector<double> on_train = ASSAY_TRY(PredictRows(*bench.boosted.last_model, *bench.examples().table, last.train, k, context));
  const std::vector<double> on_test = ASSAY_TRY(PredictRows(*bench.boosted.last_model, *bench.examples().table, last.test, k, context));
  learn::Examples surrogate = bench.examples();
  surrogate.task = learn::Task::kRegression;
  surrogate.classes.clear();
  surrogate.outcome.assign(surrogate.outcome.size(), 0.0F);
  const std::size_t num_rows = last.test.size();
  std::vector<double> missed(num_rows, 0), whole(num_rows, 0);
  double total = 0, most = -1;
  std::size_t shown_class = 0;
  std::string shown;
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t i = 0; i < last.train.size(); ++i) surrogate.outcome[last.train[i]] = static_cast<float>(on_train[i * k + c]);
    double mean = 0, of_class = 0;
    for (std::size_t i = 0; i < num_rows; ++i) {
      surrogate.outcome[last.test[i]] = static_cast<float>(on_test[i * k + c]);
      mean += on_test[i * k + c] / static_cast<double>(num_rows);
    }
    const auto rule = ASSAY_TRY(learn::MakeLearner(RungKind::kRule)->Fit(surrogate, last.train, context));
    const std::vector<double> followed = ASSAY_TRY(PredictRows(*rule, *surrogate.table, last.test, 1, context));
    for (std::size_t i = 0; i < num_rows; ++i) {
      const double said = on_test[i * k + c];
      missed[i] += (said - followed[i]) * (said - followed[i]);
      whole[i] += (said - mean) * (said - mean);
      of_class += (said - mean) * (said - mean);
    }
    total += of_class;
    if (of_class <= most) continue;
    most = of_class;
    shown_class = c;
    shown = rule->Explain({});
  }
  if (total <= 1e-18 * static_cast<double>(num_rows)) {
    answer.verdict = Verdict::kSupported;
    answer.answer = "Yes: the boosted trees say the same of every row.";
    return answer;
  }
  std::vector<std::uint32_t> unit;
  for (const std::uint32_t row : last.test) {
    if (!bench.dependence.unit.empty()) unit.push_back(bench.dependence.unit[row]);
  }
  const stats::Interval ratio = ASSAY_TRY(stats::ClusterRatio(missed, whole, bench.dependence.Clusters(unit)));
  const Estimate fidelity{1 - ratio.value, 1 - ratio.high, 1 - ratio.low, 0.95, ""};
  answer.figures.push_back(MakeFigure("fidelity", "share of the model's variation that a rule follows", fidelity, "share"));
  answer.verdict = fidelity.low >= 0.8 ? Verdict::kSupported : fidelity.high < 0.8 ? Verdict::kRefuted : Verdict::kInconclusive;
  const std::string who = k > 1 ? "rules of at most three conditions, one for each class, follow " : "a rule of at most three conditions follows ";
  const std::string whose = k > 1 ? "; that of '" + bench.examples().classes[shown_class] + "', whose chance varies most" : "";
  answer.answer = (answer.verdict == Verdict::kSupported ? "Yes" : answer.verdict == Verdict::kRefuted ? "Not by a short rule" : "Not decided") + std::string(": ") + who + EstimateInWords(fidelity) + " of what the boosted trees say" + whose + ":\n" + shown;
  return answer;
}

}  // namespace assay::lifecycle
