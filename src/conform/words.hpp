// What scripts say often.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/registry.hpp>

#include <initializer_list>

namespace pavise::conform {

// Bodies of extensions and the like.
ByteVector bytes(std::initializer_list<int> values);
ByteVector repeated(std::size_t count, int value = 0);
// Types, suites, groups and schemes that nobody has defined (RFC 8701's reserved values, and one beyond
// them).
inline constexpr auto grease_extension = static_cast<ExtensionType>(0x3a3a);
inline constexpr auto unknown_extension = static_cast<ExtensionType>(0xfe00);
inline constexpr auto grease_suite = static_cast<CipherSuite>(0x4a4a);
inline constexpr auto grease_group = static_cast<NamedGroup>(0x5a5a);
inline constexpr auto grease_scheme = static_cast<SignatureScheme>(0x6a6a);
inline constexpr auto grease_version = static_cast<ProtocolVersion>(0x7a7a);

// A vector with a length field of `width` bytes.
ByteVector vector_of(std::size_t width, Bytes contents);
ByteVector joined(std::initializer_list<Bytes> parts);

} // namespace pavise::conform
