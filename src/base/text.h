// Text for people and for JSON: numbers, lists, nearest names.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::base {

// The shortest decimal text that reads back as the same double ("0.1", "1e300"). Requires finite.
std::string ShortestNumber(double value);
// For people: `digits` significant digits, no trailing zeros, thousands separated ("3,000,000").
std::string ReadableNumber(double value, int digits = 4);
std::string ReadableCount(std::int64_t count);
// "1 row", "3,000 rows"; `many` where it is not `one` with an s.
std::string Counted(std::int64_t count, std::string_view one, std::string_view many = "");
// As in an expression: without separators ("1992.5"), for thresholds, years and whatever else is no amount.
std::string PlainNumber(double value, int digits = 6);
// An estimate and its ends are written with the same decimals: as many as show two digits of the interval's width.
int DecimalsFor(double width);
// With just so many decimals, thousands separated; never "-0.00".
std::string FixedNumber(double value, int decimals);
// "1.9 to 2.0": the ends of an interval; one that would seem to be zero, though it is not, gets the decimals it needs.
std::string ReadableRange(double low, double high);
// A value with the ends of its interval, written as above.
struct ReadableEnds {
  std::string value, low, high;
};
ReadableEnds ReadableInterval(double value, double low, double high);
// Separators into a number's own digits where five or more stand before the point; any other text as it is.
std::string GroupedDigits(std::string_view number);
// "45 %", "0.31 %": a share in [0, 1] as a percentage with about three significant digits.
std::string ReadableShare(double share);

// As a shell reads it as one word: in single quotes where it needs them.
std::string ShellWord(std::string_view word);

std::string Join(std::span<const std::string> parts, std::string_view separator);
std::string_view Trim(std::string_view text);
// Control characters but line ends and tabs as "\xEF\xBF\xBD" (U+FFFD), for what a terminal prints or a file is named.
std::string WithoutControls(std::string_view text);
// Of letters of A to Z, and of the Latin, Greek and Cyrillic ones beyond them whose two cases are as long in UTF-8.
std::string Lowercase(std::string_view text);
bool IsValidUtf8(std::string_view bytes);

// Up to `most` candidates nearest to `name` (edit distance, case ignored), nearest first;
// only those near enough to be a slip.
std::vector<std::string> NearestNames(std::string_view name, std::span<const std::string> candidates,
                                      std::size_t most = 3);
// " Did you mean 'a' or 'b'?" for an error message, or "" when nothing is near.
std::string DidYouMean(std::string_view name, std::span<const std::string> candidates);

// Whether `name` is one of them, whatever its case: names of columns.
bool IsAmong(std::span<const std::string> names, std::string_view name);
// Words of a column's name in lower case: "clientEmail_address2" -> client, email, address. Bytes beyond ASCII are letters.
std::vector<std::string> WordsOfName(std::string_view name);

// Strict: the whole text must be a finite number.
bool ParseNumber(std::string_view text, double* value);

}  // namespace assay::base
