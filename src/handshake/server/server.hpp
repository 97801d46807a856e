// The names that all of the server's states use.
#pragma once

#include "handshake/machine.hpp"

namespace pavise::handshake::server {

struct Server;
struct Context;
template <class... S> using Next = NextOf<Server, S...>;

} // namespace pavise::handshake::server
