#include "expression/internal/block.h"

#include <algorithm>

#include "expression/internal/scalar.h"

namespace assay::expression::internal {

namespace {

// Where the rows come from: a table, or the entries of one dictionary (the one after the last is a
// missing text).
struct Source {
  const table::Table* table = nullptr;
  const std::vector<std::string>* dictionary = nullptr;
  const DictionaryResults* results = nullptr;
  std::int64_t begin = 0;
  std::size_t size = 0;
};

bool IsNumberLiteral(const Node& node) {
  return node.op == Op::kNumber || node.op == Op::kBoolean || node.op == Op::kTime;
}

template <Op op>
double Compared(double a, double b) {
  bool holds;
  if constexpr (op == Op::kEqual) holds = a == b;
  if constexpr (op == Op::kNotEqual) holds = a != b;
  if constexpr (op == Op::kLess) holds = a < b;
  if constexpr (op == Op::kLessEqual) holds = a <= b;
  if constexpr (op == Op::kGreater) holds = a > b;
  if constexpr (op == Op::kGreaterEqual) holds = a >= b;
  return IsNull(a) || IsNull(b) ? kNull : static_cast<double>(holds);
}

class BlockEvaluator {
 public:
  explicit BlockEvaluator(const Source& source) : source_(source), size_(source.size) {}

  Block Run(const Node& node) const {
    if (source_.results != nullptr) {
      const auto found = source_.results->find(&node);
      if (found != source_.results->end()) return LookUp(node, found->second);
    }
    switch (node.op) {
      case Op::kColumn:
        return Column(node);
      case Op::kNumber:
      case Op::kBoolean:
      case Op::kTime:
        return Constant(node.number);
      case Op::kText:
        return {{}, std::vector<const std::string*>(size_, &node.text)};
      case Op::kNull:
        return {std::vector<double>(size_, kNull), std::vector<const std::string*>(size_, nullptr)};
      case Op::kNegate:
        return Map(node, [](double a) { return Unary(Op::kNegate, a); });
      case Op::kAbs:
        return Map(node, [](double a) { return Unary(Op::kAbs, a); });
      case Op::kLn:
        return Map(node, [](double a) { return Unary(Op::kLn, a); });
      case Op::kExp:
        return Map(node, [](double a) { return Unary(Op::kExp, a); });
      case Op::kNot:
        return Map(node, Not);
      case Op::kAdd:
        return Zip(node, [](double a, double b) { return Arithmetic(Op::kAdd, a, b); });
      case Op::kSubtract:
        return Zip(node, [](double a, double b) { return Arithmetic(Op::kSubtract, a, b); });
      case Op::kMultiply:
        return Zip(node, [](double a, double b) { return Arithmetic(Op::kMultiply, a, b); });
      case Op::kDivide:
        return Zip(node, [](double a, double b) { return Arithmetic(Op::kDivide, a, b); });
      case Op::kAnd:
        return Chain(node, 1, And);
      case Op::kOr:
        return Chain(node, 0, Or);
      case Op::kIsNull:
        return IsNullBlock(node);
      case Op::kBetween:
        return Between(node);
      case Op::kIn:
        return In(node);
      case Op::kLeast:
      case Op::kGreatest:
        return Extreme(node);
      case Op::kCase:
        return Case(node);
      case Op::kEqual:
      case Op::kNotEqual:
      case Op::kLess:
      case Op::kLessEqual:
      case Op::kGreater:
      case Op::kGreaterEqual:
        return Compare(node.op, AnyText(node), Run(node.children[0]), node.children[1]);
      default:
        return Map(node, [op = node.op](double a) { return TimePart(op, a); });
    }
  }

 private:
  Block Constant(double value) const { return {std::vector<double>(size_, value), {}}; }

  Block Column(const Node& node) const {
    Block block;
    if (source_.dictionary != nullptr) {
      const std::vector<std::string>& entries = *source_.dictionary;
      block.texts.resize(size_);
      for (std::size_t i = 0; i < size_; ++i) {
        const std::size_t entry = static_cast<std::size_t>(source_.begin) + i;
        block.texts[i] = entry < entries.size() ? &entries[entry] : nullptr;
      }
      return block;
    }
    const table::Column& column = source_.table->column(node.column);
    if (node.type == ValueType::kText) {
      std::vector<std::uint32_t> codes(size_);
      column.CopyCodes(source_.begin, codes);
      block.texts.resize(size_);
      for (std::size_t i = 0; i < size_; ++i) {
        block.texts[i] = codes[i] == table::kMissingCode ? nullptr : &column.dictionary()[codes[i]];
      }
    } else {
      block.numbers.resize(size_);
      column.CopyNumbers(source_.begin, block.numbers);
    }
    return block;
  }

  static const Node& FirstColumn(const Node& node) {
    if (node.op == Op::kColumn) return node;
    for (const Node& child : node.children) {
      const Node& found = FirstColumn(child);
      if (found.op == Op::kColumn) return found;
    }
    return node;
  }

  Block LookUp(const Node& node, const Block& by_code) const {
    const table::Column& column = source_.table->column(FirstColumn(node).column);
    const std::size_t missing = column.dictionary().size();
    std::vector<std::uint32_t> codes(size_);
    column.CopyCodes(source_.begin, codes);
    const auto entry = [&](std::size_t i) { return std::min<std::size_t>(codes[i], missing); };
    Block block;
    if (node.type == ValueType::kText) {
      block.texts.resize(size_);
      for (std::size_t i = 0; i < size_; ++i) block.texts[i] = by_code.texts[entry(i)];
    } else {
      block.numbers.resize(size_);
      for (std::size_t i = 0; i < size_; ++i) block.numbers[i] = by_code.numbers[entry(i)];
    }
    return block;
  }

  template <class Function>
  Block Map(const Node& node, Function function) const {
    Block block = Run(node.children[0]);
    for (double& value : block.numbers) value = function(value);
    return block;
  }

  // left[i] = function(left[i], right), where a literal on the right is not spread over the block.
  template <class Function>
  Block Zip(Block left, const Node& right, Function function) const {
    if (IsNumberLiteral(right)) {
      for (double& value : left.numbers) value = function(value, right.number);
      return left;
    }
    const Block other = Run(right);
    for (std::size_t i = 0; i < size_; ++i)
      left.numbers[i] = function(left.numbers[i], other.numbers[i]);
    return left;
  }
  template <class Function>
  Block Zip(const Node& node, Function function) const {
    return Zip(Run(node.children[0]), node.children[1], function);
  }

  template <class Function>
  Block Chain(const Node& node, double start, Function function) const {
    Block joined = Constant(start);
    for (const Node& part : node.children) joined = Zip(std::move(joined), part, function);
    return joined;
  }

  Block Compare(Op op, bool text, Block left, const Node& right) const {
    if (text) {
      const Block other = Run(right);
      Block block = Constant(0);
      for (std::size_t i = 0; i < size_; ++i)
        block.numbers[i] = CompareTexts(op, left.texts[i], other.texts[i]);
      return block;
    }
    switch (op) {
      case Op::kEqual:
        return Zip(std::move(left), right, Compared<Op::kEqual>);
      case Op::kNotEqual:
        return Zip(std::move(left), right, Compared<Op::kNotEqual>);
      case Op::kLess:
        return Zip(std::move(left), right, Compared<Op::kLess>);
      case Op::kLessEqual:
        return Zip(std::move(left), right, Compared<Op::kLessEqual>);
      case Op::kGreater:
        return Zip(std::move(left), right, Compared<Op::kGreater>);
      default:
        return Zip(std::move(left), right, Compared<Op::kGreaterEqual>);
    }
  }

  Block IsNullBlock(const Node& node) const {
    const Block inner = Run(node.children[0]);
    const bool text = node.children[0].type == ValueType::kText;
    Block block = Constant(0);
    for (std::size_t i = 0; i < size_; ++i) {
      block.numbers[i] =
          static_cast<double>(text ? inner.texts[i] == nullptr : IsNull(inner.numbers[i]));
    }
    return block;
  }

  Block Between(const Node& node) const {
    const bool text = AnyText(node);
    const Block value = Run(node.children[0]);
    Block block = Compare(Op::kGreaterEqual, text, value, node.children[1]);
    const Block upper = Compare(Op::kLessEqual, text, value, node.children[2]);
    for (std::size_t i = 0; i < size_; ++i)
      block.numbers[i] = And(block.numbers[i], upper.numbers[i]);
    return block;
  }

  Block In(const Node& node) const {
    const bool text = AnyText(node);
    const Block value = Run(node.children[0]);
    Block found = Constant(0);
    for (std::size_t k = 1; k < node.children.size(); ++k) {
      const Block equal = Compare(Op::kEqual, text, value, node.children[k]);
      for (std::size_t i = 0; i < size_; ++i)
        found.numbers[i] = Or(found.numbers[i], equal.numbers[i]);
    }
    return found;
  }

  Block Extreme(const Node& node) const {
    const bool text = node.type == ValueType::kText;
    const Op better = node.op == Op::kLeast ? Op::kLess : Op::kGreater;
    Block best = Run(node.children[0]);
    for (std::size_t k = 1; k < node.children.size(); ++k) {
      const Block next = Run(node.children[k]);
      for (std::size_t i = 0; i < size_; ++i) {
        if (text) {
          const std::string* candidate = next.texts[i];
          if (candidate == nullptr) continue;
          if (best.texts[i] == nullptr || CompareTexts(better, candidate, best.texts[i]) == 1)
            best.texts[i] = candidate;
        } else {
          const double candidate = next.numbers[i];
          if (IsNull(candidate)) continue;
          if (IsNull(best.numbers[i]) || CompareNumbers(better, candidate, best.numbers[i]) == 1)
            best.numbers[i] = candidate;
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

  const Source& source_;
  std::size_t size_;
};

// What columns a part of the tree reads.
struct Reads {
  int num_columns = 0;  // 0, 1 or 2 for more
  const Node* column = nullptr;
};

Reads ReadsOf(const Node& node) {
  if (node.op == Op::kColumn) return {1, &node};
  Reads all;
  for (const Node& child : node.children) {
    const Reads reads = ReadsOf(child);
    if (reads.num_columns == 0) continue;
    if (all.num_columns > 0 &&
        (reads.num_columns > 1 || reads.column->column != all.column->column))
      return {2, nullptr};
    all = reads;
    if (all.num_columns > 1) return all;
  }
  return all;
}

void Collect(const Node& node, const table::Table& table, DictionaryResults* results) {
  const Reads reads = ReadsOf(node);
  if (reads.num_columns == 0 || node.op == Op::kColumn) return;
  if (reads.num_columns > 1 || reads.column->type != ValueType::kText) {
    for (const Node& child : node.children) Collect(child, table, results);
    return;
  }
  const std::vector<std::string>& dictionary = table.column(reads.column->column).dictionary();
  if (static_cast<std::int64_t>(dictionary.size()) >= table.num_rows()) return;
  constexpr std::size_t kChunk = 2048;
  Block whole;
  for (std::size_t begin = 0; begin <= dictionary.size(); begin += kChunk) {
    Source source;
    source.dictionary = &dictionary;
    source.begin = static_cast<std::int64_t>(begin);
    source.size = std::min(kChunk, dictionary.size() + 1 - begin);
    const Block block = BlockEvaluator(source).Run(node);
    whole.numbers.insert(whole.numbers.end(), block.numbers.begin(), block.numbers.end());
    whole.texts.insert(whole.texts.end(), block.texts.begin(), block.texts.end());
  }
  results->emplace(&node, std::move(whole));
}

}  // namespace

DictionaryResults EvaluateOnDictionaries(const Node& root, const table::Table& table) {
  DictionaryResults results;
  Collect(root, table, &results);
  return results;
}

Block EvaluateBlock(const Node& root, const table::Table& table, const DictionaryResults& results,
                    std::int64_t begin, std::size_t size) {
  Source source;
  source.table = &table;
  source.results = &results;
  source.begin = begin;
  source.size = size;
  return BlockEvaluator(source).Run(root);
}

}  // namespace assay::expression::internal
