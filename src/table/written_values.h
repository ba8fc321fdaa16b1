// Texts that are all truth values or all numbers, though they are not written as the engine writes them.
#pragma once

#include <optional>
#include <string_view>

#include "table/column.h"

namespace assay::table {

// The column as booleans when it is a category of which every text is true or false, in any case; else nothing.
std::optional<Column> BooleansFromText(const Column& column);

// NaN when the text is no number with a decimal comma: digits, perhaps with points between each three ("1.234,5"), perhaps a comma and more digits.
double ParseDecimalComma(std::string_view text);

// The column as numbers when it is a category of which every text is such a number, and some can be nothing else: in "1,234" the comma may part thousands.
// Cost: one look at each distinct text.
std::optional<Column> NumbersFromText(const Column& column);

// Whether every text of a category has the form 1,234, which no other value explains.
bool CommaMayPartThousands(const Column& column);

}  // namespace assay::table
