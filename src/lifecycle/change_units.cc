// Which rows of a change depend on each other.
#include <map>

#include "base/text.h"
#include "base/time.h"
#include "expression/expression.h"
#include "lifecycle/gather.h"
#include "lifecycle/internal/change_parts.h"

namespace assay::lifecycle {

namespace {

using table::Column;
using table::ColumnType;
using table::Table;

constexpr std::uint32_t kMostStretches = 5000;
constexpr double kMostTimeless = 0.01;  // of the rows, where days count beside units

struct Stretches {
  std::vector<std::uint32_t> of_row;
  std::uint32_t count = 0;
  std::int64_t timeless = 0;  // rows, which are together the first
};

// Of `length`, numbered in their order.
Stretches StretchesOf(const Column& time, base::Micros length) {
  std::map<std::int64_t, std::uint32_t> id_of;
  std::vector<std::int64_t> stretch(static_cast<std::size_t>(time.num_rows()));
  Stretches stretches;
  for (std::size_t i = 0; i < stretch.size(); ++i) {
    const base::Micros at = time.TimeAt(static_cast<std::int64_t>(i));
    stretches.timeless += at == base::kMissingTime ? 1 : 0;
    stretch[i] = at == base::kMissingTime ? INT64_MIN : base::FloorDivide(at, length);
    // Rows often come in order: most look-ups are spared.
    if (i == 0 || stretch[i] != stretch[i - 1]) id_of.emplace(stretch[i], 0);
  }
  for (auto& [key, id] : id_of) id = stretches.count++;
  stretches.of_row.resize(stretch.size());
  for (std::size_t i = 0; i < stretch.size(); ++i) stretches.of_row[i] = i > 0 && stretch[i] == stretch[i - 1] ? stretches.of_row[i - 1] : id_of.at(stretch[i]);
  return stretches;
}

void NoteTimeless(const Stretches& stretches, const char* one, const char* flag, std::vector<std::string>* notes) {
  if (stretches.timeless > 0) notes->push_back(base::Counted(stretches.timeless, "row has no time; it counts", "rows have no time; they count together") + " as one " + one + " where noise is measured (" + flag + ")");
}

Result<Stretches> StretchesByDay(const ChangeProblem& problem, const Table& table, const RunContext& context, const ChangeSides& sides) {
  Column time = ASSAY_TRY(expression::EvaluateText(problem.time, "--time", table, "time", context));
  time = time.Take(sides.rows);
  if (time.type() == ColumnType::kCategory) time = ASSAY_TRY_WITH(TimesOfTexts(time, problem.time, sides.rows), "--time");
  if (time.type() != ColumnType::kTime) return Error{ErrorCode::kInvalidInput, "--time: '" + problem.time + "' is a " + table::ColumnTypeName(time.type()) + ", expected a time"};
  return StretchesOf(time, base::kMicrosPerDay);
}

void SetBlocks(slices::BlockKind kind, Stretches stretches, ChangeSides* sides) {
  sides->kind = kind;
  sides->block = std::move(stretches.of_row);
  sides->num_blocks = stretches.count;
}

}  // namespace

Result<void> FindBlocks(const ChangeProblem& problem, const Table& table, const RunContext& context, ChangeSides* sides, std::vector<std::string>* notes) {
  using slices::BlockKind;
  if (problem.unit.empty()) {
    if (problem.time.empty()) return {};
    Stretches days = ASSAY_TRY(StretchesByDay(problem, table, context, *sides));
    NoteTimeless(days, "day", "--time", notes);
    SetBlocks(BlockKind::kTimes, std::move(days), sides);
    return {};
  }
  const Column unit = ASSAY_TRY(expression::EvaluateText(problem.unit, "--unit", table, "unit", context));
  // A unit that is a time is a stretch of time: its number is no chance. Of more than a few thousand it is a moment, and dealt into bundles as units are.
  if (unit.type() == ColumnType::kTime) {
    Stretches stretches = StretchesOf(unit.Take(sides->rows), 1);
    NoteTimeless(stretches, "stretch", "--unit", notes);
    const bool moments = stretches.count > kMostStretches;
    SetBlocks(moments ? BlockKind::kUnits : BlockKind::kTimes, std::move(stretches), sides);
    if (!moments && !problem.time.empty()) notes->push_back("the units are stretches of time (" + problem.unit + "), by which noise is measured: --time adds nothing to them");
    if (!moments) return {};
  } else {
    sides->kind = BlockKind::kUnits;
    sides->block = DenseIds(unit.Take(sides->rows), &sides->num_blocks);
  }
  if (problem.time.empty()) return {};
  Stretches days = ASSAY_TRY(StretchesByDay(problem, table, context, *sides));
  // Rows without a time share no day.
  if (static_cast<double>(days.timeless) > kMostTimeless * static_cast<double>(sides->rows.size())) {
    notes->push_back(base::Counted(days.timeless, "row has", "rows have") + " no time: noise is measured by unit alone (--time)");
    return {};
  }
  sides->day = std::move(days.of_row);
  sides->num_days = days.count;
  return {};
}

}  // namespace assay::lifecycle
