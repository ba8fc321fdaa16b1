// One typed column in the fewest bytes that hold it, shared by all steps of a run.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"

namespace assay::table {

enum class ColumnType {
  kBoolean,   // 0/1
  kNumber,    // integer or real
  kCategory,  // text, as codes into a dictionary
  kTime,      // microseconds since 1970, UTC
};
const char* ColumnTypeName(ColumnType type);  // "boolean", "number", "category", "time"

// How missing values are stored: NaN in floats, kMissingInteger in int64, kMissingTime in times, and the largest code
// (kMissingCode at its width) in codes and booleans. Infinities never enter a column: the store rejects them.
inline constexpr std::uint32_t kMissingCode = UINT32_MAX;  // as CodeAt returns it, whatever the stored width
inline constexpr std::int64_t kMissingInteger = INT64_MIN;
inline constexpr std::uint64_t kMissingKey = std::uint64_t{1} << 63;  // the bits of kMissingInteger, and of -0, which counts as 0

// Immutable after it is built; copies share values and dictionary, so copying a column or a table costs nothing.
// Reading is thread-safe. Memory: num_rows x width + dictionary.
class Column {
 public:
  // kNumber: float when every value survives the round trip, else double; int64 for integers beyond 2^53.
  // kCategory, kBoolean: the narrowest code that leaves room for the missing code.
  using Storage = std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>,
                               std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::uint32_t>>;

  // Values with NaN as missing; picks float or double.
  static Column Numbers(std::string name, std::vector<double> values);
  static Column Integers(std::string name, std::vector<std::int64_t> values);  // picks float, double or int64
  static Column Times(std::string name, std::vector<base::Micros> values);
  static Column Booleans(std::string name, std::vector<std::uint8_t> values);  // 0, 1, 255 = missing
  // Codes index `dictionary`; kMissingCode = missing. Requires distinct dictionary entries.
  static Column Categories(std::string name, std::vector<std::uint32_t> codes, std::vector<std::string> dictionary);
  // Takes storage as it is, for the store, which knows its type and width.
  Column(std::string name, ColumnType type, Storage storage, std::vector<std::string> dictionary, bool integer);

  const std::string& name() const { return name_; }
  ColumnType type() const { return type_; }
  std::int64_t num_rows() const;
  std::size_t size_bytes() const;
  bool is_integer() const { return integer_; }  // kNumber of which every value is a whole number
  const Storage& storage() const { return *storage_; }
  const std::vector<std::string>& dictionary() const { return *dictionary_; }

  bool IsMissing(std::int64_t row) const;
  // Number; boolean as 0/1; time in microseconds (exact to 2^53 us = year 2255); category as its code. NaN = missing.
  double NumberAt(std::int64_t row) const;
  // Requires kCategory or kBoolean. kMissingCode = missing.
  std::uint32_t CodeAt(std::int64_t row) const;
  // Requires kTime. kMissingTime = missing.
  base::Micros TimeAt(std::int64_t row) const;
  // As people read it: "" for missing, category text, shortest number, ISO time, "true"/"false".
  std::string TextAt(std::int64_t row) const;

  // NumberAt for rows [begin, begin + out.size()), in one pass: use this in kernels.
  void CopyNumbers(std::int64_t begin, std::span<double> out) const;
  void CopyCodes(std::int64_t begin, std::span<std::uint32_t> out) const;
  // Within one column equal keys mean equal values, exactly; kMissingKey = missing.
  void CopyKeys(std::int64_t begin, std::span<std::uint64_t> out) const;
  // The same column with only these rows, in this order.
  Column Take(std::span<const std::uint32_t> rows) const;
  // The same values; of a category the dictionary holds only texts that some row has, in their order.
  Column WithoutUnusedTexts() const;
  Column Renamed(std::string name) const;

 private:
  std::string name_;
  ColumnType type_;
  std::shared_ptr<const Storage> storage_;  // shared by copies, never changed; the last one frees it
  std::shared_ptr<const std::vector<std::string>> dictionary_;
  bool integer_ = false;
};

}  // namespace assay::table
