#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "base/thread_pool.h"
#include "expression/expression.h"
#include "expression/internal/block.h"
#include "expression/internal/scalar.h"

namespace assay::expression {

namespace {

using internal::Block;
using internal::IsNull;

constexpr std::int64_t kBlockRows = 2048;

// Evaluates block by block; `put(begin, block)` stores it. Tasks span several blocks, to keep their
// number low.
template <class Put>
Result<void> ForEachBlock(const Node& root, const table::Table& table, const RunContext& context,
                          const Put& put) {
  constexpr std::int64_t kTaskRows = 32 * kBlockRows;
  const internal::DictionaryResults results = internal::EvaluateOnDictionaries(root, table);
  const std::int64_t rows = table.num_rows();
  return base::ParallelFor(context, (rows + kTaskRows - 1) / kTaskRows, [&](std::int64_t task) {
    const std::int64_t end = std::min(rows, (task + 1) * kTaskRows);
    for (std::int64_t begin = task * kTaskRows; begin < end; begin += kBlockRows) {
      const auto size = static_cast<std::size_t>(std::min(kBlockRows, end - begin));
      put(begin, internal::EvaluateBlock(root, table, results, begin, size));
    }
  });
}

Result<table::Column> Booleans(const Node& root, const table::Table& table, const std::string& name,
                               const RunContext& context) {
  std::vector<std::uint8_t> values(static_cast<std::size_t>(table.num_rows()));
  ASSAY_TRY(ForEachBlock(root, table, context, [&](std::int64_t begin, const Block& block) {
    std::uint8_t* out = values.data() + begin;
    for (const double value : block.numbers)
      *out++ = static_cast<std::uint8_t>(IsNull(value) ? 255 : static_cast<int>(value != 0));
  }));
  return table::Column::Booleans(name, std::move(values));
}

// The last time that a column holds, INT64_MAX, rounds to 2^63 as a double, which no int64 holds.
base::Micros ToMicros(double value) {
  if (IsNull(value)) return base::kMissingTime;
  if (value >= 0x1p63) return INT64_MAX;
  if (value <= -0x1p63) return INT64_MIN + 1;
  return static_cast<base::Micros>(value);
}

Result<table::Column> Times(const Node& root, const table::Table& table, const std::string& name,
                            const RunContext& context) {
  std::vector<base::Micros> values(static_cast<std::size_t>(table.num_rows()));
  ASSAY_TRY(ForEachBlock(root, table, context, [&](std::int64_t begin, const Block& block) {
    base::Micros* out = values.data() + begin;
    for (const double value : block.numbers) {
      *out++ = ToMicros(value);
    }
  }));
  return table::Column::Times(name, std::move(values));
}

// As Column::Numbers does it, but the pass that finds the width is part of the parallel one.
Result<table::Column> Numbers(const Node& root, const table::Table& table, const std::string& name,
                              const RunContext& context) {
  std::vector<double> values(static_cast<std::size_t>(table.num_rows()));
  std::atomic<bool> all_fit_float{true}, all_whole{true};
  ASSAY_TRY(ForEachBlock(root, table, context, [&](std::int64_t begin, const Block& block) {
    bool fit_float = true, whole = true;
    double* out = values.data() + begin;
    for (const double value : block.numbers) {
      const bool null = IsNull(value);
      fit_float &= null || (std::abs(value) <= std::numeric_limits<float>::max() &&
                            static_cast<double>(static_cast<float>(value)) == value);
      whole &= null || value == std::trunc(value);
      *out++ = value;
    }
    if (!fit_float) all_fit_float = false;
    if (!whole) all_whole = false;
  }));
  if (!all_fit_float)
    return table::Column(name, table::ColumnType::kNumber, std::move(values), {}, all_whole);
  std::vector<float> narrow(values.begin(), values.end());
  return table::Column(name, table::ColumnType::kNumber, std::move(narrow), {}, all_whole);
}

// Many rows share one dictionary entry: each entry is hashed as text once, each row by address
// only.
table::Column ToCategories(const std::string& name, const std::vector<const std::string*>& texts) {
  std::unordered_map<const std::string*, std::uint32_t> code_of_address;
  std::unordered_map<std::string_view, std::uint32_t> code_of_text;
  std::vector<std::string> dictionary;
  std::vector<std::uint32_t> codes(texts.size(), table::kMissingCode);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string* text = texts[i];
    if (text == nullptr) continue;
    if (i > 0 && text == texts[i - 1]) {
      codes[i] = codes[i - 1];
      continue;
    }
    const auto [address, new_address] = code_of_address.emplace(text, 0);
    if (new_address) {
      const auto [entry, new_text] =
          code_of_text.emplace(*text, static_cast<std::uint32_t>(dictionary.size()));
      if (new_text) dictionary.push_back(*text);
      address->second = entry->second;
    }
    codes[i] = address->second;
  }
  return table::Column::Categories(name, std::move(codes), std::move(dictionary));
}

Result<table::Column> Texts(const Node& root, const table::Table& table, const std::string& name,
                            const RunContext& context) {
  std::vector<const std::string*> values(static_cast<std::size_t>(table.num_rows()));
  ASSAY_TRY(ForEachBlock(root, table, context, [&](std::int64_t begin, const Block& block) {
    std::copy(block.texts.begin(), block.texts.end(), values.begin() + begin);
  }));
  // The texts belong to the table and the tree, which outlive this call.
  return ToCategories(name, values);
}

}  // namespace

Result<table::Column> BoundExpression::Evaluate(const table::Table& table, const std::string& name,
                                                const RunContext& context) const {
  if (root_->op == Op::kColumn) return table.column(root_->column).Renamed(name);
  switch (type_) {
    case ValueType::kBoolean:
      return Booleans(*root_, table, name, context);
    case ValueType::kTime:
      return Times(*root_, table, name, context);
    case ValueType::kText:
      return Texts(*root_, table, name, context);
    default:
      return Numbers(*root_, table, name, context);
  }
}

std::vector<std::string> ColumnsOf(std::string_view text) {
  const Result<Expression> parsed = Expression::Parse(text);
  return parsed ? parsed->columns() : std::vector<std::string>{};
}

Result<table::Column> EvaluateText(const std::string& text, const std::string& where,
                                   const table::Table& table, const std::string& name,
                                   const RunContext& context) {
  const Expression parsed = ASSAY_TRY_WITH(Expression::Parse(text), where);
  const BoundExpression bound =
      ASSAY_TRY_WITH(BoundExpression::Bind(parsed, table.schema()), where);
  return bound.Evaluate(table, name, context);
}

}  // namespace assay::expression
