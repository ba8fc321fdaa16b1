#include "learn/encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/thread_pool.h"
#include "learn/internal/column_values.h"
#include "learn/internal/encoding_stages.h"
#include "learn/internal/json_values.h"

namespace assay::learn {

namespace {

constexpr double kSmoothingRows = 20;
constexpr std::int64_t kBlockRows = 65536;

bool IsCategory(table::ColumnType type) { return type == table::ColumnType::kCategory; }

double TargetOf(const Examples& examples, std::uint32_t row, std::size_t target) {
  if (examples.task != Task::kMulticlass) return static_cast<double>(examples.outcome[row]);
  return static_cast<std::size_t>(examples.outcome[row]) == target ? 1 : 0;
}

// Floats hold 24 bits. Where the middle half of the values lies so closely together, so far from 0, that it would fall on fewer than
// about a thousand of them, the median; else 0, and ordinary numbers stay as they are.
double CentreOf(const table::Column& column, std::span<const std::uint32_t> rows) {
  const bool exact = !std::holds_alternative<std::vector<double>>(column.storage()) && !std::holds_alternative<std::vector<std::int64_t>>(column.storage());
  if (exact) return 0;
  constexpr std::size_t kMostLookedAt = 50'000;
  const std::size_t step = rows.size() / kMostLookedAt + 1;
  std::vector<double> sorted;
  for (std::size_t i = 0; i < rows.size(); i += step) {
    if (const double value = column.NumberAt(rows[i]); !std::isnan(value)) sorted.push_back(value);
  }
  if (sorted.empty()) return 0;
  std::sort(sorted.begin(), sorted.end());
  const double median = sorted[sorted.size() / 2];
  double spread = sorted[sorted.size() * 3 / 4] - sorted[sorted.size() / 4];
  if (spread == 0) spread = sorted.back() - sorted.front();
  return spread > 0 && std::abs(median) * 0x1p-24 > 1e-3 * spread ? median : 0;
}

float Smoothed(double rows, double sum, double prior) { return static_cast<float>((sum + kSmoothingRows * prior) / (rows + kSmoothingRows)); }

// The encodings that the training rows of one category column get: by stage and code, and, for rows of groups that lie in
// several stages, by position, their own group taken out.
class TrainingShares {
 public:
  TrainingShares(const EncodingStages& stages, std::span<const std::uint32_t> codes, std::span<const double> targets, const StageSums& of_category, const StageSums& of_all, std::size_t num_codes, std::size_t num_targets)
      : stages_(stages), codes_(codes), targets_(targets), of_category_(of_category), of_all_(of_all), num_codes_(num_codes), k_(num_targets) {
    by_stage_.resize(static_cast<std::size_t>(stages.count) * num_codes * k_);
    const std::vector<double> nothing(k_ + 1, 0.0);
    for (std::size_t s = 0; s < static_cast<std::size_t>(stages.count); ++s) {
      for (std::size_t c = 0; c < num_codes; ++c) Share(s, c, nothing, nothing, &by_stage_[(s * num_codes + c) * k_]);
    }
  }

  // Writes the encodings into `column` of the matrix and the k - 1 behind it; rows without the category keep NaN.
  void Write(Matrix* matrix, std::size_t column) const {
    for (std::size_t i = 0; i < codes_.size(); ++i) {
      if (codes_[i] == table::kMissingCode) continue;
      const float* share = &by_stage_[(stages_.stage[i] * num_codes_ + codes_[i]) * k_];
      std::copy(share, share + k_, &matrix->values[i * matrix->num_columns + column]);
    }
    for (std::size_t g = 0; g + 1 < stages_.group_begin.size(); ++g) WriteGroup(stages_.group_begin[g], stages_.group_begin[g + 1], matrix, column);
  }

 private:
  // NaN where no outcome was known yet.
  void Share(std::size_t stage, std::size_t code, std::span<const double> own, std::span<const double> own_all, float* out) const {
    const std::span<const double> all = of_all_.Visible(stage, 0);
    const std::span<const double> category = of_category_.Visible(stage, code);
    const double rows = all[0] - own_all[0];
    for (std::size_t t = 0; t < k_; ++t) {
      out[t] = rows <= 0 ? std::numeric_limits<float>::quiet_NaN() : Smoothed(category[0] - own[0], category[t + 1] - own[t + 1], (all[t + 1] - own_all[t + 1]) / rows);
    }
  }

  void WriteGroup(std::size_t begin, std::size_t end, Matrix* matrix, std::size_t column) const {
    // What the group itself adds to each stage's sums: [stage][0] = rows, then targets; in all and per category.
    const std::size_t width = k_ + 1;
    const auto size = static_cast<std::size_t>(stages_.count) * width;
    std::vector<double> own_all(size, 0.0);
    std::unordered_map<std::uint32_t, std::vector<double>> own;
    for (std::size_t m = begin; m < end; ++m) {
      const std::uint32_t i = stages_.straddling[m];
      std::vector<double>* of_code = nullptr;
      if (codes_[i] != table::kMissingCode) of_code = &own.try_emplace(codes_[i], size, 0.0).first->second;
      for (std::size_t s = stages_.visible_from[i]; s < static_cast<std::size_t>(stages_.count); ++s) {
        for (std::size_t t = 0; t < width; ++t) {
          const double value = t == 0 ? 1.0 : targets_[i * k_ + t - 1];
          own_all[s * width + t] += value;
          if (of_code != nullptr) (*of_code)[s * width + t] += value;
        }
      }
    }
    for (std::size_t m = begin; m < end; ++m) {
      const std::uint32_t i = stages_.straddling[m];
      if (codes_[i] == table::kMissingCode) continue;
      const std::size_t at = stages_.stage[i] * width;
      Share(stages_.stage[i], codes_[i], std::span<const double>(own.at(codes_[i])).subspan(at, width), std::span<const double>(own_all).subspan(at, width), &matrix->values[i * matrix->num_columns + column]);
    }
  }

  const EncodingStages& stages_;
  std::span<const std::uint32_t> codes_;
  std::span<const double> targets_;
  const StageSums& of_category_;
  const StageSums& of_all_;
  std::size_t num_codes_, k_;
  std::vector<float> by_stage_;
};

}  // namespace

std::size_t NumTargets(const Examples& examples) { return examples.task == Task::kMulticlass ? std::min<std::size_t>(8, examples.classes.size()) : 1; }

std::size_t Encoder::Width(const Part& part) const { return IsCategory(part.type) ? part.prior.size() + part.one_hot.size() : 1; }

std::vector<std::string> Encoder::Names(std::span<const std::string> classes) const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (!IsCategory(part.type)) {
      names.push_back(part.column);
      continue;
    }
    for (std::size_t t = 0; t < part.prior.size(); ++t) names.push_back(part.column + ": share" + (part.prior.size() > 1 ? " of " + (t < classes.size() ? "'" + classes[t] + "'" : std::to_string(t)) : ""));
    for (const std::string& value : part.one_hot) names.push_back(part.column + " = " + value);
  }
  return names;
}

Result<Encoder> Encoder::Fit(const Examples& examples, std::span<const std::uint32_t> rows, const RunContext& context, Matrix* training) {
  Encoder encoder;
  const std::size_t k = NumTargets(examples);
  const EncodingStages stages = MakeEncodingStages(examples, rows, context.seed);
  std::vector<double> targets(rows.size() * k);
  StageSums of_all(stages, 1, k);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t t = 0; t < k; ++t) targets[i * k + t] = TargetOf(examples, rows[i], t);
    of_all.Add(i, 0, {&targets[i * k], k});
  }
  of_all.Finish();

  // One category column after another, each on a thread of its own.
  struct Fitted {
    std::vector<std::uint32_t> codes;
    std::unique_ptr<StageSums> sums;
  };
  std::vector<Fitted> fitted(examples.features.size());
  encoder.parts_.resize(examples.features.size());
  ASSAY_TRY(base::ParallelFor(context, static_cast<std::int64_t>(fitted.size()), [&](std::int64_t f) {
    const table::Column& column = examples.table->column(examples.features[static_cast<std::size_t>(f)].column);
    Part& part = encoder.parts_[static_cast<std::size_t>(f)];
    part.column = column.name();
    part.type = column.type();
    if (!IsCategory(part.type)) {
      part.centre = CentreOf(column, rows);
      return;
    }
    Fitted& own = fitted[static_cast<std::size_t>(f)];
    own.codes.resize(rows.size());
    ForEachCode(column, rows, [&](std::size_t i, std::uint32_t code) { own.codes[i] = code; });
    own.sums = std::make_unique<StageSums>(stages, column.dictionary().size(), k);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (own.codes[i] != table::kMissingCode) own.sums->Add(i, own.codes[i], {&targets[i * k], k});
    }
    own.sums->Finish();
    std::vector<std::string> present;
    for (std::size_t c = 0; c < column.dictionary().size(); ++c) {
      if (own.sums->All(c)[0] > 0) present.push_back(column.dictionary()[c]);
    }
    if (present.size() <= kMostOneHot) {
      part.one_hot = std::move(present);
      std::sort(part.one_hot.begin(), part.one_hot.end());
    }
    // Of a category with a column per value the share says nothing more, and where a category matters only together with others its
    // out-of-fold share mirrors the rows' own outcomes: trees that split on it answer the wrong way round.
    if (!part.one_hot.empty()) return;
    for (std::size_t t = 0; t < k; ++t) part.prior.push_back(static_cast<float>(of_all.All(0)[t + 1] / of_all.All(0)[0]));
    for (std::size_t c = 0; c < column.dictionary().size(); ++c) {
      const std::span<const double> all = own.sums->All(c);
      if (all[0] == 0) continue;
      std::vector<float>& share = part.shares[column.dictionary()[c]];
      for (std::size_t t = 0; t < k; ++t) share.push_back(Smoothed(all[0], all[t + 1], of_all.All(0)[t + 1] / of_all.All(0)[0]));
    }
  }));
  encoder.names_ = encoder.Names({});
  *training = ASSAY_TRY(encoder.Encode(*examples.table, rows, context));
  // Overwrite the outcome encodings of the training rows by those of their stages.
  std::vector<std::size_t> first(fitted.size() + 1, 0);
  for (std::size_t p = 0; p < fitted.size(); ++p) first[p + 1] = first[p] + encoder.Width(encoder.parts_[p]);
  ASSAY_TRY(base::ParallelFor(context, static_cast<std::int64_t>(fitted.size()), [&](std::int64_t f) {
    const auto p = static_cast<std::size_t>(f);
    if (encoder.parts_[p].prior.empty()) return;
    const std::size_t num_codes = examples.table->column(examples.features[p].column).dictionary().size();
    TrainingShares(stages, fitted[p].codes, targets, *fitted[p].sums, of_all, num_codes, k).Write(training, first[p]);
  }));
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
      float* out = &matrix.values[begin * matrix.num_columns + source.first];
      const std::span<const std::uint32_t> block_rows = rows.subspan(begin, end - begin);
      if (!IsCategory(parts_[p].type)) {
        ForEachNumber(*source.column, block_rows, [&, centre = parts_[p].centre](std::size_t i, double value) { out[i * matrix.num_columns] = static_cast<float>(value - centre); });
        continue;
      }
      ForEachCode(*source.column, block_rows, [&](std::size_t i, std::uint32_t code) {
        for (std::size_t w = 0; w < width; ++w) out[i * matrix.num_columns + w] = code == table::kMissingCode ? std::numeric_limits<float>::quiet_NaN() : source.by_code[code * width + w];
      });
    }
  }));
  return matrix;
}

void Encoder::EncodeRow(std::span<const Cell> cells, float* out) const {
  constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const Part& part = parts_[p];
    const Cell& cell = cells[p];
    if (!IsCategory(part.type)) {
      *out++ = cell.kind == Cell::Kind::kMissing ? kMissing : static_cast<float>(cell.number - part.centre);
      continue;
    }
    const std::size_t width = Width(part);
    if (cell.kind == Cell::Kind::kMissing) {
      std::fill_n(out, width, kMissing);
      out += width;
      continue;
    }
    if (!part.prior.empty()) {
      const auto found = part.shares.find(cell.text);
      const std::vector<float>& share = found == part.shares.end() ? part.prior : found->second;
      out = std::copy(share.begin(), share.end(), out);
    }
    const auto hot = std::lower_bound(part.one_hot.begin(), part.one_hot.end(), cell.text);
    std::fill_n(out, part.one_hot.size(), 0.0F);
    if (hot != part.one_hot.end() && *hot == cell.text) out[hot - part.one_hot.begin()] = 1.0F;
    out += part.one_hot.size();
  }
}

Result<void> Encoder::EncodeInBlocks(const table::Table& table, std::span<const std::uint32_t> rows, const RunContext& context, const std::function<Result<void>(std::size_t, const Matrix&)>& use) const {
  constexpr std::size_t kRows = 1 << 19;
  for (std::size_t begin = 0; begin < rows.size(); begin += kRows) {
    const Matrix block = ASSAY_TRY(Encode(table, rows.subspan(begin, std::min(kRows, rows.size() - begin)), context));
    ASSAY_TRY(use(begin, block));
  }
  return {};
}

std::vector<std::string> Encoder::columns() const {
  std::vector<std::string> columns;
  for (const Part& part : parts_) columns.push_back(part.column);
  return columns;
}

Json Encoder::ToJson() const {
  Json parts = Json::array();
  for (const Part& part : parts_) {
    Json json = {{"column", part.column}, {"type", table::ColumnTypeName(part.type)}};
    if (part.centre != 0) json["centre"] = part.centre;
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
      bool known = false;
      for (const table::ColumnType candidate : {table::ColumnType::kBoolean, table::ColumnType::kNumber, table::ColumnType::kCategory, table::ColumnType::kTime}) {
        if (type != table::ColumnTypeName(candidate)) continue;
        part.type = candidate;
        known = true;
      }
      if (!known) return Error{ErrorCode::kInvalidInput, "the model file is damaged: column '" + part.column + "' has the unknown type '" + type + "'"};
      if (const auto centre = item.find("centre"); centre != item.end()) part.centre = centre->get<double>();
      if (IsCategory(part.type)) {
        part.prior = FloatsOf(item.at("prior"));
        part.one_hot = item.at("one_hot").get<std::vector<std::string>>();
        if (!std::is_sorted(part.one_hot.begin(), part.one_hot.end())) return Error{ErrorCode::kInvalidInput, "the model file is damaged: the values of '" + part.column + "' are not in order"};
        for (const auto& [value, share] : item.at("shares").items()) {
          part.shares[value] = FloatsOf(share);
          if (part.shares[value].size() != part.prior.size()) return Error{ErrorCode::kInvalidInput, "the model file is damaged: shares of '" + value + "'"};
        }
      }
      encoder.parts_.push_back(std::move(part));
    }
  } catch (const Json::exception& failure) {
    return Error{ErrorCode::kInvalidInput, std::string("the model file is damaged: ") + failure.what()};
  }
  encoder.names_ = encoder.Names({});
  return encoder;
}

}  // namespace assay::learn
