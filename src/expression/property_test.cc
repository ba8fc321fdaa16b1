// Random expressions: columns, rows, the engine and the canonical text must all say the same.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "base/text.h"
#include "base/thread_pool.h"
#include "expression/engine_answer_for_test.h"
#include "expression/internal/node.h"
#include "expression/table_row.h"

namespace assay::expression {
namespace {

using Text = std::string;

// Every value that a rule could get wrong, in all combinations that 97 rows hold (the periods are
// coprime).
table::Table Rows() {
  constexpr std::size_t kRows = 97;
  const double null = std::nan("");
  const std::vector<double> reals = {0, 1, -1, null, 0.5, -2.5, 15, 1e300, -1e300, 1e-300, 710};
  const std::vector<double> wholes = {3, null, 0, -7, 15, 1};
  const std::vector<std::uint8_t> flags = {1, 0, 255, 1, 0};
  const std::vector<Text> words = {
      "single", "Single", "", "o'hare \"x\"", "\xC3\xA9t\xC3\xA9", "z", "\xF0\x9F\x98\x80"};
  const std::vector<base::Micros> times = {0,
                                           -1,
                                           base::kMissingTime,
                                           base::FromCivil({2001, 3, 4, 5, 6, 7, 250000}),
                                           base::FromCivil({1969, 12, 31, 23, 59, 59}),
                                           base::FromCivil({2000, 2, 29}),
                                           base::FromCivil({2021, 1, 3, 12}),
                                           base::FromCivil({1600, 1, 1})};
  std::vector<double> x, n;
  std::vector<std::uint8_t> b;
  std::vector<std::uint32_t> c, d;
  std::vector<base::Micros> t;
  for (std::size_t i = 0; i < kRows; ++i) {
    x.push_back(reals[i % reals.size()]);
    n.push_back(wholes[i % wholes.size()]);
    b.push_back(flags[i % flags.size()]);
    c.push_back(i % 9 == 8 ? table::kMissingCode : static_cast<std::uint32_t>(i % words.size()));
    d.push_back(i % 4 == 3 ? table::kMissingCode
                           : static_cast<std::uint32_t>((i / 5) % words.size()));
    t.push_back(times[i % times.size()]);
  }
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Numbers("x", x));
  columns.push_back(table::Column::Numbers("n \"of\" legs", n));
  columns.push_back(table::Column::Booleans("b", b));
  columns.push_back(table::Column::Categories("marital-status", c, words));
  columns.push_back(table::Column::Categories("d", d, words));
  columns.push_back(table::Column::Times("t", t));
  return *table::Table::Create(std::move(columns));
}

// Grows texts of expressions of a wanted type.
class Grower {
 public:
  static Text Any(int depth) {
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        return Number(depth);
      case 1:
        return Condition(depth);
      case 2:
        return Word(depth);
      default:
        return Time(depth);
    }
  }

  static Text Number(int depth) {
    if (depth <= 0)
      return Pick({"x", "\"n \"\"of\"\" legs\"", "0", "1", "-2.5", "15", "1e300", "0.1", "null"});
    switch (*rc::gen::inRange(0, 9)) {
      case 0:
      case 1:
        return "(" + Number(depth - 1) + Pick({" + ", " - ", " * ", " / "}) + Number(depth - 1) +
               ")";
      case 2:
        return Pick({"abs", "ln", "exp"}) + "(" + Number(depth - 1) + ")";
      case 3:
        return Pick({"least", "greatest"}) + "(" + Number(depth - 1) + ", " + Number(depth - 2) +
               ", " + Number(0) + ")";
      case 4:
        return Pick({"year", "quarter", "month", "week", "weekday", "day", "hour", "minute"}) +
               "(" + Time(depth - 1) + ")";
      case 5:
        return "case when " + Condition(depth - 1) + " then " + Number(depth - 1) +
               Pick({" end", " else " + Number(depth - 2) + " end"});
      case 6:
        return "(-" + Number(depth - 1) + ")";
      case 7:
        return "(" + Condition(depth - 1) + Pick({" + ", " * "}) + Number(depth - 1) + ")";
      default:
        return Number(0);
    }
  }

  static Text Condition(int depth) {
    if (depth <= 0)
      return Pick({"b", "true", "false", "(x > 0)", "null", "(\"marital-status\" = 'single')"});
    switch (*rc::gen::inRange(0, 10)) {
      case 0:
        return "(" + Number(depth - 1) + Symbol() + Number(depth - 1) + ")";
      case 1:
        return "(" + Word(depth - 1) + Symbol() + Word(depth - 1) + ")";
      case 2:
        return "(" + Time(depth - 1) + Symbol() + Time(depth - 1) + ")";
      case 3:
        return "(" + Condition(depth - 1) + Pick({" and ", " or "}) + Condition(depth - 1) + ")";
      case 4:
        return "(not " + Condition(depth - 1) + ")";
      case 5:
        return "(" + Number(depth - 1) + Pick({" between ", " not between "}) + Number(depth - 1) +
               " and " + Number(depth - 1) + ")";
      case 6:
        return "(" + Word(depth - 1) + Pick({" in (", " not in ("}) + Word(0) + ", " +
               Word(depth - 1) + "))";
      case 7:
        return "(" + Number(depth - 1) + Pick({" in (", " not in ("}) + Number(0) + ", " +
               Number(depth - 1) + "))";
      case 8:
        return "(" + Any(depth - 1) + Pick({" is null", " is not null"}) + ")";
      default:
        return "case when " + Condition(depth - 1) + " then " + Condition(depth - 1) + " else " +
               Condition(0) + " end";
    }
  }

  static Text Word(int depth) {
    if (depth <= 0)
      return Pick(
          {"\"marital-status\"", "d", "'single'", "''", "'o''hare \"x\"'", "\"marital-status\""});
    if (*rc::gen::inRange(0, 2) == 0)
      return Pick({"least(", "greatest("}) + Word(depth - 1) + ", " + Word(0) + ")";
    return "case when " + Condition(depth - 1) + " then " + Word(depth - 1) +
           Pick({" end", " else " + Word(0) + " end"});
  }

  static Text Time(int depth) {
    if (depth <= 0) return Pick({"t", "t", "date(t)"});
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        return "date(" + Time(depth - 1) + ")";
      case 1:
        return Pick({"least(", "greatest("}) + Time(depth - 1) + ", '2001-03-04 00:00:01')";
      default:
        return "case when " + Condition(depth - 1) + " then " + Time(depth - 1) + " else " +
               Time(0) + " end";
    }
  }

 private:
  static Text Pick(const std::vector<Text>& choices) { return *rc::gen::elementOf(choices); }
  static Text Symbol() { return Pick({" = ", " <> ", " < ", " <= ", " > ", " >= "}); }
};

Text GrowAny() { return Grower::Any(*rc::gen::inRange(0, 6)); }

Text Shown(const Value& value, ValueType type) {
  if (type == ValueType::kText) return value.text == nullptr ? "(null)" : *value.text;
  if (std::isnan(value.number)) return "(null)";
  if (type == ValueType::kBoolean) return value.number != 0 ? "true" : "false";
  if (type == ValueType::kTime) return base::FormatTime(static_cast<base::Micros>(value.number));
  return base::ShortestNumber(value.number);
}

std::vector<Text> ShownColumn(const table::Column& column) {
  std::vector<Text> texts;
  for (std::int64_t row = 0; row < column.num_rows(); ++row)
    texts.push_back(column.IsMissing(row) ? "(null)" : column.TextAt(row));
  return texts;
}

bool SameTree(const Node& a, const Node& b) {
  if (a.op != b.op || a.text != b.text || a.number != b.number ||
      a.children.size() != b.children.size())
    return false;
  for (std::size_t i = 0; i < a.children.size(); ++i) {
    if (!SameTree(a.children[i], b.children[i])) return false;
  }
  return true;
}

RC_GTEST_PROP(ExpressionProperty, ColumnsRowsAndEngineAgree, ()) {
  static const table::Table table = Rows();
  static const EngineForTest engine(table);
  static base::ThreadPool pool(2);
  const Text text = GrowAny();
  RC_LOG() << text << "\n";
  const auto parsed = Expression::Parse(text);
  if (!parsed) RC_FAIL(parsed.error().message);
  const auto bound = BoundExpression::Bind(*parsed, table.schema());
  if (!bound) RC_FAIL(bound.error().message);

  const auto column = bound->Evaluate(table, "result", {});
  RC_ASSERT(column.has_value());
  const std::vector<Text> by_column = ShownColumn(*column);
  RunContext two_threads;
  two_threads.pool = &pool;
  RC_ASSERT(ShownColumn(*bound->Evaluate(table, "result", two_threads)) == by_column);

  std::vector<Text> by_row;
  for (std::int64_t row = 0; row < table.num_rows(); ++row)
    by_row.push_back(Shown(bound->EvaluateRow(TableRow(table, row)), bound->type()));
  RC_ASSERT(by_row == by_column);

  const Sql sql = ToSql(*bound);
  RC_LOG() << sql.text << "\n";
  RC_CLASSIFY(sql.text.find("list_transform") != Text::npos, "values named once");
  RC_CLASSIFY(text.size() > 200, "longer than 200 bytes");
  const auto by_engine = engine.Answer(sql, bound->type());
  if (!by_engine) RC_FAIL(by_engine.error().message);
  RC_ASSERT(*by_engine == by_column);
}

RC_GTEST_PROP(ExpressionProperty, CanonicalTextGivesTheSameTree, ()) {
  const Text text = GrowAny();
  RC_LOG() << text << "\n";
  const auto parsed = Expression::Parse(text);
  RC_ASSERT(parsed.has_value());
  const Text canonical = parsed->Canonical();
  RC_LOG() << canonical << "\n";
  const auto again = Expression::Parse(canonical);
  if (!again) RC_FAIL(again.error().message);
  RC_ASSERT(SameTree(*parsed->root(), *again->root()));
  RC_ASSERT(again->Canonical() == canonical);
}

// Near the limit of levels: the engine either says the same or says that it is too deep, and never
// crashes.
TEST(ExpressionProperty, HighTreesRunOnTheEngine) {
  const table::Table table = Rows();
  const EngineForTest engine(table);
  const auto nested = [](const Text& before, const Text& middle, const Text& after, int times) {
    Text text = middle;
    for (int i = 0; i < times; ++i) text = before + text + after;
    return text;
  };
  for (const int times : {60, 150}) {
    for (const Text& text :
         {nested("abs(", "x", ")", times), nested("", "x", " + 1", times),
          nested("ln(", "x", ")", times), nested("case when b then ", "d", " end", times),
          nested("not ", "b", "", times)}) {
      const BoundExpression bound =
          *BoundExpression::Bind(*Expression::Parse(text), table.schema());
      const auto answer = engine.Answer(ToSql(bound), bound.type());
      if (!answer) {
        EXPECT_NE(answer.error().message.find("depth"), Text::npos) << answer.error().message;
        EXPECT_GT(times, 60) << text << ": " << answer.error().message;
        continue;
      }
      EXPECT_EQ(*answer, ShownColumn(*bound.Evaluate(table, "result", {}))) << text;
    }
  }
}

}  // namespace
}  // namespace assay::expression
