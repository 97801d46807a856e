// The certificates of a run: an authority of its own, and what it issued to us as a server and as a client.
#pragma once

#include <pavise/config.hpp>
#include <pavise/environment.hpp>

#include <string>

namespace pavise::conform {

struct Identities {
    std::string authority_pem;
    Credential server; // for localhost, 127.0.0.1, ::1 and the name that was asked for
    Credential client;
};

// Valid from an hour ago for a day.
Result<Identities> make_identities(std::string_view server_name, Timestamp now, Rng& rng);

} // namespace pavise::conform
