#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"
#include "evidence/reports/common.h"
#include "cli/output.h"

namespace assay::cli {

namespace {
const char* CodeOf(Style style) {
  switch (style) {
    case Style::kPlain: return "";
    case Style::kBold: return "\x1b[1m";
    case Style::kDim: return "\x1b[2m";
    case Style::kGood: return "\x1b[32m";
    case Style::kBad: return "\x1b[31m";
    case Style::kWarn: return "\x1b[33m";
    case Style::kTitle: return "\x1b[1;36m";
  }
  return "";
}

constexpr std::string_view kUnpainted = "\x1b[0m";

// Values of the data may hold control characters and whole commands to a terminal: only our own paint passes.
std::string Printable(std::string_view text, bool coloured) {
  std::string printable;
  std::size_t begin = 0;
  for (std::size_t i = text.find('\x1b'); coloured && i != std::string_view::npos; i = text.find('\x1b', i + 1)) {
    const auto stands_here = [&](std::string_view code) { return !code.empty() && text.substr(i).starts_with(code); };
    std::string_view code = stands_here(kUnpainted) ? kUnpainted : "";
    for (const Style style : {Style::kBold, Style::kDim, Style::kGood, Style::kBad, Style::kWarn, Style::kTitle}) {
      if (stands_here(CodeOf(style))) code = CodeOf(style);
    }
    if (code.empty()) continue;
    printable += base::WithoutControls(text.substr(begin, i - begin));
    printable += code;
    begin = i + code.size();
  }
  return printable + base::WithoutControls(text.substr(begin));
}

// Code point at text[*i]; advances *i. Broken bytes count as one.
std::uint32_t NextPoint(std::string_view text, std::size_t* i) {
  const auto lead = static_cast<unsigned char>(text[*i]);
  const std::size_t length = lead < 0x80 ? 1 : (lead & 0xE0U) == 0xC0U ? 2 : (lead & 0xF0U) == 0xE0U ? 3 : (lead & 0xF8U) == 0xF0U ? 4 : 1;
  std::uint32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t k = 1; k < length && *i + k < text.size(); ++k) {
    point = (point << 6U) | (static_cast<unsigned char>(text[*i + k]) & 0x3FU);
  }
  *i += std::min(length, text.size() - *i);
  return point;
}

std::string Padded(const std::string& cell, int width, Terminal::Align align) {
  const std::string blanks(static_cast<std::size_t>(std::max(0, width - DisplayWidth(cell))), ' ');
  return align == Terminal::Align::kRight ? blanks + cell : cell + blanks;
}

// Bytes of a word that go onto a line of `width` columns: to a joint in its second half if there is one, else all that fit; at least
// one character.
std::size_t FittingBytes(std::string_view word, int width) {
  std::size_t i = 0, joint = 0;
  while (i < word.size()) {
    std::size_t next = i;
    NextPoint(word, &next);
    if (i > 0 && DisplayWidth(word.substr(0, next)) > width) break;
    if (std::string_view("._-/,:;=|").find(word[i]) != std::string_view::npos && DisplayWidth(word.substr(0, next)) * 2 >= width) joint = next;
    i = next;
  }
  return joint > 0 && i < word.size() ? joint : i;
}

// Columns of a sign that opens a list's entry, with its blank: 0 when the text begins otherwise. *bytes is where the entry begins.
int BulletColumns(std::string_view text, std::size_t* bytes) {
  std::string visible;
  for (std::size_t i = 0; i < text.size() && text[i] != ' '; ++i) {
    if (text[i] == '\x1b') {
      i = std::min(text.find('m', i), text.size());
    } else {
      visible += text[i];
    }
  }
  static constexpr const char* kSigns[] = {"•", "·", "✓", "✕", "–", "→", "?", "~"};
  *bytes = text.find(' ') + 1;
  const bool opens = *bytes > 0 && *bytes < text.size() && std::any_of(std::begin(kSigns), std::end(kSigns), [&](const char* sign) { return visible == sign; });
  return opens ? 2 : 0;
}

// Natural widths; where they do not fit, the widest left-aligned columns give way until they do or are 20 wide, then 8.
std::vector<int> ColumnWidths(const std::vector<Terminal::ColumnHead>& heads, const std::vector<std::vector<std::string>>& rows, int room) {
  std::vector<int> widths;
  for (const Terminal::ColumnHead& head : heads) widths.push_back(DisplayWidth(head.name));
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size() && c < widths.size(); ++c) widths[c] = std::max(widths[c], DisplayWidth(row[c]));
  }
  int total = 2 * static_cast<int>(widths.size() - 1);
  for (const int w : widths) total += w;
  for (const int least : {20, 8}) {
    while (total > room) {
      std::size_t widest = widths.size();
      for (std::size_t c = 0; c < widths.size(); ++c) {
        // A painted cell or a bar cannot be broken between its parts.
        if (heads[c].align == Terminal::Align::kRight || heads[c].name.empty() || widths[c] <= least) continue;
        if (widest == widths.size() || widths[c] >= widths[widest]) widest = c;
      }
      if (widest == widths.size()) break;
      --widths[widest];
      --total;
    }
  }
  return widths;
}
}  // namespace

std::string ReadableEstimate(const evidence::Estimate& estimate, double scale, std::string_view unit) {
  const std::string suffix(unit);
  if (!std::isfinite(estimate.value)) return estimate.reason.empty() ? "not measured" : estimate.reason;
  if (!std::isfinite(estimate.low) || !std::isfinite(estimate.high)) {
    return base::ReadableNumber(scale * estimate.value, 3) + suffix + ", no interval: " + (estimate.reason.empty() ? "not computed" : estimate.reason);
  }
  const double width = scale * (estimate.high - estimate.low);
  const bool narrow = width < 1e-8 || width <= 1e-12 * std::abs(scale * estimate.value);
  // An interval may have no width without being exact: cut at a bound, or of rows that are all alike.
  if (narrow && estimate.reason.starts_with("exact")) return base::ReadableNumber(scale * estimate.value, 3) + suffix + ", exact";
  const std::string value = narrow ? base::ReadableNumber(scale * estimate.value, 3) : base::FixedNumber(scale * estimate.value, base::DecimalsFor(width));
  return value + suffix + " (" + base::ReadableRange(scale * estimate.low, scale * estimate.high) + ")";
}

std::vector<std::string> WrapText(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::string line;
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t end = text.find(' ', std::max(i, begin));
    if (end == std::string_view::npos) end = text.size();
    std::string word(text.substr(i, end - i));
    if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > width) {
      lines.push_back(line);
      line.clear();
    }
    while (line.empty() && DisplayWidth(word) > width && word.find('\x1b') == std::string::npos) {
      const std::size_t fitting = FittingBytes(word, width);
      lines.push_back(word.substr(0, fitting));
      word.erase(0, fitting);
    }
    if (!line.empty()) line += ' ';
    line += word;
    i = end + 1;
  }
  lines.push_back(line);
  return lines;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
      ++i;
      continue;
    }
    const std::uint32_t point = NextPoint(text, &i);
    if (point >= 0x300 && point <= 0x36F) continue;
    const bool wide = (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
                      (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
                      (point >= 0xFF00 && point <= 0xFF60) || (point >= 0x1F300 && point <= 0x1FAFF);
    width += wide ? 2 : 1;
  }
  return width;
}

int ColumnsOfTerminal(int fd) {
  winsize size{};
  return ::isatty(fd) == 1 && ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string ShortenMiddle(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width < 1) return "";
  const int room = width - 1;
  std::size_t head = 0, tail = text.size();
  for (std::size_t next = 0; head < text.size(); head = next) {
    NextPoint(text, &next);
    if (DisplayWidth(text.substr(0, next)) > room - room / 2) break;
  }
  while (tail > head) {
    std::size_t before = tail - 1;
    while (before > head && (static_cast<unsigned char>(text[before]) & 0xC0U) == 0x80U) --before;
    if (DisplayWidth(text.substr(before)) > room / 2) break;
    tail = before;
  }
  return std::string(text.substr(0, head)) + "…" + std::string(text.substr(tail));
}

Terminal::Terminal() {
  coloured_ = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  const char* columns = std::getenv("COLUMNS");
  const int stated = columns == nullptr ? 0 : std::atoi(columns);
  if (stated >= 40) width_ = std::min(stated, 140);
  if (const int columns_of_terminal = ColumnsOfTerminal(STDOUT_FILENO); columns_of_terminal >= 40) width_ = std::min(columns_of_terminal, 140);
}

std::string Terminal::Paint(std::string_view text, Style style) const {
  if (!coloured_ || style == Style::kPlain) return std::string(text);
  return CodeOf(style) + std::string(text) + std::string(kUnpainted);
}

void Terminal::Line(std::string_view text) {
  WriteOutput(Printable(text, coloured_));
  WriteOutput("\n");
}

void Terminal::Heading(std::string_view text) {
  Line();
  for (const std::string& line : WrapText(text, width_)) Line(Paint(line, Style::kTitle));
}

void Terminal::Next(std::string_view text) {
  Line();
  Paragraph(Paint("Next:", Style::kBold) + " " + std::string(text), 2);
}

void Terminal::Paragraph(std::string_view text, int indent) {
  std::size_t bytes = 0;
  const int hang = BulletColumns(text, &bytes);
  std::string margin = std::string(static_cast<std::size_t>(indent), ' ') + std::string(text.substr(0, hang > 0 ? bytes : 0));
  for (const std::string& line : WrapText(text.substr(hang > 0 ? bytes : 0), width_ - indent - hang)) {
    Line(margin + line);
    margin.assign(static_cast<std::size_t>(indent + hang), ' ');
  }
}

void Terminal::Lines(std::string_view text, int indent) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    Paragraph(line.substr(blanks), indent + static_cast<int>(blanks));
    begin = end + 1;
  }
}

void Terminal::Table(const std::vector<ColumnHead>& heads, const std::vector<std::vector<std::string>>& rows, int indent) {
  if (heads.empty()) return;
  std::vector<int> widths = ColumnWidths(heads, rows, width_ - indent);
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  const auto print_row = [&](const std::vector<std::string>& cells, Style style) {
    std::vector<std::vector<std::string>> pieces(heads.size());
    std::size_t lines = 1;
    for (std::size_t c = 0; c < heads.size(); ++c) {
      pieces[c] = WrapText(c < cells.size() ? cells[c] : "", widths[c]);
      lines = std::max(lines, pieces[c].size());
    }
    for (std::size_t k = 0; k < lines; ++k) {
      std::string line = margin;
      for (std::size_t c = 0; c < heads.size(); ++c) {
        if (c > 0) line += "  ";
        line += Padded(k < pieces[c].size() ? pieces[c][k] : "", widths[c], heads[c].align);
      }
      Line(Paint(line.substr(0, line.find_last_not_of(' ') + 1), style));
    }
  };
  std::vector<std::string> names;
  for (const ColumnHead& head : heads) names.push_back(head.name);
  print_row(names, Style::kDim);
  for (const auto& row : rows) print_row(row, Style::kPlain);
}

std::string Terminal::IntervalBar(double value, double low, double high, double scale_low, double scale_high, int cells) {
  std::string bar;
  const auto cell_of = [&](double x) {
    if (!std::isfinite(x) || scale_high <= scale_low) return -1;
    return static_cast<int>(std::lround(std::clamp((x - scale_low) / (scale_high - scale_low), 0.0, 1.0) * (cells - 1)));
  };
  const int dot = cell_of(value);
  const int from = cell_of(low);
  const int to = cell_of(high);
  for (int i = 0; i < cells; ++i) bar += i == dot ? "●" : (from >= 0 && i >= from && i <= to) ? "━" : "·";
  return bar;
}

}  // namespace assay::cli
