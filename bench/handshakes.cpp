// Handshakes in memory, client and server timed apart; the median of many.
#include "conversation.hpp"
#include "scenarios.hpp"

namespace pavise::bench {

std::string name_of(const Setup& setup) {
    std::string name = setup.version == Version::tls13 ? "TLS1.3" : "TLS1.2";
    name += setup.key == KeyKind::p256 ? "/P-256" : "/RSA-2048";
    if (setup.cipher == CipherKind::aes256gcm) name += "/AES-256-GCM";
    if (setup.cipher == CipherKind::chacha20poly1305) name += "/ChaCha20-Poly1305";
    if (setup.group == Group::x25519mlkem768) name += "/X25519MLKEM768";
    if (setup.client_certificate == ClientCertificate::sent) name += "/client-certificate";
    if (setup.resumption == Resumption::session_id) name += "/resumed-by-id";
    if (setup.resumption == Resumption::ticket) name += "/resumed-by-ticket";
    return name;
}

namespace {

void check(const Library& library, const Setup& setup, Conversation& conversation) {
    const bool resumes = setup.resumption != Resumption::none;
    if (conversation.client().resumed() != resumes || conversation.server().resumed() != resumes)
        give_up(name_of(setup) + "/" + library.name() + (resumes ? " was not resumed" : " was resumed"));
}

// With what is made once, and with the session to be resumed.
std::shared_ptr<Context> met_before(const Library& library, const Setup& setup) {
    std::shared_ptr<Context> context = library.context(setup);
    Conversation().shake_hands(*context);
    return context;
}

// Whole handshakes with their ends.
Contestant shakes_hands(const Library& library, const Setup& setup) {
    const bool cold = setup.chain_memory == ChainMemory::cold;
    return {library.name() + (cold ? "-cold" : ""),
            [&library, setup, cold, context = met_before(library, setup)] {
                return typical_of(handshakes_in_a_turn, [&]() -> Taken {
                    if (cold) context->forget_chains();
                    Conversation conversation;
                    const Seconds handshake = conversation.shake_hands(*context);
                    check(library, setup, conversation);
                    const Seconds end = conversation.end();
                    return {handshake.client + end.client, handshake.server + end.server};
                });
            }};
}

// From nothing to the first byte of an answer, both sides together.
Contestant answers(const Library& library) {
    return {library.name(), [&library, context = met_before(library, {})] {
                const ByteVector byte(1, 'x');
                const auto whole = [](auto step) { step(); };
                return typical_of(handshakes_in_a_turn, [&]() -> Taken {
                    Conversation conversation;
                    return {seconds_of([&] {
                        conversation.shake_hands(*context, whole, whole);
                        conversation.client().send(byte);
                        if (conversation.server().receive() != 1) give_up(library.name() + " lost a byte");
                        conversation.server().send(byte);
                        if (conversation.client().receive() != 1) give_up(library.name() + " lost a byte");
                    })};
                });
            }};
}

std::vector<Setup> all_handshakes() {
    std::vector<Setup> setups;
    for (const Version version : {Version::tls13, Version::tls12})
        for (const KeyKind key : {KeyKind::p256, KeyKind::rsa2048})
            setups.push_back({.version = version, .key = key});
    setups.push_back({.version = Version::tls12, .resumption = Resumption::session_id});
    setups.push_back({.version = Version::tls12, .resumption = Resumption::ticket});
    setups.push_back({.version = Version::tls13, .resumption = Resumption::ticket});
    setups.push_back({.group = Group::x25519mlkem768});
    setups.push_back({.client_certificate = ClientCertificate::sent});
    return setups;
}

// Full handshakes have a limit, and a client that has not met the chain before.
bool is_plain(const Setup& setup) {
    return setup.resumption == Resumption::none && setup.group == Group::x25519 &&
           setup.client_certificate == ClientCertificate::none;
}

std::vector<Contestant> contestants_of(const Setup& setup) {
    std::vector<Contestant> all;
    for (const auto& library : libraries())
        if (library->supports(setup)) all.push_back(shakes_hands(*library, setup));
    if (!is_plain(setup)) return all;
    all.push_back(limit_of(setup));
    Setup cold = setup;
    cold.chain_memory = ChainMemory::cold;
    all.push_back(shakes_hands(*libraries().front(), cold));
    all.push_back(limit_of(cold));
    return all;
}

} // namespace

void register_handshakes() {
    for (const Setup& setup : all_handshakes())
        register_scenario(
            {"handshake/" + name_of(setup), {"client", "server"}, [setup] { return contestants_of(setup); }});
    register_scenario({"first-byte/" + name_of({}), {"both"}, [] {
                           std::vector<Contestant> all;
                           for (const auto& library : libraries()) all.push_back(answers(*library));
                           return all;
                       }});
}

} // namespace pavise::bench
