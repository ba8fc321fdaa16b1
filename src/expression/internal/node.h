// The tree of an expression, and the error with a caret that all its stages share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expression/expression.h"

namespace assay::expression {

enum class Op {
  kColumn,
  kNumber,
  kText,
  kBoolean,
  kNull,
  kTime,
  kNegate,
  kNot,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,       // two children or more
  kIn,       // children: value, then the list
  kBetween,  // children: value, low, high
  kIsNull,
  kAbs,
  kLn,
  kExp,
  kLeast,
  kGreatest,
  kCase,  // children: condition, value, condition, value, ..., else (always there)
  kYear,
  kQuarter,
  kMonth,
  kWeek,
  kWeekday,
  kDay,
  kHour,
  kMinute,
  kDate,
};

struct Node {
  Op op = Op::kNull;
  std::size_t position = 0;  // byte offset in the text
  std::string text;          // column name as written, after Bind as in the schema; text literal
  bool quoted = false;       // a column that was written in double quotes
  int height = 1;            // levels of this tree, itself included
  double number = 0;         // number, boolean as 0/1, time in microseconds
  std::vector<Node> children;
  // Filled by Bind.
  ValueType type = ValueType::kNull;
  std::size_t column = 0;
};

// The parts of a time, of which hour and minute ask for more than the day.
inline bool IsTimePart(Op op) {
  switch (op) {
    case Op::kYear:
    case Op::kQuarter:
    case Op::kMonth:
    case Op::kWeek:
    case Op::kWeekday:
    case Op::kDay:
    case Op::kHour:
    case Op::kMinute:
    case Op::kDate:
      return true;
    default:
      return false;
  }
}

struct FunctionRow {
  const char* name;
  Op op;
  int least_arguments, most_arguments;
};
// The functions by name, lower case.
const std::vector<FunctionRow>& Functions();

namespace internal {
// "message" with the line of the text and a caret under byte `position` on lines of their own.
Error ErrorAt(std::string_view text, std::size_t position, const std::string& message);

// True for words that a bare column name cannot be: and, or, case, null, ...
bool IsReservedWord(std::string_view lower);
bool IsNameStart(char c);
bool IsNamePart(char c);
}  // namespace internal

}  // namespace assay::expression
