// Every key a charter may have, once: its question, what a good answer holds, an example.
//
// This table drives parsing (unknown keys, types), `assay init` (the commented charter), `assay check` (empty, vague) and
// docs/charter.md (a test compares). Adding a key = one row here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::charter {

enum class FieldKind { kText, kNumber, kBoolean, kDuration, kExpression, kList };
// What an answer must hold to be more than vague.
enum class Due { kNothing, kNumber, kNumberAndUnit, kSentence, kDate };

struct Field {
  const char* section;   // "problem", or a list of tables: "phenomenon.hypotheses"
  const char* key;       // "solve"
  FieldKind kind;
  Due due;
  bool asked;            // an empty one is an open question
  const char* stage;     // understand, define, design, deploy, business
  const char* question;
  const char* example;   // as TOML value
  const char* choices = "";  // "higher|lower|different": the only answers; "" when any is fine
};

const std::vector<Field>& Fields();
// The row of "problem.solve"; null when there is none.
const Field* FindField(std::string_view section, std::string_view key);
std::vector<std::string> ChoicesOf(const Field& field);
// What a section asks, in a sentence: the comment above it in a new charter.
const char* SectionMeaning(std::string_view section);
// What a list section as a whole asks a person; "" where a project may do without the list.
const char* ListQuestion(std::string_view section);
// Sections that are lists of tables ([[...]]).
bool IsListSection(std::string_view section);
std::vector<std::string_view> Sections();  // in the order of a charter

const char* FieldKindName(FieldKind kind);  // "text", "number", "yes or no", "duration", "EXPR", "list of texts"

}  // namespace assay::charter
