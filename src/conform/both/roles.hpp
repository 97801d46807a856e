// What scripts for either role and version need to know of who they are.
#pragma once

#include "conform/as_client.hpp"
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"

#include <concepts>

namespace pavise::conform {

template <class As>
concept InTls13 = std::same_as<As, AsClient13> || std::same_as<As, AsServer13>;
template <class As>
concept ChecksServers = std::same_as<As, AsClient13> || std::same_as<As, AsClient12>;

template <class As> constexpr bool in_tls13 = InTls13<As>;
template <class As> constexpr bool checks_servers = ChecksServers<As>;

// The rule of the version that is checked.
template <class As> constexpr Rule by_version(const Rule& tls13, const Rule& tls12) {
    return in_tls13<As> ? tls13 : tls12;
}

} // namespace pavise::conform
