#include "lifecycle/html_report.h"

#include <string_view>

#include "base/file.h"
#include "base/json.h"
#include "lifecycle/page_budget.h"

// The bundle of web/, put into the program as it is.
__asm__(
    ".pushsection .rodata\n"
    ".global assay_report_script\n.global assay_report_script_end\n.global assay_report_style\n.global assay_report_style_end\n"
    "assay_report_script:\n.incbin \"" ASSAY_WEB_DIST "/report.js\"\nassay_report_script_end:\n"
    "assay_report_style:\n.incbin \"" ASSAY_WEB_DIST "/report.css\"\nassay_report_style_end:\n"
    ".popsection\n");
extern "C" {
extern const char assay_report_script[];
extern const char assay_report_script_end[];
extern const char assay_report_style[];
extern const char assay_report_style_end[];
}

namespace assay::lifecycle {

namespace {

constexpr std::size_t kMostDataBytes = 3'000'000;

std::string EscapeMarkup(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

}  // namespace

Result<std::string> HtmlReport(const evidence::ProjectReport& report) {
  const std::string data = base::WriteJson(ASSAY_TRY(PageData(report, kMostDataBytes)));
  const std::string_view script(assay_report_script, static_cast<std::size_t>(assay_report_script_end - assay_report_script));
  const std::string_view style(assay_report_style, static_cast<std::size_t>(assay_report_style_end - assay_report_style));
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      // Nothing may be loaded: what the file holds is all it shows.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
      "<title>";
  html += EscapeMarkup(report.name) + " · Assay</title>\n<style>";
  html += style;
  html += "</style>\n</head>\n<body>\n<div id=\"report\"><p>This report draws itself with JavaScript; its data stand in this file as JSON.</p></div>\n";
  html += "<script type=\"application/json\" id=\"assay-data\">" + data + "</script>\n<script>";
  html += script;
  html += "</script>\n</body>\n</html>\n";
  return html;
}

Result<void> WriteHtmlReport(const evidence::ProjectReport& report, const std::filesystem::path& path) {
  const std::string html = ASSAY_TRY(HtmlReport(report));
  return base::WriteFileAtomically(path, html);
}

}  // namespace assay::lifecycle
