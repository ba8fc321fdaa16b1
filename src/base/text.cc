#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/result.h"

namespace assay::base {

std::string ShortestNumber(double value) {
  ASSAY_CHECK(std::isfinite(value));
  if (value == 0.0) return "0";
  char buffer[40];
  // Whole numbers in plain digits up to 2^53, all else by the shorter of the two notations.
  if (std::abs(value) < 9007199254740992.0 && value == std::trunc(value)) {
    auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, static_cast<std::int64_t>(value));
    return {buffer, end};
  }
  auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

namespace {
std::string GroupThousands(std::string digits) {
  const std::size_t start = !digits.empty() && digits[0] == '-' ? 1 : 0;
  std::size_t whole_end = digits.find('.');
  if (whole_end == std::string::npos) whole_end = digits.size();
  for (std::size_t i = whole_end; i > start + 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}
}  // namespace

std::string ReadableNumber(double value, int digits) {
  if (std::isnan(value)) return "n/a";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  if (value == 0.0) return "0";
  const double magnitude = std::floor(std::log10(std::abs(value)));
  char buffer[64];
  if (magnitude < -6 || magnitude > 14) {
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    return buffer;
  }
  const int decimals = std::max(0, digits - 1 - static_cast<int>(magnitude));
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  std::string text = buffer;
  if (decimals > 0) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  if (text == "-0") text = "0";
  return GroupThousands(text);
}

std::string PlainNumber(double value, int digits) {
  std::string text = ReadableNumber(value, digits);
  std::erase(text, ',');
  return text;
}

int DecimalsFor(double width) { return width > 0 && std::isfinite(width) ? std::clamp(1 - static_cast<int>(std::floor(std::log10(width))), 0, 12) : 0; }

std::string FixedNumber(double value, int decimals) {
  if (!std::isfinite(value)) return ReadableNumber(value);
  char buffer[400];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  std::string text = buffer;
  if (text.front() == '-' && text.find_first_of("123456789") == std::string::npos) text.erase(0, 1);
  return GroupThousands(text);
}

ReadableEnds ReadableInterval(double value, double low, double high) {
  const double width = high - low;
  const double largest = std::max({std::abs(value), std::abs(low), std::abs(high)});
  if (std::isfinite(width) && width > 0 && largest >= 1e15) {
    const int digits = std::clamp(static_cast<int>(std::floor(std::log10(largest)) - std::floor(std::log10(width))) + 2, 3, 15);
    return {ReadableNumber(value, digits), ReadableNumber(low, digits), ReadableNumber(high, digits)};
  }
  // Nobody counts zeros: what would need more than eight decimals is written with an exponent.
  const bool plain = !(width >= 1e-8) || !std::isfinite(width);
  const int decimals = DecimalsFor(width);
  const auto end = [&](double v) {
    const std::string text = FixedNumber(v, decimals);
    return plain ? ReadableNumber(v, 3) : v != 0 && text.find_first_of("123456789") == std::string::npos ? ReadableNumber(v, 1) : text;
  };
  return {plain ? ReadableNumber(value, 3) : FixedNumber(value, decimals), end(low), end(high)};
}

std::string ReadableRange(double low, double high) {
  const ReadableEnds ends = ReadableInterval(low, low, high);
  return ends.low + " to " + ends.high;
}

std::string GroupedDigits(std::string_view number) {
  const std::string_view digits = number.starts_with('-') ? number.substr(1) : number;
  const std::size_t whole = std::min(digits.find('.'), digits.size());
  const bool plain = digits.find_first_not_of("0123456789.") == std::string_view::npos && digits.find('.', whole + 1) == std::string_view::npos;
  return plain && whole >= 5 ? GroupThousands(std::string(number)) : std::string(number);
}

std::string ReadableCount(std::int64_t count) { return GroupThousands(std::to_string(count)); }

std::string ReadableShare(double share) {
  if (!std::isfinite(share)) return "n/a";
  return ReadableNumber(100.0 * share, 3) + " %";
}

std::string ShellWord(std::string_view word) {
  if (!word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%") == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string Join(std::span<const std::string> parts, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

std::string_view Trim(std::string_view text) {
  const char* blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

namespace {
// Of the letters that take two bytes in UTF-8, U+0080 to U+07FF.
unsigned LowerOfTwoBytes(unsigned letter) {
  const auto within = [letter](unsigned first, unsigned last) { return letter >= first && letter <= last; };
  const bool even = letter % 2 == 0;
  if (within(0xC0, 0xDE)) return letter == 0xD7 ? letter : letter + 0x20;              // À to Þ, less the sign of multiplication
  if (within(0x100, 0x12F) || within(0x132, 0x137) || within(0x14A, 0x177)) return even ? letter + 1 : letter;  // Ā ā, Ŋ ŋ
  if (within(0x139, 0x148) || within(0x179, 0x17E)) return even ? letter : letter + 1;  // Ĺ ĺ, Ź ź
  if (within(0x391, 0x3A9) && letter != 0x3A2) return letter + 0x20;                    // Greek
  if (within(0x410, 0x42F)) return letter + 0x20;                                       // Cyrillic
  if (within(0x400, 0x40F)) return letter + 0x50;
  return letter;
}
}  // namespace

std::string Lowercase(std::string_view text) {
  std::string lower(text);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const auto lead = static_cast<unsigned char>(lower[i]);
    if (lead >= 'A' && lead <= 'Z') lower[i] = static_cast<char>(lead - 'A' + 'a');
    if (lead < 0xC2 || lead > 0xDF || i + 1 == lower.size() || (static_cast<unsigned char>(lower[i + 1]) & 0xC0U) != 0x80U) continue;
    const unsigned letter = LowerOfTwoBytes((lead & 0x1FU) << 6U | (static_cast<unsigned char>(lower[i + 1]) & 0x3FU));
    lower[i] = static_cast<char>(0xC0U | letter >> 6U);
    lower[++i] = static_cast<char>(0x80U | (letter & 0x3FU));
  }
  return lower;
}

bool IsValidUtf8(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    std::size_t length = 0;
    std::uint32_t point = 0;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    if ((lead & 0xE0U) == 0xC0U) length = 2, point = lead & 0x1FU;
    else if ((lead & 0xF0U) == 0xE0U) length = 3, point = lead & 0x0FU;
    else if ((lead & 0xF8U) == 0xF0U) length = 4, point = lead & 0x07U;
    else return false;
    if (i + length > bytes.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(bytes[i + k]);
      if ((next & 0xC0U) != 0x80U) return false;
      point = (point << 6U) | (next & 0x3FU);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

namespace {
// Insertions, deletions, changes and swaps of neighbours (optimal string alignment).
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}
}  // namespace

std::vector<std::string> NearestNames(std::string_view name, std::span<const std::string> candidates,
                                      std::size_t most) {
  const std::string wanted = Lowercase(name.substr(0, 200));
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const std::string& candidate : candidates) {
    const std::string lower = Lowercase(std::string_view(candidate).substr(0, 200));
    std::size_t distance = EditDistance(wanted, lower);
    if (wanted.size() >= 3 && lower.find(wanted) != std::string::npos) distance = std::min<std::size_t>(distance, 1);
    const std::size_t allowed = std::max<std::size_t>(1, std::max(wanted.size(), lower.size()) / 3);
    if (distance <= allowed) ranked.emplace_back(distance, candidate);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ranked.size() && i < most; ++i) names.push_back(ranked[i].second);
  return names;
}

std::string Counted(std::int64_t count, std::string_view one, std::string_view many) {
  return ReadableCount(count) + " " + (count == 1 ? std::string(one) : many.empty() ? std::string(one) + "s" : std::string(many));
}

std::string DidYouMean(std::string_view name, std::span<const std::string> candidates) {
  const std::vector<std::string> nearest = NearestNames(name, candidates);
  if (nearest.empty()) return "";
  std::string text = " Did you mean ";
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    if (i > 0) text += i + 1 == nearest.size() ? " or " : ", ";
    text += "'" + nearest[i] + "'";
  }
  return text + "?";
}

std::string WithoutControls(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F) clean += "\xEF\xBF\xBD";
    else clean += c;
  }
  return clean;
}

bool IsAmong(std::span<const std::string> names, std::string_view name) {
  const std::string wanted = Lowercase(name);
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) { return Lowercase(n) == wanted; });
}

std::vector<std::string> WordsOfName(std::string_view name) {
  std::vector<std::string> words(1);
  char previous = ' ';
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', beyond = static_cast<unsigned char>(c) >= 0x80;
    const bool begins = (upper && previous >= 'a' && previous <= 'z') || !(upper || lower || beyond);
    if (begins && !words.back().empty()) words.emplace_back();
    if (upper || lower || beyond) words.back() += Lowercase(std::string_view(&c, 1));
    previous = c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool ParseNumber(std::string_view text, double* value) {
  text = Trim(text);
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  double parsed = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (ec != std::errc() || end != text.data() + text.size() || !std::isfinite(parsed)) return false;
  *value = parsed;
  return true;
}

}  // namespace assay::base
