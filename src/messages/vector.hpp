// Vectors whose length field has a width known at compile time, for the templates of this room.
#pragma once

#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace pavise::messages {

template <std::size_t Width>
Result<Bytes> read_vector(wire::Reader& reader, wire::VectorBounds bounds = {}) noexcept {
    static_assert(Width >= 1 && Width <= 3);
    if constexpr (Width == 1) return reader.vector8(bounds);
    if constexpr (Width == 2) return reader.vector16(bounds);
    if constexpr (Width == 3) return reader.vector24(bounds);
}

template <std::size_t Width> wire::Writer::Vector open_vector(wire::Writer& writer) {
    static_assert(Width >= 1 && Width <= 3);
    return {writer, Width};
}

// An element that is nothing but a vector of bytes: opaque X<Bounds>.
template <std::size_t Width, wire::VectorBounds Bounds> struct Opaque {
    Bytes bytes;

    static Result<Opaque> parse(wire::Reader& reader) {
        PAVISE_LET(const Bytes bytes, read_vector<Width>(reader, Bounds));
        return Opaque{bytes};
    }
    void write(wire::Writer& writer) const {
        const auto scope = open_vector<Width>(writer);
        writer.bytes(bytes);
    }
};

} // namespace pavise::messages
