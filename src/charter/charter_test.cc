#include "charter/charter.h"

#include <gtest/gtest.h>

#include "charter/fields.h"

namespace assay::charter {
namespace {

TEST(Charter, ReadsSectionsListsAndPlaces) {
  const Result<Charter> charter = Charter::Parse(
      "[project]\nname = \"Flights\"\n[problem]\nwait = \"12 hours\"\n[[objectives]]\nname = \"late\"\noutcome = \"delay > 15\"\ntarget = 0.1\n"
      "[[objectives]]\nname = \"very late\"\n[[data.columns]]\nname = \"distance\"\nsensitive = false\n[phenomenon]\nalternatives = [\"a\", \"b\"]\n",
      "assay.toml");
  ASSERT_TRUE(charter) << charter.error().message;
  EXPECT_EQ(charter->section("project").text("name"), "Flights");
  ASSERT_EQ(charter->list("objectives").size(), 2U);
  EXPECT_EQ(charter->list("objectives")[0].number("target", 0), 0.1);
  EXPECT_EQ(charter->list("objectives")[0].answers.at("target").line, 8);
  EXPECT_FALSE(charter->list("data.columns")[0].flag("sensitive", true));
  EXPECT_EQ(charter->section("phenomenon").list("alternatives").size(), 2U);
  EXPECT_EQ(charter->section("ethics").text("harmed"), "");
}

TEST(Charter, ErrorsNameLineColumnAndTheMend) {
  struct Case {
    const char* text;
    const char* says;
  };
  const Case cases[] = {
      {"[project]\nnmae = \"x\"\n", "line 2, column 1: section 'project' has no key 'nmae'. Did you mean 'name'"},
      {"[projct]\nname = \"x\"\n", "there is no section 'projct'. Did you mean 'project'"},
      {"[project]\nname = 3\n", "must be a text in quotes"},
      {"[[objectives]]\ntarget = \"much\"\n", "must be a number without quotes"},
      {"[ethics]\nfatal = 1\n", "must be true or false"},
      {"[problem]\nwait = \"soon\"\n", "is not a length of time"},
      {"[objectives]\nname = \"x\"\n", "write [[objectives]]"},
      {"[project\nname = \"x\"\n", "line 1"},
      {"project = 3\n", "write [project]"},
      {"[phenomenon]\nalternatives = \"a\"\n", "must be a list of texts"},
      {"[[objectives]]\ntarget = nan\n", "line 2, column 10: 'objectives.target' must be a finite number, at most 1e+100 in size, like: target = 0.1"},
      {"[[objectives]]\nleast_gain = -inf\n", "'objectives.least_gain' must be a finite number"},
      {"[value]\ncost_per_month = 1e101\n", "'value.cost_per_month' must be a finite number"},
      {"[value]\ncost_per_month = 1e999\n", ": a number is too large or has too many digits to be held"},
      {"[[objectives]]\ntarget = 2001-01-01\n", "must be a number without quotes"},
  };
  for (const Case& c : cases) {
    const Result<Charter> charter = Charter::Parse(c.text, "assay.toml");
    ASSERT_FALSE(charter) << c.text;
    EXPECT_NE(charter.error().message.find(c.says), std::string::npos) << charter.error().message;
    EXPECT_EQ(charter.error().message.rfind("assay.toml: ", 0), 0U);
  }
}

TEST(Charter, NumbersOfManyDigits) {
  const Result<Charter> whole = Charter::Parse("[value]\ncost_per_month = 9007199254740993\n", "assay.toml");
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->section("value").number("cost_per_month", 0), 9007199254740992.0);
  const Result<Charter> longer = Charter::Parse("[value]\ncost_per_month = " + std::string(309, '9') + "\n", "assay.toml");
  ASSERT_FALSE(longer);
  EXPECT_NE(longer.error().message.find("a number is too large or has too many digits"), std::string::npos) << longer.error().message;
  EXPECT_LT(longer.error().message.size(), 200U);
}

TEST(Charter, EveryExampleOfTheFieldTableIsValid) {
  for (const Field& field : Fields()) {
    const std::string section = IsListSection(field.section) ? std::string("[[") + field.section + "]]" : std::string("[") + field.section + "]";
    const Result<Charter> charter = Charter::Parse(section + "\n" + field.key + " = " + field.example + "\n", "assay.toml");
    EXPECT_TRUE(charter) << field.section << "." << field.key << ": " << charter.error().message;
  }
}

}  // namespace
}  // namespace assay::charter
