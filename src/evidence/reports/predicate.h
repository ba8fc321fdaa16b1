// A condition on one feature: what slices and parts of a change are described by.
#pragma once

#include <optional>
#include <string>

#include "evidence/describe.h"

namespace assay::evidence {

struct Predicate {
  std::string feature;
  std::string op;                    // "=", "range", "missing"
  std::optional<std::string> value;  // of "=" only
  std::optional<double> low, high;   // of "range" only: low <= x < high; null = open; a time in microseconds since 1970, UTC
  std::string text;                  // "42 <= age < 60"
};
template <class V>
void Describe(V& v, Predicate& p) {
  v("feature", p.feature, "the column or derived column");
  v("op", p.op, "=, range or missing");
  v("value", p.value, "of = the value as people read it; null otherwise");
  v("low", p.low, "of a range its lower end, inclusive; null where it is open and for other operators; a time in microseconds since 1970, UTC");
  v("high", p.high, "of a range its upper end, exclusive; null where it is open and for other operators");
  v("text", p.text, "the condition as people read it");
}
inline const char* DescribedName(const Predicate*) { return "Predicate"; }

}  // namespace assay::evidence
