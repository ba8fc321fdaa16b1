// A charter about to be written: proposed answers with their reasons, everything else as commented questions.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace assay::charter {

struct DraftAnswer {
  std::string value;  // as TOML, see TomlString; "" leaves the question open
  std::string note;   // why this is proposed: a comment above it, one line
};
using DraftRecord = std::map<std::string, DraftAnswer>;  // by key

struct Draft {
  std::vector<std::string> head;                            // comment lines at the top
  std::map<std::string, DraftRecord> sections;              // "problem"
  std::map<std::string, std::vector<DraftRecord>> lists;    // "data.columns"
  std::map<std::string, std::vector<std::string>> remarks;  // comment lines under a section's meaning
};

// Every key of charter/fields.h stands in the text, in its order: answered, or as a comment with its question and an
// example. Charter::Parse reads it back with exactly the draft's answers. Line breaks in notes become blanks.
std::string WriteDraft(const Draft& draft);

// The text as TOML: "in quotes", always on one line; a list of them; a number in its shortest form.
std::string TomlString(const std::string& text);
std::string TomlList(const std::vector<std::string>& texts);

}  // namespace assay::charter
