#include "store/internal/source_types.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/text.h"
#include "store/internal/csv_faults.h"
#include "store/internal/date_order.h"

namespace assay::store::internal {

namespace {
void SetType(Source* source, const std::string& column, const std::string& type, bool settled) {
  source->types[column] = type;
  if (settled) source->settled.insert(column);
}

bool IsWholeNumber(const std::string& text) { return text.find_first_not_of("+-0123456789") == std::string::npos; }

// Numbers of a JSON file of which some stand in quotes are numbers, unless a real would round them.
bool RetypeQuotedNumbers(Source* source, const std::vector<ColumnBuilder>& builders) {
  bool again = false;
  for (const ColumnBuilder& builder : builders) {
    const auto planned = std::find_if(source->columns.begin(), source->columns.end(), [&](const PlannedColumn& p) { return p.column.name == builder.name(); });
    if (!planned->mixed || builder.entries().empty() || source->settled.contains(builder.name())) continue;
    double number = 0;
    const bool numbers = std::all_of(builder.entries().begin(), builder.entries().end(), [&](const std::string& e) {
      return base::ParseNumber(e, &number) && !(IsWholeNumber(e) && std::abs(number) >= 0x1p53);
    });
    if (!numbers) continue;
    SetType(source, builder.name(), "DOUBLE", true);
    source->notes.push_back("column '" + builder.name() + "': some of its numbers stand in quotes; all are read as numbers");
    again = true;
  }
  return again;
}
}  // namespace

bool WidenAfterFault(Source* source, const std::string& message) {
  // A cast names no line; the engine's own reading of times does.
  if (!source->times_as_texts.empty() && message.find("Conversion Error") != std::string::npos && message.find("CSV Error") == std::string::npos) {
    for (const std::string& column : source->times_as_texts) SetType(source, column, "TIMESTAMP", false);
    source->times_as_texts.clear();
    return true;
  }
  const std::optional<ConversionFault> fault = source->format == Format::kCsv ? ConversionFaultOf(message) : std::nullopt;
  const std::string wider = fault ? WiderType(*fault) : "";
  if (wider.empty()) return false;
  SetType(source, fault->column, wider, false);
  return true;
}

bool TurnYearsAfterReading(Source* source, const table::Column& times) {
  const auto format = source->date_formats.find(times.name());
  if (format == source->date_formats.end() || !RatherDayFirst(times, format->second)) return false;
  std::string& written = format->second;
  std::swap(written[written.find("%y") + 1], written[written.find("%d") + 1]);
  (written.find("%H") == std::string::npos ? source->date_format : source->time_format) = written;
  return true;
}

void ReadAsText(Source* source, const std::string& column) { SetType(source, column, "VARCHAR", false); }

bool RetypeAfterReading(Source* source, const std::vector<ColumnBuilder>& builders) {
  if (source->format == Format::kJson) return RetypeQuotedNumbers(source, builders);
  if (source->format != Format::kCsv) return false;
  bool again = false;
  for (const ColumnBuilder& builder : builders) {
    if (source->settled.contains(builder.name())) continue;
    const auto type = source->types.find(builder.name());
    const bool made_text = type != source->types.end() && type->second == "VARCHAR";
    if (builder.rounds_whole_numbers() && !builder.beyond_integers()) {
      SetType(source, builder.name(), "BIGINT", true);
      again = true;
    } else if (builder.beyond_integers()) {
      SetType(source, builder.name(), "VARCHAR", false);
      again = true;
    } else if (builder.read_as() == ReadAs::kText && !builder.entries().empty()) {
      double number = 0;
      const bool numbers = std::all_of(builder.entries().begin(), builder.entries().end(), [&](const std::string& e) { return base::ParseNumber(e, &number); });
      const bool digits = std::all_of(builder.entries().begin(), builder.entries().end(), IsWholeNumber);
      if (!numbers || (made_text && digits)) continue;
      SetType(source, builder.name(), digits ? "BIGINT" : "DOUBLE", true);
      again = true;
    }
  }
  return again;
}

Result<void> RefuseInfinityInText(const table::Column& column, bool sampled) {
  if (column.type() != table::ColumnType::kCategory) return {};
  std::size_t numbers = 0;
  std::uint32_t infinite = table::kMissingCode;
  for (std::uint32_t code = 0; code < column.dictionary().size(); ++code) {
    const std::string text = base::Lowercase(base::Trim(column.dictionary()[code]));
    double value = 0;
    if (base::ParseNumber(text, &value)) ++numbers;
    const std::string_view bare = text.starts_with('-') || text.starts_with('+') ? std::string_view(text).substr(1) : std::string_view(text);
    if (bare == "inf" || bare == "infinity") infinite = std::min(infinite, code);
  }
  if (infinite == table::kMissingCode || 2 * numbers < column.dictionary().size()) return {};
  std::int64_t row = 0;
  while (column.CodeAt(row) != infinite) ++row;
  return Error{ErrorCode::kInvalidInput, "row " + std::to_string(row + 1) + (sampled ? " of the sample" : "") + ", column '" + column.name() + "': '" + column.dictionary()[infinite] + "' is infinite; replace it by a number or leave it empty"};
}

}  // namespace assay::store::internal
