#include "lifecycle/internal/unseen_values.h"

#include <algorithm>

namespace assay::lifecycle {

namespace {
constexpr std::size_t kMostShown = 5;
}

UnseenValues::UnseenValues(const learn::SavedModel& model) {
  for (const std::string& name : model.model->columns()) {
    const auto seen = model.seen_values.find(name);
    if (seen != model.seen_values.end()) columns_.push_back({name, &seen->second, 0, {}});
  }
}

void UnseenValues::Add(const table::Table& table, std::int64_t begin, std::int64_t end) {
  for (Column& column : columns_) {
    const std::int64_t index = table.Find(column.name);
    ASSAY_CHECK(index >= 0);
    const table::Column& values = table.column(static_cast<std::size_t>(index));
    if (values.type() != table::ColumnType::kCategory) continue;  // predicting refuses it, or it is empty here
    std::vector<std::uint32_t> codes(static_cast<std::size_t>(end - begin));
    values.CopyCodes(begin, codes);
    const std::vector<std::string>& dictionary = values.dictionary();
    std::vector<std::int64_t> rows_of(dictionary.size(), 0);
    for (const std::uint32_t code : codes) {
      if (code != table::kMissingCode) ++rows_of[code];
    }
    for (std::size_t code = 0; code < rows_of.size(); ++code) {
      if (rows_of[code] == 0 || std::binary_search(column.seen->begin(), column.seen->end(), dictionary[code])) continue;
      column.unseen[dictionary[code]] += rows_of[code];
      column.rows += rows_of[code];
    }
  }
}

std::vector<evidence::UnseenFeature> UnseenValues::Report() const {
  std::vector<evidence::UnseenFeature> report;
  for (const Column& column : columns_) {
    std::vector<std::pair<std::string, std::int64_t>> values(column.unseen.begin(), column.unseen.end());
    std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });
    evidence::UnseenFeature& feature = report.emplace_back();
    feature.feature = column.name;
    feature.values = static_cast<std::int64_t>(values.size());
    feature.rows = column.rows;
    for (std::size_t i = 0; i < std::min(kMostShown, values.size()); ++i) feature.most_frequent.push_back(values[i].first);
  }
  return report;
}

}  // namespace assay::lifecycle
