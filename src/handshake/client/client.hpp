// The names that all of the client's states use.
#pragma once

#include "handshake/machine.hpp"

namespace pavise::handshake::client {

struct Client;
struct Context;
template <class... S> using Next = NextOf<Client, S...>;

} // namespace pavise::handshake::client
