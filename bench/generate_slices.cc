// Writes a made-up table of categories and a loss as Parquet, for the benchmarks of `assay slices`:
//
//     generate_slices SHAPE ROWS COLUMNS CARDINALITY LOSS FILE.parquet
//     generate_slices planted 1000000 50 10 real planted.parquet
//
// Columns c1, c2, ... hold v1, v2, ...; the column loss is at least 0. Every value comes from a hash of its row and column: the same table
// each time.
//   SHAPE  uniform   every value is as likely as any other, and says nothing about the loss
//          planted   value number v has a chance in proportion to 1 / v, so that conjunctions of three conditions have enough rows; in five
//                    slices of one to three conditions the loss is some times as large (the largest of these where they meet)
//   LOSS   even      between 0 and 1
//          binary    0 or 1, in 4 % of the rows outside of planted slices 1
//          real      a squared error: the square of a normal variable
//
// Prints the planted slices as JSON, with what they came to in this table: [{"conditions": {"c2": "v1"}, "times": 4, "size": 9, "loss_sum": 7}]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <vector>

#include "row_hash.h"
#include "store/engine.h"
#include "table/column.h"

namespace {

using namespace assay;
using bench::Uniform;

enum class Loss { kEven, kBinary, kReal };

constexpr double kOrdinaryShare = 0.04;  // of ones among binary losses
constexpr double kMostTimes = 1 / kOrdinaryShare;

struct Condition {
  std::size_t place;    // of eleven columns, spread over all
  std::uint32_t value;  // from 0, the most likely one
};

struct Planted {
  std::vector<Condition> conditions;
  double times;
  std::int64_t size = 0;
  double loss_sum = 0;
};

constexpr std::size_t kPlaces = 11;

std::vector<Planted> PlantedSlices() {
  return {{{{0, 4}}, 4}, {{{1, 2}, {2, 1}}, 7}, {{{3, 0}, {4, 3}}, 6}, {{{5, 0}, {6, 0}, {7, 1}}, 7}, {{{8, 0}, {9, 0}, {10, 0}}, 5}};
}

struct Shape {
  bool planted = false;
  std::int64_t rows = 0;
  std::size_t columns = 0, cardinality = 0;
  Loss loss = Loss::kEven;
};

// The chance of a value or one before it.
std::vector<double> Cumulative(const Shape& shape) {
  std::vector<double> cumulative;
  double sum = 0;
  for (std::size_t v = 1; v <= shape.cardinality; ++v) cumulative.push_back(sum += shape.planted ? 1 / static_cast<double>(v) : 1.0);
  for (double& chance : cumulative) chance /= sum;
  cumulative.back() = 1;
  return cumulative;
}

// Zero when the row lies in no planted slice.
double LossOf(Loss loss, std::int64_t row, double times) {
  const double first = Uniform(row, 0), second = Uniform(row, 1);
  switch (loss) {
    case Loss::kEven: return first * times;
    case Loss::kBinary: return first < kOrdinaryShare * times ? 1 : 0;
    case Loss::kReal: break;
  }
  const double normal = std::sqrt(-2 * std::log1p(-first)) * std::cos(2 * std::numbers::pi * second);
  return normal * normal * times;
}

class Rows {
 public:
  explicit Rows(const Shape& shape) : shape_(shape), cumulative_(Cumulative(shape)) {
    if (shape.planted) planted_ = PlantedSlices();
    for (std::size_t v = 1; v <= shape.cardinality; ++v) texts_.push_back("v" + std::to_string(v));
  }

  table::Schema schema() const {
    table::Schema schema;
    for (std::size_t c = 0; c < shape_.columns; ++c) schema.push_back({ColumnName(c), table::ColumnType::kCategory, false, texts_});
    schema.push_back({"loss", table::ColumnType::kNumber, shape_.loss == Loss::kBinary, {}});
    return schema;
  }

  bool Next(std::vector<table::Column>* block) {
    const std::int64_t count = std::min(shape_.rows - row_, std::max<std::int64_t>(2048, 2'000'000 / static_cast<std::int64_t>(shape_.columns)));
    if (count <= 0) return false;
    std::vector<std::vector<std::uint32_t>> codes(shape_.columns, std::vector<std::uint32_t>(static_cast<std::size_t>(count)));
    for (std::size_t c = 0; c < shape_.columns; ++c) {
      for (std::int64_t i = 0; i < count; ++i) codes[c][static_cast<std::size_t>(i)] = Draw(row_ + i, c);
    }
    std::vector<double> losses(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < losses.size(); ++i) losses[i] = LossAt(codes, i);
    block->clear();
    for (std::size_t c = 0; c < shape_.columns; ++c) block->push_back(table::Column::Categories(ColumnName(c), std::move(codes[c]), texts_));
    block->push_back(shape_.loss == Loss::kBinary ? table::Column::Integers("loss", {losses.begin(), losses.end()}) : table::Column::Numbers("loss", std::move(losses)));
    row_ += count;
    return true;
  }

  nlohmann::ordered_json Summary() const {
    nlohmann::ordered_json summary = nlohmann::ordered_json::array();
    for (const Planted& slice : planted_) {
      nlohmann::ordered_json conditions;
      for (const Condition& condition : slice.conditions) conditions[ColumnName(ColumnAt(condition.place))] = texts_[condition.value];
      summary.push_back({{"conditions", conditions}, {"times", slice.times}, {"size", slice.size}, {"loss_sum", slice.loss_sum}});
    }
    return summary;
  }

 private:
  static std::string ColumnName(std::size_t column) { return "c" + std::to_string(column + 1); }
  std::size_t ColumnAt(std::size_t place) const { return place * shape_.columns / kPlaces; }

  std::uint32_t Draw(std::int64_t row, std::size_t column) const {
    const double drawn = Uniform(row, column + 2);
    if (cumulative_.size() > 64) return static_cast<std::uint32_t>(std::upper_bound(cumulative_.begin(), cumulative_.end(), drawn) - cumulative_.begin());
    std::uint32_t value = 0;
    while (drawn >= cumulative_[value]) ++value;
    return value;
  }

  // Of the entry `i` of a block; counts it in the slices that it lies in.
  double LossAt(const std::vector<std::vector<std::uint32_t>>& codes, std::size_t i) {
    const auto within = [&](const Planted& slice) { return std::all_of(slice.conditions.begin(), slice.conditions.end(), [&](const Condition& c) { return codes[ColumnAt(c.place)][i] == c.value; }); };
    double times = 1;
    for (const Planted& slice : planted_) times = within(slice) ? std::max(times, slice.times) : times;
    const double loss = LossOf(shape_.loss, row_ + static_cast<std::int64_t>(i), times);
    for (Planted& slice : planted_) {
      if (!within(slice)) continue;
      ++slice.size;
      slice.loss_sum += loss;
    }
    return loss;
  }

  Shape shape_;
  std::vector<double> cumulative_;
  std::vector<std::string> texts_;
  std::vector<Planted> planted_;
  std::int64_t row_ = 0;
};

Result<Shape> ParseShape(char** words) {
  const std::map<std::string, Loss> losses = {{"even", Loss::kEven}, {"binary", Loss::kBinary}, {"real", Loss::kReal}};
  const std::string name = words[1], loss = words[5];
  Shape shape;
  shape.planted = name == "planted";
  shape.rows = std::atoll(words[2]);
  const long long columns = std::atoll(words[3]), cardinality = std::atoll(words[4]);
  if (name != "uniform" && name != "planted") return Error{ErrorCode::kInvalidInput, "shape '" + name + "' is neither uniform nor planted"};
  if (!losses.contains(loss)) return Error{ErrorCode::kInvalidInput, "loss '" + loss + "' is none of even, binary, real"};
  if (shape.rows < 1 || columns < 1 || cardinality < 1) return Error{ErrorCode::kInvalidInput, "rows, columns and cardinality are whole numbers from 1"};
  if (shape.planted && (columns < static_cast<long long>(kPlaces) || cardinality < 5)) return Error{ErrorCode::kInvalidInput, "planted slices need 11 columns of 5 values"};
  shape.columns = static_cast<std::size_t>(columns);
  shape.cardinality = static_cast<std::size_t>(cardinality);
  shape.loss = losses.at(loss);
  return shape;
}

Result<void> Generate(char** words) {
  static_assert(kMostTimes >= 7, "a chance above 1");
  Rows rows(ASSAY_TRY(ParseShape(words)));
  const auto engine = ASSAY_TRY(store::Engine::Open({0, 2, ""}));
  ASSAY_TRY(engine->WriteBlocks(rows.schema(), [&](std::vector<table::Column>* block) -> Result<bool> { return rows.Next(block); }, words[6]));
  std::printf("%s\n", rows.Summary().dump().c_str());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: generate_slices uniform|planted ROWS COLUMNS CARDINALITY even|binary|real FILE.parquet\n");
    return 2;
  }
  const Result<void> done = Generate(argv);
  if (!done) std::fprintf(stderr, "generate_slices: %s\n", done.error().message.c_str());
  return done ? 0 : 2;
}
