// Writes made-up rows of mixed types as Parquet, as many as asked for, to see how Assay does on large data:
//
//     generate_rows 100000000 rows.parquet
//
// Columns: shop and product (texts), age and basket (whole numbers), price and distance (reals), moment (a time, over one
// year), returned (the outcome, yes or no). The chance of a return grows with the price, differs by shop and by weekday;
// everything else says nothing about it. Every value comes from a hash of the row's number: the same rows each time.
#include <duckdb.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {
// A number in [0, 1) for a row and a purpose.
std::string Uniform(const char* purpose) { return std::string("(hash(i, '") + purpose + "') % 1000003) / 1000003.0"; }

std::string Query(long long rows, const std::string& path) {
  std::string quoted;
  for (const char c : path) quoted += c == '\'' ? "''" : std::string(1, c);
  const std::string draws = "SELECT i, " + Uniform("shop") + " AS a, " + Uniform("product") + " AS b, " + Uniform("age") + " AS c, " + Uniform("basket") + " AS d, " + Uniform("price") + " AS e, " +
                            Uniform("distance") + " AS f, " + Uniform("moment") + " AS g, " + Uniform("outcome") + " AS h FROM range(" + std::to_string(rows) + ") AS r(i)";
  const std::string columns =
      "SELECT 'shop ' || CAST(floor(a * 40) AS INTEGER) AS shop, 'product ' || CAST(floor(b * b * 5000) AS INTEGER) AS product, "
      "CAST(18 + floor(c * 70) AS INTEGER) AS age, CAST(1 + floor(-4 * ln(1 - d)) AS INTEGER) AS basket, "
      "round(exp(1 + 2 * e), 2) AS price, f * 100 AS distance, "
      "TIMESTAMP '2001-01-01' + to_seconds(CAST(floor(g * 31536000) AS BIGINT)) AS moment, "
      "h < 0.05 + 0.1 * e + 0.002 * floor(a * 40) + CASE WHEN isodow(TIMESTAMP '2001-01-01' + to_seconds(CAST(floor(g * 31536000) AS BIGINT))) = 6 THEN 0.03 ELSE 0 END AS returned";
  return "COPY (" + columns + " FROM (" + draws + ")) TO '" + quoted + "' (FORMAT parquet)";
}
}  // namespace

int main(int argc, char** argv) {
  const long long rows = argc == 3 ? std::atoll(argv[1]) : 0;
  if (rows <= 0) {
    std::fprintf(stderr, "usage: generate_rows ROWS FILE.parquet\n");
    return 2;
  }
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  duckdb_config config = nullptr;
  duckdb_create_config(&config);
  duckdb_set_config(config, "memory_limit", "2GB");
  if (duckdb_open_ext(nullptr, &database, config, nullptr) != DuckDBSuccess || duckdb_connect(database, &connection) != DuckDBSuccess) {
    std::fprintf(stderr, "generate_rows: the data engine does not start\n");
    return 70;
  }
  duckdb_destroy_config(&config);
  duckdb_result result;
  const bool done = duckdb_query(connection, Query(rows, argv[2]).c_str(), &result) == DuckDBSuccess;
  if (!done) std::fprintf(stderr, "generate_rows: %s\n", duckdb_result_error(&result));
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return done ? 0 : 2;
}
