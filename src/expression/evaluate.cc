#include <algorithm>
#include <unordered_map>

#include "base/thread_pool.h"
#include "expression/expression.h"
#include "expression/internal/node.h"
#include "expression/internal/scalar.h"

namespace assay::expression {

namespace {

using internal::IsNull;
using internal::kNull;

constexpr std::int64_t kBlockRows = 2048;

// ---------------------------------------------------------------- one row

double ConditionOf(const Value& value) { return value.number; }

bool NullValue(const Node& node, const Value& value) {
  return node.type == ValueType::kText ? value.text == nullptr : IsNull(value.number);
}

double CompareValues(Op op, bool text, const Value& a, const Value& b) {
  return text ? internal::CompareTexts(op, a.text, b.text) : internal::CompareNumbers(op, a.number, b.number);
}

bool AnyText(const Node& node) {
  return std::any_of(node.children.begin(), node.children.end(), [](const Node& child) { return child.type == ValueType::kText; });
}

Value Evaluate(const Node& node, const RowView& row) {
  const auto child = [&](std::size_t i) { return Evaluate(node.children[i], row); };
  switch (node.op) {
    case Op::kColumn: return row.At(node.column);
    case Op::kNumber:
    case Op::kBoolean:
    case Op::kTime: return {node.number, nullptr};
    case Op::kText: return {kNull, &node.text};
    case Op::kNull: return {kNull, nullptr};
    case Op::kNegate:
    case Op::kAbs:
    case Op::kLn:
    case Op::kExp: return {internal::Unary(node.op, child(0).number), nullptr};
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide: return {internal::Arithmetic(node.op, child(0).number, child(1).number), nullptr};
    case Op::kNot: return {internal::Not(ConditionOf(child(0))), nullptr};
    case Op::kAnd:
    case Op::kOr: {
      const auto join = node.op == Op::kAnd ? internal::And : internal::Or;
      double joined = node.op == Op::kAnd ? 1 : 0;
      for (const Node& part : node.children) joined = join(joined, ConditionOf(Evaluate(part, row)));
      return {joined, nullptr};
    }
    case Op::kIsNull: return {NullValue(node.children[0], child(0)) ? 1.0 : 0.0, nullptr};
    case Op::kBetween: {
      const bool text = AnyText(node);
      const Value value = child(0);
      return {internal::And(CompareValues(Op::kGreaterEqual, text, value, child(1)), CompareValues(Op::kLessEqual, text, value, child(2))), nullptr};
    }
    case Op::kIn: {
      const bool text = AnyText(node);
      const Value value = child(0);
      double found = 0;
      for (std::size_t i = 1; i < node.children.size(); ++i) found = internal::Or(found, CompareValues(Op::kEqual, text, value, child(i)));
      return {found, nullptr};
    }
    case Op::kLeast:
    case Op::kGreatest: {
      // Nulls are skipped; null only when all are.
      Value best = child(0);
      for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Value next = child(i);
        const bool text = node.type == ValueType::kText;
        const bool best_null = text ? best.text == nullptr : IsNull(best.number);
        const bool next_null = text ? next.text == nullptr : IsNull(next.number);
        if (next_null) continue;
        if (best_null || CompareValues(node.op == Op::kLeast ? Op::kLess : Op::kGreater, text, next, best) == 1) best = next;
      }
      return best;
    }
    case Op::kCase: {
      for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
        const double condition = ConditionOf(child(i));
        if (!IsNull(condition) && condition != 0) return child(i + 1);
      }
      return Evaluate(node.children.back(), row);
    }
    case Op::kYear:
    case Op::kQuarter:
    case Op::kMonth:
    case Op::kWeek:
    case Op::kWeekday:
    case Op::kDay:
    case Op::kHour:
    case Op::kMinute:
    case Op::kDate: return {internal::TimePart(node.op, child(0).number), nullptr};
    default: return {CompareValues(node.op, AnyText(node), child(0), child(1)), nullptr};
  }
}

// ---------------------------------------------------------------- blocks of rows

// Values of a block: `numbers` for all types but text, `texts` for text.
struct Block {
  std::vector<double> numbers;
  std::vector<const std::string*> texts;
};

class BlockEvaluator {
 public:
  BlockEvaluator(const table::Table& table, std::int64_t begin, std::size_t size) : table_(table), begin_(begin), size_(size) {}

  Block Run(const Node& node) const {
    switch (node.op) {
      case Op::kColumn: return Column(node);
      case Op::kNumber:
      case Op::kBoolean:
      case Op::kTime: return Constant(node.number);
      case Op::kText: return {{}, std::vector<const std::string*>(size_, &node.text)};
      case Op::kNull: return {std::vector<double>(size_, kNull), std::vector<const std::string*>(size_, nullptr)};
      case Op::kNegate:
      case Op::kAbs:
      case Op::kLn:
      case Op::kExp: return Map(node, [op = node.op](double a) { return internal::Unary(op, a); });
      case Op::kNot: return Map(node, [](double a) { return internal::Not(a); });
      case Op::kAdd: return Zip(node, [](double a, double b) { return internal::Arithmetic(Op::kAdd, a, b); });
      case Op::kSubtract: return Zip(node, [](double a, double b) { return internal::Arithmetic(Op::kSubtract, a, b); });
      case Op::kMultiply: return Zip(node, [](double a, double b) { return internal::Arithmetic(Op::kMultiply, a, b); });
      case Op::kDivide: return Zip(node, [](double a, double b) { return internal::Arithmetic(Op::kDivide, a, b); });
      case Op::kAnd: return Chain(node, internal::And);
      case Op::kOr: return Chain(node, internal::Or);
      case Op::kIsNull: return IsNullBlock(node);
      case Op::kBetween: return Between(node);
      case Op::kIn: return In(node);
      case Op::kLeast:
      case Op::kGreatest: return Extreme(node);
      case Op::kCase: return Case(node);
      case Op::kYear:
      case Op::kQuarter:
      case Op::kMonth:
      case Op::kWeek:
      case Op::kWeekday:
      case Op::kDay:
      case Op::kHour:
      case Op::kMinute:
      case Op::kDate: return Map(node, [op = node.op](double a) { return internal::TimePart(op, a); });
      default: return Compare(node.op, AnyText(node), Run(node.children[0]), Run(node.children[1]));
    }
  }

 private:
  Block Constant(double value) const { return {std::vector<double>(size_, value), {}}; }

  Block Column(const Node& node) const {
    const table::Column& column = table_.column(node.column);
    Block block;
    if (node.type == ValueType::kText) {
      std::vector<std::uint32_t> codes(size_);
      column.CopyCodes(begin_, codes);
      block.texts.resize(size_);
      for (std::size_t i = 0; i < size_; ++i) block.texts[i] = codes[i] == table::kMissingCode ? nullptr : &column.dictionary()[codes[i]];
    } else {
      block.numbers.resize(size_);
      column.CopyNumbers(begin_, block.numbers);
    }
    return block;
  }

  template <class Function>
  Block Map(const Node& node, Function function) const {
    Block block = Run(node.children[0]);
    for (double& value : block.numbers) value = function(value);
    return block;
  }

  template <class Function>
  Block Zip(const Node& node, Function function) const {
    Block left = Run(node.children[0]);
    const Block right = Run(node.children[1]);
    for (std::size_t i = 0; i < size_; ++i) left.numbers[i] = function(left.numbers[i], right.numbers[i]);
    return left;
  }

  template <class Function>
  Block Chain(const Node& node, Function function) const {
    Block joined = Constant(node.op == Op::kAnd ? 1 : 0);
    for (const Node& part : node.children) {
      const Block next = Run(part);
      for (std::size_t i = 0; i < size_; ++i) joined.numbers[i] = function(joined.numbers[i], next.numbers[i]);
    }
    return joined;
  }

  Block Compare(Op op, bool text, const Block& left, const Block& right) const {
    Block block;
    block.numbers.resize(size_);
    for (std::size_t i = 0; i < size_; ++i) {
      block.numbers[i] = text ? internal::CompareTexts(op, left.texts[i], right.texts[i])
                              : internal::CompareNumbers(op, left.numbers[i], right.numbers[i]);
    }
    return block;
  }

  Block IsNullBlock(const Node& node) const {
    const Block inner = Run(node.children[0]);
    Block block = Constant(0);
    const bool text = node.children[0].type == ValueType::kText;
    for (std::size_t i = 0; i < size_; ++i) block.numbers[i] = (text ? inner.texts[i] == nullptr : IsNull(inner.numbers[i])) ? 1 : 0;
    return block;
  }

  Block Between(const Node& node) const {
    const bool text = AnyText(node);
    const Block value = Run(node.children[0]);
    Block block = Compare(Op::kGreaterEqual, text, value, Run(node.children[1]));
    const Block upper = Compare(Op::kLessEqual, text, value, Run(node.children[2]));
    for (std::size_t i = 0; i < size_; ++i) block.numbers[i] = internal::And(block.numbers[i], upper.numbers[i]);
    return block;
  }

  Block In(const Node& node) const {
    const bool text = AnyText(node);
    const Block value = Run(node.children[0]);
    Block block = Constant(0);
    for (std::size_t k = 1; k < node.children.size(); ++k) {
      const Block equal = Compare(Op::kEqual, text, value, Run(node.children[k]));
      for (std::size_t i = 0; i < size_; ++i) block.numbers[i] = internal::Or(block.numbers[i], equal.numbers[i]);
    }
    return block;
  }

  Block Extreme(const Node& node) const {
    const bool text = node.type == ValueType::kText;
    const Op better = node.op == Op::kLeast ? Op::kLess : Op::kGreater;
    Block best = Run(node.children[0]);
    for (std::size_t k = 1; k < node.children.size(); ++k) {
      const Block next = Run(node.children[k]);
      for (std::size_t i = 0; i < size_; ++i) {
        if (text) {
          if (next.texts[i] != nullptr && (best.texts[i] == nullptr || internal::CompareTexts(better, next.texts[i], best.texts[i]) == 1)) best.texts[i] = next.texts[i];
        } else if (!IsNull(next.numbers[i]) && (IsNull(best.numbers[i]) || internal::CompareNumbers(better, next.numbers[i], best.numbers[i]) == 1)) {
          best.numbers[i] = next.numbers[i];
        }
      }
    }
    return best;
  }

  Block Case(const Node& node) const {
    const bool text = node.type == ValueType::kText;
    Block result = Run(node.children.back());
    std::vector<char> decided(size_, 0);
    for (std::size_t k = 0; k + 1 < node.children.size(); k += 2) {
      const Block condition = Run(node.children[k]);
      const Block value = Run(node.children[k + 1]);
      for (std::size_t i = 0; i < size_; ++i) {
        const double c = condition.numbers[i];
        if (decided[i] != 0 || IsNull(c) || c == 0) continue;
        decided[i] = 1;
        if (text) {
          result.texts[i] = value.texts[i];
        } else {
          result.numbers[i] = value.numbers[i];
        }
      }
    }
    return result;
  }

  const table::Table& table_;
  std::int64_t begin_;
  std::size_t size_;
};

table::Column ToCategories(const std::string& name, const std::vector<const std::string*>& texts) {
  std::unordered_map<std::string, std::uint32_t> code_of;
  std::vector<std::string> dictionary;
  std::vector<std::uint32_t> codes(texts.size(), table::kMissingCode);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i] == nullptr) continue;
    const auto [found, added] = code_of.emplace(*texts[i], static_cast<std::uint32_t>(dictionary.size()));
    if (added) dictionary.push_back(*texts[i]);
    codes[i] = found->second;
  }
  return table::Column::Categories(name, std::move(codes), std::move(dictionary));
}

}  // namespace

Value BoundExpression::EvaluateRow(const RowView& row) const { return expression::Evaluate(*root_, row); }

Result<table::Column> BoundExpression::Evaluate(const table::Table& table, const std::string& name, const RunContext& context) const {
  if (root_->op == Op::kColumn) return table.column(root_->column).Renamed(name);
  const std::int64_t rows = table.num_rows();
  const bool text = type_ == ValueType::kText;
  std::vector<double> numbers(text ? 0 : static_cast<std::size_t>(rows));
  std::vector<const std::string*> texts(text ? static_cast<std::size_t>(rows) : 0);
  const std::int64_t num_blocks = (rows + kBlockRows - 1) / kBlockRows;
  ASSAY_TRY(base::ParallelFor(context, num_blocks, [&](std::int64_t b) {
    const std::int64_t begin = b * kBlockRows;
    const auto size = static_cast<std::size_t>(std::min(kBlockRows, rows - begin));
    const Block block = BlockEvaluator(table, begin, size).Run(*root_);
    if (text) {
      std::copy(block.texts.begin(), block.texts.end(), texts.begin() + begin);
    } else {
      std::copy(block.numbers.begin(), block.numbers.end(), numbers.begin() + begin);
    }
  }));
  switch (type_) {
    case ValueType::kText: return ToCategories(name, texts);
    case ValueType::kTime: {
      std::vector<base::Micros> times(numbers.size());
      for (std::size_t i = 0; i < times.size(); ++i) times[i] = IsNull(numbers[i]) ? base::kMissingTime : static_cast<base::Micros>(numbers[i]);
      return table::Column::Times(name, std::move(times));
    }
    case ValueType::kBoolean: {
      std::vector<std::uint8_t> booleans(numbers.size());
      for (std::size_t i = 0; i < booleans.size(); ++i) booleans[i] = IsNull(numbers[i]) ? 255 : numbers[i] != 0 ? 1 : 0;
      return table::Column::Booleans(name, std::move(booleans));
    }
    default: return table::Column::Numbers(name, std::move(numbers));
  }
}

Result<table::Column> EvaluateText(const std::string& text, const std::string& where, const table::Table& table,
                                   const std::string& name, const RunContext& context) {
  const Expression parsed = ASSAY_TRY_WITH(Expression::Parse(text), where);
  const BoundExpression bound = ASSAY_TRY_WITH(BoundExpression::Bind(parsed, table.schema()), where);
  return bound.Evaluate(table, name, context);
}

}  // namespace assay::expression
