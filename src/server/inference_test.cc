#include "server/inference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "base/random.h"
#include "learn/learner.h"
#include "server/row_inference.h"

namespace assay::server {
namespace {

using learn::Task;
using table::Column;

// A saved model of a number, a text, a condition, and the hour of a time that is derived.
lifecycle::ServedModel Served(Task task, bool derives = true) {
  constexpr std::size_t kRows = 400;
  base::RandomStream random(1, "served");
  std::vector<double> size(kRows), hour(kRows);
  std::vector<std::uint32_t> colour(kRows);
  std::vector<std::uint8_t> open(kRows);
  std::vector<base::Micros> when(kRows);
  learn::Examples examples;
  examples.task = task;
  for (std::size_t i = 0; i < kRows; ++i) {
    size[i] = random.Uniform() < 0.1 ? std::nan("") : random.Normal();
    colour[i] = static_cast<std::uint32_t>(random.Below(3));
    open[i] = static_cast<std::uint8_t>(random.Below(2));
    when[i] = static_cast<base::Micros>(random.Below(1'000'000)) * 1'000'000;
    hour[i] = std::floor(std::fmod(static_cast<double>(when[i]) / 3.6e9, 24));
    const double signal = (std::isnan(size[i]) ? 0 : size[i]) + colour[i] + open[i] + hour[i] / 24 + random.Normal();
    examples.outcome.push_back(static_cast<float>(task == Task::kMulticlass ? std::clamp(std::floor(signal), 0.0, 2.0) : task == Task::kBinary ? signal > 1.5 : signal));
  }
  if (task == Task::kMulticlass) examples.classes = {"low", "middle", "high"};
  examples.table = std::make_shared<const table::Table>(*table::Table::Create({Column::Numbers("size", size), Column::Categories("colour", colour, {"red", "green", "blue"}), Column::Booleans("open", open), Column::Times("when", when), Column::Numbers("hour(when)", hour)}));
  for (const std::size_t c : {0U, 1U, 2U, 4U}) {
    if (c == 4 && !derives) continue;
    const Column& column = examples.table->column(c);
    examples.features.push_back({c, column.name(), column.name(), column.type()});
  }
  if (derives) examples.derivations = {{"hour(when)", "hour(\"when\")"}};
  examples.source_types = {{"size", table::ColumnType::kNumber}, {"colour", table::ColumnType::kCategory}, {"open", table::ColumnType::kBoolean}, {"when", table::ColumnType::kTime}};
  learn::Rows rows(kRows);
  std::iota(rows.begin(), rows.end(), 0U);
  const auto model = learn::MakeLearner(learn::RungKind::kBoosted, {.quick = true})->Fit(examples, rows, {});
  EXPECT_TRUE(model);
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "assay-served-test.json";
  EXPECT_TRUE(learn::SaveModel(path, "boosted trees", examples, {rows, std::vector<double>(examples.num_outputs(), 0.5)}, **model));
  return *lifecycle::ServedModel::Create(std::make_shared<const learn::SavedModel>(*learn::LoadModel(path)));
}

Result<InferenceRequest> Parsed(const std::string& text, const lifecycle::ServedModel& model) { return ParseInference(text, text.size(), model); }

constexpr const char* kRows = R"({"id": "7", "inputs": [
  {"name": "size", "shape": [3], "datatype": "FP64", "data": [0.5, null, -2]},
  {"name": "colour", "shape": [3, 1], "datatype": "BYTES", "data": [["red"], ["violet"], [null]]},
  {"name": "when", "shape": [3], "datatype": "BYTES", "data": ["1970-01-03 07:30:00", null, "1970-01-02 23:00:00"]},
  {"name": "open", "shape": [3], "datatype": "BOOL", "data": [true, 0, null]}]})";

TEST(Inference, ScoresAreThoseOfTheModel) {
  for (const Task task : {Task::kBinary, Task::kMulticlass, Task::kRegression}) {
    const lifecycle::ServedModel model = Served(task);
    const Result<InferenceRequest> request = Parsed(kRows, model);
    ASSERT_TRUE(request) << request.error().message;
    const Result<std::vector<double>> scores = model.Score(request->rows);
    ASSERT_TRUE(scores) << scores.error().message;
    // The same rows as a table with the derived column made by hand.
    const table::Table table = *table::Table::Create({Column::Numbers("size", {0.5, std::nan(""), -2}), Column::Categories("colour", {0, 1, table::kMissingCode}, {"red", "violet"}), Column::Booleans("open", {1, 0, 255}), Column::Numbers("hour(when)", {7, std::nan(""), 23})});
    std::vector<double> expected(scores->size());
    ASSERT_TRUE(model.saved().model->Predict(table, learn::Rows{0, 1, 2}, expected, {}));
    EXPECT_EQ(*scores, expected);
    const Json answer = Json::parse(WriteInference(*request, model, "m", "v1", *scores)->body);
    EXPECT_EQ(answer["id"], "7");
    EXPECT_EQ(answer["model_name"], "m");
    EXPECT_EQ(answer["model_version"], "v1");
    const Json& last = answer["outputs"].back();
    EXPECT_EQ(last["name"], task == Task::kMulticlass ? "probability" : "prediction");
    EXPECT_EQ(last["data"].get<std::vector<double>>(), *scores);
    EXPECT_EQ(answer["outputs"].size(), task == Task::kMulticlass ? 2U : 1U);
  }
}

TEST(Inference, OneMatrixIsTheColumnsSideBySide) {
  const lifecycle::ServedModel model = Served(Task::kBinary);
  std::vector<std::string> names;
  for (const lifecycle::ModelInput& input : model.inputs()) names.push_back(input.name);
  ASSERT_EQ(names.size(), 4U);
  Json row = Json::array();
  for (const std::string& name : names) row.push_back(name == "size" ? Json(0.5) : name == "colour" ? Json("red") : name == "open" ? Json(true) : Json("1970-01-03 07:30:00"));
  const Json body = {{"inputs", {{{"name", "rows"}, {"shape", {1, 4}}, {"datatype", "BYTES"}, {"data", row}}}}};
  const Result<InferenceRequest> matrix = Parsed(body.dump(), model);
  ASSERT_TRUE(matrix) << matrix.error().message;
  EXPECT_EQ(model.Score(matrix->rows)->at(0), model.Score(Parsed(kRows, model)->rows)->at(0));
}

// The same rows with their values behind the JSON, and the answer's as well.
TEST(Inference, BinaryTensorsSayTheSame) {
  const lifecycle::ServedModel model = Served(Task::kMulticlass);
  const auto bytes = [](const auto& values) { return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0])); };
  const auto texts = [](const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) out += std::string{static_cast<char>(value.size()), 0, 0, 0} + value;
    return out;
  };
  const std::string size = bytes(std::vector<float>{0.5F, std::nanf(""), -2}), colour = texts({"red", "violet", "blue"}), when = texts({"1970-01-03 07:30:00", "1970-01-01", "1970-01-02 23:00:00"}), open = std::string{1, 0, 1};
  const auto tensor = [](const char* name, const char* datatype, const std::string& raw) { return Json{{"name", name}, {"shape", {3}}, {"datatype", datatype}, {"parameters", {{"binary_data_size", raw.size()}}}}; };
  Json json = {{"inputs", {tensor("size", "FP32", size), tensor("colour", "BYTES", colour), tensor("when", "BYTES", when), tensor("open", "BOOL", open)}}, {"parameters", {{"binary_data_output", true}}}};
  const std::string head = json.dump(), body = head + size + colour + when + open;
  const Result<InferenceRequest> request = ParseInference(body, head.size(), model);
  ASSERT_TRUE(request) << request.error().message;
  const std::vector<double> scores = *model.Score(request->rows);
  Json plain = Json::parse(kRows);
  plain["inputs"][1]["data"] = {"red", "violet", "blue"};
  plain["inputs"][2]["data"][1] = "1970-01-01";
  plain["inputs"][3]["data"][2] = 1;
  EXPECT_EQ(scores, *model.Score(Parsed(plain.dump(), model)->rows));
  const InferenceAnswer answer = *WriteInference(*request, model, "m", "v", scores);
  EXPECT_TRUE(answer.binary());
  const Json said = Json::parse(answer.body.substr(0, answer.json_bytes));
  const auto length = said["outputs"][1]["parameters"]["binary_data_size"].get<std::size_t>();
  ASSERT_EQ(length, 9 * sizeof(double));
  EXPECT_EQ(answer.body.substr(answer.body.size() - length), bytes(scores));
  EXPECT_EQ(answer.body.size(), answer.json_bytes + length + said["outputs"][0]["parameters"]["binary_data_size"].get<std::size_t>());
  // Lengths that do not fit, everywhere one can be cut.
  for (std::size_t cut = head.size(); cut < body.size(); ++cut) EXPECT_FALSE(ParseInference(std::string_view(body).substr(0, cut), head.size(), model)) << cut;
  EXPECT_FALSE(ParseInference(body + "x", head.size(), model));
  EXPECT_FALSE(ParseInference(body, body.size() + 1, model));
  EXPECT_FALSE(ParseInference(body, head.size() - 1, model));
  json["inputs"][0]["parameters"]["binary_data_size"] = 11;
  EXPECT_NE(ParseInference(json.dump() + body.substr(head.size()), json.dump().size(), model).error().message.find("has 11 bytes; 3 values of FP32 have 12"), std::string::npos);
}

// The quick way and the long way: the same bytes of every request that the quick one takes, which are all that are plain.
TEST(Inference, TheQuickWaySaysTheSame) {
  for (const Task task : {Task::kBinary, Task::kRegression}) {
    const lifecycle::ServedModel model = Served(task, false);
    ASSERT_EQ(model.inputs().size(), 3U);
    base::RandomStream random(9, "requests");
    int quick = 0;
    for (int repeat = 0; repeat < 500; ++repeat) {
      const std::size_t rows = 1 + random.Below(5);
      Json body = Json::object(), tensors = Json::array();
      if (random.Below(3) == 0) body["id"] = "a \"b\" \u00e4";
      for (const char* name : {"size", "colour", "open"}) {
        Json data = Json::array();
        for (std::size_t r = 0; r < rows; ++r) {
          const std::uint64_t which = random.Below(20);
          if (which == 0) data.push_back(nullptr);
          else if (which == 1) data.push_back(random.Below(2) == 0 ? Json("odd") : Json(7));
          else if (name[0] == 's') data.push_back(random.Normal() * std::pow(10, random.Below(5)));
          else if (name[0] == 'c') data.push_back(std::vector<std::string>{"red", "green", "violet", "\u00fc \n"}[random.Below(4)]);
          else data.push_back(random.Below(2) == 0 ? Json(random.Below(2)) : Json(random.Below(2) == 0));
        }
        tensors.push_back({{"name", name}, {"shape", {rows}}, {"datatype", "FP64"}, {"data", data}});
      }
      std::swap(tensors[0], tensors[random.Below(3)]);
      body["inputs"] = tensors;
      const std::string text = body.dump();
      const std::optional<QuickAnswer> answer = AnswerQuickly(text, model, "m", "v");
      const Result<InferenceRequest> request = Parsed(text, model);
      if (!answer) continue;
      ++quick;
      ASSERT_TRUE(request) << text;
      EXPECT_EQ(answer->body, WriteInference(*request, model, "m", "v", *model.Score(request->rows))->body) << text;
      EXPECT_EQ(answer->rows, static_cast<std::int64_t>(rows));
    }
    EXPECT_GT(quick, 200);
    for (const char* text : {"", "{}", "[1]", "{\"inputs\": []}", "{\"inputs\": [], \"inputs\": []}", "{\"inputs\": [{\"name\": \"size\"}]}"}) EXPECT_FALSE(AnswerQuickly(text, model, "m", "v")) << text;
    EXPECT_FALSE(AnswerQuickly(std::string(100'000, '['), model, "m", "v"));
    for (const char* token : {"nullx", "null0", "truex", "1x", "01", "1.", "+1", "nan", "\"a", "1e999"}) {
      const std::string text = R"({"inputs": [{"name": "all", "shape": [1, 3], "datatype": "BYTES", "data": [)" + std::string(token) + R"(, "red", 1]}]})";
      EXPECT_FALSE(AnswerQuickly(text, model, "m", "v")) << text;
    }
    // One matrix, and something behind the end.
    const std::string matrix = R"({"inputs": [{"name": "all", "shape": [1, 3], "datatype": "BYTES", "data": [0.5, "red", 1]}]})";
    ASSERT_TRUE(AnswerQuickly(matrix, model, "m", "v"));
    EXPECT_EQ(AnswerQuickly(matrix, model, "m", "v")->body, WriteInference(*Parsed(matrix, model), model, "m", "v", *model.Score(Parsed(matrix, model)->rows))->body);
    EXPECT_FALSE(AnswerQuickly(matrix + "}", model, "m", "v"));
  }
}

TEST(Inference, RefusesWithThePlace) {
  const lifecycle::ServedModel model = Served(Task::kBinary);
  const auto refused = [&](const char* path, const Json& value) {
    Json body = Json::parse(kRows);
    if (value == "remove") body[Json::json_pointer(Json::json_pointer(path).parent_pointer())].erase(body[Json::json_pointer(Json::json_pointer(path).parent_pointer())].begin() + std::stoi(Json::json_pointer(path).back()));
    else body[Json::json_pointer(path)] = value;
    const Result<InferenceRequest> request = Parsed(body.dump(), model);
    return request ? std::string() : request.error().message;
  };
  EXPECT_EQ(refused("/id", 7), "id is a number; expected a text");
  EXPECT_EQ(refused("/inputs/0/name", 7), "inputs[0].name is missing; expected the name of a column as text");
  EXPECT_EQ(refused("/inputs/0/name", "sise").substr(0, 60), "inputs[0] ('sise') is no column of the model. Did you mean '");
  EXPECT_EQ(refused("/inputs/0/shape", Json::array({-1})), "inputs[0] ('size').shape is not one or two whole numbers, such as [1] or [1, 20]");
  EXPECT_EQ(refused("/inputs/0/shape", Json::array({2})), "inputs[0] ('size').data has more values than its shape says (2)");
  EXPECT_EQ(refused("/inputs/0/shape", Json::array({4})), "inputs[0] ('size').data has 3 values, its shape says 4");
  EXPECT_EQ(refused("/inputs/0/shape", Json::array({2'000'000})), "inputs[0] ('size').shape has more rows than the 1,000,000 that one request may have; send them in parts");
  EXPECT_EQ(refused("/inputs/0/datatype", "FP65").substr(0, 50), "inputs[0] ('size').datatype is missing or unknown;");
  EXPECT_EQ(refused("/inputs/0/data/2", "two"), "inputs[0] ('size').data[2] is a text; expected a number, or null where it is missing");
  EXPECT_EQ(refused("/inputs/2/data/0", "noon"), "inputs[2] ('when').data[0] is no time; expected one such as \"2026-01-31 12:00:00\"");
  EXPECT_EQ(refused("/inputs/3/data/1", 2), "inputs[3] ('open').data[1] is a number; expected true, false, 0 or 1, or null where it is missing");
  EXPECT_EQ(refused("/inputs/1/name", "size"), "inputs[1] ('size') stands twice among the inputs");
  EXPECT_EQ(refused("/inputs/1", "remove").substr(0, 40), "inputs: the column 'colour' is missing. ");
  EXPECT_EQ(refused("/inputs/1/data", Json::array({Json::array({Json::array({1})})})).substr(0, 38), "inputs[1] ('colour').data has 1 value,");
  EXPECT_EQ(refused("/outputs", Json::array({Json{{"name", "prediction"}}, Json{{"name", "prediction"}}})), "outputs[1] asks for 'prediction' again");
  for (const char* text : {"", "[", "[]", "7", "null", "{}", "{\"inputs\": []}", "{\"inputs\": [7]}", "{\"inputs\": {}}", "\xff\xfe", "{\"inputs\": [{\"name\": \"size\", \"shape\": [1e400], \"datatype\": \"FP64\", \"data\": [1]}]}"}) EXPECT_FALSE(Parsed(text, model)) << text;
  EXPECT_FALSE(Parsed(std::string(100'000, '['), model));
  InferenceRequest request = *Parsed(kRows, model);
  request.outputs = {{"probability", false}};
  const auto unknown = WriteInference(request, model, "m", "v", std::vector<double>(3));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "outputs: the model has no output 'probability'; it has prediction");
}

}  // namespace
}  // namespace assay::server
