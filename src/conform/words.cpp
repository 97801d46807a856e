#include "conform/words.hpp"

namespace pavise::conform {

ByteVector bytes(std::initializer_list<int> values) {
    ByteVector out;
    for (const int value : values) out.push_back(static_cast<std::uint8_t>(value));
    return out;
}

ByteVector repeated(std::size_t count, int value) {
    return ByteVector(count, static_cast<std::uint8_t>(value));
}

ByteVector vector_of(std::size_t width, Bytes contents) {
    ByteVector out;
    for (std::size_t i = width; i-- > 0;)
        out.push_back(static_cast<std::uint8_t>(contents.size() >> (8 * i)));
    out.insert(out.end(), contents.begin(), contents.end());
    return out;
}

ByteVector joined(std::initializer_list<Bytes> parts) {
    ByteVector out;
    for (const Bytes part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

} // namespace pavise::conform
