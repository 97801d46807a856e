// The forms that many extensions share: empty, opaque, one value, a list of values.
#pragma once

#include "messages/enum_list.hpp"
#include "messages/extensions.hpp"
#include "messages/vector.hpp"

namespace pavise::messages {

// Its presence is all that it says.
template <ExtensionType Type> struct EmptyExtension {
    static constexpr ExtensionType type = Type;

    static Result<EmptyExtension> parse(Bytes body) {
        PAVISE_TRY(wire::Reader(body).finish());
        return EmptyExtension{};
    }
    void write(wire::Writer&) const {}
};

// The whole body is one string of bytes, without a length of its own.
template <ExtensionType Type> struct OpaqueExtension {
    static constexpr ExtensionType type = Type;
    Bytes body;

    static Result<OpaqueExtension> parse(Bytes body) { return OpaqueExtension{body}; }
    void write(wire::Writer& writer) const { writer.bytes(body); }
};

// One integer or code point.
template <ExtensionType Type, class T> struct ValueExtension {
    static_assert(sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4);
    static constexpr ExtensionType type = Type;
    T value{};

    static Result<ValueExtension> parse(Bytes body) {
        wire::Reader reader(body);
        PAVISE_LET(const T value, read(reader));
        PAVISE_TRY(reader.finish());
        return ValueExtension{value};
    }
    void write(wire::Writer& writer) const {
        if constexpr (sizeof(T) == 1) writer.u8(static_cast<std::uint8_t>(value));
        if constexpr (sizeof(T) == 2) writer.u16(static_cast<std::uint16_t>(value));
        if constexpr (sizeof(T) == 4) writer.u32(static_cast<std::uint32_t>(value));
    }

  private:
    static Result<T> read(wire::Reader& reader) {
        if constexpr (sizeof(T) == 1) {
            PAVISE_LET(const auto number, reader.u8());
            return static_cast<T>(number);
        } else if constexpr (sizeof(T) == 2) {
            PAVISE_LET(const auto number, reader.u16());
            return static_cast<T>(number);
        } else {
            PAVISE_LET(const auto number, reader.u32());
            return static_cast<T>(number);
        }
    }
};

// A vector of code points that may not be empty, its length field `Width` bytes wide.
template <ExtensionType Type, class T, std::size_t Width> struct ListExtension {
    static constexpr ExtensionType type = Type;
    EnumList<T> values;

    static Result<ListExtension> parse(Bytes body) {
        wire::Reader reader(body);
        PAVISE_LET(const Bytes contents, read_vector<Width>(reader, {.least = sizeof(T)}));
        PAVISE_TRY(reader.finish());
        PAVISE_LET(const EnumList<T> values, EnumList<T>::from_wire(contents));
        return ListExtension{values};
    }
    void write(wire::Writer& writer) const {
        const auto scope = open_vector<Width>(writer);
        values.write(writer);
    }
};

} // namespace pavise::messages
