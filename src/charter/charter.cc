#include "charter/charter.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <toml++/toml.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "charter/fields.h"

namespace assay::charter {

namespace {

// Larger ones would not survive being multiplied with each other.
constexpr double kLargestNumber = 1e100;

// What the parser says of a broken file, in words of ours where it only shows a number again, however long.
std::string NotToml(const std::string& description) {
  const auto says = [&](const char* words) { return description.find(words) != std::string::npos; };
  const bool number = says("is not representable in 64 bits") || says("numeric value too long") || (says("floating-point") && says("could not be interpreted as a value"));
  if (!number) return "not valid TOML: " + description;
  return "a number is too large or has too many digits to be held; write a smaller one, or a long one with an exponent, like 1e12";
}

class Reader {
 public:
  Reader(std::string path, std::map<std::string, Record>* sections, std::map<std::string, std::vector<Record>>* lists) : path_(std::move(path)), sections_(sections), lists_(lists) {}

  // Goes on after an error, so that one look at the file mends them all; in the order of the file.
  Result<void> Read(const toml::table& root) {
    ReadTable(root, "");
    if (problems_.empty()) return {};
    std::sort(problems_.begin(), problems_.end());
    constexpr std::size_t kMostShown = 20;
    std::string message;
    for (std::size_t i = 0; i < std::min(problems_.size(), kMostShown); ++i) {
      const Problem& problem = problems_[i];
      message += (i > 0 ? "\n" : "") + path_ + ": line " + std::to_string(problem.line) + ", column " + std::to_string(problem.column) + ": " + problem.message;
    }
    if (problems_.size() > kMostShown) message += "\n" + path_ + ": and " + std::to_string(problems_.size() - kMostShown) + " more";
    return Error{ErrorCode::kInvalidInput, std::move(message)};
  }

 private:
  struct Problem {
    unsigned line, column;
    std::string message;
    auto operator<=>(const Problem&) const = default;
  };

  void ReadTable(const toml::table& table, const std::string& section) {
    if (!section.empty()) (*sections_)[section].line = static_cast<int>(table.source().begin.line);
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      const std::string inner = section.empty() ? name : section + "." + name;
      if (IsSection(inner)) {
        ReadSection(inner, node);
      } else if (section.empty()) {
        Report(key, "there is no section '" + name + "'." + base::DidYouMean(name, TopSections()) + " The sections are: " + base::Join(TopSections(), ", "));
      } else {
        ReadAnswer(section, key, node, &(*sections_)[section]);
      }
    }
  }

  static bool IsSection(const std::string& name) {
    for (const std::string_view section : Sections()) {
      if (section == name || (section.starts_with(name) && section.size() > name.size() && section[name.size()] == '.')) return true;
    }
    return false;
  }

  static std::vector<std::string> TopSections() {
    std::vector<std::string> names;
    for (const std::string_view section : Sections()) {
      const std::string top(section.substr(0, section.find('.')));
      if (std::find(names.begin(), names.end(), top) == names.end()) names.push_back(top);
    }
    return names;
  }

  // `place`: the key or the value that is wrong.
  template <class Place>
  void Report(const Place& place, std::string message) {
    problems_.push_back({place.source().begin.line, place.source().begin.column, std::move(message)});
  }

  void ReadSection(const std::string& name, const toml::node& node) {
    if (!IsListSection(name)) {
      if (!node.is_table()) return Report(node, "'" + name + "' is a section; write [" + name + "] on a line of its own");
      return ReadTable(*node.as_table(), name);
    }
    const toml::array* array = node.as_array();
    if (array == nullptr) return Report(node, "'" + name + "' is a list of tables; write [[" + name + "]] above each");
    for (const toml::node& item : *array) {
      if (!item.is_table()) return Report(item, "'" + name + "' is a list of tables; write [[" + name + "]] above each");
      Record record;
      record.line = static_cast<int>(item.source().begin.line);
      for (const auto& [key, value] : *item.as_table()) ReadAnswer(name, key, value, &record);
      (*lists_)[name].push_back(std::move(record));
    }
  }

  void ReadAnswer(const std::string& section, const toml::key& key, const toml::node& node, Record* record) {
    const Field* field = FindField(section, key.str());
    if (field == nullptr) return ReportUnknownKey(section, key);
    Answer answer;
    answer.line = static_cast<int>(node.source().begin.line);
    answer.column = static_cast<int>(node.source().begin.column);
    const std::string wrong = ReadValue(*field, node, &answer);
    if (!wrong.empty()) return Report(node, "'" + section + "." + field->key + "' " + wrong);
    record->answers[field->key] = std::move(answer);
  }

  void ReportUnknownKey(const std::string& section, const toml::key& key) {
    std::vector<std::string> keys;
    std::string elsewhere;
    for (const Field& candidate : Fields()) {
      if (section == candidate.section) keys.emplace_back(candidate.key);
      if (key.str() == candidate.key && elsewhere.empty()) elsewhere = candidate.section;
    }
    std::string hint = base::DidYouMean(key.str(), keys);
    if (hint.empty() && !elsewhere.empty()) hint = " Section '" + elsewhere + "' has one of that name.";
    if (keys.empty()) return Report(key, "section '" + section + "' holds only other sections, no key '" + std::string(key.str()) + "'." + hint);
    Report(key, "section '" + section + "' has no key '" + std::string(key.str()) + "'." + hint + " Its keys are: " + base::Join(keys, ", "));
  }

  // What is wrong with the value, or "".
  static std::string ReadValue(const Field& field, const toml::node& node, Answer* answer) {
    const auto must = [&](const char* expected) { return std::string("must be ") + expected + ", like: " + field.key + " = " + field.example; };
    switch (field.kind) {
      case FieldKind::kNumber: {
        if (!node.is_number()) return must("a number without quotes");
        // A whole number of 64 bits that no real holds exactly is taken as the nearest one.
        const double value = node.is_integer() ? static_cast<double>(**node.as_integer()) : **node.as_floating_point();
        if (!(std::abs(value) <= kLargestNumber)) return must(("a finite number, at most " + base::ShortestNumber(kLargestNumber) + " in size").c_str());
        answer->number = value;
        answer->text = base::ShortestNumber(value);
        return "";
      }
      case FieldKind::kBoolean: {
        if (!node.is_boolean()) return must("true or false");
        answer->number = *node.value<bool>() ? 1 : 0;
        answer->text = answer->number != 0 ? "true" : "false";
        return "";
      }
      case FieldKind::kList: {
        const toml::array* array = node.as_array();
        if (array == nullptr) return must("a list of texts");
        for (const toml::node& item : *array) {
          if (!item.is_string()) return must("a list of texts");
          answer->list.push_back(*item.value<std::string>());
        }
        return "";
      }
      default: break;
    }
    if (field.due == Due::kDate && node.is_date()) {
      std::ostringstream date;  // a date may stand without quotes
      date << **node.as_date();
      answer->text = date.str();
      return "";
    }
    if (!node.is_string()) return must("a text in quotes");
    answer->text = std::string(base::Trim(*node.value<std::string>()));
    if (field.kind == FieldKind::kDuration && !answer->text.empty()) {
      const Result<base::Micros> duration = base::ParseDuration(answer->text);
      if (!duration) return "cannot be read: " + duration.error().message;
      answer->number = static_cast<double>(*duration);
    }
    return "";
  }

  std::string path_;
  std::map<std::string, Record>* sections_;
  std::map<std::string, std::vector<Record>>* lists_;
  std::vector<Problem> problems_;
};

}  // namespace

Result<Charter> Charter::Parse(const std::string& text, const std::string& path) {
  Charter charter;
  charter.path_ = path;
  if (!base::IsValidUtf8(text)) return Error{ErrorCode::kInvalidInput, path + ": is not valid UTF-8; save it as UTF-8"};
  toml::table root;
  try {
    root = toml::parse(text, path);
  } catch (const toml::parse_error& failure) {
    return Error{ErrorCode::kInvalidInput, path + ": line " + std::to_string(failure.source().begin.line) + ", column " + std::to_string(failure.source().begin.column) + ": " + NotToml(std::string(failure.description()))};
  }
  ASSAY_TRY(Reader(path, &charter.sections_, &charter.lists_).Read(root));
  return charter;
}

Result<Charter> Charter::Load(const std::string& path) {
  const std::string text = ASSAY_TRY(base::ReadFile(path));
  return Parse(text, path);
}

const Record& Charter::section(const std::string& name) const {
  static const Record none;
  const auto found = sections_.find(name);
  return found == sections_.end() ? none : found->second;
}

const std::vector<Record>& Charter::list(const std::string& name) const {
  static const std::vector<Record> none;
  const auto found = lists_.find(name);
  return found == lists_.end() ? none : found->second;
}

std::string Charter::Where(const Answer& answer) const { return path_ + ", line " + std::to_string(answer.line); }

}  // namespace assay::charter
