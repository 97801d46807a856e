// What a server may choose its config by, read out of a ClientHello.
#pragma once

#include <pavise/engine.hpp>

namespace pavise::engine {

// `client_hello`: the whole message. The views point into it.
Result<ClientOffer> read_offer(Bytes client_hello);

} // namespace pavise::engine
