// What Assay adds to boosted training: its own Fit (encoding, XGBoost, the model) against the bare calls of XGBoost's C API with
// the same settings on the same encoded matrix, interleaved in one process, medians. There are two bare ways: XGBoost's plain
// matrix, and its rows in bins, which Assay uses because they take half the memory; the faster one is what counts.
//
//   cmake --preset release -DASSAY_BENCH=ON && cmake --build --preset release --target assay_train_overhead
//   build/release/bench/assay_train_overhead FILE OUTCOME TIME FEATURES ROWS REPEATS
//   ... third_party/node_modules/vega-datasets/data/flights-3m.parquet 'delay > 15' date origin,destination,distance 1000000 7
//
// Exits 1 when the ratio of the medians is above 1.15, or when the two do not predict the same.
#include <xgboost/c_api.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <sstream>
#include <thread>

#include "base/thread_pool.h"
#include "learn/encoder.h"
#include "learn/learner.h"
#include "lifecycle/gather.h"
#include "store/engine.h"

namespace {

using namespace assay;

constexpr int kTrees = 60;
constexpr double kMostRatio = 1.15;

double Seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Check(int status) {
  if (status == 0) return;
  std::fprintf(stderr, "XGBoost: %s\n", XGBGetLastError());
  std::exit(1);
}

enum class Rows { kPlain, kBinned };

DMatrixHandle Plain(const learn::Matrix& matrix, int threads) {
  DMatrixHandle data = nullptr;
  Check(XGDMatrixCreateFromMat_omp(matrix.values.data(), matrix.num_rows(), matrix.num_columns, std::nanf(""), &data, threads));
  return data;
}

struct Batch {
  std::string array;
  DMatrixHandle proxy = nullptr;
  bool given = false;
};

DMatrixHandle Binned(const learn::Matrix& matrix, int threads) {
  Batch batch;
  batch.array = "{\"data\":[" + std::to_string(reinterpret_cast<std::uintptr_t>(matrix.values.data())) + ",true],\"shape\":[" + std::to_string(matrix.num_rows()) + "," + std::to_string(matrix.num_columns) + "],\"typestr\":\"<f4\",\"version\":3}";
  Check(XGProxyDMatrixCreate(&batch.proxy));
  const auto reset = [](DataIterHandle handle) { static_cast<Batch*>(handle)->given = false; };
  const auto next = [](DataIterHandle handle) {
    auto* own = static_cast<Batch*>(handle);
    if (own->given) return 0;
    own->given = true;
    Check(XGProxyDMatrixSetDataDense(own->proxy, own->array.c_str()));
    return 1;
  };
  DMatrixHandle data = nullptr;
  const std::string config = "{\"missing\":NaN,\"max_bin\":128,\"nthread\":" + std::to_string(threads) + "}";
  Check(XGQuantileDMatrixCreateFromCallback(&batch, batch.proxy, nullptr, reset, next, config.c_str(), &data));
  XGDMatrixFree(batch.proxy);
  return data;
}

// The settings of learn/booster.cc at 60 trees, written out: the comparison is only worth something when they are equal, which
// the predictions show.
std::vector<float> Bare(Rows rows, const learn::Matrix& matrix, const std::vector<float>& labels, int threads, double mean, const learn::Matrix& shown) {
  DMatrixHandle test = nullptr;
  BoosterHandle booster = nullptr;
  DMatrixHandle data = rows == Rows::kBinned ? Binned(matrix, threads) : Plain(matrix, threads);
  Check(XGDMatrixSetFloatInfo(data, "label", labels.data(), labels.size()));
  Check(XGBoosterCreate(&data, 1, &booster));
  char base_score[32], nthread[16];
  std::snprintf(base_score, sizeof base_score, "%.17g", mean);
  std::snprintf(nthread, sizeof nthread, "%d", threads);
  const std::pair<const char*, const char*> parameters[] = {{"verbosity", "0"}, {"objective", "binary:logistic"}, {"tree_method", "hist"}, {"max_depth", "6"}, {"eta", "0.15"}, {"max_bin", "128"}, {"min_child_weight", "5"}, {"lambda", "5"}, {"nthread", nthread}, {"seed", "42"}, {"disable_default_eval_metric", "1"}, {"base_score", base_score}};
  for (const auto& [name, value] : parameters) Check(XGBoosterSetParam(booster, name, value));
  for (int tree = 0; tree < kTrees; ++tree) Check(XGBoosterUpdateOneIter(booster, tree, data));
  std::vector<float> predictions;
  if (shown.num_rows() > 0) {
    Check(XGDMatrixCreateFromMat_omp(shown.values.data(), shown.num_rows(), shown.num_columns, std::nanf(""), &test, threads));
    bst_ulong count = 0;
    const float* out = nullptr;
    Check(XGBoosterPredict(booster, test, 0, 0, 0, &count, &out));
    predictions.assign(out, out + count);
    XGDMatrixFree(test);
  }
  XGBoosterFree(booster);
  XGDMatrixFree(data);
  return predictions;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: %s FILE OUTCOME TIME FEATURES ROWS REPEATS\n", argv[0]);
    return 2;
  }
  const int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  base::ThreadPool pool(threads);
  RunContext context;
  context.pool = &pool;
  lifecycle::Problem problem;
  problem.source = argv[1];
  problem.outcome = argv[2];
  problem.time = argv[3];
  std::stringstream features(argv[4]);
  for (std::string name; std::getline(features, name, ',');) problem.features.push_back(name);
  problem.sample_rows = std::atoll(argv[5]);
  const int repeats = std::max(1, std::atoi(argv[6]));
  const auto engine = store::Engine::Open({0, threads, ""});
  const auto gathered = engine ? lifecycle::Gather(problem, **engine, context) : Result<lifecycle::Gathered>(engine.error());
  if (!gathered) {
    std::fprintf(stderr, "%s\n", gathered.error().message.c_str());
    return 2;
  }
  const learn::Examples& examples = gathered->examples;
  learn::Rows rows(examples.outcome.size());
  std::iota(rows.begin(), rows.end(), 0U);
  learn::Matrix matrix;
  const auto encoder = learn::Encoder::Fit(examples, rows, context, &matrix);
  const learn::Rows shown_rows(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(1000, rows.size())));
  const learn::Matrix shown = *encoder->Encode(*examples.table, shown_rows, context);
  double mean = 0;
  for (const float y : examples.outcome) mean += static_cast<double>(y);
  mean /= static_cast<double>(examples.outcome.size());

  learn::LearnerOptions options;
  options.num_trees = kTrees;
  const auto learner = learn::MakeLearner(learn::RungKind::kBoosted, options);
  std::vector<double> ours, plain, binned, encoding;
  for (int r = 0; r < repeats; ++r) {
    plain.push_back(Seconds([&] { Bare(Rows::kPlain, matrix, examples.outcome, threads, mean, {}); }));
    binned.push_back(Seconds([&] { Bare(Rows::kBinned, matrix, examples.outcome, threads, mean, {}); }));
    ours.push_back(Seconds([&] { (void)learner->Fit(examples, rows, context).has_value(); }));
    encoding.push_back(Seconds([&] {
      learn::Matrix again;
      (void)learn::Encoder::Fit(examples, rows, context, &again).has_value();
    }));
  }
  // Both must have trained the same.
  const std::vector<float> expected = Bare(Rows::kPlain, matrix, examples.outcome, threads, mean, shown);
  const auto model = learner->Fit(examples, rows, context);
  std::vector<double> predicted(shown_rows.size());
  double largest = 0;
  if (!model || !(*model)->Predict(*examples.table, shown_rows, predicted, context)) return 70;
  for (std::size_t i = 0; i < predicted.size(); ++i) largest = std::max(largest, std::abs(predicted[i] - static_cast<double>(expected[i])));
  const double ratio = Median(ours) / std::min(Median(plain), Median(binned));
  std::printf("rows %zu, encoded columns %zu, trees %d, threads %d, repeats %d\n", rows.size(), matrix.num_columns, kTrees, threads, repeats);
  std::printf("bare, plain matrix   median %.3f s (least %.3f)\n", Median(plain), *std::min_element(plain.begin(), plain.end()));
  std::printf("bare, rows in bins   median %.3f s (least %.3f)\n", Median(binned), *std::min_element(binned.begin(), binned.end()));
  std::printf("Assay's Fit          median %.3f s (least %.3f), of which encoding %.3f s\n", Median(ours), *std::min_element(ours.begin(), ours.end()), Median(encoding));
  std::printf("ratio to the faster  %.3f (at most %.2f)\n", ratio, kMostRatio);
  std::printf("largest difference between their predictions of %zu rows: %g\n", predicted.size(), largest);
  return ratio <= kMostRatio && largest == 0 ? 0 : 1;
}
