#include "lifecycle/personal_data.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <vector>

#include "base/text.h"

namespace assay::lifecycle {

namespace {
constexpr std::size_t kMostLookedAt = 1000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The digits without blanks and hyphens between them; "" when anything else stands there.
std::string BareDigits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (IsDigit(c)) digits += c;
    else if (c != ' ' && c != '-') return "";
  }
  return digits;
}

bool PassesLuhn(const std::string& digits) {
  int sum = 0;
  bool doubled = false;
  for (auto at = digits.rbegin(); at != digits.rend(); ++at, doubled = !doubled) {
    int value = *at - '0';
    if (doubled) value = value > 4 ? 2 * value - 9 : 2 * value;
    sum += value;
  }
  return sum % 10 == 0;
}

bool IsIpVersion4(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.empty() || part.size() > 3 || !std::all_of(part.begin(), part.end(), IsDigit) || std::stoi(std::string(part)) > 255) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    text.remove_prefix(dot + 1);
  }
}

bool IsIpVersion6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap != std::string_view::npos && text.find("::", gap + 1) != std::string_view::npos) return false;
  int groups = 0;
  std::size_t length = 0;
  for (const char c : text) {
    if (c == ':') {
      groups += length > 0 ? 1 : 0;
      length = 0;
    } else if (std::isxdigit(static_cast<unsigned char>(c)) != 0 && length < 4) {
      ++length;
    } else {
      return false;
    }
  }
  groups += length > 0 ? 1 : 0;
  return gap == std::string_view::npos ? groups == 8 : groups >= 2 && groups < 8;
}

bool HoldsEmail(std::string_view text) {
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t begin = at, end = at + 1;
    const auto in_address = [](char c) { return IsDigit(c) || IsLetter(c) || c == '.' || c == '_' || c == '-' || c == '+'; };
    while (begin > 0 && in_address(text[begin - 1])) --begin;
    while (end < text.size() && in_address(text[end])) ++end;
    while (end > at && text[end - 1] == '.') --end;
    if (IsEmail(text.substr(begin, end - begin))) return true;
  }
  return false;
}

std::string ByName(const std::string& name) {
  struct Row {
    std::vector<std::string> words;  // all of them, side by side
    const char* what;
  };
  static const std::vector<Row> rows = {
      {{"email"}, "e-mail addresses"}, {{"e", "mail"}, "e-mail addresses"}, {{"mail"}, "e-mail addresses"}, {{"phone"}, "phone numbers"}, {{"telephone"}, "phone numbers"}, {{"mobile", "number"}, "phone numbers"},
      {{"ssn"}, "social security numbers"}, {{"social", "security"}, "social security numbers"}, {{"passport"}, "passport numbers"}, {{"iban"}, "bank accounts"}, {{"bank", "account"}, "bank accounts"},
      {{"credit", "card"}, "card numbers"}, {{"card", "number"}, "card numbers"}, {{"surname"}, "names of persons"}, {{"lastname"}, "names of persons"}, {{"last", "name"}, "names of persons"},
      {{"firstname"}, "names of persons"}, {{"first", "name"}, "names of persons"}, {{"full", "name"}, "names of persons"}, {{"fullname"}, "names of persons"}, {{"customer", "name"}, "names of persons"},
      {{"patient", "name"}, "names of persons"}, {{"birthday"}, "dates of birth"}, {{"birthdate"}, "dates of birth"}, {{"birth", "date"}, "dates of birth"}, {{"date", "of", "birth"}, "dates of birth"}, {{"dob"}, "dates of birth"},
      {{"street"}, "postal addresses"}, {{"home", "address"}, "postal addresses"}, {{"postal", "address"}, "postal addresses"}, {{"ip", "address"}, "network addresses"}, {{"ip", "addr"}, "network addresses"}};
  const std::vector<std::string> words = base::WordsOfName(name);
  for (const Row& row : rows) {
    if (std::search(words.begin(), words.end(), row.words.begin(), row.words.end()) != words.end()) return row.what;
  }
  return "";
}

// Up to kMostLookedAt different values, evenly spread.
std::vector<std::string> SomeValues(const table::Column& column) {
  std::vector<std::string> values;
  if (column.type() == table::ColumnType::kCategory) {
    const std::vector<std::string>& all = column.dictionary();
    const std::size_t step = std::max<std::size_t>(1, (all.size() + kMostLookedAt - 1) / kMostLookedAt);
    for (std::size_t i = 0; i < all.size(); i += step) {
      if (!all[i].empty()) values.push_back(all[i]);
    }
    return values;
  }
  if (column.type() != table::ColumnType::kNumber || !column.is_integer()) return values;
  std::set<std::string> seen;
  const std::int64_t step = std::max<std::int64_t>(1, column.num_rows() / static_cast<std::int64_t>(kMostLookedAt));
  for (std::int64_t row = 0; row < column.num_rows(); row += step) {
    if (!column.IsMissing(row)) seen.insert(column.TextAt(row));
  }
  return {seen.begin(), seen.end()};
}
}  // namespace

bool IsEmail(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.find('@', at + 1) != std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || domain.size() - dot - 1 < 2) return false;
  const std::string_view top = domain.substr(dot + 1);
  return std::all_of(top.begin(), top.end(), IsLetter) && text.find_first_of(" \t\",;:<>()[]") == std::string_view::npos && domain.find("..") == std::string_view::npos;
}

bool IsPhoneNumber(std::string_view text) {
  if (text.find_first_not_of("0123456789 +-()/.") != std::string_view::npos) return false;
  const auto digits = std::count_if(text.begin(), text.end(), IsDigit);
  if (digits < 7 || digits > 15) return false;
  if (text[0] == '+') return true;
  // Groups of digits; a point alone makes a number, and eight digits in 4-2-2 make a date.
  int groups = 0;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!IsDigit(text[i])) continue;
    if (i == 0 || !IsDigit(text[i - 1])) {
      ++groups;
      sizes.push_back(0);
    }
    ++sizes.back();
  }
  const bool date = groups == 3 && digits <= 8 && (sizes[0] == 4 || sizes[2] == 4 || digits <= 6);
  const bool bracket = text[0] == '(' && text.find(')') != std::string_view::npos;
  return !date && (bracket || groups >= 3) && *std::max_element(sizes.begin(), sizes.end()) <= 5 && !IsSocialSecurityNumber(text) && !IsIpVersion4(text);
}

bool IsCardNumber(std::string_view text) {
  const std::string digits = BareDigits(text);
  if (digits.size() < 13 || digits.size() > 19 || digits[0] < '2' || digits[0] > '6') return false;
  return PassesLuhn(digits);
}

bool IsIban(std::string_view text) {
  std::string packed;
  for (const char c : text) {
    if (c != ' ') packed += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  if (packed.size() < 15 || packed.size() > 34 || !IsLetter(packed[0]) || !IsLetter(packed[1]) || !IsDigit(packed[2]) || !IsDigit(packed[3])) return false;
  int remainder = 0;
  const std::string turned = packed.substr(4) + packed.substr(0, 4);
  for (const char c : turned) {
    if (IsDigit(c)) remainder = (remainder * 10 + (c - '0')) % 97;
    else if (IsLetter(c)) remainder = (remainder * 100 + (c - 'A' + 10)) % 97;
    else return false;
  }
  return remainder == 1;
}

bool IsIpAddress(std::string_view text) { return IsIpVersion4(text) || (text.find(':') != std::string_view::npos && IsIpVersion6(text)); }

bool IsSocialSecurityNumber(std::string_view text) {
  if (text.size() != 11 || text[3] != '-' || text[6] != '-') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != 3 && i != 6 && !IsDigit(text[i])) return false;
  }
  const std::string_view area = text.substr(0, 3);
  return area != "000" && area != "666" && area[0] != '9' && text.substr(4, 2) != "00" && text.substr(7) != "0000";
}

PersonalFinding FindPersonalData(const table::Column& column) {
  const std::vector<std::string> values = SomeValues(column);
  struct Form {
    bool (*has)(std::string_view);
    const char* what;
    double share;     // of the values looked at
    bool in_numbers;  // also looked for in number columns
  };
  static const Form forms[] = {{IsEmail, "e-mail addresses", 0.5, false},         {IsIban, "bank accounts (IBAN)", 0.5, false},
                               {IsCardNumber, "card numbers", 0.9, true},         {IsSocialSecurityNumber, "social security numbers", 0.5, false},
                               {IsIpAddress, "network addresses (IP)", 0.5, false}, {IsPhoneNumber, "phone numbers", 0.5, false},
                               {HoldsEmail, "texts with e-mail addresses in them", 0.05, false}};
  const bool numbers = column.type() == table::ColumnType::kNumber;
  for (const Form& form : forms) {
    if (values.empty() || (numbers && (!form.in_numbers || values.size() < 10))) continue;
    const auto having = static_cast<double>(std::count_if(values.begin(), values.end(), [&](const std::string& v) { return form.has(v); }));
    const double share = having / static_cast<double>(values.size());
    if (having >= 1 && share >= form.share) {
      return {form.what, base::ReadableShare(share) + " of " + base::ReadableCount(static_cast<std::int64_t>(values.size())) + " different values looked at have that form"};
    }
  }
  const std::string named = ByName(column.name());
  return named.empty() ? PersonalFinding{} : PersonalFinding{named, "its name says so"};
}

std::string TraitWord(const std::string& name) {
  static constexpr std::array kTraits = {"age", "gender", "sex", "race", "ethnicity", "ethnic", "religion", "marital", "nationality", "citizenship", "native", "disability", "disabled", "pregnant", "orientation", "caste", "birth", "birthday", "birthdate", "income", "salary", "diagnosis", "zip", "zipcode", "postcode", "relationship"};
  // Things have ages too, of people none is told in these.
  static constexpr std::array kUnitsOfThings = {"seconds", "minutes", "hours", "days", "weeks", "second", "minute", "hour", "day", "week", "ms", "s"};
  const std::vector<std::string> words = base::WordsOfName(name);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool of_a_thing = words[i] == "age" && i + 1 < words.size() && std::find(kUnitsOfThings.begin(), kUnitsOfThings.end(), words[i + 1]) != kUnitsOfThings.end();
    if (!of_a_thing && std::find(kTraits.begin(), kTraits.end(), words[i]) != kTraits.end()) return words[i];
  }
  return "";
}

std::string SensitiveReason(const table::Column& column) {
  if (const std::string word = TraitWord(column.name()); !word.empty()) return "is named like a trait of people ('" + word + "')";
  const PersonalFinding personal = FindPersonalData(column);
  return personal.what.empty() ? "" : "looks like " + personal.what + " (" + personal.reason + ")";
}

}  // namespace assay::lifecycle
