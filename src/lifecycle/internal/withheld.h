// Columns that may not be known at the decision, and all that is derived from them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "learn/examples.h"
#include "lifecycle/problem.h"
#include "table/table.h"

namespace assay::lifecycle {

// How the reason of a column begins that is derived from a withheld one.
inline constexpr const char* kDerivedFrom = "it is derived from ";

// Why a column may not be known at the decision.
struct Withholding {
  std::string reason;  // a sentence for people; names the column that it is derived from, where it is
  bool part_of_outcome = false;
  bool known_after = false;  // by the charter, or because another objective predicts it
};

// Columns in lower case.
struct Withheld {
  std::map<std::string, Withholding> columns;
  std::map<std::string, std::string> clocks;  // times of which only the calendar day is known -> the column whose clock it is

  const Withholding* Find(const std::string& column) const;  // null when it is not withheld
  bool HasClockOf(const std::string& column) const;
};

// `table` holds the derived columns too. An EXPR that is broken names no columns.
Withheld WithheldColumns(const Problem& problem, const table::Table& table);

// What is derived from columns is made of these too: adds what the named columns are made of.
void AddSources(const std::vector<DerivedColumn>& derived, std::vector<std::string>* names);

// Columns, in lower case, that tell the time of day of one of the `times`: themselves, and what is derived from them by more
// than their calendar day; each with the time that it tells of. Only columns of type time carry a clock of their own.
std::map<std::string, std::string> ClockColumns(const std::vector<DerivedColumn>& derived, std::vector<std::string> times, const table::Table& table);

// Features that tell the time of day of the decision's time ("hour(date)"), by name.
std::vector<std::string> ClockFeatures(const learn::Examples& examples);

}  // namespace assay::lifecycle
