// A program as an application has it: only what is installed, with the flags that pkg-config gives. With
// WITH_BOTAN_2 it uses the distribution's Botan beside the one that is inside Pavise.
#include <pavise/environment.hpp>
#include <pavise/error.hpp>
#include <pavise/registry.hpp>

#include <array>
#include <cstdio>
#include <string>

#ifdef WITH_BOTAN_2
#include <botan/auto_rng.h>
#include <botan/exceptn.h>
#include <botan/hash.h>
#include <botan/hex.h>
#include <botan/version.h>
#endif

namespace {

bool pavise_works() {
    std::array<unsigned char, 32> random{};
    if (!pavise::system_rng().fill(random)) return false;
    return pavise::name_of(pavise::NamedGroup::x25519) == "x25519" &&
           !pavise::describe(pavise::Error{pavise::ErrorCode::unexpected_message}).empty();
}

#ifdef WITH_BOTAN_2
bool botan_2_works() {
    if (Botan::version_major() != 2) return false;
    const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
    hash->update("abc");
    if (Botan::hex_encode(hash->final()).substr(0, 8) != "BA7816BF") return false;
    try {
        Botan::HashFunction::create_or_throw("no such hash");
    } catch (const Botan::Lookup_Error&) {
        return true;
    }
    return false;
}
#else
bool botan_2_works() { return true; }
#endif

} // namespace

int main() {
    // Twice each, in turn: neither may disturb the other.
    for (int round = 0; round < 2; ++round) {
        if (!pavise_works()) return std::fputs("Pavise does not work\n", stderr), 1;
        if (!botan_2_works()) return std::fputs("Botan 2 does not work\n", stderr), 1;
    }
    std::puts("works");
}
