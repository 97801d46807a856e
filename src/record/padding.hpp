// Taking off the padding of TLS 1.3.
#pragma once

#include <pavise/bytes.hpp>

#include <cstddef>

namespace pavise::record {

// The size of `inner` without the zeros at its end, in time that depends on inner.size() alone.
std::size_t size_without_padding_in_constant_time(Bytes inner) noexcept;

} // namespace pavise::record
