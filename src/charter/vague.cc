#include "charter/vague.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace assay::charter {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// Letters of any script: bytes of multi-byte characters count.
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

std::vector<std::string> WordsOf(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (IsLetter(c) || IsDigit(c)) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(base::Lowercase(word));
      word.clear();
    }
  }
  return words;
}

template <std::size_t N>
bool Among(const std::string& word, const std::array<const char*, N>& list) {
  return std::any_of(list.begin(), list.end(), [&](const char* item) { return word == item; });
}

bool HasNumber(const std::string& text) {
  if (std::any_of(text.begin(), text.end(), IsDigit)) return true;
  static constexpr std::array kNumbers = {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty", "fifty", "half", "third", "thirds", "quarter", "quarters", "fifth", "tenth", "hundred", "thousand", "million", "twice", "double", "once", "nobody", "zero"};
  const std::vector<std::string> words = WordsOf(text);
  return std::any_of(words.begin(), words.end(), [](const std::string& w) { return Among(w, kNumbers); });
}

bool IsPlaceholder(const std::string& text) {
  static constexpr std::array kPlaceholders = {"todo", "tbd", "tbc", "fixme", "xxx", "unknown", "later", "na"};
  const std::vector<std::string> words = WordsOf(text);
  if (words.empty()) return true;  // "?", "..."
  return Among(words[0], kPlaceholders) && words.size() <= 3;
}

}  // namespace

std::string DateIn(const std::string& text) {
  for (std::size_t i = 0; i + 10 <= text.size(); ++i) {
    if (!IsDigit(text[i]) || (i > 0 && IsDigit(text[i - 1]))) continue;
    if (text[i + 4] == '-' && base::ParseTime(text.substr(i, 10))) return text.substr(i, 10);
  }
  static constexpr std::array kMonths = {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"};
  const std::vector<std::string> words = WordsOf(text);
  for (std::size_t w = 0; w < words.size(); ++w) {
    const auto month = std::find_if(kMonths.begin(), kMonths.end(), [&](const char* m) { return words[w] == m; });
    if (month == kMonths.end()) continue;
    for (std::size_t y = w + 1; y < std::min(w + 3, words.size()); ++y) {
      const std::string number = std::to_string(month - kMonths.begin() + 1);
      const std::string date = words[y] + (number.size() < 2 ? "-0" : "-") + number + "-01";
      if (words[y].size() == 4 && base::ParseTime(date)) return date;
    }
  }
  return "";
}

std::string VagueReason(const Field& field, const std::string& answer) {
  if (field.kind != FieldKind::kText && field.kind != FieldKind::kList) return "";
  if (IsPlaceholder(answer)) return "a placeholder is not an answer";
  switch (field.due) {
    case Due::kNothing: return "";
    case Due::kNumber: return HasNumber(answer) ? "" : "it names no number or date, so nobody can tell when it is true";
    case Due::kNumberAndUnit: {
      const bool unit = std::any_of(answer.begin(), answer.end(), [](char c) { return IsLetter(c) || c == '$' || c == '%'; });
      if (!HasNumber(answer)) return "it names no number";
      return unit ? "" : "its number has no unit";
    }
    case Due::kSentence: return answer.size() >= 20 && WordsOf(answer).size() >= 3 ? "" : "it is too short to be understood by somebody else; say it in a sentence";
    case Due::kDate: return DateIn(answer).empty() ? "it names no date, like 2001-12-01" : "";
  }
  return "";
}

std::string WrongChoice(const Field& field, const std::string& answer) {
  const std::vector<std::string> choices = ChoicesOf(field);
  if (choices.empty()) return "";
  const std::string lower = base::Lowercase(answer);
  for (const std::string& choice : choices) {
    if (lower == choice || (lower.starts_with(choice) && !IsLetter(lower[choice.size()]))) return "";
  }
  return "'" + answer + "' is none of: " + base::Join(choices, ", ") + "." + base::DidYouMean(answer, choices);
}

}  // namespace assay::charter
