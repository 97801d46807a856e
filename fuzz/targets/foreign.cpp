// The differential: the same scripted peer, with the same edits in its messages, against Pavise and against
// another implementation. Where one connects and the other refuses, the case is printed, with the RFC section
// by which Pavise decides; it is for a human being to find out who is right. Nothing here is a finding of the
// fuzzer's: the other side may do as it likes.
#include "foreign/foreign.hpp"
#include "dictionary.hpp"
#include "edits.hpp"
#include "support/credentials.hpp"
#include "support/environment.hpp"

#include <cstdio>
#include <memory>
#include <set>

namespace pavise::fuzz {

namespace {

using foreign::Implementation;
using foreign::Side;

// What a side made of a script.
struct Verdict {
    bool connected = false;
    std::string words; // why not
};

foreign::Identity server_identity() {
    static const trust::Minted leaf = [] {
        testing::SeededRng rng(19);
        return *trust::mint(testing::leaf_spec(crypto::KeyType::ecdsa_p256), testing::authority(), rng);
    }();
    return {leaf.certificate_pem(), *leaf.key->pkcs8_pem()};
}

Credential server_credential() {
    const foreign::Identity identity = server_identity();
    return *Credential::load(as_bytes(identity.certificate_pem), as_bytes(identity.key_pem));
}

// What was edited, for the one who reads: the messages that the edits changed, as they were sent.
struct Edited {
    Edits edits;
    std::string words{};

    explicit Edited(Bytes script) : edits(script) {}
    void operator()(ByteVector& message) {
        const ByteVector before = message;
        edits.apply(message);
        if (message == before) return;
        constexpr std::string_view digits = "0123456789abcdef";
        words += " " + name_of(static_cast<HandshakeType>(before.at(0))) + " ";
        for (const std::uint8_t byte : message) {
            words += digits[byte >> 4];
            words += digits[byte & 0xf];
        }
    }
};

// Plays `role` against `link`; the peer is content, or says why not.
Verdict play(Role role, testing::Link& link, Edited& edited) {
    testing::SeededRng rng(2);
    testing::ScriptedPeerOptions options{.role = role, .rewrite = [&edited](ByteVector& m) { edited(m); }};
    if (role == Role::server) options.credential = server_credential();
    testing::ScriptedPeer peer(options, link, rng);
    peer.connect();
    // A refusal of the last flight comes after it.
    while (peer.ok() && peer.next()) {
    }
    if (peer.alert()) return {false, "alert " + std::string(name_of(*peer.alert()))};
    return {peer.ok(), peer.complaint()};
}

struct Ours {
    testing::FixedClock clock;
    testing::SeededRng rng{1};

    template <class Config> std::shared_ptr<const Config> with(Config config) {
        config.versions = {ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};
        config.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
        config.rng = &rng;
        config.clock = &clock;
        return std::make_shared<const Config>(std::move(config));
    }
    Connection server() {
        ServerConfig config;
        config.credentials = {server_credential()};
        return *Connection::server(with(std::move(config)));
    }
    Connection client() {
        ClientConfig config;
        config.verification = PeerVerification::none;
        config.key_shares = 1;
        return *Connection::client(with(std::move(config)),
                                   {.server_name = std::string(testing::server_name)});
    }
};

Verdict pavise_verdict(Role peer_role, Edited& edited) {
    Ours ours;
    Connection connection = peer_role == Role::client ? ours.server() : ours.client();
    const auto link = testing::link_to(connection);
    Verdict verdict = play(peer_role, *link, edited);
    if (const auto error = connection.error()) {
        verdict.connected = false;
        verdict.words = "refuses: " + describe(*error);
    } else if (verdict.connected && connection.handshake_complete()) {
        verdict.words = "connects";
    }
    verdict.connected = verdict.connected && connection.handshake_complete();
    return verdict;
}

Verdict foreign_verdict(const Implementation& implementation, Role peer_role, Edited& edited) {
    const auto side =
        implementation.make(peer_role == Role::client ? Role::server : Role::client, server_identity());
    Verdict verdict = play(peer_role, *side, edited);
    verdict.connected = verdict.connected && side->connected() && side->complaint().empty();
    verdict.words =
        verdict.connected ? "connects" : "refuses: " + verdict.words + " (" + side->complaint() + ")";
    return verdict;
}

void compare(const Implementation& implementation, Role peer_role, Bytes script) {
    Edited for_us(script);
    Edited for_them(script);
    const Verdict ours = pavise_verdict(peer_role, for_us);
    const Verdict theirs = foreign_verdict(implementation, peer_role, for_them);
    if (ours.connected == theirs.connected) return;
    // Each kind of disagreement once: what both say, whatever the bytes.
    static std::set<std::string> seen;
    const std::string kind = implementation.name + ours.words + theirs.words;
    if (!seen.insert(kind).second) return;
    std::printf("disagreement: Pavise %s; %s %s; sent:%s\n", ours.words.c_str(),
                implementation.version.c_str(), theirs.words.c_str(), for_us.words.c_str());
    std::fflush(stdout);
}

const ByteVector one_edit{0, 0, 0, 10, 0x55};
const ByteVector third_message_cut{2, 1, 0, 20};

// A client's Finished is its second message, a server's its fifth.
ByteVector changed_finished(Role peer) {
    const std::uint8_t untouched = peer == Role::client ? 1 : 4;
    return {untouched, 0, 0, 5, 0x55};
}

} // namespace

void add_foreign_targets(std::vector<Target>& targets) {
    for (const Implementation& implementation : foreign::implementations())
        for (const Role peer : {Role::client, Role::server}) {
            const std::string tried = peer == Role::client ? "server" : "client";
            targets.push_back(
                {"foreign-" + implementation.name + "-" + tried,
                 "a TLS 1.3 " + tried + " of " + implementation.version + " beside ours, on edited messages",
                 [implementation, peer](Bytes script) { compare(implementation, peer, script); },
                 {one_edit, third_message_cut, changed_finished(peer)},
                 {},
                 tls_words});
        }
}

} // namespace pavise::fuzz
