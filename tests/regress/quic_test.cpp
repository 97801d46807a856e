// Mistakes that QUIC makes possible: its CRYPTO frames bring handshake messages after the handshake too, with
// no records around them (RFC 9001 §4).
#include "handshake/budget.hpp"
#include "messages/new_session_ticket13.hpp"
#include "peer/draft.hpp"
#include "regress/support.hpp"
#include "support/pair.hpp"

#include <pavise/quic.hpp>

namespace pavise::testing {
namespace {

// A client and a server that are connected, without packets around their frames.
class ConnectedQuic {
    FixedClock clock_;
    SeededRng client_rng_{1};
    SeededRng server_rng_{2};

    template <class Config> std::shared_ptr<const Config> ready(Config config, Rng& rng) {
        config.alpn_protocols = {"h3"};
        config.rng = &rng;
        config.clock = &clock_;
        return std::make_shared<const Config>(std::move(config));
    }
    static QuicHandshake must(Result<QuicHandshake> made) {
        EXPECT_TRUE(made) << describe(made.error());
        return *std::move(made);
    }
    static bool deliver(QuicHandshake& from, QuicHandshake& to) {
        const auto output = from.output();
        if (output.bytes.empty() || !to.receive(output.level, output.bytes)) return false;
        from.output_taken(output.bytes.size());
        return true;
    }

  public:
    QuicHandshake client;
    QuicHandshake server;

    ConnectedQuic() :
        client(must(Access::quic_client(ready(PairConfig().client, client_rng_),
                                        {.server_name = std::string(server_name)}, ByteVector{1, 1, 1}, {}))),
        server(must(Access::quic_server(ready(PairConfig().server, server_rng_), ByteVector{1, 1, 1}, {}))) {
        while (deliver(client, server) || deliver(server, client)) {
            while (client.secret() || server.secret()) {
            }
        }
        EXPECT_TRUE(client.handshake_complete() && server.handshake_complete());
    }
};

void expect_failed(const QuicHandshake& side, ErrorCode code) {
    ASSERT_TRUE(side.error());
    EXPECT_EQ(side.error()->code, code) << describe(*side.error());
}

// Go CVE-2023-39322: what came after the handshake was kept without a bound.
TEST(QuicPostHandshakeFlood, of_tickets_runs_dry) {
    ConnectedQuic quic;
    const ByteVector ticket = peer::NewSessionTicketDraft{}.message();
    for (std::uint32_t i = 0; i < handshake::ProgressBudget::capacity; ++i)
        ASSERT_TRUE(quic.client.receive(QuicLevel::application, ticket)) << i;
    EXPECT_FALSE(quic.client.receive(QuicLevel::application, ticket));
    expect_failed(quic.client, ErrorCode::no_progress);
    EXPECT_FALSE(quic.client.receive(QuicLevel::application, ticket)) << "the error stays";
    ConnectedQuic fresh;
    EXPECT_TRUE(fresh.client.receive(QuicLevel::application, ticket));
}

TEST(QuicPostHandshakeFlood, of_one_endless_message_is_refused_by_its_header) {
    ConnectedQuic client;
    EXPECT_FALSE(client.client.receive(QuicLevel::application, ByteVector{4, 0xff, 0xff, 0xff}));
    expect_failed(client.client, ErrorCode::message_too_long);
    ConnectedQuic server; // which expects no message at all
    EXPECT_FALSE(server.server.receive(QuicLevel::application, ByteVector{4, 0xff, 0xff, 0xff}));
    expect_failed(server.server, ErrorCode::unexpected_message);
}

// Go CVE-2023-39321: a part of a message after the handshake was a panic.
TEST(QuicPartialPostHandshakeMessage, waits_for_its_rest) {
    ConnectedQuic quic;
    const ByteVector ticket = peer::NewSessionTicketDraft{}.message();
    for (const std::uint8_t byte : ticket) {
        EXPECT_TRUE(quic.client.take_sessions().empty());
        ASSERT_TRUE(quic.client.receive(QuicLevel::application, ByteVector{byte}));
    }
    EXPECT_EQ(quic.client.take_sessions().size(), 1u);
}

} // namespace
} // namespace pavise::testing
