#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

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

std::vector<std::string> Wrapped(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t end = text.find(' ', i);
    if (end == std::string_view::npos) end = text.size();
    const std::string word(text.substr(i, end - i));
    if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > width) {
      lines.push_back(line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
    i = end + 1;
  }
  lines.push_back(line);
  return lines;
}
}  // namespace

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

Terminal::Terminal() {
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  coloured_ = is_terminal && std::getenv("NO_COLOR") == nullptr;
  winsize size{};
  if (is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) {
    width_ = std::min<int>(size.ws_col, 140);
  }
}

std::string Terminal::Paint(std::string_view text, Style style) const {
  if (!coloured_ || style == Style::kPlain) return std::string(text);
  return CodeOf(style) + std::string(text) + "\x1b[0m";
}

void Terminal::Line(std::string_view text) {
  WriteOutput(text);
  WriteOutput("\n");
}

void Terminal::Heading(std::string_view text) {
  Line();
  Line(Paint(text, Style::kTitle));
}

void Terminal::Paragraph(std::string_view text, int indent) {
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  for (const std::string& line : Wrapped(text, width_ - indent)) Line(margin + line);
}

void Terminal::Table(const std::vector<ColumnHead>& heads, const std::vector<std::vector<std::string>>& rows, int indent) {
  if (heads.empty()) return;
  std::vector<int> widths;
  for (const ColumnHead& head : heads) widths.push_back(DisplayWidth(head.name));
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size() && c < widths.size(); ++c) widths[c] = std::max(widths[c], DisplayWidth(row[c]));
  }
  int before_last = indent;
  for (std::size_t c = 0; c + 1 < widths.size(); ++c) before_last += widths[c] + 2;
  const int last_room = std::max(20, width_ - before_last);
  const std::string margin(static_cast<std::size_t>(indent), ' ');

  const auto print_row = [&](const std::vector<std::string>& cells, Style style) {
    std::string line = margin;
    for (std::size_t c = 0; c + 1 < heads.size(); ++c) {
      line += Padded(c < cells.size() ? cells[c] : "", widths[c], heads[c].align) + "  ";
    }
    const std::string last = cells.size() == heads.size() ? cells.back() : "";
    if (heads.back().align == Align::kRight) {
      Line(Paint(line + Padded(last, widths.back(), Align::kRight), style));
      return;
    }
    const std::vector<std::string> pieces = Wrapped(last, last_room);
    Line(Paint(line + pieces[0], style));
    for (std::size_t k = 1; k < pieces.size(); ++k) {
      Line(std::string(static_cast<std::size_t>(before_last), ' ') + Paint(pieces[k], style));
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
