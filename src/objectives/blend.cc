#include "objectives/blend.h"

#include <cmath>

namespace assay::objectives {

Blend BlendNamed(std::string_view name) { return name == "product" ? Blend::kProduct : name == "multiplier" ? Blend::kMultiplier : Blend::kSum; }

double BlendTerm(Blend blend, double score, double scale, double multiplier) {
  switch (blend) {
    case Blend::kProduct: return std::log(score);
    case Blend::kMultiplier: return score / scale * multiplier;
    case Blend::kSum: break;
  }
  return score / scale;
}

}  // namespace assay::objectives
