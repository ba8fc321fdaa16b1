// Predicates of slices as reports hold them.
#pragma once

#include <cmath>

#include "evidence/reports/predicate.h"
#include "slices/features.h"

namespace assay::lifecycle {

inline evidence::Predicate ToReport(const slices::Feature& feature, const slices::Predicate& predicate) {
  const slices::Operator op = slices::OperatorOf(feature, predicate);
  evidence::Predicate report;
  report.feature = feature.name;
  report.op = slices::OperatorName(op);
  report.text = slices::PredicateText(feature, predicate);
  if (op == slices::Operator::kEquals) report.value = feature.atoms[predicate.first].value;
  if (op != slices::Operator::kRange) return report;
  const double low = feature.atoms[predicate.first].low, high = feature.atoms[predicate.last].high;
  if (!std::isnan(low)) report.low = low;
  if (!std::isnan(high)) report.high = high;
  return report;
}

}  // namespace assay::lifecycle
