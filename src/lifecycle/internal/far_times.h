// Times that lie far from nearly all others: a date of 1969 or 2046 would make every period a year and any data span decades.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace assay::lifecycle {

// The times without those (missing then) that lie farther from the middle 99 % than these span. `outside` says how many, "" when
// there are none.
std::vector<base::Micros> WithoutFarTimes(const std::vector<base::Micros>& all, std::string* outside);

}  // namespace assay::lifecycle
