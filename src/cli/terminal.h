// Text for people: colours on a terminal only, aligned tables, wrapped sentences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::evidence {
struct Estimate;
}

namespace assay::cli {

enum class Style { kPlain, kBold, kDim, kGood, kBad, kWarn, kTitle };

// Writes to standard output. Width is the terminal's (40 to 140), or COLUMNS, or 80. Colours need a terminal and no NO_COLOR.
class Terminal {
 public:
  Terminal();

  bool coloured() const { return coloured_; }
  int width() const { return width_; }
  // The text in the escape codes of the style, or unchanged without colours.
  std::string Paint(std::string_view text, Style style) const;
  void Line(std::string_view text = {});
  void Heading(std::string_view text);
  // What to do next, set off from what was found.
  void Next(std::string_view text);
  // Breaks at blanks; following lines start with `indent` blanks, behind a bullet or a mark two more.
  void Paragraph(std::string_view text, int indent = 0);

  // Each line of `text` as a paragraph, its own blanks in front kept.
  void Lines(std::string_view text, int indent = 0);

  enum class Align { kLeft, kRight };
  struct ColumnHead {
    std::string name;
    Align align = Align::kLeft;
  };
  // Cells may hold painted text and any UTF-8. What does not fit is wrapped in its cell: the widest columns give way first,
  // columns of numbers (right-aligned) and bars never. No line is wider than the terminal as long as 8 columns are left for each text.
  void Table(const std::vector<ColumnHead>& heads, const std::vector<std::vector<std::string>>& rows, int indent = 2);

  // A text bar for an interval on a scale: "····━━●━━····", `cells` characters wide.
  static std::string IntervalBar(double value, double low, double high, double scale_low, double scale_high, int cells);

 private:
  bool coloured_ = false;
  int width_ = 80;
};

// "0.0235 (0.0205 to 0.0265)": decimals as base::ReadableInterval chooses them; "0, exact" where the reason says so; or the value with
// the reason why there is no interval ("0.31, no interval: a count"). `scale` 100 and `unit` " %" for shares.
std::string ReadableEstimate(const evidence::Estimate& estimate, double scale = 1.0, std::string_view unit = "");

// How wide the terminal behind `fd` is now; 0 when it is none.
int ColumnsOfTerminal(int fd);
// At most `width` columns, "…" in place of the middle.
std::string ShortenMiddle(std::string_view text, int width);
// Columns of a terminal that the text takes (escape codes 0, combining 0, wide 2).
int DisplayWidth(std::string_view text);
// Lines of at most `width` columns, broken at blanks; words wider than that are broken too, at a joint such as '.' or '_' where there is one,
// painted ones excepted. Blanks at the start
// are a margin and stay.
std::vector<std::string> WrapText(std::string_view text, int width);

}  // namespace assay::cli
