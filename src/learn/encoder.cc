#include "learn/encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/random.h"
#include "base/thread_pool.h"

namespace assay::learn {

namespace {

constexpr std::size_t kMostOneHot = 12;
constexpr double kSmoothingRows = 20;
constexpr std::int64_t kBlockRows = 65536;

bool IsCategory(table::ColumnType type) { return type == table::ColumnType::kCategory; }

// Targets of the outcome encoding: the outcome itself, or one indicator per class (at most 8, the first ones).
std::size_t NumTargets(const Examples& examples) { return examples.task == Task::kMulticlass ? std::min<std::size_t>(8, examples.classes.size()) : 1; }
double TargetOf(const Examples& examples, std::uint32_t row, std::size_t target) {
  if (examples.task != Task::kMulticlass) return static_cast<double>(examples.outcome[row]);
  return static_cast<std::size_t>(examples.outcome[row]) == target ? 1 : 0;
}

// Which stage of the training data a row belongs to, and which stages may encode it.
struct Stages {
  std::vector<std::uint8_t> of_row;  // per position in rows
  int count = 0;
  bool earlier_only = false;         // stage s sees stages < s; else all others
};

Stages MakeStages(const Examples& examples, std::span<const std::uint32_t> rows, std::uint64_t seed) {
  Stages stages;
  stages.of_row.resize(rows.size());
  if (!examples.time.empty()) {
    stages.count = 8;
    stages.earlier_only = true;
    std::vector<base::Micros> times(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) times[i] = examples.time[rows[i]];
    std::vector<base::Micros> sorted = times;
    std::sort(sorted.begin(), sorted.end());
    std::vector<base::Micros> starts;
    for (int s = 1; s < stages.count; ++s) starts.push_back(sorted[rows.size() * static_cast<std::size_t>(s) / static_cast<std::size_t>(stages.count)]);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      stages.of_row[i] = static_cast<std::uint8_t>(std::upper_bound(starts.begin(), starts.end(), times[i]) - starts.begin());
    }
    return stages;
  }
  stages.count = 5;
  const std::span<const std::uint32_t> groups = examples.task == Task::kRanking ? std::span<const std::uint32_t>(examples.query) : std::span<const std::uint32_t>(examples.unit);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t group = groups.empty() ? rows[i] : groups[rows[i]];
    stages.of_row[i] = static_cast<std::uint8_t>(base::RandomStream(seed, "encoding stage", group).Below(5));
  }
  return stages;
}

}  // namespace

std::size_t Encoder::Width(const Part& part) const { return IsCategory(part.type) ? part.prior.size() + part.one_hot.size() : 1; }

void Encoder::Name() {
  names_.clear();
  for (const Part& part : parts_) {
    if (!IsCategory(part.type)) {
      names_.push_back(part.column);
      continue;
    }
    for (std::size_t t = 0; t < part.prior.size(); ++t) names_.push_back(part.column + ": share" + (part.prior.size() > 1 ? " " + std::to_string(t) : ""));
    for (const std::string& value : part.one_hot) names_.push_back(part.column + " = " + value);
  }
}

Result<Encoder> Encoder::Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context, Matrix* training) {
  Encoder encoder;
  const std::size_t targets = NumTargets(examples);
  const Stages stages = MakeStages(examples, rows, context.seed);
  const auto num_stages = static_cast<std::size_t>(stages.count);
  std::vector<double> prior(targets, 0.0);
  for (const std::uint32_t row : rows) {
    for (std::size_t t = 0; t < targets; ++t) prior[t] += TargetOf(examples, row, t);
  }
  for (double& p : prior) p /= static_cast<double>(rows.size());

  // Sums per stage and category, column after column; the training encoding of a category is kept per (stage, category).
  std::vector<std::vector<float>> stage_shares;  // per part: [stage][code][target]
  for (const Feature& feature : examples.features) {
    const table::Column& column = examples.table->column(feature.column);
    Part part;
    part.column = column.name();
    part.type = column.type();
    std::vector<float> of_stage;
    if (IsCategory(part.type)) {
      const std::size_t size = column.dictionary().size();
      std::vector<double> count(num_stages * size, 0), sum(num_stages * size * targets, 0);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t code = column.CodeAt(rows[i]);
        if (code == table::kMissingCode) continue;
        const std::size_t at = stages.of_row[i] * size + code;
        count[at] += 1;
        for (std::size_t t = 0; t < targets; ++t) sum[at * targets + t] += TargetOf(examples, rows[i], t);
      }
      part.prior.assign(prior.begin(), prior.end());
      of_stage.resize(num_stages * size * targets);
      std::size_t seen = 0;
      for (std::size_t c = 0; c < size; ++c) {
        double all_count = 0;
        std::vector<double> all_sum(targets, 0);
        for (std::size_t s = 0; s < num_stages; ++s) {
          all_count += count[s * size + c];
          for (std::size_t t = 0; t < targets; ++t) all_sum[t] += sum[(s * size + c) * targets + t];
        }
        double before_count = 0;
        std::vector<double> before_sum(targets, 0);
        for (std::size_t s = 0; s < num_stages; ++s) {
          const std::size_t at = s * size + c;
          for (std::size_t t = 0; t < targets; ++t) {
            const double n = stages.earlier_only ? before_count : all_count - count[at];
            const double total = stages.earlier_only ? before_sum[t] : all_sum[t] - sum[at * targets + t];
            of_stage[at * targets + t] = static_cast<float>((total + kSmoothingRows * prior[t]) / (n + kSmoothingRows));
          }
          before_count += count[at];
          for (std::size_t t = 0; t < targets; ++t) before_sum[t] += sum[at * targets + t];
        }
        if (all_count == 0) continue;
        ++seen;
        std::vector<float>& share = part.shares[column.dictionary()[c]];
        for (std::size_t t = 0; t < targets; ++t) share.push_back(static_cast<float>((all_sum[t] + kSmoothingRows * prior[t]) / (all_count + kSmoothingRows)));
      }
      if (seen <= kMostOneHot) {
        for (const auto& [value, share] : part.shares) part.one_hot.push_back(value);
        std::sort(part.one_hot.begin(), part.one_hot.end());
      }
    }
    stage_shares.push_back(std::move(of_stage));
    encoder.parts_.push_back(std::move(part));
  }
  encoder.Name();
  *training = ASSAY_TRY(encoder.Encode(*examples.table, rows, context));
  // Overwrite the outcome encodings of the training rows by those of their stages.
  std::size_t first = 0;
  for (std::size_t p = 0; p < encoder.parts_.size(); ++p) {
    const Part& part = encoder.parts_[p];
    if (IsCategory(part.type)) {
      const table::Column& column = examples.table->column(examples.features[p].column);
      const std::size_t size = column.dictionary().size();
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint32_t code = column.CodeAt(rows[i]);
        if (code == table::kMissingCode) continue;
        for (std::size_t t = 0; t < targets; ++t) training->values[i * training->num_columns + first + t] = stage_shares[p][(stages.of_row[i] * size + code) * targets + t];
      }
    }
    first += encoder.Width(part);
  }
  return encoder;
}

Result<Matrix> Encoder::Encode(const table::Table& table, std::span<const std::uint32_t> rows, const RunContext& context) const {
  Matrix matrix;
  matrix.num_columns = names_.size();
  matrix.values.resize(rows.size() * matrix.num_columns);
  struct Source {
    const table::Column* column;
    std::size_t first;
    std::vector<float> by_code;             // [code][width] for categories
  };
  std::vector<Source> sources;
  std::size_t first = 0;
  for (const Part& part : parts_) {
    const std::size_t index = ASSAY_TRY(table.IndexOf(part.column));
    const table::Column& column = table.column(index);
    if (IsCategory(column.type()) != IsCategory(part.type)) {
      return Error{ErrorCode::kInvalidInput, "column '" + part.column + "' is a " + table::ColumnTypeName(column.type()) + ", the model was trained on a " + table::ColumnTypeName(part.type)};
    }
    Source source{&column, first, {}};
    const std::size_t width = Width(part);
    if (IsCategory(part.type)) {
      source.by_code.assign(column.dictionary().size() * width, 0.0F);
      for (std::size_t c = 0; c < column.dictionary().size(); ++c) {
        const auto found = part.shares.find(column.dictionary()[c]);
        for (std::size_t t = 0; t < part.prior.size(); ++t) source.by_code[c * width + t] = found == part.shares.end() ? part.prior[t] : found->second[t];
        const auto hot = std::lower_bound(part.one_hot.begin(), part.one_hot.end(), column.dictionary()[c]);
        if (hot != part.one_hot.end() && *hot == column.dictionary()[c]) source.by_code[c * width + part.prior.size() + static_cast<std::size_t>(hot - part.one_hot.begin())] = 1.0F;
      }
    }
    sources.push_back(std::move(source));
    first += width;
  }
  const auto num_rows = static_cast<std::int64_t>(rows.size());
  ASSAY_TRY(base::ParallelFor(context, (num_rows + kBlockRows - 1) / kBlockRows, [&](std::int64_t block) {
    const auto begin = static_cast<std::size_t>(block * kBlockRows);
    const std::size_t end = std::min(rows.size(), begin + static_cast<std::size_t>(kBlockRows));
    for (std::size_t p = 0; p < sources.size(); ++p) {
      const Source& source = sources[p];
      const std::size_t width = Width(parts_[p]);
      for (std::size_t i = begin; i < end; ++i) {
        float* out = &matrix.values[i * matrix.num_columns + source.first];
        if (!IsCategory(parts_[p].type)) {
          *out = static_cast<float>(source.column->NumberAt(rows[i]));
          continue;
        }
        const std::uint32_t code = source.column->CodeAt(rows[i]);
        for (std::size_t w = 0; w < width; ++w) out[w] = code == table::kMissingCode ? std::numeric_limits<float>::quiet_NaN() : source.by_code[code * width + w];
      }
    }
  }));
  return matrix;
}

Json Encoder::ToJson() const {
  Json parts = Json::array();
  for (const Part& part : parts_) {
    Json json = {{"column", part.column}, {"type", table::ColumnTypeName(part.type)}};
    if (IsCategory(part.type)) {
      json["prior"] = part.prior;
      json["one_hot"] = part.one_hot;
      std::vector<std::string> values;
      for (const auto& [value, share] : part.shares) values.push_back(value);
      std::sort(values.begin(), values.end());
      Json shares = Json::object();
      for (const std::string& value : values) shares[value] = part.shares.at(value);
      json["shares"] = std::move(shares);
    }
    parts.push_back(std::move(json));
  }
  return parts;
}

Result<Encoder> Encoder::FromJson(const Json& json) {
  Encoder encoder;
  try {
    for (const Json& item : json) {
      Part part;
      part.column = item.at("column").get<std::string>();
      const std::string type = item.at("type").get<std::string>();
      for (const table::ColumnType candidate : {table::ColumnType::kBoolean, table::ColumnType::kNumber, table::ColumnType::kCategory, table::ColumnType::kTime}) {
        if (type == table::ColumnTypeName(candidate)) part.type = candidate;
      }
      if (IsCategory(part.type)) {
        part.prior = item.at("prior").get<std::vector<float>>();
        part.one_hot = item.at("one_hot").get<std::vector<std::string>>();
        for (const auto& [value, share] : item.at("shares").items()) {
          part.shares[value] = share.get<std::vector<float>>();
          if (part.shares[value].size() != part.prior.size()) return Error{ErrorCode::kInvalidInput, "the model file is damaged: shares of '" + value + "'"};
        }
      }
      encoder.parts_.push_back(std::move(part));
    }
  } catch (const Json::exception& failure) {
    return Error{ErrorCode::kInvalidInput, std::string("the model file is damaged: ") + failure.what()};
  }
  encoder.Name();
  return encoder;
}

}  // namespace assay::learn
