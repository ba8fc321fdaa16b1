// Columns to the dense numbers that learners take.
//
// Numbers stay (those that lie together far from 0 less a constant, so that floats can tell them apart), booleans become 0/1, missing stays NaN. A category becomes, with at most 12 values, a 0/1 column per value, else its share in the outcome among training
// rows, smoothed towards the prior by 20 rows (one column per class beyond two). Source: Micci-Barreca 2001, doi:10.1145/507533.507538.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/run_context.h"
#include "learn/examples.h"
#include "learn/row_model.h"

namespace assay::learn {

inline constexpr std::size_t kMostOneHot = 12;  // values of a category with a column each

// Targets of the outcome encoding: the outcome itself, or one indicator per class (at most 8, the first ones).
std::size_t NumTargets(const Examples& examples);

// Row-major, num_rows x num_columns, NaN = missing.
struct Matrix {
  std::vector<float> values;
  std::size_t num_columns = 0;
  std::size_t num_rows() const { return num_columns == 0 ? 0 : values.size() / num_columns; }
};

// Immutable after Fit; Encode is thread-safe.
class Encoder {
 public:
  // Learns from `rows` only. `training` receives the rows' own encoding, in which neither the row nor its unit helps to
  // encode itself: where there is time a row sees only what was known before its stage of time began (8 stages, the wait
  // included; NaN before anything was known), else only other units of other folds (5). See internal/encoding_stages.h.
  static Result<Encoder> Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context, Matrix* training);

  // Any table with the same columns (found by name, types checked); unseen categories get the prior.
  Result<Matrix> Encode(const table::Table& table, std::span<const std::uint32_t> rows, const RunContext& context) const;

  // The same in blocks of rows one after another, which bounds the memory of the copy; `use` gets where in `rows` each begins.
  Result<void> EncodeInBlocks(const table::Table& table, std::span<const std::uint32_t> rows, const RunContext& context, const std::function<Result<void>(std::size_t begin, const Matrix& block)>& use) const;

  // One row given by value, cells in the order of columns(); `out`: as many floats as there are names(). The same floats as Encode's.
  void EncodeRow(std::span<const Cell> cells, float* out) const;

  std::vector<std::string> columns() const;  // of the table, that Encode reads
  const std::vector<std::string>& names() const { return names_; }  // "distance", "origin: share", "origin = ORD"
  // The same with the names of several classes: "origin: share of 'late'".
  std::vector<std::string> Names(std::span<const std::string> classes) const;
  Json ToJson() const;
  static Result<Encoder> FromJson(const Json& json);

 private:
  // So that a text is looked up without being copied.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Part {
    std::string column;
    table::ColumnType type = table::ColumnType::kNumber;
    double centre = 0;                 // taken off a number or time before it becomes a float
    std::vector<std::string> one_hot;  // values with a column of their own
    // Category text to its smoothed outcome, one number per target.
    std::unordered_map<std::string, std::vector<float>, TextHash, std::equal_to<>> shares;
    std::vector<float> prior;
  };
  std::size_t Width(const Part& part) const;

  std::vector<Part> parts_;
  std::vector<std::string> names_;
};

}  // namespace assay::learn
