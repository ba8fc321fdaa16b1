// Looks at a report of feasibility, for tests.
#pragma once

#include <algorithm>
#include <string>

#include "evidence/reports/feasibility.h"

namespace assay::lifecycle {

// Requires an item of that id.
inline const evidence::FeasibilityItem& Item(const evidence::FeasibilityReport& report, const std::string& id) { return *std::find_if(report.items.begin(), report.items.end(), [&](const evidence::FeasibilityItem& i) { return i.id == id; }); }
// Null where there is none.
inline const evidence::Estimate* FigureOf(const evidence::FeasibilityItem& item, const std::string& name) {
  const auto at = std::find_if(item.figures.begin(), item.figures.end(), [&](const evidence::Figure& f) { return f.name == name; });
  return at == item.figures.end() ? nullptr : &at->estimate;
}

}  // namespace assay::lifecycle
