#include "lifecycle/personal_data.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/random.h"

namespace assay::lifecycle {
namespace {

using table::Column;

TEST(PersonalData, FormsOfSingleTexts) {
  struct Case {
    bool (*check)(std::string_view);
    const char* text;
    bool expected;
  };
  const Case cases[] = {
      {IsEmail, "ann.lee@example.org", true},
      {IsEmail, "a+b@mail.example.co.uk", true},
      {IsEmail, "@home", false},
      {IsEmail, "user@localhost", false},
      {IsEmail, "price @ 3.50", false},
      {IsEmail, "a@b@example.org", false},
      {IsPhoneNumber, "+49 30 901820", true},
      {IsPhoneNumber, "(212) 555-0143", true},
      {IsPhoneNumber, "212-555-0143", true},
      {IsPhoneNumber, "2125550143", false},
      {IsPhoneNumber, "2001-02-03", false},
      {IsPhoneNumber, "12.5", false},
      {IsPhoneNumber, "192.168.10.25", false},
      {IsCardNumber, "4111 1111 1111 1111", true},
      {IsCardNumber, "378282246310005", true},
      {IsCardNumber, "4111111111111112", false},
      {IsCardNumber, "1234567890123", false},
      {IsIban, "DE89 3704 0044 0532 0130 00", true},
      {IsIban, "GB82WEST12345698765432", true},
      {IsIban, "GB82WEST12345698765433", false},
      {IsIban, "AB12", false},
      {IsIpAddress, "192.168.0.1", true},
      {IsIpAddress, "2001:db8::8a2e:370:7334", true},
      {IsIpAddress, "256.1.1.1", false},
      {IsIpAddress, "1.2.3", false},
      {IsIpAddress, "12:30", false},
      {IsSocialSecurityNumber, "123-45-6789", true},
      {IsSocialSecurityNumber, "000-45-6789", false},
      {IsSocialSecurityNumber, "123-456-789", false},
  };
  for (const Case& c : cases) EXPECT_EQ(c.check(c.text), c.expected) << c.text;
}

Column Texts(const std::string& name, const std::function<std::string(int)>& make, int count = 300) {
  std::vector<std::string> dictionary;
  std::vector<std::uint32_t> codes;
  for (int i = 0; i < count; ++i) {
    dictionary.push_back(make(i));
    codes.push_back(static_cast<std::uint32_t>(i));
  }
  return Column::Categories(name, codes, dictionary);
}

TEST(PersonalData, ColumnsAreFoundAndPlainIdsAreNotAccused) {
  base::RandomStream random(4, "ids");
  std::vector<std::int64_t> long_ids, cards;
  for (int i = 0; i < 500; ++i) {
    long_ids.push_back(4'000'000'000'000'000 + static_cast<std::int64_t>(random.Below(900'000'000'000'000)));
    std::string card = std::to_string(400'000'000'000'000 + static_cast<std::int64_t>(random.Below(90'000'000'000'000)));
    for (char digit = '0'; digit <= '9'; ++digit) {
      if (IsCardNumber(card + digit)) cards.push_back(std::stoll(card + digit));
    }
  }
  struct Case {
    Column column;
    const char* what;  // "" = not accused
  };
  const Case cases[] = {
      {Texts("contact", [](int i) { return "p" + std::to_string(i) + "@example.org"; }), "e-mail addresses"},
      {Texts("line", [](int i) { return "+1 212 555 " + std::to_string(1000 + i); }), "phone numbers"},
      {Texts("remark", [](int i) { return i % 10 == 0 ? "please write to ann" + std::to_string(i) + "@example.org, thanks" : "late " + std::to_string(i); }), "texts with e-mail addresses in them"},
      {Texts("client", [](int i) { return "10.0." + std::to_string(i / 200) + "." + std::to_string(i % 200); }), "network addresses (IP)"},
      {Column::Integers("paid_with", cards), "card numbers"},
      {Column::Numbers("dob", {1980, 1990}), "dates of birth"},
      {Texts("customerLastName", [](int i) { return "n" + std::to_string(i); }), "names of persons"},
      {Column::Integers("order_id", long_ids), ""},
      {Texts("id", [](int i) { return std::to_string(100000 + i); }), ""},
      {Texts("flight", [](int i) { return "UA-" + std::to_string(i); }), ""},
      {Texts("version", [](int i) { return "1." + std::to_string(i) + ".0"; }), ""},
      {Texts("day", [](int i) { return "2001-0" + std::to_string(1 + i / 28 % 9) + "-" + std::to_string(10 + i % 18) + "x"; }), ""},
      {Texts("uuid", [](int i) { return "6f9619ff-8b86-d011-b42d-00cf4fc9" + std::to_string(1000 + i); }), ""},
      {Texts("mailing_list_size_class", [](int i) { return "c" + std::to_string(i); }), ""},
      {Texts("product_name", [](int i) { return "p" + std::to_string(i); }), ""},
      {Texts("birthplace_code", [](int i) { return "c" + std::to_string(i); }), ""},
  };
  for (const Case& c : cases) EXPECT_EQ(FindPersonalData(c.column).what, c.what) << c.column.name();
}

TEST(PersonalData, ColumnsThatNeedCareSayWhy) {
  struct Case {
    Column column;
    const char* reason;  // "" = none
  };
  const Case cases[] = {
      {Column::Numbers("Age", {1, 2}), "a trait of people ('age')"},
      {Column::Numbers("marital-status", {1, 2}), "a trait of people ('marital')"},
      {Column::Numbers("customerEmail", {1, 2}), "looks like e-mail addresses"},
      {Column::Categories("contact", {0, 1}, {"a@b.org", "c@d.net"}), "looks like e-mail addresses"},
      {Column::Categories("handle", {0, 1}, {"@a", "b@"}), ""},
      {Column::Numbers("actual_arrival", {1, 2}), ""},
      {Column::Numbers("closedAt", {1, 2}), ""},
      {Column::Numbers("resolution-time", {1, 2}), ""},
      {Column::Numbers("disclosed", {1, 2}), ""},
      {Column::Numbers("manager", {1, 2}), ""},
      {Column::Numbers("age_days", {1, 2}), ""},
      {Column::Numbers("age_years", {1, 2}), "a trait of people ('age')"},
      {Column::Numbers("message", {1, 2}), ""},
      {Column::Numbers("amount", {1, 2}), ""},
  };
  for (const Case& c : cases) {
    const std::string reason = SensitiveReason(c.column);
    EXPECT_EQ(reason.empty(), std::string(c.reason).empty()) << c.column.name() << ": " << reason;
    EXPECT_NE(reason.find(c.reason), std::string::npos) << c.column.name() << ": " << reason;
  }
}

}  // namespace
}  // namespace assay::lifecycle
