# The page bundle, built with npm from web/src and the schemas. Set ASSAY_WEB_DIST to use a bundle built elsewhere.
set(ASSAY_WEB_DIST "${PROJECT_BINARY_DIR}/web-dist" CACHE PATH "Folder with report.js and report.css")
find_program(ASSAY_NODE node REQUIRED)
file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/web/src/*.ts*" "${PROJECT_SOURCE_DIR}/web/src/*.css" "${PROJECT_SOURCE_DIR}/schema/*.json")
list(FILTER web_sources EXCLUDE REGEX "/generated/")
add_custom_command(
  OUTPUT "${ASSAY_WEB_DIST}/report.js" "${ASSAY_WEB_DIST}/report.css"
  COMMAND ${ASSAY_NODE} scripts/build.mjs "${ASSAY_WEB_DIST}"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}/web"
  DEPENDS ${web_sources} "${PROJECT_SOURCE_DIR}/web/scripts/make-types.mjs" "${PROJECT_SOURCE_DIR}/web/scripts/build.mjs"
    "${PROJECT_SOURCE_DIR}/web/package-lock.json" "${PROJECT_SOURCE_DIR}/web/vite.config.ts" "${PROJECT_SOURCE_DIR}/web/tsconfig.json"
  COMMENT "Building the page bundle"
  VERBATIM)
add_custom_target(assay_web DEPENDS "${ASSAY_WEB_DIST}/report.js" "${ASSAY_WEB_DIST}/report.css")
