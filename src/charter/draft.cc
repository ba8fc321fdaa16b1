#include "charter/draft.h"

#include "charter/fields.h"

namespace assay::charter {

namespace {

constexpr std::size_t kWidth = 118;  // of a comment line, in bytes

// "# text", wrapped at blanks; control characters cannot end a comment.
std::string Comment(const std::string& text) {
  std::string out, line;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin;
    while (end < text.size() && static_cast<unsigned char>(text[end]) > 0x20 && text[end] != 0x7F) ++end;
    const std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    if (word.empty()) continue;
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      out += "# " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + "# " + line + "\n";
}

// One table: its keys in the order of the field list; open ones as comments.
void WriteRecord(const std::string& section, const DraftRecord& record, bool questions, std::string* out) {
  for (const Field& field : Fields()) {
    if (section != field.section) continue;
    const auto answer = record.find(field.key);
    const bool answered = answer != record.end() && !answer->second.value.empty();
    if (questions) *out += Comment(field.question);
    if (answered) {
      if (!answer->second.note.empty()) *out += Comment("-> " + answer->second.note);
      *out += std::string(field.key) + " = " + answer->second.value + "\n";
    } else {
      *out += std::string("# ") + field.key + " = " + field.example + (field.asked ? "" : "   # optional") + "\n";
    }
  }
}

// The commented form of a list's block: what a person copies.
void WriteExample(const std::string& section, std::string* out) {
  *out += "# [[" + section + "]]\n";
  for (const Field& field : Fields()) {
    if (section != field.section) continue;
    *out += std::string("# ") + field.key + " = " + field.example + "   # " + field.question + (field.asked ? "" : " (optional)") + "\n";
  }
}

}  // namespace

std::string WriteDraft(const Draft& draft) {
  std::string out;
  for (const std::string& line : draft.head) out += Comment(line);
  for (const std::string_view view : Sections()) {
    const std::string section(view);
    out += "\n" + Comment(std::string("--- ") + SectionMeaning(section));
    if (const auto remarks = draft.remarks.find(section); remarks != draft.remarks.end()) {
      for (const std::string& line : remarks->second) out += Comment(line);
    }
    if (!IsListSection(section)) {
      const auto record = draft.sections.find(section);
      out += "[" + section + "]\n";
      WriteRecord(section, record == draft.sections.end() ? DraftRecord{} : record->second, true, &out);
      continue;
    }
    const auto records = draft.lists.find(section);
    if (records == draft.lists.end() || records->second.empty()) {
      WriteExample(section, &out);
      continue;
    }
    for (std::size_t i = 0; i < records->second.size(); ++i) {
      out += (i > 0 ? "\n[[" : "[[") + section + "]]\n";
      WriteRecord(section, records->second[i], i == 0, &out);
    }
  }
  return out;
}

std::string TomlString(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      constexpr char kHex[] = "0123456789ABCDEF";
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string TomlList(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (std::size_t i = 0; i < texts.size(); ++i) out += (i > 0 ? ", " : "") + TomlString(texts[i]);
  return out + "]";
}

}  // namespace assay::charter
