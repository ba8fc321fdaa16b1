# assay_module(NAME DEPENDS modules... SOURCES ... HEADERS ... TESTS ... LIBRARIES ...)
#
# One module = one folder = one namespace = one target assay::NAME, and with TESTS one test program
# assay_NAME_test run by ctest as NAME. Files are listed, never globbed.
add_library(assay_compile_options INTERFACE)
target_compile_options(assay_compile_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wimplicit-fallthrough
  # g++ 12 reports -Wrestrict inside std::string where there is nothing (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  # ASSAY_TRY is a GNU statement expression.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-gnu-statement-expression>
  # Sums must not depend on the compiler's freedom to reorder or fuse.
  -ffp-contract=off
  $<$<BOOL:${ASSAY_WARNINGS_AS_ERRORS}>:-Werror>)
if(ASSAY_SANITIZE)
  target_compile_options(assay_compile_options INTERFACE -fsanitize=${ASSAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(assay_compile_options INTERFACE -fsanitize=${ASSAY_SANITIZE})
endif()
if(ASSAY_SANITIZE MATCHES thread)
  # DuckDB would take std::mutex::lock from our executables, where the sanitizer sees it, and unlock from itself, where it does not: locks
  # seem to be held for ever, until its deadlock detector is full (64) and ends the program.
  target_link_options(assay_compile_options INTERFACE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/tsan.map)
endif()
if(ASSAY_FUZZ)
  # The fuzzer sees which branches of the modules an input reaches.
  target_compile_options(assay_compile_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(assay_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;SOURCES;HEADERS;TESTS;LIBRARIES;TEST_LIBRARIES" ${ARGN})
  if(ARG_SOURCES)
    add_library(assay_${name} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(assay_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(assay::${name} ALIAS assay_${name})
  # A header stands alone when its own source includes it first, which scripts/check-layers.mjs demands; those without a
  # source of their own are compiled by themselves (target all_verify_interface_header_sets, test `headers`).
  set(with_source "")
  set(without_source "")
  foreach(header IN LISTS ARG_HEADERS)
    get_filename_component(stem ${header} NAME_WE)
    if("${stem}.cc" IN_LIST ARG_SOURCES OR "internal/${stem}.cc" IN_LIST ARG_SOURCES)
      list(APPEND with_source ${header})
    else()
      list(APPEND without_source ${header})
    endif()
  endforeach()
  target_sources(assay_${name} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${with_source})
  if(without_source)
    target_sources(assay_${name} ${scope} FILE_SET alone TYPE HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${without_source})
    set_target_properties(assay_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON INTERFACE_HEADER_SETS_TO_VERIFY alone)
  endif()
  target_link_libraries(assay_${name} ${scope} assay_compile_options)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(assay_${name} ${scope} assay::${dependency})
  endforeach()
  target_link_libraries(assay_${name} ${scope} ${ARG_LIBRARIES})
  if(ARG_TESTS)
    add_executable(assay_${name}_test ${ARG_TESTS})
    target_link_libraries(assay_${name}_test PRIVATE assay::${name} GTest::gtest_main ${ARG_TEST_LIBRARIES})
    add_test(NAME ${name} COMMAND assay_${name}_test WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS unit ENVIRONMENT OMP_WAIT_POLICY=passive)
  endif()
endfunction()
