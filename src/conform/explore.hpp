// The exploration before a run: what the other side can do, learnt from legal handshakes alone.
#pragma once

#include "conform/trial.hpp"

namespace pavise::conform {

// Fills setting.profile. Nothing is known of what does not answer: both tls12 and tls13 stay false, and the
// target's complaint says why.
void explore_server(Setting& setting);
// Two to six runs of the client.
void explore_client(Setting& setting);

} // namespace pavise::conform
