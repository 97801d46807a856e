// Link: the way from a scripted peer to the side under test, as bytes. A script runs unchanged over a
// connection in this process or over a socket.
#pragma once

#include <pavise/bytes.hpp>

namespace pavise::peer {

class Link {
  public:
    virtual ~Link() = default;
    // Carries `bytes` to the other side. What a side that has failed or closed does not take is lost, as it
    // is on a network.
    virtual void send(Bytes bytes) = 0;
    // What the other side has sent meanwhile; empty when nothing more comes: it waits for us, or it is gone.
    virtual ByteVector receive() = 0;
    // Whether the other side has ended the connection and all that it sent was received.
    virtual bool is_over() const { return false; }
};

} // namespace pavise::peer
