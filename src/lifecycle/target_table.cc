// A policy written down as a table: key, action, probability.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/internal/target_policy.h"

namespace assay::lifecycle {

namespace {

using table::Column;

constexpr std::size_t kMostCells = 200'000'000;  // keys times actions

// A key column of the table and what it is held against; `log` -1: the row number.
struct KeyColumn {
  std::size_t table = 0;
  std::int64_t log = -1;
};

// Texts of one row, each with its length before it, so that no two keys run together.
std::string KeyOf(const std::vector<std::string>& parts) {
  std::string key;
  for (const std::string& part : parts) key += std::to_string(part.size()) + ":" + part;
  return key;
}

class TableReader {
 public:
  TableReader(const OpeProblem& problem, const LoggedDecisions& log, const table::Table& table) : problem_(problem), log_(log), table_(table) {}

  Result<TargetPolicy> Read() {
    ASSAY_TRY(FindColumns());
    ASSAY_TRY(ReadActions());
    ASSAY_TRY(ReadProbabilities());
    ASSAY_TRY(CheckSums());
    TargetPolicy policy;
    policy.text = "the table " + problem_.target_table;
    policy.actions = actions_;
    policy.actions_from = "the distinct values of " + table_.column(action_).name() + " in " + problem_.target_table;
    std::vector<std::uint32_t> key_of_row;
    ASSAY_TRY(FindRows(&key_of_row));
    for (std::size_t i = 0; i < log_.size(); ++i) {
      const auto action = action_index_.find(log_.table->column(*log_.action).TextAt(static_cast<std::int64_t>(i)));
      policy.of_logged.push_back(action == action_index_.end() ? 0 : cells_[key_of_row[i] * actions_.size() + action->second]);
      if (action != action_index_.end()) policy.actions[action->second].logged = true;
    }
    policy.of_action = [keys = std::move(key_of_row), cells = cells_, width = actions_.size()](std::size_t a,
                                                                                               const RunContext&) -> Result<std::vector<double>> {
      std::vector<double> probabilities(keys.size());
      for (std::size_t i = 0; i < keys.size(); ++i) probabilities[i] = cells[keys[i] * width + a];
      return probabilities;
    };
    return policy;
  }

 private:
  Error Refuse(const std::string& what) const { return Error{ErrorCode::kInvalidInput, "--target-table: " + problem_.target_table + ": " + what}; }
  std::string Row(std::int64_t row) const { return "row " + std::to_string(row + 1); }

  Result<void> FindColumns() {
    const std::string& action = log_.table->column(*log_.action).name();
    const std::int64_t of_action = table_.Find(action), of_probability = table_.Find("probability");
    if (of_action < 0)
      return Refuse("there is no column '" + action + "', the action;" + base::DidYouMean(action, table_.names()) + " expected the columns of a key, '" +
                    action + "' and 'probability'");
    if (of_probability < 0)
      return Refuse("there is no column 'probability';" + base::DidYouMean("probability", table_.names()) + " expected the columns of a key, '" + action +
                    "' and 'probability'");
    action_ = static_cast<std::size_t>(of_action);
    probability_ = static_cast<std::size_t>(of_probability);
    for (std::size_t c = 0; c < table_.num_columns(); ++c) {
      if (c == action_ || c == probability_) continue;
      const std::string& name = table_.column(c).name();
      const std::int64_t in_log = log_.table->Find(name);
      if (in_log < 0 && name != "row")
        return Refuse("the column '" + name + "' is not in the log, so it cannot be part of the key;" + base::DidYouMean(name, log_.table->names()) +
                      " leave it out, or name it as the log does ('row' is the log's row number)");
      keys_.push_back({c, in_log});
    }
    if (table_.num_rows() == 0) return Refuse("it has no rows");
    const Column& ours = log_.table->column(*log_.action);
    const Column& theirs = table_.column(action_);
    if (ours.type() != theirs.type())
      return Refuse("its '" + action + "' is a " + std::string(table::ColumnTypeName(theirs.type())) + ", that of the log a " +
                    table::ColumnTypeName(ours.type()));
    if (table_.column(probability_).type() != table::ColumnType::kNumber)
      return Refuse("'probability' is a " + std::string(table::ColumnTypeName(table_.column(probability_).type())) + ", expected numbers from 0 to 1");
    return {};
  }

  Result<void> ReadActions() {
    for (std::int64_t i = 0; i < table_.num_rows(); ++i) {
      if (table_.column(action_).IsMissing(i)) return Refuse(Row(i) + " has no action");
      const std::string text = table_.column(action_).TextAt(i);
      if (action_index_.emplace(text, actions_.size()).second) actions_.push_back({table_.column(action_), static_cast<std::uint32_t>(i), text, false});
    }
    return {};
  }

  Result<void> ReadProbabilities() {
    std::vector<std::uint8_t> seen;
    std::vector<std::string> parts(keys_.size());
    for (std::int64_t i = 0; i < table_.num_rows(); ++i) {
      const double p = table_.column(probability_).NumberAt(i);
      if (!(p >= 0 && p <= 1))
        return Refuse(Row(i) + (std::isnan(p) ? std::string(" has no probability") : " has the probability " + base::ShortestNumber(p)) +
                      ", expected a number from 0 to 1");
      for (std::size_t k = 0; k < keys_.size(); ++k) parts[k] = table_.column(keys_[k].table).TextAt(i);
      const auto [found, is_new] = key_index_.emplace(KeyOf(parts), static_cast<std::uint32_t>(key_index_.size()));
      if (is_new) {
        first_row_.push_back(i);
        if (first_row_.size() * actions_.size() > kMostCells)
          return Error{ErrorCode::kTooLarge, "--target-table: " + problem_.target_table + " has more than " + base::ReadableCount(kMostCells) +
                                                 " pairs of a key and an action; evaluate a part of the log with --where"};
        cells_.resize(first_row_.size() * actions_.size(), 0);
        seen.resize(cells_.size(), 0);
      }
      const std::size_t cell = found->second * actions_.size() + action_index_.at(table_.column(action_).TextAt(i));
      if (seen[cell] != 0) return Refuse(Row(i) + " gives " + KeyInWords(i) + " the action '" + table_.column(action_).TextAt(i) + "' a second time");
      seen[cell] = 1;
      cells_[cell] = p;
    }
    return {};
  }

  Result<void> CheckSums() const {
    for (std::size_t key = 0; key < first_row_.size(); ++key) {
      double sum = 0;
      for (std::size_t a = 0; a < actions_.size(); ++a) sum += cells_[key * actions_.size() + a];
      if (std::abs(sum - 1) > kSumSlack)
        return Refuse("the probabilities of " + KeyInWords(first_row_[key]) + " add up to " + base::ReadableNumber(sum, 8) +
                      ", expected 1; actions that are left out count 0");
    }
    return {};
  }

  Result<void> FindRows(std::vector<std::uint32_t>* key_of_row) const {
    std::vector<std::string> parts(keys_.size());
    for (std::size_t i = 0; i < log_.size(); ++i) {
      for (std::size_t k = 0; k < keys_.size(); ++k)
        parts[k] = keys_[k].log < 0 ? std::to_string(log_.source_rows[i] + 1)
                                    : log_.table->column(static_cast<std::size_t>(keys_[k].log)).TextAt(static_cast<std::int64_t>(i));
      const auto found = key_index_.find(KeyOf(parts));
      if (found == key_index_.end()) {
        std::vector<std::string> words;
        for (std::size_t k = 0; k < keys_.size(); ++k)
          words.push_back(table_.column(keys_[k].table).name() + " = " + (parts[k].empty() ? "(missing)" : parts[k]));
        return Refuse("it has nothing for " + log_.RowName(i) + " of the log (" + base::Join(words, ", ") + "); every row needs its key there");
      }
      key_of_row->push_back(found->second);
    }
    return {};
  }

  std::string KeyInWords(std::int64_t row) const {
    if (keys_.empty()) return "the one distribution";
    std::vector<std::string> words;
    for (const KeyColumn& key : keys_)
      words.push_back(table_.column(key.table).name() + " = " + (table_.column(key.table).IsMissing(row) ? "(missing)" : table_.column(key.table).TextAt(row)));
    return base::Join(words, ", ");
  }

  const OpeProblem& problem_;
  const LoggedDecisions& log_;
  const table::Table& table_;
  std::size_t action_ = 0, probability_ = 0;
  std::vector<KeyColumn> keys_;
  std::vector<PolicyAction> actions_;
  std::unordered_map<std::string, std::size_t> action_index_;
  std::unordered_map<std::string, std::uint32_t> key_index_;
  std::vector<std::int64_t> first_row_;  // of each key
  std::vector<double> cells_;            // keys x actions
};

}  // namespace

Result<TargetPolicy> ReadTargetTable(const OpeProblem& problem, const LoggedDecisions& log, store::Engine& engine, const RunContext& context) {
  const base::ScopedStep step(context, "read table");
  const store::ReadResult read = ASSAY_TRY(engine.Read(problem.target_table, {}, context));
  return TableReader(problem, log, read.table).Read();
}

}  // namespace assay::lifecycle
