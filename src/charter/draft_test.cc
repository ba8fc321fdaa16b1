#include "charter/draft.h"

#include <gtest/gtest.h>

#include <algorithm>

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
  // A person who removes the "# " in front of every line with an example gets a charter with every key.
  std::string text;
  const std::string draft = WriteDraft({});
  for (std::size_t begin = 0; begin < draft.size();) {
    const std::size_t end = draft.find('\n', begin);
    std::string line = draft.substr(begin, end - begin);
    begin = end + 1;
    const bool example = line.starts_with("# [[") || std::any_of(Fields().begin(), Fields().end(), [&](const Field& f) { return line.starts_with(std::string("# ") + f.key + " = " + f.example); });
    text += (example ? line.substr(2) : line) + "\n";
  }
  const Result<Charter> charter = Charter::Parse(text, "assay.toml");
  ASSERT_TRUE(charter) << charter.error().message;
  for (const Field& field : Fields()) {
    const std::string key = field.key;
    const bool there = IsListSection(field.section) ? !charter->list(field.section).empty() && charter->list(field.section)[0].answers.contains(key) : charter->section(field.section).answers.contains(key);
    EXPECT_TRUE(there) << field.section << "." << key;
  }
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
