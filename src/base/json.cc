#include "base/json.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace assay::base {

namespace {

// The longest valid pieces stay; each byte between them becomes U+FFFD.
std::string RepairUtf8(std::string_view text) {
  std::string mended;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length < 4 && length < text.size() && !IsValidUtf8(text.substr(0, length))) ++length;
    const bool valid = IsValidUtf8(text.substr(0, length));
    if (!valid) length = 1;
    mended += valid ? text.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(length);
  }
  return mended;
}

void WriteEscape(unsigned code, std::string* out) {
  char buffer[8];
  std::snprintf(buffer, sizeof buffer, "\\u%04x", code);
  *out += buffer;
}

void WriteString(std::string_view text, std::string* out) {
  std::string repaired;
  if (!IsValidUtf8(text)) {
    repaired = RepairUtf8(text);
    text = repaired;
  }
  *out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool separator = text.substr(i, 3) == "\xE2\x80\xA8" || text.substr(i, 3) == "\xE2\x80\xA9";
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += text[i];
    } else if (c == '\n') {
      *out += "\\n";
    } else if (c == '\t') {
      *out += "\\t";
    } else if (c < 0x20 || c == '<') {
      WriteEscape(c, out);
    } else if (separator) {
      *out += text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      *out += text[i];
    }
  }
  *out += '"';
}

// Writes one value after another with the line breaks that `indent` asks for.
class Writer {
 public:
  Writer(int indent, std::string* out) : indent_(indent), out_(out) {}

  void Write(const Json& value, int depth) {
    switch (value.type()) {
      case Json::value_t::string: return WriteString(value.get_ref<const std::string&>(), out_);
      case Json::value_t::number_float: *out_ += ShortestNumber(value.get<double>()); return;
      case Json::value_t::array: return WriteArray(value, depth);
      case Json::value_t::object: return WriteObject(value, depth);
      default: *out_ += value.dump(); return;  // null, true, false, whole numbers
    }
  }

 private:
  void WriteArray(const Json& items, int depth) {
    // Lists of plain values stay on one line.
    const bool flat = std::none_of(items.begin(), items.end(), [](const Json& v) { return v.is_structured(); });
    *out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) *out_ += flat && indent_ > 0 ? ", " : ",";
      if (!flat) NewLine(depth + 1);
      Write(items[i], depth + 1);
    }
    if (!flat) NewLine(depth);
    *out_ += ']';
  }

  void WriteObject(const Json& members, int depth) {
    *out_ += '{';
    bool first = true;
    for (const auto& [key, member] : members.items()) {
      if (!first) *out_ += ',';
      first = false;
      NewLine(depth + 1);
      WriteString(key, out_);
      *out_ += indent_ > 0 ? ": " : ":";
      Write(member, depth + 1);
    }
    if (!first) NewLine(depth);
    *out_ += '}';
  }

  void NewLine(int depth) {
    if (indent_ == 0) return;
    *out_ += '\n';
    out_->append(static_cast<std::size_t>(indent_ * depth), ' ');
  }

  int indent_;
  std::string* out_;
};

// 0 based byte offset to "line 3, column 14" (columns count bytes).
std::string Position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_break = before.rfind('\n');
  const std::size_t column = before.size() - (line_break == std::string_view::npos ? 0 : line_break + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

std::string WriteJson(const Json& value, int indent) {
  std::string out;
  Writer(indent, &out).Write(value, 0);
  return out;
}

Result<Json> ParseJson(std::string_view text, std::string_view where) {
  int too_deep = 0;
  const auto watch_depth = [&too_deep](int depth, Json::parse_event_t, Json&) {
    if (depth > 64) ++too_deep;
    return true;
  };
  try {
    Json value = Json::parse(text, watch_depth);
    if (too_deep > 0) {
      return Error{ErrorCode::kTooLarge, std::string(where) + ": JSON nested deeper than 64 levels"};
    }
    return value;
  } catch (const Json::parse_error& failure) {
    const std::size_t offset = failure.byte > 0 ? failure.byte - 1 : 0;
    return Error{ErrorCode::kInvalidInput, std::string(where) + ": " + Position(text, offset) + ": not valid JSON"};
  } catch (const Json::exception& failure) {
    return Error{ErrorCode::kInvalidInput, std::string(where) + ": not valid JSON: " + failure.what()};
  }
}

}  // namespace assay::base
