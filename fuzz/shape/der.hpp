// The shape of DER (X.690 §8, §10): certificates, lists, keys.
#pragma once

#include "shape/tree.hpp"

namespace pavise::fuzz {

// One element or several. Strings of bits and of bytes are taken apart where they hold DER again.
std::optional<Node> der_shape(Bytes bytes);

} // namespace pavise::fuzz
