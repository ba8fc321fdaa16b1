#include "charter/limits.h"

#include <cmath>

namespace assay::charter {

namespace {

struct Limit {
  std::string_view section, key;
  double least, most;
  const char* says;
};
constexpr double kAny = 1e300;
constexpr Limit kLimits[] = {
    {"value", "false_positive", -kAny, 0, "a false alarm cannot earn money here: a cost is negative"},
    {"value", "false_negative", -kAny, 0, "a miss cannot earn money here: a cost is negative"},
    {"value", "decisions_per_day", 1e-9, kAny, "there must be decisions"},
    {"value", "cost_per_month", 0, kAny, "a cost per month is written as a positive number"},
    {"data", "rows_per_day", 1e-9, kAny, "there must be rows"},
    {"data", "least_query_rows", 2, 1e9, "a list that is ranked has at least two rows, and at most 1,000,000,000"},
    {"objectives", "least_gain", 1e-12, kAny, "the smallest gain worth having must be above 0"},
    {"objectives", "weight", 0, kAny, "a weight is not negative"},
    {"tradeoff", "k", 1, 1e6, "at least one rank must count"},
    {"tradeoff", "share", 1e-6, 0.999999, "a share lies between 0 and 1: none and all are no choice"},
    {"tradeoff", "lists_per_day", 1e-9, kAny, "lists must be shown"},
    {"ethics", "largest_error_rate", 0, 1, "an error rate lies between 0 and 1"},
    {"proof", "units_per_decision", 1e-9, kAny, "a decision reaches somebody"},
    {"proof", "units_per_day", 1e-9, kAny, "units must take part"},
    {"proof", "days", 1e-9, kAny, "the test needs time"},
    {"proof", "standard_deviation", 1e-300, kAny, "a standard deviation is above 0"},
};

}  // namespace

std::string ImpossibleNumber(std::string_view section, std::string_view key, double value) {
  if (section == "data" && key == "least_query_rows" && value != std::trunc(value)) return "rows are counted in whole numbers";
  if (section == "tradeoff" && key == "k" && value != std::trunc(value)) return "ranks are counted in whole numbers";
  for (const Limit& limit : kLimits) {
    if (limit.section == section && limit.key == key && (value < limit.least || value > limit.most)) return limit.says;
  }
  return "";
}

}  // namespace assay::charter
