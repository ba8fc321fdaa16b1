// What each operator does to single values; the row and the column evaluator share it, so that they
// cannot differ.
//
// NaN is null. Every result that is not finite (1/0, ln 0, overflow) is null. Conditions are 0, 1
// or null with the three-valued logic of SQL; any number but 0 is true.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "base/time.h"
#include "expression/internal/node.h"

namespace assay::expression::internal {

inline constexpr double kNull = std::numeric_limits<double>::quiet_NaN();

// Beyond it, adding days or a cast could overflow: the years -289,600 to 293,500.
inline constexpr double kMostMicros = 9.2e18;

inline double FiniteOrNull(double value) { return std::isfinite(value) ? value : kNull; }
inline bool IsNull(double value) { return std::isnan(value); }

// Written without branches: which way a row goes cannot be predicted.
inline double And(double a, double b) {
  const bool is_false = (a == 0) | (b == 0);
  const bool is_null = std::isunordered(a, b);
  return is_false ? 0.0 : (is_null ? kNull : 1.0);
}
inline double Or(double a, double b) {
  const bool is_true = (a < 0) | (a > 0) | (b < 0) | (b > 0);
  const bool is_null = std::isunordered(a, b);
  return is_true ? 1.0 : (is_null ? kNull : 0.0);
}
inline double Not(double a) { return IsNull(a) ? kNull : (a == 0 ? 1 : 0); }

inline double Arithmetic(Op op, double a, double b) {
  switch (op) {
    case Op::kAdd:
      return FiniteOrNull(a + b);
    case Op::kSubtract:
      return FiniteOrNull(a - b);
    case Op::kMultiply:
      return FiniteOrNull(a * b);
    default:
      return FiniteOrNull(a / b);  // by zero: infinite or NaN, so null
  }
}

inline double Unary(Op op, double a) {
  switch (op) {
    case Op::kNegate:
      return -a;
    case Op::kAbs:
      return std::abs(a);
    case Op::kLn:
      return a > 0 ? std::log(a) : kNull;
    default:
      return FiniteOrNull(std::exp(a));
  }
}

// -1, 0, 1 for ordered values.
inline double CompareResult(Op op, int order) {
  switch (op) {
    case Op::kEqual:
      return order == 0 ? 1 : 0;
    case Op::kNotEqual:
      return order != 0 ? 1 : 0;
    case Op::kLess:
      return order < 0 ? 1 : 0;
    case Op::kLessEqual:
      return order <= 0 ? 1 : 0;
    case Op::kGreater:
      return order > 0 ? 1 : 0;
    default:
      return order >= 0 ? 1 : 0;
  }
}
inline double CompareNumbers(Op op, double a, double b) {
  if (IsNull(a) || IsNull(b)) return kNull;
  return CompareResult(op, a < b ? -1 : (a > b ? 1 : 0));
}
// Texts compare byte by byte, which is code point order for UTF-8.
inline double CompareTexts(Op op, const std::string* a, const std::string* b) {
  if (a == nullptr || b == nullptr) return kNull;
  const int order = a->compare(*b);
  return CompareResult(op, order < 0 ? -1 : (order > 0 ? 1 : 0));
}

// True when a comparison of this node's children is one of texts.
inline bool AnyText(const Node& node) {
  return std::any_of(node.children.begin(), node.children.end(),
                     [](const Node& child) { return child.type == ValueType::kText; });
}

inline double TimePart(Op op, double micros) {
  if (!(std::abs(micros) < kMostMicros)) return kNull;
  const auto time = static_cast<base::Micros>(micros);
  const base::Micros past_midnight =
      ((time % base::kMicrosPerDay) + base::kMicrosPerDay) % base::kMicrosPerDay;
  switch (op) {
    case Op::kHour:
      return static_cast<double>(past_midnight / base::kMicrosPerHour);
    case Op::kMinute:
      return static_cast<double>(past_midnight / (60 * base::kMicrosPerSecond) % 60);
    case Op::kDate:
      return static_cast<double>(time - past_midnight);
    case Op::kWeekday: {
      const base::Micros days = (time - past_midnight) / base::kMicrosPerDay;  // since a Thursday
      return static_cast<double>(((days + 3) % 7 + 7) % 7 + 1);
    }
    default:
      break;
  }
  const base::CivilTime civil = base::ToCivil(time);
  switch (op) {
    case Op::kYear:
      return static_cast<double>(civil.year);
    case Op::kQuarter:
      return (civil.month - 1) / 3 + 1;
    case Op::kMonth:
      return civil.month;
    case Op::kWeek: {
      // ISO 8601: the week belongs to the year of its Thursday.
      const base::Micros thursday = time + (4 - civil.weekday) * base::kMicrosPerDay;
      const base::Micros new_year = base::FromCivil({base::ToCivil(thursday).year, 1, 1});
      return static_cast<double>((thursday - new_year) / (7 * base::kMicrosPerDay) + 1);
    }
    default:
      return civil.day;
  }
}

}  // namespace assay::expression::internal
