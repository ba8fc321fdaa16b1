#include "evidence/describe.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/json.h"
#include "evidence/reports/common.h"

namespace assay::evidence {

struct Leaf {
  double value = 0;
  std::optional<std::string> note;
};
template <class V>
void Describe(V& v, Leaf& leaf) {
  v("value", leaf.value, "a number");
  v("note", leaf.note, "a note or nothing");
}
inline const char* DescribedName(const Leaf*) { return "Leaf"; }

struct Tree {
  std::string name;
  Verdict verdict = Verdict::kRefuted;
  std::vector<Leaf> leaves;
  std::map<std::string, std::int64_t> counts;
  std::vector<Tree> children;
  Json free = Json::object();
  bool flag = false;
};
template <class V>
void Describe(V& v, Tree& tree) {
  v("name", tree.name, "its name");
  v("verdict", tree.verdict, "a verdict");
  v("leaves", tree.leaves, "leaves");
  v("counts", tree.counts, "counts by name");
  v("children", tree.children, "trees below");
  v("free", tree.free, "anything");
  v("flag", tree.flag, "yes or no");
}
inline const char* DescribedName(const Tree*) { return "Tree"; }

namespace {

TEST(Describe, WritesMembersInOrderAndReadsThemBack) {
  Tree tree;
  tree.name = "a \"tree\"";
  tree.leaves = {{0.1, "x"}, {2, std::nullopt}};
  tree.counts = {{"b", 2}, {"a", 1}};
  tree.children.resize(1);
  const std::string text = base::WriteJson(ToJson(tree));
  EXPECT_EQ(text,
            R"({"name":"a \"tree\"","verdict":"refuted","leaves":[{"value":0.1,"note":"x"},{"value":2,"note":null}],)"
            R"("counts":{"a":1,"b":2},"children":[{"name":"","verdict":"refuted","leaves":[],"counts":{},"children":[],)"
            R"("free":{},"flag":false}],"free":{},"flag":false})");
  Tree back;
  ASSERT_TRUE(FromJson(*base::ParseJson(text, "test"), &back));
  EXPECT_EQ(base::WriteJson(ToJson(back)), text);
}

TEST(Describe, NonFiniteNumbersAreNullAndComeBackAsNan) {
  for (const double value : {std::numeric_limits<double>::infinity(), std::nan("")}) {
    const Json json = ToJson(Leaf{value, std::nullopt});
    EXPECT_TRUE(json["value"].is_null());
    Leaf back;
    ASSERT_TRUE(FromJson(json, &back));
    EXPECT_TRUE(std::isnan(back.value));
  }
}

TEST(Describe, RefusesMissingMembersWrongTypesAndUnknownNames) {
  const Json good = ToJson(Tree{});
  Tree into;
  ASSERT_TRUE(FromJson(good, &into));
  for (const auto& [key, value] : good.items()) {
    Json without = good;
    without.erase(key);
    EXPECT_FALSE(FromJson(without, &into)) << key;
    if (key == "free") continue;  // anything goes there
    Json wrong = good;
    wrong[key] = 17.5;
    EXPECT_FALSE(FromJson(wrong, &into)) << key;
  }
  Json unknown_verdict = good;
  unknown_verdict["verdict"] = "perhaps";
  EXPECT_FALSE(FromJson(unknown_verdict, &into));
}

TEST(Describe, SchemaNamesEveryMemberAndRefersToStructs) {
  const Json schema = SchemaDocument<Tree>("a tree");
  EXPECT_EQ(schema["$ref"], "#/$defs/Tree");
  const Json& tree = schema["$defs"]["Tree"];
  EXPECT_EQ(tree["required"].size(), 7U);
  EXPECT_EQ(tree["additionalProperties"], false);
  EXPECT_EQ(tree["properties"]["children"]["items"]["$ref"], "#/$defs/Tree");
  EXPECT_EQ(tree["properties"]["verdict"]["enum"].size(), 4U);
  EXPECT_EQ(tree["properties"]["name"]["description"], "its name");
  EXPECT_TRUE(schema["$defs"].contains("Leaf"));
}

}  // namespace
}  // namespace assay::evidence
