// Fuzzes an application protocol inside TLS: what the fuzzer writes travels through a whole connection of
// Pavise's, whose cryptography is left out and whose clock and randomness stand still, so that an input takes
// the same way on every run and a thousand handshakes take a second.
//
// The protocol is a toy: "put N\n" and N bytes, "get\n", "quit\n". Put your own server in the place of
// Mailbox.
//
//     clang++ -std=c++20 -g -fsanitize=fuzzer,address fuzz_protocol.cpp $(pkg-config --cflags --libs --static
//     pavise-testing)
#include <pavise/testing/connection.hpp>
#include <pavise/testing/environment.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace testing = pavise::testing;

namespace {

// ---------------------------------------------------------------- what is fuzzed

class Mailbox {
    static constexpr std::size_t most_kept = 4096;
    std::string unread_;
    std::string kept_;
    bool gone_ = false;

    // A number below most_kept, or most_kept.
    static std::size_t number(std::string_view text) {
        std::size_t value = 0;
        for (const char c : text) {
            if (c < '0' || c > '9') return most_kept;
            value = value * 10 + static_cast<std::size_t>(c - '0');
            if (value >= most_kept) return most_kept;
        }
        return text.empty() ? most_kept : value;
    }

  public:
    bool gone() const { return gone_; }
    std::size_t kept() const { return kept_.size(); }
    std::size_t unread() const { return unread_.size(); }
    static constexpr std::size_t limit = most_kept;

    // What came, in whatever pieces; returns what is to be answered.
    std::string take(std::string_view bytes) {
        std::string answer;
        unread_ += bytes;
        for (std::size_t end = 0; !gone_ && (end = unread_.find('\n')) != std::string::npos;) {
            const std::string line = unread_.substr(0, end);
            std::size_t used = end + 1;
            if (line.starts_with("put ")) {
                const std::size_t length = number(std::string_view(line).substr(4));
                if (length == most_kept) {
                    gone_ = true;
                } else if (unread_.size() < used + length) {
                    return answer; // the rest is yet to come
                } else {
                    kept_ = unread_.substr(used, length);
                    used += length;
                    answer += "ok\n";
                }
            } else if (line == "get") {
                answer += std::to_string(kept_.size()) + "\n" + kept_;
            } else {
                gone_ = true; // "quit", or what nobody understands
            }
            unread_.erase(0, used);
        }
        if (unread_.size() > 2 * most_kept) gone_ = true;
        return answer;
    }
};

// ---------------------------------------------------------------- two sides in memory

template <class Config>
std::shared_ptr<const Config> shared(Config config, pavise::Rng& rng, pavise::Clock& clock) {
    config.rng = &rng;
    config.clock = &clock;
    return std::make_shared<const Config>(std::move(config));
}

struct Sides {
    testing::SeededRng rng{1};
    testing::FixedClock clock;
    pavise::Connection client;
    pavise::Connection server;

    Sides() : client(make_client()), server(make_server()) {
        while (carry(client, server) + carry(server, client) > 0) {
        }
        if (!client.handshake_complete() || !server.handshake_complete()) std::abort();
    }
    pavise::Connection make_client() {
        pavise::ClientConfig config;
        config.verification = pavise::PeerVerification::none;
        return *testing::client(shared(config, rng, clock), {},
                                {.cryptography = testing::Cryptography::null});
    }
    pavise::Connection make_server() {
        pavise::ServerConfig config;
        config.credentials = {testing::null_credential()};
        return *testing::server(shared(config, rng, clock), {.cryptography = testing::Cryptography::null});
    }
    static std::size_t carry(pavise::Connection& from, pavise::Connection& to) {
        const auto taken = to.feed(from.output());
        const std::size_t count = taken ? *taken : from.output().size();
        from.output_sent(count);
        return count;
    }
};

// The server's loop: what arrived goes to the application, its answer goes back.
void serve(pavise::Connection& connection, Mailbox& mailbox) {
    while (!connection.data().empty()) {
        const std::string answer = mailbox.take(pavise::as_text(connection.data()));
        if (!connection.data_read(connection.data().size())) return;
        if (!answer.empty()) (void)connection.write(pavise::as_bytes(answer));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Sides sides;
    Mailbox mailbox;
    // The first byte says in how large pieces the rest is written: each is a record of its own.
    const std::size_t piece = size == 0 ? 1 : std::size_t{data[0]} + 1;
    for (std::size_t at = 1; at < size && !mailbox.gone(); at += piece) {
        const pavise::Bytes text(data + at, std::min(piece, size - at));
        if (!sides.client.write(text)) break;
        Sides::carry(sides.client, sides.server);
        serve(sides.server, mailbox);
        Sides::carry(sides.server, sides.client);
        while (!sides.client.data().empty() && sides.client.data_read(sides.client.data().size())) {
        }
        // What must hold, whatever anybody writes.
        if (mailbox.kept() >= Mailbox::limit || mailbox.unread() > 3 * Mailbox::limit) std::abort();
    }
    return 0;
}
