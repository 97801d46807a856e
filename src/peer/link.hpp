// Link: the way from a scripted peer to the side under test, as bytes. A script runs unchanged over a
// connection in this process or over a socket.
#pragma once

#include <pavise/testing/peer.hpp>

namespace pavise::peer {

using testing::Link;

} // namespace pavise::peer
