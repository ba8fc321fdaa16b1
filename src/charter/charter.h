// The charter assay.toml: the problem definition, written by people, read by every command.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace assay::charter {

// An answer as written, with its place in the file.
struct Answer {
  std::string text;                // texts, EXPRs, durations; numbers and yes/no in their TOML form
  double number = 0;               // numbers; yes = 1, no = 0; durations in microseconds
  std::vector<std::string> list;   // lists
  int line = 0, column = 0;        // 1-based
  bool empty() const { return text.empty() && list.empty(); }
};

// One table of the file: its keys and their answers. Missing keys read as empty.
struct Record {
  std::map<std::string, Answer> answers;
  int line = 0;

  bool has(const std::string& key) const { return answers.contains(key) && !answers.at(key).empty(); }
  std::string text(const std::string& key) const { return has(key) ? answers.at(key).text : ""; }
  double number(const std::string& key, double otherwise) const { return has(key) ? answers.at(key).number : otherwise; }
  bool flag(const std::string& key, bool otherwise) const { return has(key) ? answers.at(key).number != 0 : otherwise; }
  std::vector<std::string> list(const std::string& key) const { return has(key) ? answers.at(key).list : std::vector<std::string>{}; }
};

// Immutable after Parse.
class Charter {
 public:
  // Checks keys and types against charter/fields.h. The error holds one line per mistake (up to 20, in the order of the
  // file): file, line and column, what was found, what was expected and the nearest known key. Broken TOML: the first.
  static Result<Charter> Parse(const std::string& text, const std::string& path);
  static Result<Charter> Load(const std::string& path);

  const Record& section(const std::string& name) const;               // "problem"; an empty record when absent
  const std::vector<Record>& list(const std::string& name) const;     // "objectives"; empty when absent
  const std::string& path() const { return path_; }
  // "assay.toml, line 12" for messages about an answer.
  std::string Where(const Answer& answer) const;

 private:
  std::string path_;
  std::map<std::string, Record> sections_;
  std::map<std::string, std::vector<Record>> lists_;
};

}  // namespace assay::charter
