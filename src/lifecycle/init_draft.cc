#include "base/text.h"
#include "charter/fields.h"
#include "expression/expression.h"
#include "lifecycle/internal/init_parts.h"

namespace assay::lifecycle {

namespace {

using charter::Draft;
using charter::DraftRecord;
using charter::TomlString;
using evidence::ProposedColumn;

std::string ObjectiveName(const std::string& outcome) {
  const std::vector<std::string> columns = expression::ColumnsOf(outcome);
  std::string name;
  for (const char c : columns.empty() ? std::string() : columns[0]) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) name += c;
    if (!plain && !name.empty() && name.back() != '_') name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() ? "outcome" : base::Lowercase(name);
}

// data.source as seen from the charter's folder, when that leads back to the same file.
std::string RelativeSource(const std::string& source, const std::filesystem::path& folder) {
  std::error_code code;
  const std::filesystem::path plain = std::filesystem::absolute(folder, code).lexically_normal();
  const std::filesystem::path from = std::filesystem::weakly_canonical(plain, code);
  const std::filesystem::path absolute = std::filesystem::absolute(source, code).lexically_normal();
  // ".." of a folder that is a link leads elsewhere: then both are taken where they really are.
  if (!code && from == (plain.has_filename() ? plain : plain.parent_path())) return absolute.lexically_relative(from).generic_string();
  const std::filesystem::path parent = std::filesystem::weakly_canonical(absolute.parent_path(), code);
  if (code) return absolute.string();
  const std::filesystem::path relative = (parent / absolute.filename()).lexically_relative(from);
  return relative.empty() ? absolute.string() : relative.generic_string();
}

void SetAnswer(Draft* draft, const std::string& key, const std::string& text, const std::string& note = "") {
  if (text.empty()) return;
  const std::size_t dot = key.rfind('.');
  const charter::Field* field = charter::FindField(key.substr(0, dot), key.substr(dot + 1));
  if (field == nullptr) return;
  const bool quoted = field->kind != charter::FieldKind::kNumber && field->kind != charter::FieldKind::kBoolean;
  const std::string value = field->kind == charter::FieldKind::kList ? charter::TomlList({text}) : quoted ? TomlString(text) : text;
  draft->sections[field->section][field->key] = {value, note};
}

}  // namespace

Draft MakeDraft(const InitAnswers& answers, const std::filesystem::path& folder, const Problem& problem, const evidence::InitReport& report, const Availability& availability) {
  Draft draft;
  std::error_code code;
  std::string name = std::filesystem::weakly_canonical(std::filesystem::absolute(folder), code).filename().string();
  draft.head = {"The charter of this project: the problem definition, read by every command of Assay.",
                "Answers below were given or are proposed from the data (the lines with -> say why). Every other question stands as a comment: remove the # and answer it. `assay check` judges the answers, `assay run` does the rest; docs/charter.md explains every key."};
  SetAnswer(&draft, "project.name", name.empty() ? "project" : name);
  SetAnswer(&draft, "problem.wait", problem.wait ? answers.wait : "", report.wait == answers.wait ? "" : "the newest rows have no outcome for that long");
  SetAnswer(&draft, "data.source", RelativeSource(answers.source, folder));
  SetAnswer(&draft, "data.time", answers.time);
  if (!availability.clock.empty()) draft.sections["data"]["time_of_day_known"] = {"false", availability.clock};
  SetAnswer(&draft, "data.unit", answers.unit);
  SetAnswer(&draft, "data.query", answers.query);
  draft.remarks["data"] = {"Which rows will judge: " + report.split};
  for (const auto& [key, text] : answers.texts) SetAnswer(&draft, key, text);

  for (const ProposedColumn& column : availability.columns) {
    DraftRecord record;
    record["name"] = {TomlString(column.name), ""};
    record["known"] = {TomlString(column.known), column.reason.empty() || column.sensitive ? "" : column.reason};
    if (column.sensitive) record["sensitive"] = {"true", column.reason};
    draft.lists["data.columns"].push_back(std::move(record));
  }
  DraftRecord objective;
  objective["name"] = {TomlString(ObjectiveName(answers.outcome)), ""};
  objective["outcome"] = {TomlString(answers.outcome), ""};
  objective["task"] = {TomlString(report.task), answers.task.empty() ? "from the values of the outcome" : ""};
  objective["metric"] = {TomlString(report.metric), answers.metric.empty() ? "skill = 1 - loss / loss of the constant" : ""};
  // In the outcome's unit only people know what is worth having.
  const bool in_unit = report.metric == "rmse" || report.metric == "mae";
  if (!in_unit) objective["least_gain"] = {"0.01", "a hundredth, until somebody says what is worth having"};
  draft.lists["objectives"].push_back(std::move(objective));

  const auto option = [&](const char* title, const char* kind) { draft.lists["problem.options"].push_back({{"name", {TomlString(title), ""}}, {"kind", {TomlString(kind), ""}}}); };
  option("do nothing", "nothing");
  option("a rule", "rule");
  option("a model", "boosted");
  const auto step = [&](const char* title, const char* exit) { draft.lists["problem.steps"].push_back({{"name", {TomlString(title), ""}}, {"exit", {TomlString(exit), ""}}}); };
  step("a gain is shown", in_unit ? "gain_low > 0" : "gain_low >= 0.01");
  step("no column leaks", "leaky_columns = 0");
  return draft;
}

}  // namespace assay::lifecycle
