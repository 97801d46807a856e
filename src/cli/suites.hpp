// Every cipher suite and group that was ever registered, by name, and what is wrong with it.
#pragma once

#include <pavise/registry.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pavise::cli {

enum class Grade : std::uint8_t {
    good,
    weak, // no forward secrecy, CBC without need, small MACs, blocks of 64 bits …
    bad,  // broken: no encryption, no authentication, export, RC4, DES
};

struct Judgement {
    Grade grade = Grade::good;
    std::string_view reason; // empty for what is good
};

// Of all of the registry, not only of what the engine knows; the value in hex for what is not registered.
std::string suite_name(CipherSuite suite);
Judgement judge(CipherSuite suite);

// All suites of TLS 1.3; all others but the signalling values.
std::vector<CipherSuite> every_suite(ProtocolVersion version);

struct GroupRow {
    NamedGroup group;
    std::string_view name;
};
// What servers may know, in use and out of it, draft values included.
std::span<const GroupRow> every_group() noexcept;
std::string group_name(NamedGroup group);
Judgement judge(NamedGroup group);

} // namespace pavise::cli
