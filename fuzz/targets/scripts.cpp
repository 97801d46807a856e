// Two of our sides and a fuzzer between them. Its bytes are a script: what is written, delivered, damaged,
// closed, and, in a second kind of target, what each side says in its handshake messages.
#include "dictionary.hpp"
#include "edits.hpp"
#include "target.hpp"
#include "wire/tap.hpp"
#include "world.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

using testing::Pair;
using testing::PairConfig;

constexpr std::size_t most_steps = 2000;
constexpr std::size_t most_in_flight = 1 << 20;

// One direction: what the application wrote, what is under way, what arrived.
struct Lane {
    Connection* from;
    Connection* to;
    ByteVector wire{};
    std::string written{};
    std::string received{};
    std::size_t early = 0; // of what was written: before the handshake was complete
    ByteVector last{};     // what was delivered last, to be repeated

    void collect() {
        const Bytes output = from->output();
        wire.insert(wire.end(), output.begin(), output.end());
        from->output_sent(output.size());
        must_hold(wire.size() <= most_in_flight, "what is under way is bounded");
    }
    void deliver(std::size_t count) {
        count = std::min(count, wire.size());
        last.assign(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(count));
        const auto taken = to->feed(last);
        const std::size_t gone = taken ? *taken : count;
        wire.erase(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(gone));
        read();
    }
    void read() {
        while (!to->data().empty()) {
            received += as_text(to->data());
            if (!to->data_read(to->data().size())) break;
        }
        forget_rejected_early_data();
        must_hold(written.starts_with(received), "what arrives is the beginning of what was written");
    }
    // What a client wrote before it was told that early data is rejected never arrives (RFC 8446 §4.2.10).
    void forget_rejected_early_data() {
        if (early == 0 || from->negotiated().early_data != EarlyDataStatus::rejected) return;
        written.erase(0, early);
        early = 0;
    }
    void write(Input& input) {
        const Bytes text = input.take(input.byte());
        const auto taken = from->write(text);
        if (!taken) return;
        written += as_text(text.first(*taken));
        if (from->role() == Role::client && !from->handshake_complete()) early += *taken;
    }
};

// What a script did that lets a side fail: after damage the two need not agree, and who closes during the
// handshake ends it.
struct Damage {
    bool done = false;
    bool closed = false;
};

void damage(Lane& lane, Input& input, Damage& seen) {
    const std::uint8_t how = input.byte();
    const std::size_t at = lane.wire.empty() ? 0 : input.word() % lane.wire.size();
    if (lane.wire.empty()) return;
    seen.done = true;
    const auto place = lane.wire.begin() + static_cast<std::ptrdiff_t>(at);
    switch (how % 4) {
    case 0: *place ^= static_cast<std::uint8_t>(1u << (how >> 5)); break;       // flip
    case 1: lane.wire.erase(place, lane.wire.end()); break;                     // drop
    case 2: lane.wire.insert(place, lane.last.begin(), lane.last.end()); break; // repeat
    case 3: std::rotate(lane.wire.begin(), place, lane.wire.end()); break;      // reorder
    default: break;
    }
}

void step(Pair& pair, Lane& lane, Input& input, Damage& seen) {
    switch (input.byte() % 12) {
    case 0:
    case 1:
    case 2: lane.deliver(lane.wire.size()); break;
    case 3: lane.deliver(input.byte()); break;
    case 4:
    case 5: lane.write(input); break;
    case 6: damage(lane, input, seen); break;
    case 7:
        (void)lane.from->update_keys(input.byte() % 2 == 0 ? KeyUpdateScope::ours : KeyUpdateScope::both);
        break;
    case 8:
        (void)lane.from->close();
        seen.closed = true;
        break;
    case 9: pair.clock().advance(std::chrono::milliseconds(input.word())); break;
    case 10: lane.from->release_idle(); break;
    case 11:
        (void)lane.to->transport_closed();
        seen.done = true;
        break;
    default: break;
    }
}

// Nothing stands still: delivered all that there is, undamaged, both sides are connected or one of them
// failed.
void settle(Lane& up, Lane& down) {
    for (int round = 0; round < 100; ++round) {
        up.collect();
        down.collect();
        if (up.wire.empty() && down.wire.empty()) return;
        up.deliver(up.wire.size());
        down.deliver(down.wire.size());
        if (up.to->error() || down.to->error()) return;
        if (!up.to->wants_input() && !down.to->wants_input()) return;
    }
    must_hold(false, "the conversation comes to rest");
}

bool among(const std::vector<std::string>& names, const std::string& name) {
    return name.empty() || std::ranges::find(names, name) != names.end();
}

// Two sides that are connected have the same view of their connection, and each only what its config allows.
void must_agree(Pair& pair, const PairConfig& config) {
    const bool failed = pair.client.error() || pair.server.error();
    must_hold(failed || pair.client.handshake_complete() == pair.server.handshake_complete(),
              "both sides are connected, or none");
    if (failed || !pair.client.handshake_complete()) return;
    const Negotiated& client = pair.client.negotiated();
    const Negotiated& server = pair.server.negotiated();
    must_hold(client.version == server.version && client.cipher_suite == server.cipher_suite &&
                  client.group == server.group && client.alpn_protocol == server.alpn_protocol &&
                  client.resumed == server.resumed && client.psk_identity == server.psk_identity,
              "both sides negotiated the same");
    must_hold(client.version >= config.client.versions.least && client.version <= config.client.versions.most,
              "the version is one that the client speaks");
    must_hold(among(config.client.alpn_protocols, client.alpn_protocol) &&
                  among(config.server.alpn_protocols, server.alpn_protocol),
              "the protocol is one that both sides speak");
    must_hold((client.early_data == EarlyDataStatus::accepted) ==
                  (server.early_data == EarlyDataStatus::accepted),
              "early data is accepted on both sides, or rejected");
    if (!client.resumed && client.psk_identity.empty())
        must_hold(!client.peer_chain.empty() &&
                      client.peer_chain.front() == server.local_credential.certificate(),
                  "the client saw the certificate that the server showed");
    ByteVector ours(32);
    ByteVector theirs(32);
    const auto a = pair.client.export_keying_material("EXPORTER-fuzz", Bytes(), ours);
    const auto b = pair.server.export_keying_material("EXPORTER-fuzz", Bytes(), theirs);
    // A hello of TLS 1.2 that lost its extended_master_secret on the way still connects, and then exports
    // nothing (RFC 7627 §5.4).
    constexpr auto unbound = ErrorCode::no_extended_master_secret;
    if (!a && !b && client.version == ProtocolVersion::tls_1_2 && a.error().code == unbound &&
        b.error().code == unbound)
        return;
    must_hold(a && b && ours == theirs, "both sides agree on the transcript");
}

// Undamaged, nobody fails: but for one who was flooded with KeyUpdates, or told to stop in the handshake.
void must_be_well(const Pair& pair, const Damage& seen) {
    for (const auto& error : {pair.client.error(), pair.server.error()}) {
        if (!error || error->code == ErrorCode::no_progress || error->code == ErrorCode::alert_received)
            continue;
        must_hold(seen.closed && error->code == ErrorCode::closed_during_handshake,
                  "nobody fails without a reason");
    }
}

void play(Bytes script, const PairConfig& config) {
    Pair pair(config);
    Lane up{&pair.client, &pair.server};
    Lane down{&pair.server, &pair.client};
    Input input(script);
    Damage seen;
    for (std::size_t steps = 0; !input.empty() && steps < most_steps; ++steps) {
        up.collect();
        down.collect();
        step(pair, input.byte() % 2 == 0 ? up : down, input, seen);
    }
    if (seen.done) return;
    settle(up, down);
    must_be_well(pair, seen);
    must_agree(pair, config);
}

// A script that connects, writes both ways, updates keys and closes.
ByteVector whole_conversation() {
    ByteVector script;
    const auto add = [&](std::initializer_list<std::uint8_t> bytes) { script.insert(script.end(), bytes); };
    for (int i = 0; i < 3; ++i) add({0, 0, 1, 0});
    add({0, 4, 3, 'a', 'b', 'c', 1, 4, 2, 'd', 'e', 0, 0, 1, 0});
    add({0, 7, 1, 0, 0, 1, 0, 0, 0, 1, 4, 1, 'f', 1, 0, 0, 8, 0, 0, 1, 8, 1, 0});
    return script;
}
ByteVector byte_by_byte() {
    ByteVector script;
    for (int i = 0; i < 60; ++i) script.insert(script.end(), {0, 3, 9, 1, 3, 40});
    return script;
}
ByteVector damaged() {
    return {0, 0, 1, 6, 0, 0, 77, 1, 0, 0, 0};
}

// ---------------------------------------------------------------- edited messages

// What proves something cannot be changed unnoticed.
bool is_proof(HandshakeType type) {
    return type == HandshakeType::finished || type == HandshakeType::certificate_verify;
}

class Editor final : public wire::Tap {
    Edits edits_;
    bool forged_ = false;

  public:
    explicit Editor(Bytes script) : edits_(script) {}
    bool forged() const { return forged_; }
    void rewrite_outgoing(HandshakeType type, ByteVector& message) noexcept override {
        const ByteVector before = message;
        edits_.apply(message);
        if (is_proof(type) && message != before) forged_ = true;
    }
};

enum class Liar : std::uint8_t { client, server };

void play_edited(Bytes script, const PairConfig& config, Liar liar) {
    Editor editor(script);
    PairConfig edited = config;
    (liar == Liar::client ? edited.client_hooks : edited.server_hooks).tap = &editor;
    Pair pair(std::move(edited));
    pair.pump();
    // A lie in a hello can be one that the other side may overlook; both then connect, on one transcript.
    const bool connected = pair.client.handshake_complete() && pair.server.handshake_complete();
    if (!connected || pair.client.error() || pair.server.error()) return;
    must_hold(!editor.forged(), "no proof is accepted that was changed");
    must_agree(pair, config);
}

const ByteVector one_edit{0, 0, 0, 10, 0x55};
// A Finished is the second message of a client that shows no certificate, and the sixth of a server that asks
// for one.
const ByteVector second_message_changed{1, 0, 0, 5, 0x55};
const ByteVector sixth_message_changed{5, 0, 0, 5, 0x55};
const ByteVector third_message_cut{2, 1, 0, 20};
const ByteVector second_message_longer{1, 2, 0, 2, 3, 1, 2, 3};
// In a ClientHello of TLS 1.2: the type of an extension becomes another one.
const ByteVector hello_without_extended_master_secret{0, 0, 0, 0x93, 5, 0x0a, 0x55};

Target edited(std::string name, std::string what, PairConfig (*world)(), Liar liar) {
    return {std::move(name),
            std::move(what),
            [world, liar](Bytes script) { play_edited(script, world(), liar); },
            {one_edit, second_message_changed, sixth_message_changed, third_message_cut,
             second_message_longer, hello_without_extended_master_secret},
            {},
            tls_words};
}

Target scripted(std::string name, std::string what, PairConfig (*world)()) {
    return {std::move(name),
            std::move(what),
            [world](Bytes script) { play(script, world()); },
            {whole_conversation(), byte_by_byte(), damaged()}};
}

} // namespace

void add_script_targets(std::vector<Target>& targets) {
    targets.push_back(scripted("script-tls13", "a script between two sides, TLS 1.3", world13));
    targets.push_back(scripted("script-tls12", "a script between two sides, TLS 1.2", world12));
    targets.push_back(
        scripted("script-early-data", "a script between two sides that resume with early data", resuming13));
    targets.push_back(
        scripted("script-resumption12", "a script between two sides that resume in TLS 1.2", resuming12));
    targets.push_back(
        scripted("script-retry", "a script between two sides, a HelloRetryRequest", with_retry));
    targets.push_back(scripted("script-null", "a script between two sides without cryptography",
                               [] { return without_cryptography(world13()); }));
    targets.push_back(edited("edits-client13", "a TLS 1.3 client's messages, edited", world13, Liar::client));
    targets.push_back(edited("edits-server13", "a TLS 1.3 server's messages, edited", world13, Liar::server));
    targets.push_back(edited("edits-client12", "a TLS 1.2 client's messages, edited", world12, Liar::client));
    targets.push_back(edited("edits-server12", "a TLS 1.2 server's messages, edited", world12, Liar::server));
    targets.push_back(
        edited("edits-resuming-client", "a resuming client's messages, edited", resuming13, Liar::client));
    targets.push_back(
        edited("edits-resuming-server", "a resuming server's messages, edited", resuming13, Liar::server));
    targets.push_back(
        edited("edits-psk", "the messages of a client with an external key, edited", with_psk, Liar::client));
    targets.push_back(edited("edits-everything", "a server's messages, with all that is optional, edited",
                             with_everything, Liar::server));
    targets.push_back(edited("edits-client-auth", "the messages of a client with a certificate, edited",
                             with_client_certificate, Liar::client));
    targets.push_back(
        edited("edits-retry-client", "both hellos of a client, edited", with_retry, Liar::client));
    targets.push_back(edited("edits-retry-server", "a HelloRetryRequest and what follows, edited", with_retry,
                             Liar::server));
}

} // namespace pavise::fuzz
