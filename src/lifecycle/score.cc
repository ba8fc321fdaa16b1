#include "lifecycle/score.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "base/random.h"
#include "base/step_clock.h"
#include "base/text.h"
#include "expression/expression.h"
#include "learn/calibration.h"
#include "learn/comparison.h"
#include "learn/encoder.h"
#include "lifecycle/run.h"
#include "lifecycle/score_columns.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::ScoreReport;
using learn::Rows;
using learn::SavedModel;
using learn::Task;
using table::Column;
using table::ColumnType;
using table::Table;

constexpr std::int64_t kBlockRows = 1 << 19;
constexpr std::int64_t kMostJudgedRows = 5'000'000;  // metrics of more rows come from a sample of whole units

bool Holds(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) { return base::Lowercase(n) == base::Lowercase(name); });
}

// The columns of the file that `expression` needs, or none when one of them is not there.
struct Optional {
  std::string expression;
  Needed needed;
  std::string missing;  // "" when all are there
  bool usable() const { return !expression.empty() && missing.empty(); }
};
Result<Optional> OptionalFor(const std::string& text, const SavedModel& model, const std::vector<std::string>& names) {
  Optional optional;
  optional.expression = text;
  if (text.empty()) return optional;
  const expression::Expression parsed = ASSAY_TRY_WITH(expression::Expression::Parse(text), "the model's '" + text + "'");
  optional.needed = ASSAY_TRY(NeededFor(parsed.columns(), model.derivations));
  for (const std::string& column : optional.needed.columns) {
    if (!Holds(names, column)) optional.missing = column;
  }
  return optional;
}

// Columns that are empty in this file have no type, and texts that all look like numbers were read as numbers: both are
// brought back to the type the model was trained on.
Column AsTrained(const Column& column, ColumnType trained, std::vector<std::string>* notes) {
  const bool category = column.type() == ColumnType::kCategory;
  const auto rows = static_cast<std::size_t>(column.num_rows());
  if (trained == ColumnType::kNumber && category && column.dictionary().empty()) {
    return Column::Numbers(column.name(), std::vector<double>(rows, std::nan("")));
  }
  if (trained != ColumnType::kCategory || category) return column;
  std::unordered_map<std::string, std::uint32_t> code_of;
  std::vector<std::string> dictionary;
  std::vector<std::uint32_t> codes(rows, table::kMissingCode);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = static_cast<std::int64_t>(i);
    if (column.IsMissing(row)) continue;
    const std::string text = column.TextAt(row);
    const auto [found, added] = code_of.try_emplace(text, static_cast<std::uint32_t>(dictionary.size()));
    if (added) dictionary.push_back(text);
    codes[i] = found->second;
  }
  if (!dictionary.empty()) notes->push_back("column '" + column.name() + "' was read as a " + table::ColumnTypeName(column.type()) + "; the model takes its values as text");
  return Column::Categories(column.name(), std::move(codes), std::move(dictionary));
}

// The outcome as the model was trained on it; NaN where missing or a class that it does not know.
Result<std::vector<float>> OutcomeOf(const SavedModel& model, const Column& column, std::int64_t* unknown_classes) {
  const auto rows = static_cast<std::size_t>(column.num_rows());
  std::vector<float> outcome(rows, std::nanf(""));
  const bool classes = model.task == Task::kBinary || model.task == Task::kMulticlass;
  if (column.type() == ColumnType::kTime || (!classes && column.type() == ColumnType::kCategory)) {
    return Error{ErrorCode::kInvalidInput, "the outcome '" + model.outcome + "' is a " + table::ColumnTypeName(column.type()) + " in this file; the model was trained on " + (classes ? "classes" : "numbers")};
  }
  if (!classes || column.type() == ColumnType::kBoolean) {
    for (std::size_t i = 0; i < rows; ++i) outcome[i] = static_cast<float>(column.NumberAt(static_cast<std::int64_t>(i)));
    return outcome;
  }
  std::unordered_map<std::string, float> class_of;
  for (std::size_t c = 0; c < model.classes.size(); ++c) class_of[model.classes[c]] = static_cast<float>(c);
  std::vector<float> of_code;
  for (const std::string& entry : column.dictionary()) of_code.push_back(class_of.contains(entry) ? class_of[entry] : std::nanf(""));
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = static_cast<std::int64_t>(i);
    if (column.IsMissing(row)) continue;
    if (column.type() == ColumnType::kCategory) {
      outcome[i] = of_code[column.CodeAt(row)];
    } else if (const auto found = class_of.find(base::ShortestNumber(column.NumberAt(row))); found != class_of.end()) {
      outcome[i] = found->second;
    }
    *unknown_classes += std::isnan(outcome[i]) ? 1 : 0;
  }
  return outcome;
}

// One run of the command, step after step.
class Scorer {
 public:
  Scorer(const SavedModel& model, const std::string& source, const ScoreOptions& options, store::Engine& engine, const RunContext& context) : model_(model), source_(source), options_(options), engine_(engine), context_(context), k_(model.num_outputs()) {}

  Result<ScoreReport> Run() {
    ASSAY_TRY(Read());
    ASSAY_TRY(ReadOutcome());
    Summarise();
    if (options_.out.empty()) {
      std::vector<Column> block;
      bool more = true;
      while (more) {
        more = ASSAY_TRY(NextBlock(&block));
        block.clear();
      }
    } else {
      const base::ScopedStep step(context_, "predict and write");
      const std::int64_t written = ASSAY_TRY(engine_.WriteBlocks(Schema(), [this](std::vector<Column>* block) { return NextBlock(block); }, options_.out));
      ASSAY_CHECK(written == report_.rows);
      report_.out = options_.out;
      for (const table::ColumnSchema& column : Schema()) report_.output_columns.push_back(column.name);
    }
    DescribePredictions();
    ASSAY_TRY(JudgeRows());
    return std::move(report_);
  }

 private:
  Result<void> Read() {
    const base::ScopedStep step(context_, "read");
    const store::SourceInfo info = ASSAY_TRY(engine_.Describe(source_));
    std::vector<std::string> names;
    for (const store::SourceColumn& column : info.columns) names.push_back(column.name);
    needed_ = ASSAY_TRY(NeededFor(model_.model->columns(), model_.derivations));
    for (const std::string& column : needed_.columns) {
      if (!Holds(names, column)) return Error{ErrorCode::kNotFound, source_ + ": the model '" + model_.name + "' needs the column '" + column + "', which is not there." + base::DidYouMean(column, names) + " It needs: " + base::Join(needed_.columns, ", ")};
    }
    for (const std::string& column : options_.keep) {
      if (!Holds(names, column)) return Error{ErrorCode::kNotFound, source_ + ": --keep: there is no column '" + column + "'." + base::DidYouMean(column, names)};
    }
    outcome_ = ASSAY_TRY(OptionalFor(model_.outcome, model_, names));
    time_ = ASSAY_TRY(OptionalFor(model_.time, model_, names));
    unit_ = ASSAY_TRY(OptionalFor(model_.unit, model_, names));
    query_ = ASSAY_TRY(OptionalFor(model_.query, model_, names));
    store::ReadOptions read_options;
    const auto want = [&](const std::vector<std::string>& columns) {
      for (const std::string& name : names) {
        if (Holds(columns, name) && !Holds(read_options.columns, name)) read_options.columns.push_back(name);
      }
    };
    want(needed_.columns);
    want(options_.keep);
    if (outcome_.usable()) {
      for (const Optional* optional : {&outcome_, &time_, &unit_, &query_}) {
        if (optional->usable()) want(optional->needed.columns);
      }
    }
    // A constant needs no column; the rows are counted all the same.
    if (read_options.columns.empty()) want({names.front()});
    store::ReadResult read = ASSAY_TRY(engine_.Read(source_, read_options, context_));
    report_.header.report = "score";
    report_.header.data = {source_, read.table.num_rows(), static_cast<std::int64_t>(names.size()), read.fingerprint, read.notes};
    report_.rows = read.table.num_rows();
    std::vector<Column> columns = read.table.columns();
    for (Column& column : columns) {
      for (const learn::Feature& feature : model_.features) {
        if (base::Lowercase(feature.name) == base::Lowercase(column.name())) column = AsTrained(column, feature.type, &report_.notes);
      }
    }
    table_.emplace(ASSAY_TRY(Table::Create(std::move(columns))));
    return {};
  }

  Result<Column> Evaluate(const Optional& optional, const char* what) {
    const Table derived = ASSAY_TRY(Derive(*table_, optional.needed.derivations, context_));
    return expression::EvaluateText(optional.expression, std::string("the model's ") + what, derived, what, context_);
  }

  // The outcome and what its intervals need; leaves examples_.outcome empty with metrics_reason where there is none.
  Result<void> ReadOutcome() {
    examples_.task = model_.task;
    examples_.classes = model_.classes;
    examples_.wait = model_.wait;
    examples_.outcome_text = model_.outcome;
    if (!outcome_.usable()) {
      report_.metrics_reason = "the file has no column '" + outcome_.missing + "', so the outcome '" + model_.outcome + "' is not known";
      return {};
    }
    if (model_.task == Task::kRanking && !query_.usable()) {
      report_.metrics_reason = "the file has no column '" + query_.missing + "', so it is not known which rows are ranked together";
      return {};
    }
    std::int64_t unknown = 0;
    const Column column = ASSAY_TRY_WITH(Evaluate(outcome_, "outcome"), source_);
    examples_.outcome = ASSAY_TRY_WITH(OutcomeOf(model_, column, &unknown), source_);
    if (unknown > 0) report_.notes.push_back(base::ReadableCount(unknown) + " rows have a class that the model does not know; they are scored but not judged");
    if (time_.usable()) {
      const Column time = ASSAY_TRY(Evaluate(time_, "time"));
      std::int64_t trained = 0;
      for (std::int64_t i = 0; time.type() == ColumnType::kTime && i < time.num_rows(); ++i) {
        examples_.time.push_back(time.TimeAt(i));
        trained += model_.trained_until != base::kMissingTime && examples_.time.back() <= model_.trained_until ? 1 : 0;
      }
      examples_.time_text = examples_.time.empty() ? "" : model_.time;
      if (trained > 0) report_.notes.push_back(base::ReadableCount(trained) + " of " + base::ReadableCount(report_.rows) + " rows lie in the period the model was trained on (until " + base::FormatTime(model_.trained_until) + "); if it saw them, the metrics flatter it");
    } else {
      report_.notes.push_back("Assay cannot tell whether the model has seen these rows before; metrics on rows it was trained on flatter it");
    }
    if (unit_.usable()) {
      examples_.unit = DenseIds(ASSAY_TRY(Evaluate(unit_, "unit")), &examples_.num_units);
      examples_.unit_text = model_.unit;
    }
    if (model_.task == Task::kRanking) examples_.query = DenseIds(ASSAY_TRY(Evaluate(query_, "query")), &examples_.num_queries);
    return {};
  }

  void Summarise() {
    report_.model = {model_.name, learn::RungKindName(model_.model->kind()), learn::TaskName(model_.task), model_.outcome, model_.model->Explain(), model_.training_rows, model_.trained_until == base::kMissingTime ? "" : base::FormatTime(model_.trained_until), needed_.columns};
  }

  bool known() const { return !examples_.outcome.empty(); }

  table::Schema Schema() const {
    table::Schema schema;
    const auto add = [&](std::string name, ColumnType type, bool integer) {
      // A column that is carried along keeps its name; ours give way.
      while (std::any_of(schema.begin(), schema.end(), [&](const table::ColumnSchema& c) { return c.name == name; })) name += "_";
      schema.push_back({std::move(name), type, integer, {}});
    };
    add("row", ColumnType::kNumber, true);
    for (const std::string& name : options_.keep) {
      const Column& column = table_->column(static_cast<std::size_t>(table_->Find(name)));
      add(column.name(), column.type(), column.is_integer());
    }
    const bool several = model_.task == Task::kMulticlass;
    if (known()) add("outcome", several ? ColumnType::kCategory : ColumnType::kNumber, model_.task == Task::kBinary);
    add("prediction", several ? ColumnType::kCategory : ColumnType::kNumber, false);
    for (std::size_t c = 0; several && c < model_.classes.size(); ++c) add("probability of " + model_.classes[c], ColumnType::kNumber, false);
    return schema;
  }

  Result<bool> NextBlock(std::vector<Column>* block) {
    if (position_ >= report_.rows) return false;
    if (context_.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
    Rows rows(static_cast<std::size_t>(std::min(kBlockRows, report_.rows - position_)));
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(position_));
    std::vector<double> predictions(rows.size() * k_);
    if (needed_.derivations.empty()) {
      ASSAY_TRY_WITH(model_.model->Predict(*table_, rows, predictions, context_), source_);
    } else {
      // Derived columns are made for this block only.
      Rows all(rows.size());
      std::iota(all.begin(), all.end(), 0U);
      const Table derived = ASSAY_TRY_WITH(Derive(table_->Take(rows), needed_.derivations, context_), source_);
      ASSAY_TRY_WITH(model_.model->Predict(derived, all, predictions, context_), source_);
    }
    Remember(predictions);
    if (!options_.out.empty()) FillBlock(rows, predictions, block);
    position_ += static_cast<std::int64_t>(rows.size());
    context_.Report("score " + source_, position_, report_.rows);
    return true;
  }

  void Remember(const std::vector<double>& predictions) {
    if (known()) predictions_.insert(predictions_.end(), predictions.begin(), predictions.end());
    for (std::size_t c = 0; c < k_; ++c) {
      double sum = 0;
      for (std::size_t i = c; i < predictions.size(); i += k_) {
        sum += predictions[i];
        least_ = std::min(least_, predictions[i]);
        most_ = std::max(most_, predictions[i]);
      }
      sums_.resize(k_, 0.0);
      sums_[c] += sum;
    }
  }

  void FillBlock(const Rows& rows, const std::vector<double>& predictions, std::vector<Column>* block) const {
    std::vector<std::int64_t> numbers(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) numbers[i] = static_cast<std::int64_t>(rows[i]) + 1;
    block->push_back(Column::Integers("row", std::move(numbers)));
    for (const std::string& name : options_.keep) block->push_back(table_->column(static_cast<std::size_t>(table_->Find(name))).Take(rows));
    const bool several = model_.task == Task::kMulticlass;
    if (known()) {
      std::vector<double> values(rows.size());
      std::vector<std::uint32_t> codes(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        values[i] = static_cast<double>(examples_.outcome[rows[i]]);
        codes[i] = std::isnan(values[i]) ? table::kMissingCode : static_cast<std::uint32_t>(values[i]);
      }
      block->push_back(several ? Column::Categories("outcome", std::move(codes), model_.classes) : Column::Numbers("outcome", std::move(values)));
    }
    if (!several) {
      block->push_back(Column::Numbers("prediction", predictions));
      return;
    }
    std::vector<std::uint32_t> likeliest(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) likeliest[i] = static_cast<std::uint32_t>(std::max_element(&predictions[i * k_], &predictions[i * k_] + k_) - &predictions[i * k_]);
    block->push_back(Column::Categories("prediction", std::move(likeliest), model_.classes));
    for (std::size_t c = 0; c < k_; ++c) {
      std::vector<double> of_class(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) of_class[i] = predictions[i * k_ + c];
      block->push_back(Column::Numbers(model_.classes[c], std::move(of_class)));
    }
  }

  void DescribePredictions() {
    const auto add = [&](const std::string& name, const std::string& label, double value) {
      evidence::Figure& figure = report_.predictions.emplace_back();
      figure.name = name;
      figure.label = label;
      figure.estimate.value = value;
      figure.estimate.reason = "a description of these rows, not an estimate";
    };
    for (std::size_t c = 0; c < sums_.size(); ++c) {
      const std::string of = k_ > 1 ? " of " + model_.classes[c] : "";
      add(k_ > 1 ? "mean_" + std::to_string(c) : "mean", "mean prediction" + of, sums_[c] / static_cast<double>(report_.rows));
    }
    add("least", "least prediction", least_);
    add("most", "largest prediction", most_);
  }

  // Rows with a known outcome, or a sample of whole units of them.
  Rows RowsToJudge() {
    Rows rows;
    std::int64_t with_outcome = 0;
    for (std::size_t i = 0; i < examples_.outcome.size(); ++i) with_outcome += std::isnan(examples_.outcome[i]) ? 0 : 1;
    const std::vector<std::uint32_t>& group = model_.task == Task::kRanking ? examples_.query : examples_.unit;
    const double share = static_cast<double>(kMostJudgedRows) / static_cast<double>(std::max<std::int64_t>(1, with_outcome));
    for (std::size_t i = 0; i < examples_.outcome.size(); ++i) {
      if (std::isnan(examples_.outcome[i])) continue;
      const bool taken = share >= 1 || base::RandomStream(context_.seed, "judged units", group.empty() ? i : group[i]).Uniform() < share;
      if (taken) rows.push_back(static_cast<std::uint32_t>(i));
    }
    if (share < 1) report_.notes.push_back("the metrics come from a sample of whole units, " + base::ReadableCount(static_cast<std::int64_t>(rows.size())) + " of " + base::ReadableCount(with_outcome) + " rows with a known outcome: their intervals are wider than those of all rows would be");
    return rows;
  }

  Result<void> JudgeRows() {
    if (!known()) {
      report_.calibration_slope.reason = report_.metrics_reason;
      return {};
    }
    const base::ScopedStep step(context_, "judge");
    const Rows rows = RowsToJudge();
    report_.judged_rows = static_cast<std::int64_t>(rows.size());
    if (rows.empty()) {
      report_.metrics_reason = report_.calibration_slope.reason = "the outcome is missing in every row";
      return {};
    }
    std::vector<double> judged, constant;
    for (const std::uint32_t row : rows) {
      judged.insert(judged.end(), predictions_.begin() + static_cast<std::ptrdiff_t>(row * k_), predictions_.begin() + static_cast<std::ptrdiff_t>((row + 1) * k_));
      constant.insert(constant.end(), model_.constant.begin(), model_.constant.end());
    }
    const Dependence dependence = DependenceOf(examples_);
    const learn::Judge judge(examples_, rows, constant, dependence.unit, dependence.num_units);
    report_.judged_units = judge.num_units();
    for (const learn::Metric metric : learn::MetricsOf(model_.task)) report_.metrics[learn::MetricName(metric)] = ToEstimate(judge.Estimate(metric, judged));
    std::vector<std::uint32_t> unit;
    for (const std::uint32_t row : rows) {
      if (!dependence.unit.empty()) unit.push_back(dependence.unit[row]);
    }
    report_.calibration_slope = ToEstimate(learn::CalibrationSlope(examples_, rows, judged, {unit, dependence.num_units}));
    report_.notes.push_back("Intervals are " + dependence.words + ".");
    return {};
  }

  const SavedModel& model_;
  const std::string& source_;
  const ScoreOptions& options_;
  store::Engine& engine_;
  const RunContext& context_;
  std::size_t k_;
  Needed needed_;
  Optional outcome_, time_, unit_, query_;
  std::optional<Table> table_;
  learn::Examples examples_;  // without a table: only what judging needs
  std::vector<double> predictions_, sums_;
  double least_ = std::numeric_limits<double>::infinity(), most_ = -std::numeric_limits<double>::infinity();
  std::int64_t position_ = 0;
  ScoreReport report_;
};

}  // namespace

Result<ScoreReport> Score(const SavedModel& model, const std::string& source, const ScoreOptions& options, store::Engine& engine, const RunContext& context) {
  return Scorer(model, source, options, engine, context).Run();
}

std::filesystem::path ModelPath(const std::filesystem::path& folder, const std::string& kind, const std::string& name) {
  if (kind != learn::RungKindName(learn::RungKind::kOwnRule)) return folder / (kind + ".json");
  std::string plain = name;
  for (char& c : plain) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && static_cast<unsigned char>(c) < 128) c = '-';
  }
  return folder / (kind + "-" + plain + ".json");
}

Result<std::filesystem::path> RecommendedModel(const Project& project, const std::string& objective) {
  const evidence::ProjectReport report = ASSAY_TRY(LoadProjectReport(project));
  std::vector<std::string> names;
  for (const evidence::TrainReport& train : report.train) {
    names.push_back(train.objective);
    if (!objective.empty() && train.objective != objective) continue;
    if (train.recommended.empty()) return Error{ErrorCode::kNotFound, project.folder.string() + ": the last run recommends no rung for '" + train.objective + "' (" + train.gate + "); name a model file of " + (project.state() / "models" / train.objective).string()};
    for (const evidence::RungReport& rung : train.rungs) {
      if (rung.name == train.recommended) return ModelPath(project.state() / "models" / train.objective, rung.kind, rung.name);
    }
  }
  if (names.empty()) return Error{ErrorCode::kNotFound, project.folder.string() + ": its last run has no ladder; run it with: assay run " + project.folder.string()};
  return Error{ErrorCode::kNotFound, project.folder.string() + ": there is no objective '" + objective + "'." + base::DidYouMean(objective, names) + " The objectives are: " + base::Join(names, ", ")};
}

}  // namespace assay::lifecycle
