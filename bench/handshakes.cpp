// Handshakes in memory, client and server timed apart; the median of many.
#include "conversation.hpp"
#include "scenarios.hpp"

#include <algorithm>

namespace pavise::bench {

double median_of(std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

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

void shake_hands(benchmark::State& state, const Library& library, const Setup& setup) {
    const auto context = library.context(setup);
    { // what is made once, and the session to be resumed
        Conversation first;
        first.shake_hands(*context);
    }
    std::vector<double> client, server;
    for (auto _ : state) {
        if (setup.chain_memory == ChainMemory::cold) context->forget_chains();
        Conversation conversation;
        const Seconds handshake = conversation.shake_hands(*context);
        check(library, setup, conversation);
        const Seconds end = conversation.end();
        client.push_back(handshake.client + end.client);
        server.push_back(handshake.server + end.server);
        state.SetIterationTime(client.back() + server.back());
    }
    state.counters["client"] = median_of(client) * 1e6;
    state.counters["server"] = median_of(server) * 1e6;
}

// From nothing to the first byte of an answer, both sides together.
void first_byte(benchmark::State& state, const Library& library, const Setup& setup) {
    const auto context = library.context(setup);
    {
        Conversation().shake_hands(*context);
    }
    const ByteVector byte(1, 'x');
    std::vector<double> spent;
    for (auto _ : state) {
        Conversation conversation;
        double total = 0;
        {
            const Stopwatch watch(total);
            conversation.shake_hands(*context, [](auto step) { step(); }, [](auto step) { step(); });
            conversation.client().send(byte);
            if (conversation.server().receive() != 1) give_up("a byte was lost");
            conversation.server().send(byte);
            if (conversation.client().receive() != 1) give_up("a byte was lost");
        }
        spent.push_back(total);
        state.SetIterationTime(total);
    }
    state.counters["both"] = median_of(spent) * 1e6;
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

void add(const std::string& name, void (*run)(benchmark::State&, const Library&, const Setup&),
         const Library& library, const Setup& setup) {
    benchmark::RegisterBenchmark((name + "/" + library.name()).c_str(), [run, &library, setup](auto& state) {
        run(state, library, setup);
    })->UseManualTime();
}

} // namespace

void register_handshakes() {
    for (const Setup& setup : all_handshakes())
        for (const auto& library : libraries())
            if (library->supports(setup)) add("handshake/" + name_of(setup), shake_hands, *library, setup);
    for (const KeyKind key : {KeyKind::p256, KeyKind::rsa2048})
        for (const Version version : {Version::tls13, Version::tls12})
            add("handshake/" + name_of({.version = version, .key = key}) + "/cold", shake_hands,
                *libraries().front(), {.version = version, .key = key, .chain_memory = ChainMemory::cold});
    for (const auto& library : libraries()) add("first-byte/" + name_of({}), first_byte, *library, {});
}

} // namespace pavise::bench
