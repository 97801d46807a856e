// Two of our sides and a fuzzer between them. Its bytes are a script: what is written, delivered, damaged,
// closed, and, in a second kind of target, what each side says in its handshake messages.
#include "target.hpp"
#include "wire/tap.hpp"
#include "world.hpp"

#include <algorithm>
#include <deque>

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
    ByteVector last{}; // what was delivered last, to be repeated

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
        must_hold(written.starts_with(received), "what arrives is the beginning of what was written");
    }
    void write(Input& input) {
        const Bytes text = input.take(input.byte());
        const auto taken = from->write(text);
        if (taken) written += as_text(text.first(*taken));
    }
};

// Whether a script may still damage bytes: afterwards the two sides need not agree.
struct Damage {
    bool done = false;
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
    case 8: (void)lane.from->close(); break;
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

void must_agree(Pair& pair) {
    const bool failed = pair.client.error() || pair.server.error();
    must_hold(failed || pair.client.handshake_complete() == pair.server.handshake_complete(),
              "both sides are connected, or none");
    if (failed || !pair.client.handshake_complete()) return;
    ByteVector ours(32);
    ByteVector theirs(32);
    const auto a = pair.client.export_keying_material("EXPORTER-fuzz", Bytes(), ours);
    const auto b = pair.server.export_keying_material("EXPORTER-fuzz", Bytes(), theirs);
    must_hold(a && b && ours == theirs, "both sides agree on the transcript");
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
    must_agree(pair);
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

// Edits the messages of one side before they are protected: the other side's keys are right, and what they
// say is the fuzzer's. An edit: how many messages go by, what is done, where, with what.
class Editor final : public wire::Tap {
    Input input_;
    std::size_t untouched_;

  public:
    explicit Editor(Bytes script) : input_(script), untouched_(input_.byte() % 8) {}

    void rewrite_outgoing(HandshakeType, ByteVector& message) noexcept override {
        if (untouched_ > 0 || input_.empty()) {
            if (untouched_ > 0) --untouched_;
            return;
        }
        const std::uint8_t how = input_.byte();
        const std::size_t at = 4 + (message.size() > 4 ? input_.word() % (message.size() - 4) : 0);
        edit(message, how, at);
        const std::size_t length = message.size() - 4;
        message[1] = static_cast<std::uint8_t>(length >> 16);
        message[2] = static_cast<std::uint8_t>(length >> 8 & 0xff);
        message[3] = static_cast<std::uint8_t>(length & 0xff);
        untouched_ = input_.byte() % 8;
    }

  private:
    void edit(ByteVector& message, std::uint8_t how, std::size_t at) {
        const auto place = message.begin() + static_cast<std::ptrdiff_t>(std::min(at, message.size()));
        switch (how % 5) {
        case 0:
            if (at < message.size()) message[at] = input_.byte();
            break;
        case 1: message.erase(place, message.end()); break;
        case 2: {
            const Bytes more = input_.take(input_.byte());
            message.insert(place, more.begin(), more.end());
            break;
        }
        case 3:
            if (at < message.size()) message.erase(place);
            break;
        case 4: message[0] = input_.byte(); break;
        default: break;
        }
    }
};

enum class Liar : std::uint8_t { client, server };

void play_edited(Bytes script, PairConfig config, Liar liar) {
    Editor editor(script);
    (liar == Liar::client ? config.client_hooks : config.server_hooks).tap = &editor;
    Pair pair(std::move(config));
    pair.pump();
    // A lie in the ClientHello can be one that the server may overlook; both then connect, on one transcript.
    const bool connected = pair.client.handshake_complete() && pair.server.handshake_complete();
    if (connected && !pair.client.error() && !pair.server.error()) must_agree(pair);
}

const ByteVector one_edit{0, 0, 0, 10, 0x55};
const ByteVector third_message_cut{2, 1, 0, 20};
const ByteVector second_message_longer{1, 2, 0, 2, 3, 1, 2, 3};

Target edited(std::string name, std::string what, PairConfig (*world)(), Liar liar) {
    return {std::move(name),
            std::move(what),
            [world, liar](Bytes script) { play_edited(script, world(), liar); },
            {one_edit, third_message_cut, second_message_longer}};
}

Target scripted(std::string name, std::string what, PairConfig (*world)()) {
    return {std::move(name),
            std::move(what),
            [world](Bytes script) { play(script, world()); },
            {whole_conversation(), byte_by_byte(), damaged()}};
}

PairConfig resumed13() {
    static const Session session = session_in(world13());
    PairConfig config = world13();
    config.session = session;
    config.early_data = EarlyData::on;
    return config;
}

PairConfig resumed12() {
    static const Session session = session_in(world12());
    PairConfig config = world12();
    config.session = session;
    return config;
}

PairConfig with_client_certificate() {
    PairConfig config = world13();
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {testing::client_credential(crypto::KeyType::ecdsa_p256)};
    return config;
}

PairConfig with_retry() {
    PairConfig config = world13();
    config.server.groups = {NamedGroup::secp256r1};
    return config;
}

} // namespace

void add_script_targets(std::vector<Target>& targets) {
    targets.push_back(scripted("script-tls13", "a script between two sides, TLS 1.3", world13));
    targets.push_back(scripted("script-tls12", "a script between two sides, TLS 1.2", world12));
    targets.push_back(
        scripted("script-early-data", "a script between two sides that resume with early data", resumed13));
    targets.push_back(
        scripted("script-resumption12", "a script between two sides that resume in TLS 1.2", resumed12));
    targets.push_back(edited("edits-client13", "a TLS 1.3 client's messages, edited", world13, Liar::client));
    targets.push_back(edited("edits-server13", "a TLS 1.3 server's messages, edited", world13, Liar::server));
    targets.push_back(edited("edits-client12", "a TLS 1.2 client's messages, edited", world12, Liar::client));
    targets.push_back(edited("edits-server12", "a TLS 1.2 server's messages, edited", world12, Liar::server));
    targets.push_back(
        edited("edits-resuming-client", "a resuming client's messages, edited", resumed13, Liar::client));
    targets.push_back(
        edited("edits-resuming-server", "a resuming server's messages, edited", resumed13, Liar::server));
    targets.push_back(edited("edits-client-auth", "the messages of a client with a certificate, edited",
                             with_client_certificate, Liar::client));
    targets.push_back(
        edited("edits-retry-client", "both hellos of a client, edited", with_retry, Liar::client));
    targets.push_back(edited("edits-retry-server", "a HelloRetryRequest and what follows, edited", with_retry,
                             Liar::server));
}

} // namespace pavise::fuzz
