// Texts that are all times, and days written out in English, as many files hold them: "Jun 12 1998", "Jun 12, 1998", "12 Jun 1998".
#pragma once

#include <optional>
#include <string_view>

#include "table/column.h"

namespace assay::table {

// kMissingTime when the text is not such a day. Months by their first three letters or in full, any case; four digits of
// the year; the day must exist in its month.
base::Micros ParseWrittenDate(std::string_view text);

// The column as days when it is a category of which every text is such a day (at least one); else nothing.
// Cost: one look at each distinct text.
std::optional<Column> DatesFromText(const Column& column);
// The same for texts that base::ParseTime reads.
std::optional<Column> TimesFromText(const Column& column);
// The same for months like 2001-03, as their first days.
std::optional<Column> MonthsFromText(const Column& column);

}  // namespace assay::table
