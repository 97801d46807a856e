// Records of application data through Connection, against the same bytes through the bare Botan calls in the
// same run. What is missing to 100 % is ours: framing, nonces, the state of the connection, its public calls.
//
//   open/…      one record that lies in receive_space(): received(), data(), data_read()
//   seal/…      one record filled in place: reserve(), commit(); and with write()'s one copy
#include "bare.hpp"

#include "support/pair.hpp"

#include <algorithm>

namespace pavise::bench {
namespace {

testing::Pair connected_pair(const Case& of) {
    testing::PairConfig config;
    config.client.cipher_suites = {of.suite};
    testing::Pair pair(std::move(config));
    if (!pair.connect()) give_up("the handshake failed");
    return pair;
}

// One record of `content`, sealed by the client.
Bytes next_record(Connection& client, Bytes content) {
    const auto taken = client.write(content);
    if (!taken || *taken != content.size()) give_up("a record was not written");
    return client.output();
}

Contestant opens(const Case& of, std::size_t content_size) {
    const auto pair = std::make_shared<testing::Pair>(connected_pair(of));
    return {"connection", [pair, content = ByteVector(content_size, 0x17)] {
                return typical_of(records_in_a_turn, [&]() -> Taken {
                    // The transport's part, which the bare calls have no counterpart for: all but the last
                    // bytes.
                    Bytes arriving = next_record(pair->client, content);
                    const std::size_t size = arriving.size();
                    MutableBytes space = pair->server.receive_space();
                    while (space.size() < arriving.size()) {
                        std::copy_n(arriving.begin(), space.size(), space.begin());
                        if (!pair->server.received(space.size())) give_up("a record was refused");
                        arriving = arriving.subspan(space.size());
                        space = pair->server.receive_space();
                    }
                    std::copy_n(arriving.begin(), arriving.size(), space.begin());
                    bool opened = false;
                    const double taken = seconds_of([&] {
                        const Status received = pair->server.received(arriving.size());
                        const std::size_t count = pair->server.data().size();
                        opened = received && pair->server.data_read(count) && count == content.size();
                    });
                    if (!opened) give_up("a record did not open");
                    pair->client.output_sent(size);
                    return {taken};
                });
            }};
}

// `send` is what is measured.
template <class Send> Contestant seals(const char* name, const Case& of, Send send) {
    const auto pair = std::make_shared<testing::Pair>(connected_pair(of));
    return {name, [pair, send] {
                return typical_of(records_in_a_turn, [&]() -> Taken {
                    bool sent = false;
                    const double taken = seconds_of([&] { sent = send(pair->client); });
                    if (!sent) give_up("a record was not sealed");
                    pair->client.output_sent(pair->client.output().size());
                    return {taken};
                });
            }};
}

Contestant seals_reserved(const Case& of, std::size_t content_size) {
    return seals("reserved", of, [content_size](Connection& connection) {
        const auto space = connection.reserve(content_size);
        return space && space->size() == content_size && connection.commit(content_size);
    });
}

Contestant seals_copied(const Case& of, std::size_t content_size) {
    return seals("copied", of, [content = ByteVector(content_size, 0x17)](Connection& connection) {
        const auto taken = connection.write(content);
        return taken && *taken == content.size();
    });
}

// A config with suites of one version alone speaks that version.
constexpr Case both_versions[] = {
    cases[0],
    cases[1],
    cases[2],
    {"TLS1.2-AES-128-GCM", "AES-128/GCM", crypto::AeadId::aes_128_gcm,
     CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0},
    {"TLS1.2-AES-256-GCM", "AES-256/GCM", crypto::AeadId::aes_256_gcm,
     CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, 0},
    {"TLS1.2-ChaCha20-Poly1305", "ChaCha20Poly1305", crypto::AeadId::chacha20_poly1305,
     CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, 0},
};
constexpr std::size_t content_sizes[] = {16384, 1400, 256};

} // namespace
} // namespace pavise::bench

int main(int argc, char** argv) {
    using namespace pavise::bench;
    register_records("open", {opens, opens_bare}, both_versions, content_sizes);
    register_records("seal", {seals_reserved, seals_copied, seals_bare}, both_versions, content_sizes);
    return run_side_by_side(argc, argv);
}
