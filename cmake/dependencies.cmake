# Everything Assay links against. Versions and reasons: docs/dependencies.md.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)  # Math and Beast: headers
find_package(nlohmann_json 3.11 REQUIRED)
find_package(simdjson 3.0 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(tomlplusplus 3.3 REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(ZLIB 1.2 REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
find_package(GTest 1.12 REQUIRED)
find_package(rapidcheck REQUIRED)

# Debian's own CMake file of libxgboost names a program that its package does not hold, so: plain search.
find_library(ASSAY_XGBOOST_LIBRARY xgboost REQUIRED)
add_library(assay_xgboost INTERFACE)
target_link_libraries(assay_xgboost INTERFACE ${ASSAY_XGBOOST_LIBRARY})

# DuckDB comes from two npm packages (see third_party/package.json): the library of the Node
# bindings, and the C header from the source package of the same version.
set(ASSAY_NPM_ROOT "${PROJECT_SOURCE_DIR}/third_party/node_modules" CACHE PATH
    "Folder with the npm packages of third_party/package.json")
set(duckdb_library "${ASSAY_NPM_ROOT}/@duckdb/node-bindings-linux-x64/libduckdb.so")
set(duckdb_include "${ASSAY_NPM_ROOT}/duckdb/src/duckdb/src/include")
if(NOT EXISTS "${duckdb_library}" OR NOT EXISTS "${duckdb_include}/duckdb.h")
  message(FATAL_ERROR "DuckDB is missing under ${ASSAY_NPM_ROOT}; run ./test or scripts/install-dependencies first")
endif()
add_library(assay_duckdb SHARED IMPORTED)
set_target_properties(assay_duckdb PROPERTIES IMPORTED_LOCATION "${duckdb_library}"
  IMPORTED_NO_SONAME FALSE)
# Only duckdb.h is exposed, so that nothing can reach DuckDB's unstable C++ API.
file(COPY "${duckdb_include}/duckdb.h" DESTINATION "${PROJECT_BINARY_DIR}/duckdb_c_api")
target_include_directories(assay_duckdb SYSTEM INTERFACE "${PROJECT_BINARY_DIR}/duckdb_c_api")
