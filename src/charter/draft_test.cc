#include "charter/draft.h"

#include <gtest/gtest.h>

#include "charter/charter.h"
#include "charter/fields.h"

namespace assay::charter {
namespace {

TEST(Draft, AnEmptyDraftAsksEveryQuestionAndAnswersNone) {
  const std::string text = WriteDraft({});
  for (const Field& field : Fields()) {
    EXPECT_NE(text.find(std::string("# ") + field.key + " = " + field.example), std::string::npos) << field.section << "." << field.key;
  }
  const Result<Charter> charter = Charter::Parse(text, "assay.toml");
  ASSERT_TRUE(charter) << charter.error().message;
  for (const Field& field : Fields()) {
    EXPECT_FALSE(charter->section(field.section).has(field.key)) << field.section << "." << field.key;
    EXPECT_TRUE(charter->list(field.section).empty()) << field.section;
  }
}

TEST(Draft, UncommentedExamplesAreAWholeCharter) {
  // A person who removes the "# " in front of every line with an example gets a charter that parses.
  std::string text;
  for (const std::string_view section : Sections()) {
    text += IsListSection(section) ? "[[" + std::string(section) + "]]\n" : "[" + std::string(section) + "]\n";
    for (const Field& field : Fields()) {
      if (section == field.section) text += std::string(field.key) + " = " + field.example + "\n";
    }
  }
  const Result<Charter> charter = Charter::Parse(text, "assay.toml");
  EXPECT_TRUE(charter) << charter.error().message;
}

TEST(Draft, AnswersComeBackAsTheyWere) {
  for (const std::string& nasty : {std::string("plain"), std::string("a \"b\" \\ c"), std::string("line\nbreak\tand\x01 control\x7F"), std::string("'''\"\"\""), std::string("# = [x]"), std::string("\u00E9\u2028\U0001F600")}) {
    Draft draft;
    draft.head = {nasty};
    draft.sections["project"]["name"] = {TomlString(nasty), nasty};
    draft.sections["phenomenon"]["alternatives"] = {TomlList({nasty, "second"}), ""};
    draft.lists["data.columns"] = {{{"name", {TomlString(nasty), nasty}}, {"sensitive", {"true", ""}}}, {{"name", {TomlString("b"), ""}}}};
    draft.remarks["data.columns"] = {nasty};
    const Result<Charter> charter = Charter::Parse(WriteDraft(draft), "assay.toml");
    ASSERT_TRUE(charter) << charter.error().message;
    EXPECT_EQ(charter->section("project").text("name"), nasty);
    EXPECT_EQ(charter->section("phenomenon").list("alternatives"), (std::vector<std::string>{nasty, "second"}));
    ASSERT_EQ(charter->list("data.columns").size(), 2U);
    EXPECT_EQ(charter->list("data.columns")[0].text("name"), nasty);
    EXPECT_TRUE(charter->list("data.columns")[0].flag("sensitive", false));
    EXPECT_FALSE(charter->list("data.columns")[1].has("sensitive"));
  }
}

}  // namespace
}  // namespace assay::charter
