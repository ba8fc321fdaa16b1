#include "lifecycle/score.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/file.h"
#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/gather.h"
#include "lifecycle/internal/score_judge.h"
#include "lifecycle/internal/score_outcome.h"
#include "lifecycle/internal/score_output.h"
#include "lifecycle/internal/score_source.h"
#include "lifecycle/internal/unseen_values.h"
#include "lifecycle/memory_need.h"
#include "lifecycle/outcome_of.h"
#include "table/float_range.h"

namespace assay::lifecycle {

namespace {

using evidence::ScoreReport;
using learn::SavedModel;

constexpr std::int64_t kBlockRows = 1 << 19;

// What judging and writing take, per row and in all.
constexpr std::int64_t kBytesPerJudgedRow = 150;  // of a sample of bounded size: outcome, time, unit, predictions, influences
constexpr std::int64_t kBytesPerKnownRow = 40;    // outcome, time and unit of every row while judged rows are chosen
constexpr std::int64_t kBytesPerBlockValue = 12;  // a block's features, derived, encoded and written

Result<void> RefuseTooLarge(const SavedModel& model, const ScoreSource& source, const RunContext& context) {
  const auto columns = static_cast<std::int64_t>(model.features.size() + source.needed.derivations.size() + source.keep.size() + 4 * model.num_outputs() + 4);
  const double bytes_per_row = static_cast<double>(source.table.size_bytes()) / static_cast<double>(source.table.num_rows());
  const bool known = source.outcome.usable();
  const auto bytes = [&](std::int64_t rows) {
    const std::int64_t judged = known ? std::min(rows, ScoreJudge::kMostRows) * (kBytesPerJudgedRow + 60 * static_cast<std::int64_t>(model.num_outputs() - 1)) : 0;
    return static_cast<std::int64_t>(bytes_per_row * static_cast<double>(rows)) + judged + (known ? rows * kBytesPerKnownRow : 0) + std::min(rows, kBlockRows) * columns * kBytesPerBlockValue;
  };
  return RefuseBeyondMemory({source.name + ": to score its " + base::ReadableCount(source.table.num_rows()) + " rows", source.table.num_rows(), bytes, "cut the file into parts and score one after another"}, context);
}

// Mean, least and largest prediction, fed block by block.
class PredictionSummary {
 public:
  explicit PredictionSummary(const SavedModel& model) : model_(model), sums_(model.num_outputs(), 0.0) {}

  void Add(std::span<const double> predictions) {
    const std::size_t k = sums_.size();
    for (std::size_t c = 0; c < k; ++c) {
      double sum = 0;
      for (std::size_t i = c; i < predictions.size(); i += k) {
        sum += predictions[i];
        least_ = std::min(least_, predictions[i]);
        most_ = std::max(most_, predictions[i]);
      }
      sums_[c] += sum;
    }
  }

  std::vector<evidence::Figure> Figures(std::int64_t rows) const {
    std::vector<evidence::Figure> figures;
    const auto add = [&](const std::string& name, const std::string& label, double value) {
      evidence::Figure& figure = figures.emplace_back();
      figure.name = name;
      figure.label = label;
      figure.estimate.value = value;
      figure.estimate.reason = "a description of these rows, not an estimate";
    };
    const bool several = sums_.size() > 1;
    for (std::size_t c = 0; c < sums_.size(); ++c) add(several ? "mean_" + std::to_string(c) : "mean", "mean prediction" + (several ? " of " + model_.classes[c] : ""), sums_[c] / static_cast<double>(rows));
    add("least", "least prediction", least_);
    add("most", "largest prediction", most_);
    return figures;
  }

 private:
  const SavedModel& model_;
  std::vector<double> sums_;
  double least_ = std::numeric_limits<double>::infinity(), most_ = -std::numeric_limits<double>::infinity();
};

// Predicts a source from its first row to its last.
class BlockPredictor {
 public:
  BlockPredictor(const SavedModel& model, const ScoreSource& source, const RunContext& context) : model_(model), source_(source), context_(context), unseen_(model) {}

  std::int64_t position() const { return position_; }  // rows predicted so far
  std::vector<evidence::UnseenFeature> unseen() const { return unseen_.Report(); }

  // The predictions of the next rows, outputs side by side; empty when there are none left.
  Result<std::vector<double>> Next() {
    const std::int64_t total = source_.table.num_rows();
    std::vector<double> predictions;
    if (position_ >= total) return predictions;
    if (context_.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
    learn::Rows rows(static_cast<std::size_t>(std::min(kBlockRows, total - position_)));
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(position_));
    predictions.resize(rows.size() * model_.num_outputs());
    const auto count = static_cast<std::int64_t>(rows.size());
    if (source_.needed.derivations.empty()) {
      ASSAY_TRY(RefuseBeyondFloat(source_.table, position_, position_ + count));
      ASSAY_TRY_WITH(model_.model->Predict(source_.table, rows, predictions, context_), source_.name);
      unseen_.Add(source_.table, position_, position_ + count);
    } else {
      // Derived columns are made for this block only.
      const table::Table derived = ASSAY_TRY_WITH(Derive(source_.table.Take(rows), source_.needed.derivations, context_), source_.name);
      ASSAY_TRY(RefuseBeyondFloat(derived, 0, count));
      std::iota(rows.begin(), rows.end(), 0U);
      ASSAY_TRY_WITH(model_.model->Predict(derived, rows, predictions, context_), source_.name);
      unseen_.Add(derived, 0, count);
    }
    position_ += count;
    context_.Report("score " + source_.name, position_, total);
    return predictions;
  }

 private:
  // Rows [begin, end) of `table` are the next rows of the file.
  Result<void> RefuseBeyondFloat(const table::Table& table, std::int64_t begin, std::int64_t end) const {
    for (const std::string& name : model_.model->columns()) {
      const std::int64_t index = table.Find(name);
      if (index < 0) continue;
      const table::Column& column = table.column(static_cast<std::size_t>(index));
      const std::int64_t row = table::FirstBeyondFloat(column, begin, end);
      if (row >= 0) return Error{ErrorCode::kInvalidInput, source_.name + ": row " + std::to_string(position_ + row - begin + 1) + ", column '" + name + "': " + BeyondFloatInWords(column.NumberAt(row))};
    }
    return {};
  }

  const SavedModel& model_;
  const ScoreSource& source_;
  const RunContext& context_;
  UnseenValues unseen_;
  std::int64_t position_ = 0;
};

}  // namespace

Result<std::vector<double>> PredictFile(const SavedModel& model, const std::string& source_name, store::Engine& engine, const RunContext& context) {
  const ScoreSource source = ASSAY_TRY(ReadForModel(model, source_name, {}, engine, context));
  ASSAY_TRY(RefuseTooLarge(model, source, context));
  BlockPredictor predictor(model, source, context);
  std::vector<double> all;
  all.reserve(static_cast<std::size_t>(source.table.num_rows()) * model.num_outputs());
  while (true) {
    const std::vector<double> block = ASSAY_TRY(predictor.Next());
    if (block.empty()) return all;
    all.insert(all.end(), block.begin(), block.end());
  }
}

Result<ScoreReport> Score(const SavedModel& model, const std::string& source_name, const ScoreOptions& options, store::Engine& engine, const RunContext& context) {
  ScoreReport report;
  const store::SourceInfo info = ASSAY_TRY(engine.Describe(source_name));
  ASSAY_TRY_WITH(base::RefuseToOverwrite(info.files, options.out), "--out");
  const auto read = [&]() -> Result<ScoreSource> {
    const base::ScopedStep step(context, "read");
    return ReadForModel(model, source_name, options.keep, engine, context);
  };
  const ScoreSource source = ASSAY_TRY(read());
  ASSAY_TRY(RefuseTooLarge(model, source, context));
  ScoreOutcome outcome = ASSAY_TRY(OutcomeOfSource(model, source, context));
  ScoreJudge judge(model, outcome.examples, outcome.left_out, context.seed);
  // The judge keeps what it needs of the judged rows; of all rows only the outcome is needed further, to be written.
  const std::vector<float> outcome_of_row = std::move(outcome.examples.outcome);
  outcome.examples = {};
  outcome.left_out = {};
  const bool known = !outcome_of_row.empty();

  BlockPredictor predictor(model, source, context);
  PredictionSummary summary(model);
  const auto next = [&]() -> Result<std::vector<double>> {
    std::vector<double> predictions = ASSAY_TRY(predictor.Next());
    summary.Add(predictions);
    if (known) judge.Add(predictions);
    return predictions;
  };
  const auto predict = [&]() -> Result<void> {
    const base::ScopedStep step(context, options.out.empty() ? "predict" : "predict and write");
    if (options.out.empty()) {
      while (!ASSAY_TRY(next()).empty()) {
      }
      return {};
    }
    const ScoreOutput output(model, source.table, source.keep, outcome_of_row);
    const table::Schema schema = output.Schema();
    const auto next_block = [&](std::vector<table::Column>* block) -> Result<bool> {
      const std::int64_t begin = predictor.position();
      const std::vector<double> predictions = ASSAY_TRY(next());
      if (!predictions.empty()) *block = output.Block(begin, predictions);
      return !predictions.empty();
    };
    const std::int64_t written = ASSAY_TRY(engine.WriteBlocks(schema, next_block, options.out));
    ASSAY_CHECK(written == source.table.num_rows());
    report.out = options.out;
    for (const table::ColumnSchema& column : schema) report.output_columns.push_back(column.name);
    return {};
  };
  ASSAY_TRY(predict());

  report.header.report = "score";
  report.header.data = source.data;
  report.rows = source.table.num_rows();
  report.model = {model.name, learn::RungKindName(model.model->kind()), learn::TaskName(model.task), model.outcome, model.model->Explain(model.classes), model.training_rows, model.trained_until == base::kMissingTime ? "" : base::FormatTime(model.trained_until), source.needed.columns};
  report.predictions = summary.Figures(report.rows);
  report.unseen = predictor.unseen();
  report.notes = source.notes;
  if (model.task == learn::Task::kBinary && !NamesItsPositive(model.classes)) report.notes.push_back("predictions are the probability of '" + model.classes[1] + "', which counts as positive, against '" + model.classes[0] + "'");
  report.notes.insert(report.notes.end(), outcome.notes.begin(), outcome.notes.end());
  if (!known) {
    report.metrics_reason = report.calibration_slope.reason = outcome.reason;
    return report;
  }
  const base::ScopedStep step(context, "judge");
  judge.Report(&report);
  return report;
}

}  // namespace assay::lifecycle
