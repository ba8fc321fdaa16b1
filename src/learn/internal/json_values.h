// Numbers of a model file as what they are meant to be. nlohmann's own conversions are undefined where a number does not fit; these throw Json::exception there, and where
// the value is no number of that kind, which readers of model files turn into "damaged".
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/json.h"

namespace assay::learn {

template <class T>
T WholeOf(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (std::in_range<T>(number)) return static_cast<T>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (std::in_range<T>(number)) return static_cast<T>(number);
  }
  throw Json::out_of_range::create(406, "expected a whole number that fits", &value);
}

// Infinite where it does not fit.
inline float FloatOf(const Json& value) {
  const auto number = value.get<double>();
  if (std::abs(number) > static_cast<double>(std::numeric_limits<float>::max())) return std::copysign(std::numeric_limits<float>::infinity(), number < 0 ? -1.0F : 1.0F);
  return static_cast<float>(number);
}

template <class T>
std::vector<T> WholesOf(const Json& list) {
  std::vector<T> values;
  for (const Json& value : list) values.push_back(WholeOf<T>(value));
  return values;
}

inline std::vector<float> FloatsOf(const Json& list) {
  std::vector<float> values;
  for (const Json& value : list) values.push_back(FloatOf(value));
  return values;
}

}  // namespace assay::learn
