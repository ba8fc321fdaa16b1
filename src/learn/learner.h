// What a rung of the ladder can do: learn from rows, predict rows, be saved.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/run_context.h"
#include "learn/examples.h"
#include "learn/row_model.h"

namespace assay::learn {

// Kinds in the order of the ladder.
enum class RungKind { kRandom, kConstant, kRule, kOwnRule, kLinear, kBoosted, kImported, kPublished };
const char* RungKindName(RungKind kind);  // "random", "constant", "rule", "own_rule", "linear", "boosted", "imported", "published"

// A fitted rung. Immutable; Predict is thread-safe.
class Model {
 public:
  virtual ~Model() = default;
  virtual RungKind kind() const = 0;
  // One row's outputs stand side by side, `out.size()` = rows.size() x outputs. Binary: probability of the positive
  // class; multiclass: one probability per class; regression: the value; ranking: a score, higher is better.
  // Columns are found by name, so any table with the same columns will do; categories never seen and missing values are
  // legal. kNotFound when a column is missing, kInvalidInput when its type differs.
  virtual Result<void> Predict(const table::Table& table, std::span<const std::uint32_t> rows, std::span<double> out,
                               const RunContext& context) const = 0;
  // The same row by row; null where the model knows no way without a table. Lives as long as the model.
  virtual const RowModel* by_row() const { return nullptr; }
  // The columns that Predict reads, each once: features, or what an own rule names.
  virtual std::vector<std::string> columns() const = 0;
  // Our JSON, encoders included.
  virtual Json ToJson() const = 0;
  // XGBoost's own JSON, as XGBoost reads it; "" for all other models.
  virtual std::string BoosterJson() const { return ""; }
  // One sentence or the rule itself, for people: "late when origin is ORD and month(date) <= 2". `classes`: the names of several
  // classes by index, which a model itself does not know; else empty or unused.
  virtual std::string Explain(std::span<const std::string> classes) const = 0;
};

// A way to make a model. Stateless and thread-safe; the same rows and seed give the same model with any number of threads.
class Learner {
 public:
  virtual ~Learner() = default;
  virtual RungKind kind() const = 0;
  virtual std::string name() const = 0;  // as the ladder shows it: "best rule", "boosted trees"
  // Uses only `rows`: encodings, tuning and calibration included. Time order, units and the wait of `examples` are
  // respected inside. kCancelled when stopped.
  virtual Result<std::unique_ptr<Model>> Fit(const Examples& examples, std::span<const std::uint32_t> rows,
                                             const RunContext& context) const = 0;
};

// Matrices of fewer encoded values are fitted on one thread whatever the pool: sharing would cost more than it gives.
inline constexpr std::size_t kSharedValues = 200'000;

struct LearnerOptions {
  int num_trees = 0;          // 0: chosen by validation inside the training rows
  int max_rule_depth = 3;
  int least_leaf_rows = 0;    // of a rule's leaf and of a category it may name; 0: the learner's own, against chance
  bool quick = false;         // for procedures fitted hundreds of times (leaks, proxies, permutations): fewer trees, no tuning
  bool coarse = false;        // quick, and small trees on few bins: for permutation tests, where only comparisons count
  std::int64_t tuning_rows = 0;  // settings are tuned on this many rows, evenly from all units (ThinRows); 0: the learner's own
};

// random, constant, rule, linear, boosted: the learners of Assay, each in its own file.
std::unique_ptr<Learner> MakeLearner(RungKind kind, const LearnerOptions& options = {});
// A learner that is fitted many times in one report, to be judged and not to be used: settings tuned on fewer rows.
inline constexpr std::int64_t kRepeatedTuningRows = 100'000;
std::unique_ptr<Learner> MakeRepeatedLearner(RungKind kind);

}  // namespace assay::learn
