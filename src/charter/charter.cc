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

class Reader {
 public:
  Reader(std::string path, std::map<std::string, Record>* sections, std::map<std::string, std::vector<Record>>* lists) : path_(std::move(path)), sections_(sections), lists_(lists) {}

  Result<void> ReadTable(const toml::table& table, const std::string& section) {
    if (!section.empty()) {
      (*sections_)[section].line = static_cast<int>(table.source().begin.line);
    }
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      const std::string inner = section.empty() ? name : section + "." + name;
      if (IsSection(inner)) {
        ASSAY_TRY(ReadSection(inner, node));
      } else if (section.empty()) {
        return ErrorAt(node, "there is no section '" + name + "'." + base::DidYouMean(name, TopSections()) + " The sections are: " + base::Join(TopSections(), ", "));
      } else {
        ASSAY_TRY(ReadAnswer(section, name, node, &(*sections_)[section]));
      }
    }
    return {};
  }

 private:
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

  template <class Node>
  Error ErrorAt(const Node& node, const std::string& message) const {
    return {ErrorCode::kInvalidInput, path_ + ": line " + std::to_string(node.source().begin.line) + ", column " + std::to_string(node.source().begin.column) + ": " + message};
  }

  Result<void> ReadSection(const std::string& name, const toml::node& node) {
    if (!IsListSection(name)) {
      if (!node.is_table()) return ErrorAt(node, "'" + name + "' is a section; write [" + name + "] on a line of its own");
      return ReadTable(*node.as_table(), name);
    }
    const toml::array* array = node.as_array();
    if (array == nullptr) return ErrorAt(node, "'" + name + "' is a list of tables; write [[" + name + "]] above each");
    for (const toml::node& item : *array) {
      if (!item.is_table()) return ErrorAt(item, "'" + name + "' is a list of tables; write [[" + name + "]] above each");
      Record record;
      record.line = static_cast<int>(item.source().begin.line);
      for (const auto& [key, value] : *item.as_table()) ASSAY_TRY(ReadAnswer(name, std::string(key.str()), value, &record));
      (*lists_)[name].push_back(std::move(record));
    }
    return {};
  }

  Result<void> ReadAnswer(const std::string& section, const std::string& key, const toml::node& node, Record* record) {
    const Field* field = nullptr;
    std::vector<std::string> keys;
    for (const Field& candidate : Fields()) {
      if (section != candidate.section) continue;
      keys.emplace_back(candidate.key);
      if (key == candidate.key) field = &candidate;
    }
    if (field == nullptr) return ErrorAt(node, "section '" + section + "' has no key '" + key + "'." + base::DidYouMean(key, keys) + " Its keys are: " + base::Join(keys, ", "));
    Answer answer;
    answer.line = static_cast<int>(node.source().begin.line);
    answer.column = static_cast<int>(node.source().begin.column);
    const auto wrong = [&](const char* expected) { return ErrorAt(node, "'" + section + "." + key + "' must be " + expected + ", like: " + key + " = " + field->example); };
    switch (field->kind) {
      case FieldKind::kNumber: {
        const auto value = node.value<double>();
        if (!value || !std::isfinite(*value) || node.is_string() || node.is_boolean()) return wrong("a number without quotes");
        answer.number = *value;
        answer.text = base::ShortestNumber(*value);
        break;
      }
      case FieldKind::kBoolean: {
        if (!node.is_boolean()) return wrong("true or false");
        answer.number = *node.value<bool>() ? 1 : 0;
        answer.text = answer.number != 0 ? "true" : "false";
        break;
      }
      case FieldKind::kList: {
        const toml::array* array = node.as_array();
        if (array == nullptr) return wrong("a list of texts");
        for (const toml::node& item : *array) {
          if (!item.is_string()) return wrong("a list of texts");
          answer.list.push_back(*item.value<std::string>());
        }
        break;
      }
      default: {
        if (!node.is_string()) return wrong("a text in quotes");
        answer.text = std::string(base::Trim(*node.value<std::string>()));
        if (field->kind == FieldKind::kDuration && !answer.text.empty()) {
          const Result<base::Micros> duration = base::ParseDuration(answer.text);
          if (!duration) return ErrorAt(node, "'" + section + "." + key + "': " + duration.error().message);
        }
      }
    }
    record->answers[key] = std::move(answer);
    return {};
  }

  std::string path_;
  std::map<std::string, Record>* sections_;
  std::map<std::string, std::vector<Record>>* lists_;
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
    return Error{ErrorCode::kInvalidInput, path + ": line " + std::to_string(failure.source().begin.line) + ", column " + std::to_string(failure.source().begin.column) + ": not valid TOML: " + std::string(failure.description())};
  }
  ASSAY_TRY(Reader(path, &charter.sections_, &charter.lists_).ReadTable(root, ""));
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

std::string TomlString(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

}  // namespace assay::charter
