// Any bytes: reading a charter never crashes; an error names the file and a line; what was read can be judged and written as
// a draft that reads back with the same answers.
#include <string>
#include <string_view>

#include "charter/charter.h"
#include "charter/draft.h"
#include "charter/fields.h"
#include "charter/vague.h"

namespace assay::charter {
namespace {

std::string Toml(const Field& field, const Answer& answer) {
  if (field.kind == FieldKind::kList) return TomlList(answer.list);
  return field.kind == FieldKind::kNumber || field.kind == FieldKind::kBoolean ? answer.text : TomlString(answer.text);
}

DraftRecord Copy(const char* section, const Record& record) {
  DraftRecord copy;
  for (const Field& field : Fields()) {
    if (std::string_view(section) != field.section || !record.has(field.key)) continue;
    const Answer& answer = record.answers.at(field.key);
    static_cast<void>(VagueReason(field, answer.text));
    static_cast<void>(WrongChoice(field, answer.text));
    copy[field.key] = {Toml(field, answer), answer.text};
  }
  return copy;
}

bool Same(const Record& a, const Record& b) {
  for (const auto& [key, answer] : a.answers) {
    if (!answer.empty() && (!b.has(key) || b.answers.at(key).text != answer.text || b.answers.at(key).list != answer.list)) return false;
  }
  return true;
}

void Check(std::string_view bytes) {
  const Result<Charter> charter = Charter::Parse(std::string(bytes), "assay.toml");
  if (!charter) {
    ASSAY_CHECK(charter.error().message.starts_with("assay.toml: "));
    return;
  }
  Draft draft;
  for (const std::string_view view : Sections()) {
    const std::string section(view);
    if (IsListSection(section)) {
      for (const Record& record : charter->list(section)) draft.lists[section].push_back(Copy(section.c_str(), record));
    } else {
      draft.sections[section] = Copy(section.c_str(), charter->section(section));
    }
  }
  const Result<Charter> again = Charter::Parse(WriteDraft(draft), "again.toml");
  ASSAY_CHECK(again.has_value());
  for (const std::string_view view : Sections()) {
    const std::string section(view);
    if (!IsListSection(section)) {
      ASSAY_CHECK(Same(charter->section(section), again->section(section)));
      continue;
    }
    ASSAY_CHECK(charter->list(section).size() == again->list(section).size());
    for (std::size_t i = 0; i < charter->list(section).size(); ++i) ASSAY_CHECK(Same(charter->list(section)[i], again->list(section)[i]));
  }
}

}  // namespace
}  // namespace assay::charter

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  assay::charter::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
