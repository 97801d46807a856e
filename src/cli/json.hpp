// JSON for programs that read what the command says (RFC 8259). Text from a peer is made valid UTF-8 first.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace pavise::cli {

// Writes one value, in order: the caller opens and closes what it opened. Names and values alternate inside
// an object, values follow each other inside an array; commas and indentation are the writer's.
class JsonWriter {
    std::string out_;
    std::size_t depth_ = 0;
    bool first_ = true;      // of the innermost object or array
    bool after_key_ = false; // a value is due on the same line

    void begin_value();
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void append_string(std::string_view text);
    JsonWriter& literal(std::string_view text);

  public:
    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(double number);
    JsonWriter& null() { return literal("null"); }
    template <class T>
        requires std::same_as<T, bool>
    JsonWriter& value(T truth) {
        return literal(truth ? "true" : "false");
    }
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    JsonWriter& value(T number) {
        return literal(std::to_string(number));
    }
    template <class T> JsonWriter& member(std::string_view name, const T& held) {
        return key(name).value(held);
    }
    // An array of strings.
    template <class Range> JsonWriter& strings(std::string_view name, const Range& range) {
        key(name).begin_array();
        for (const auto& text : range) value(std::string_view(text));
        return end_array();
    }

    // The whole, with a line end.
    std::string text() const { return out_ + "\n"; }
};

} // namespace pavise::cli
