// Dates like 03/04/2001, of which the engine decides by the values which number is the day.
#pragma once

#include <optional>
#include <string>

#include "table/column.h"

namespace assay::store::internal {

// A note for people where no value decides: which way they are read, what the other way would give, what to do. `format`: the engine's, "%d/%m/%Y". Nothing
// where a day beyond 12 decides, or both ways give the same.
std::optional<std::string> UndecidedDateOrder(const table::Column& times, const std::string& format);

// The same of dates with two-digit years, "%d/%m/%y" or "%y/%m/%d", where no value shows which of day and year stands first.
std::optional<std::string> UndecidedYearPlace(const table::Column& times, const std::string& format);
// Read year first, though they may as well stand day first, and there are fewer different days than years: so it is a year that they tell.
bool RatherDayFirst(const table::Column& times, const std::string& format);

}  // namespace assay::store::internal
