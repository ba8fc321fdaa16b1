#include <algorithm>

#include "base/text.h"
#include "base/time.h"
#include "expression/expression.h"
#include "expression/internal/node.h"

namespace assay::expression {

const char* ValueTypeName(ValueType type) {
  switch (type) {
    case ValueType::kNull:
      return "null";
    case ValueType::kBoolean:
      return "boolean";
    case ValueType::kNumber:
      return "number";
    case ValueType::kText:
      return "text";
    case ValueType::kTime:
      return "time";
  }
  return "unknown";
}

namespace {

ValueType TypeOf(table::ColumnType type) {
  switch (type) {
    case table::ColumnType::kBoolean:
      return ValueType::kBoolean;
    case table::ColumnType::kNumber:
      return ValueType::kNumber;
    case table::ColumnType::kCategory:
      return ValueType::kText;
    case table::ColumnType::kTime:
      return ValueType::kTime;
  }
  return ValueType::kNull;
}

bool IsNumeric(ValueType type) {
  return type == ValueType::kNumber || type == ValueType::kBoolean || type == ValueType::kNull;
}

class Binder {
 public:
  Binder(std::string_view text, const table::Schema& schema) : text_(text), schema_(schema) {}

  Result<void> Bind(Node* node) {
    for (Node& child : node->children) ASSAY_TRY(Bind(&child));
    ASSAY_TRY(BindType(node));
    // What has no type is null on every row.
    if (node->type == ValueType::kNull) {
      node->op = Op::kNull;
      node->children.clear();
    }
    return {};
  }

  std::vector<std::size_t> columns;

 private:
  Result<void> BindType(Node* node) {
    switch (node->op) {
      case Op::kColumn:
        return BindColumn(node);
      case Op::kNumber:
        return Typed(node, ValueType::kNumber);
      case Op::kText:
        return Typed(node, ValueType::kText);
      case Op::kBoolean:
        return Typed(node, ValueType::kBoolean);
      case Op::kTime:
        return Typed(node, ValueType::kTime);
      case Op::kNull:
        return Typed(node, ValueType::kNull);
      case Op::kNegate:
      case Op::kAdd:
      case Op::kSubtract:
      case Op::kMultiply:
      case Op::kDivide:
      case Op::kAbs:
      case Op::kLn:
      case Op::kExp:
        for (const Node& child : node->children) ASSAY_TRY(NeedNumber(child, "arithmetic"));
        return Typed(node, ValueType::kNumber);
      case Op::kNot:
      case Op::kAnd:
      case Op::kOr:
        for (const Node& child : node->children) ASSAY_TRY(NeedCondition(child));
        return Typed(node, ValueType::kBoolean);
      case Op::kIsNull:
        return Typed(node, ValueType::kBoolean);
      case Op::kEqual:
      case Op::kNotEqual:
      case Op::kLess:
      case Op::kLessEqual:
      case Op::kGreater:
      case Op::kGreaterEqual:
      case Op::kIn:
      case Op::kBetween:
        ASSAY_TRY(CommonType(node, 0, 1));
        return Typed(node, ValueType::kBoolean);
      case Op::kLeast:
      case Op::kGreatest:
        return Typed(node, ASSAY_TRY(CommonType(node, 0, 1)));
      case Op::kCase:
        for (std::size_t i = 0; i + 1 < node->children.size(); i += 2)
          ASSAY_TRY(NeedCondition(node->children[i]));
        return Typed(node, ASSAY_TRY(CaseType(node)));
      default:
        if (node->children[0].type != ValueType::kTime &&
            node->children[0].type != ValueType::kNull) {
          return internal::ErrorAt(text_, node->children[0].position,
                                   std::string("a part of a time needs a time, found a ") +
                                       ValueTypeName(node->children[0].type));
        }
        return Typed(node, node->op == Op::kDate ? ValueType::kTime : ValueType::kNumber);
    }
  }

  static Result<void> Typed(Node* node, ValueType type) {
    node->type = type;
    return {};
  }

  Result<void> BindColumn(Node* node) {
    std::vector<std::string> names;
    std::size_t same_letters = schema_.size();
    int num_same_letters = 0;
    for (std::size_t i = 0; i < schema_.size(); ++i) {
      if (schema_[i].name == node->text) return UseColumn(node, i);
      if (base::Lowercase(schema_[i].name) == base::Lowercase(node->text)) {
        same_letters = i;
        ++num_same_letters;
      }
      names.push_back(schema_[i].name);
    }
    if (num_same_letters == 1) return UseColumn(node, same_letters);
    Error error = internal::ErrorAt(text_, node->position, NoColumn(*node, names));
    error.code = ErrorCode::kNotFound;
    return error;
  }

  static std::string NoColumn(const Node& node, std::vector<std::string> names) {
    constexpr std::size_t kMostListed = 12;
    std::string message = "there is no column '" + node.text + "'.";
    const std::string near = base::DidYouMean(node.text, names);
    if (!near.empty()) return message + near;
    if (names.empty()) return message + " The table has no columns";
    const std::size_t num_names = names.size();
    const std::string text = "'" + node.text + "'";
    message += " If a text is meant, write it in single quotes: " + text + ".";
    names.resize(std::min(num_names, kMostListed));
    message += " The columns are: " + base::Join(names, ", ");
    if (num_names > kMostListed)
      message += " and " + std::to_string(num_names - kMostListed) + " more";
    return message;
  }

  Result<void> UseColumn(Node* node, std::size_t index) {
    node->column = index;
    node->text = schema_[index].name;
    node->type = TypeOf(schema_[index].type);
    if (std::find(columns.begin(), columns.end(), index) == columns.end()) columns.push_back(index);
    return {};
  }

  Result<void> NeedNumber(const Node& node, const char* what) const {
    if (IsNumeric(node.type)) return {};
    return internal::ErrorAt(
        text_, node.position,
        std::string(what) + " needs a number, found a " + ValueTypeName(node.type));
  }

  Result<void> NeedCondition(const Node& node) const {
    if (IsNumeric(node.type)) return {};
    return internal::ErrorAt(
        text_, node.position,
        std::string("expected a condition such as 'x > 1', found a ") + ValueTypeName(node.type));
  }

  // One type for the children from `first` in steps; text literals become times where a time stands
  // beside them.
  Result<ValueType> CommonType(Node* node, std::size_t first, std::size_t step,
                               std::size_t end_offset = 0) {
    ValueType common = ValueType::kNull;
    const std::size_t end = node->children.size() - end_offset;
    bool any_time = false;
    std::size_t first_typed = first;
    for (std::size_t i = first; i < end; i += step)
      any_time = any_time || node->children[i].type == ValueType::kTime;
    for (std::size_t i = first; i < end; i += step) {
      Node& child = node->children[i];
      if (any_time && child.op == Op::kText) ASSAY_TRY(ToTime(&child));
      if (child.type == ValueType::kNull) continue;
      if (common == ValueType::kNull) {
        common = child.type;
        first_typed = i;
      } else if (IsNumeric(common) && IsNumeric(child.type)) {
        if (common != child.type) common = ValueType::kNumber;
      } else if (common != child.type) {
        return Mismatch(node->children[first_typed], child);
      }
    }
    return common;
  }

  static std::string Shown(const Node& node) {
    if (node.op == Op::kColumn)
      return std::string("column '") + node.text + "' (" + ValueTypeName(node.type) + ")";
    return std::string("a ") + ValueTypeName(node.type);
  }

  // Says what to write instead where that can be told.
  Error Mismatch(const Node& left, const Node& right) const {
    std::string message = Shown(left) + " and " + Shown(right) + " do not go together";
    const Node& text = left.type == ValueType::kText ? left : right;
    const Node& other = &text == &left ? right : left;
    double number = 0;
    if (text.type != ValueType::kText) {
      message += "; a part of a time is a number: year(t), hour(t)";
    } else if (text.op == Op::kText && base::ParseNumber(text.text, &number)) {
      message += "; numbers stand without quotes: " + base::ShortestNumber(number);
    } else if (text.op == Op::kText) {
      message += std::string("; ") + (other.type == ValueType::kBoolean
                                          ? "write true or false"
                                          : "write a number, or a column in double quotes");
    } else if (other.op == Op::kNumber) {
      message += "; texts stand in single quotes: '" + base::ShortestNumber(other.number) + "'";
    }
    return internal::ErrorAt(text_, right.position, message);
  }

  Result<void> ToTime(Node* node) const {
    const Result<base::Micros> time = base::ParseTime(node->text);
    if (!time) return internal::ErrorAt(text_, node->position, time.error().message);
    node->op = Op::kTime;
    node->number = static_cast<double>(*time);
    node->type = ValueType::kTime;
    return {};
  }

  Result<ValueType> CaseType(Node* node) {
    // Values stand at 1, 3, 5, ... and the else value is last; it is checked against the first
    // value.
    Node& otherwise = node->children.back();
    for (std::size_t i = 1; otherwise.type == ValueType::kTime && i + 1 < node->children.size(); i += 2) {
      if (node->children[i].op == Op::kText) ASSAY_TRY(ToTime(&node->children[i]));
    }
    ValueType common = ASSAY_TRY(CommonType(node, 1, 2));
    if (otherwise.type == ValueType::kNull) return common;
    if (common == ValueType::kNull) return otherwise.type;
    if (common == ValueType::kTime && otherwise.op == Op::kText) ASSAY_TRY(ToTime(&otherwise));
    if (IsNumeric(common) && IsNumeric(otherwise.type))
      return common == otherwise.type ? common : ValueType::kNumber;
    if (common != otherwise.type) {
      return internal::ErrorAt(text_, otherwise.position,
                               std::string("the branches of 'case' are a ") +
                                   ValueTypeName(common) + " and a " +
                                   ValueTypeName(otherwise.type) + "; make them the same");
    }
    return common;
  }

  std::string_view text_;
  const table::Schema& schema_;
};

}  // namespace

Result<BoundExpression> BoundExpression::Bind(const Expression& expression,
                                              const table::Schema& schema) {
  Node root = *expression.root();
  Binder binder(expression.text(), schema);
  ASSAY_TRY(binder.Bind(&root));
  BoundExpression bound;
  bound.text_ = expression.text();
  bound.type_ = root.type;
  bound.columns_ = std::move(binder.columns);
  bound.root_ = std::make_shared<const Node>(std::move(root));
  return bound;
}

}  // namespace assay::expression
