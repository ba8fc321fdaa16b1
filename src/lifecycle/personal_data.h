// Columns that look like data about persons, and need care: by the form of their values, and by their names.
#pragma once

#include <string>
#include <string_view>

#include "table/column.h"

namespace assay::lifecycle {

// Forms a text can have; each is a strict check of the whole text.
bool IsEmail(std::string_view text);
bool IsPhoneNumber(std::string_view text);   // with a +, brackets or groups: bare digits are as likely an id
bool IsCardNumber(std::string_view text);    // 13 to 19 digits, a known first digit, Luhn's check digit (ISO/IEC 7812-1)
bool IsIban(std::string_view text);          // ISO 13616: country, check digits by modulus 97
bool IsIpAddress(std::string_view text);     // v4 in four parts, or v6
bool IsSocialSecurityNumber(std::string_view text);  // United States: 123-45-6789, areas in use

struct PersonalFinding {
  std::string what;     // "e-mail addresses", "" when nothing points to persons
  std::string reason;   // "its values have that form (98 % of 200 looked at)", "its name says so"
};

// Looks at up to 1,000 different values spread over the column; at least half must have a form (nine in ten for numbers,
// where one random number in ten passes Luhn's check), or one in twenty hold an e-mail address somewhere. Plain ids,
// codes and amounts are not accused.
PersonalFinding FindPersonalData(const table::Column& column);

// The word of a column's name that names a trait of people (age, gender, postcode, ...); "" when none does.
std::string TraitWord(const std::string& name);
// Why a column needs care, a trait or personal data, as the end of a sentence about it; "" otherwise.
std::string SensitiveReason(const table::Column& column);

}  // namespace assay::lifecycle
