// Texts that are all truth values or all numbers, though they are not written as the engine writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "table/column.h"

namespace assay::table {

// The column as booleans when it is a category of which every text is true or false, in any case; else nothing.
std::optional<Column> BooleansFromText(const Column& column);

// NaN when the text is no number written with this decimal mark: digits, perhaps with the other of comma and point between each three
// ("1.234,5", "1,234.5"), perhaps the mark and more digits.
enum class DecimalMark { kComma, kPoint };
double ParseWritten(std::string_view text, DecimalMark mark);

struct WrittenNumbers {
  Column column;
  std::string how;  // "with a decimal comma"
};
// The column as numbers when it is a category of which every text is such a number, all with the same mark and all or none with the same
// currency sign ($ € £ ¥) before or after, and some can be nothing else: in "1,234" the comma may part thousands or decimals.
// Cost: one look at each distinct text.
std::optional<WrittenNumbers> NumbersFromText(const Column& column);

// Whether every text of a category has the form 1,234, perhaps with a currency sign, which no other value explains.
bool CommaMayPartThousands(const Column& column);

}  // namespace assay::table
