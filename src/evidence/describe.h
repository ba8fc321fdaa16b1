// One description per report struct, from which its JSON form, its reader and its JSON Schema come.
//
// A struct takes part by a free function template found by argument-dependent lookup:
//
//     struct Rung { std::string name; Estimate skill; std::vector<double> curve; };
//     template <class V> void Describe(V& v, Rung& r) {
//       v("name", r.name, "what the rung is called");
//       v("skill", r.skill, "1 - loss / loss of the constant");
//       v("curve", r.curve, "one point per iteration");
//     }
//     inline const char* DescribedName(const Rung*) { return "Rung"; }
//
// Field kinds: bool, std::int64_t, std::uint64_t, double, std::string, described structs, described enums, std::vector of any,
// std::map<std::string, any>, std::optional of any (null), Json (anything). A double that is not finite is written as null: give such a field a
// neighbour that says why (Estimate::reason). Members are always written, in the order of the description.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "base/json.h"

namespace assay::evidence {

template <class T>
concept DescribedEnum = std::is_enum_v<T> && requires(T value) { EnumNames(value); };
// An enum takes part by `inline std::vector<const char*> EnumNames(Verdict)`: names in the order of its values from 0.

template <class T> Json ToJson(const T& value);
template <class T> bool FromJson(const Json& json, T* value);
template <class T> Json SchemaOf(Json* definitions);

namespace internal {
template <class T> struct IsVector : std::false_type {};
template <class T> struct IsVector<std::vector<T>> : std::true_type {};
template <class T> struct IsMap : std::false_type {};
template <class T> struct IsMap<std::map<std::string, T>> : std::true_type {};
template <class T> struct IsOptional : std::false_type {};
template <class T> struct IsOptional<std::optional<T>> : std::true_type {};

struct JsonWriter {
  Json object = Json::object();
  template <class T> void operator()(const char* name, T& field, const char*) { object[name] = ToJson(field); }
};
struct JsonReader {
  const Json& object;
  bool ok = true;
  template <class T> void operator()(const char* name, T& field, const char*) {
    const auto found = object.find(name);
    if (found == object.end() || !FromJson(*found, &field)) ok = false;
  }
};
struct SchemaWriter {
  Json* definitions;
  Json properties = Json::object();
  Json required = Json::array();
  template <class T> void operator()(const char* name, T&, const char* meaning) {
    Json schema = SchemaOf<T>(definitions);
    if (schema.contains("$ref")) schema = Json{{"allOf", Json::array({schema})}};
    schema["description"] = meaning;
    properties[name] = std::move(schema);
    required.push_back(name);
  }
};
}  // namespace internal

template <class T>
Json ToJson(const T& value) {
  if constexpr (std::is_same_v<T, Json>) {
    return value;
  } else if constexpr (std::is_same_v<T, double>) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    return Json(value);
  } else if constexpr (DescribedEnum<T>) {
    return Json(EnumNames(value)[static_cast<std::size_t>(value)]);
  } else if constexpr (internal::IsVector<T>::value) {
    Json array = Json::array();
    for (const auto& item : value) array.push_back(ToJson<typename T::value_type>(item));
    return array;
  } else if constexpr (internal::IsMap<T>::value) {
    Json object = Json::object();
    for (const auto& [key, item] : value) object[key] = ToJson(item);
    return object;
  } else if constexpr (internal::IsOptional<T>::value) {
    return value.has_value() ? ToJson(*value) : Json(nullptr);
  } else {
    internal::JsonWriter writer;
    Describe(writer, const_cast<T&>(value));  // the writer only reads
    return std::move(writer.object);
  }
}

// False when a member is missing or has another type. Unknown members are ignored.
template <class T>
bool FromJson(const Json& json, T* value) {
  if constexpr (std::is_same_v<T, Json>) {
    *value = json;
    return true;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) return false;
    *value = json.get<bool>();
    return true;
  } else if constexpr (std::is_same_v<T, double>) {
    if (!json.is_null() && !json.is_number()) return false;
    *value = json.is_null() ? std::nan("") : json.get<double>();
    return true;
  } else if constexpr (std::is_integral_v<T>) {
    if (!json.is_number_integer()) return false;
    *value = json.get<T>();
    return true;
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!json.is_string()) return false;
    *value = json.get<std::string>();
    return true;
  } else if constexpr (DescribedEnum<T>) {
    const std::vector<const char*> names = EnumNames(T{});
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (json == names[i]) {
        *value = static_cast<T>(i);
        return true;
      }
    }
    return false;
  } else if constexpr (internal::IsVector<T>::value) {
    if (!json.is_array()) return false;
    value->clear();
    for (const Json& item : json) {
      typename T::value_type element{};
      if (!FromJson(item, &element)) return false;
      value->push_back(std::move(element));
    }
    return true;
  } else if constexpr (internal::IsMap<T>::value) {
    if (!json.is_object()) return false;
    value->clear();
    for (const auto& [key, item] : json.items()) {
      if (!FromJson(item, &(*value)[key])) return false;
    }
    return true;
  } else if constexpr (internal::IsOptional<T>::value) {
    value->reset();
    if (json.is_null()) return true;
    return FromJson(json, &value->emplace());
  } else {
    if (!json.is_object()) return false;
    internal::JsonReader reader{json};
    Describe(reader, *value);
    return reader.ok;
  }
}

// Structs go into `definitions` by their DescribedName and are referred to.
template <class T>
Json SchemaOf(Json* definitions) {
  if constexpr (std::is_same_v<T, Json>) {
    return Json::object();
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_same_v<T, double>) {
    return {{"type", Json::array({"number", "null"})}};
  } else if constexpr (std::is_integral_v<T>) {
    return {{"type", "integer"}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (DescribedEnum<T>) {
    Json names = Json::array();
    for (const char* name : EnumNames(T{})) names.push_back(name);
    return {{"type", "string"}, {"enum", names}};
  } else if constexpr (internal::IsVector<T>::value) {
    return {{"type", "array"}, {"items", SchemaOf<typename T::value_type>(definitions)}};
  } else if constexpr (internal::IsMap<T>::value) {
    return {{"type", "object"}, {"additionalProperties", SchemaOf<typename T::mapped_type>(definitions)}};
  } else if constexpr (internal::IsOptional<T>::value) {
    return {{"anyOf", Json::array({SchemaOf<typename T::value_type>(definitions), Json{{"type", "null"}}})}};
  } else {
    const char* name = DescribedName(static_cast<const T*>(nullptr));
    if (!definitions->contains(name)) {
      (*definitions)[name] = Json::object();  // a struct may contain itself
      internal::SchemaWriter writer{definitions};
      T sample{};
      Describe(writer, sample);
      Json definition;
      definition["type"] = "object";
      definition["properties"] = std::move(writer.properties);
      definition["required"] = std::move(writer.required);
      definition["additionalProperties"] = false;
      (*definitions)[name] = std::move(definition);
    }
    return {{"$ref", std::string("#/$defs/") + name}};
  }
}

// The whole schema document of a report (JSON Schema 2020-12).
template <class Report>
Json SchemaDocument(const char* title) {
  Json definitions = Json::object();
  Json reference = SchemaOf<Report>(&definitions);
  Json document;
  document["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  document["title"] = title;
  document["$ref"] = reference["$ref"];
  document["$defs"] = std::move(definitions);
  return document;
}

}  // namespace assay::evidence
