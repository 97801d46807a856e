// pavise demo: a verified connection between two threads of this process, with nothing to prepare.
#include "base/try.hpp"
#include "cli/describe.hpp"
#include "cli/drive.hpp"
#include "cli/verb.hpp"
#include "net/failure.hpp"
#include "net/listener.hpp"
#include "trust/mint.hpp"

#include <array>
#include <cstdio>
#include <thread>

namespace pavise::cli {

namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr Usage usage{
    "demo",
    "a verified TLS connection over a loopback socket, with certificates made for it in memory",
    {},
    {},
    ""};

constexpr std::chrono::seconds time_allowed{30};
constexpr std::size_t bulk_size = 64u << 20;
constexpr std::string_view host = "localhost";
constexpr std::string_view greeting = "Who is there?\n";
constexpr std::string_view answer = "Pavise, and nobody in between.\n";

struct Identities {
    std::shared_ptr<const ServerConfig> server;
    std::shared_ptr<const ClientConfig> client;
};

// A certification authority and a leaf for the host, valid around now.
Result<Identities> make_identities() {
    const Timestamp now = system_clock().now();
    trust::CertificateSpec authority;
    authority.common_name = "Pavise demo authority";
    authority.role = trust::MintRole::authority;
    authority.not_before = now - 1h;
    authority.not_after = now + 24h;
    PAVISE_LET(const trust::Minted root, trust::mint_self_signed(authority, system_rng()));

    trust::CertificateSpec leaf;
    leaf.common_name = host;
    leaf.names = {trust::MintName::dns(host), trust::MintName::ip("127.0.0.1")};
    leaf.not_before = authority.not_before;
    leaf.not_after = authority.not_after;
    PAVISE_LET(const trust::Minted minted, trust::mint(leaf, root, system_rng()));

    auto server = std::make_shared<ServerConfig>();
    PAVISE_LET(const SecretVector key, minted.key->pkcs8_der());
    PAVISE_LET(Credential credential, Credential::load(as_bytes(minted.certificate_pem()), key.view()));
    server->credentials = {std::move(credential)};
    server->alpn_protocols = {"pavise-demo"};
    auto client = std::make_shared<ClientConfig>();
    PAVISE_LET(client->trust, TrustStore::from_memory(root.der));
    client->alpn_protocols = {"pavise-demo"};
    return Identities{std::move(server), std::move(client)};
}

Status serve_one(net::Listener& listener, const Identities& identities, net::Deadline deadline) {
    PAVISE_LET(net::Accepted accepted, listener.accept(deadline));
    PAVISE_LET(Connection connection, Connection::server(identities.server));
    Stream stream(std::move(connection), std::move(accepted.socket));
    PAVISE_TRY(stream.shake_hands(deadline));
    std::array<std::uint8_t, greeting.size()> heard{};
    for (std::size_t got = 0; got < heard.size();) {
        PAVISE_LET(const std::size_t count, stream.read(MutableBytes(heard).subspan(got), deadline));
        if (count == 0) return fail(ErrorCode::truncated_connection);
        got += count;
    }
    PAVISE_TRY(stream.write_all(as_bytes(answer), deadline));
    const ByteVector block(256u << 10, 0x5a);
    for (std::size_t sent = 0; sent < bulk_size; sent += block.size())
        PAVISE_TRY(stream.write_all(block, deadline));
    stream.part();
    return {};
}

struct Report {
    std::string description;
    std::string heard;
    std::chrono::microseconds handshake{};
    std::chrono::microseconds round_trip{};
    std::chrono::microseconds bulk{};
    std::size_t received = 0;
};

std::chrono::microseconds since(SteadyClock::time_point start) {
    return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start);
}

Result<Report> be_the_client(const net::Address& server, const Identities& identities,
                             net::Deadline deadline) {
    Report report;
    PAVISE_LET(net::Socket socket, net::connect_to_any(std::span(&server, 1), deadline));
    auto start = SteadyClock::now();
    PAVISE_LET(Connection connection,
               Connection::client(identities.client, ClientOptions{std::string(host)}));
    Stream stream(std::move(connection), std::move(socket));
    PAVISE_TRY(stream.shake_hands(deadline));
    report.handshake = since(start);
    const Negotiated& negotiated = stream.connection().negotiated();
    report.description = description_of(negotiated) + description_of_chain(negotiated.verified_chain);

    start = SteadyClock::now();
    PAVISE_TRY(stream.write_all(as_bytes(greeting), deadline));
    ByteVector buffer(64u << 10);
    while (report.heard.size() < answer.size()) {
        const std::size_t wanted = answer.size() - report.heard.size();
        PAVISE_LET(const std::size_t count, stream.read(MutableBytes(buffer).first(wanted), deadline));
        if (count == 0) return fail(ErrorCode::truncated_connection);
        report.heard += as_text(Bytes(buffer).first(count));
    }
    report.round_trip = since(start);

    start = SteadyClock::now();
    for (std::size_t count = 1; count > 0; report.received += count) {
        PAVISE_LET(count, stream.read(buffer, deadline));
    }
    report.bulk = since(start);
    stream.part();
    return report;
}

void print(const Report& report, std::chrono::microseconds minting) {
    const auto milliseconds = [](std::chrono::microseconds time) {
        return static_cast<double>(time.count()) / 1000;
    };
    std::printf("a verified TLS connection over a loopback socket\n\n%s\n", report.description.c_str());
    std::printf("client said: %sserver said: %s\n", std::string(greeting).c_str(), report.heard.c_str());
    std::printf("certificates made in %8.2f ms\n", milliseconds(minting));
    std::printf("handshake done in    %8.2f ms\n", milliseconds(report.handshake));
    std::printf("question and answer  %8.2f ms\n", milliseconds(report.round_trip));
    std::printf("%zu MiB received in   %8.2f ms (%.0f MB/s)\n", report.received >> 20,
                milliseconds(report.bulk),
                static_cast<double>(report.received) / static_cast<double>(report.bulk.count()));
}

Outcome<Exit> run(const Arguments&) {
    const auto start = SteadyClock::now();
    const auto identities = make_identities();
    if (!identities) return Problem{Exit::connection, "making certificates: " + describe(identities.error())};
    const auto minting = since(start);
    auto listener = net::Listener::open({"127.0.0.1", 0});
    if (!listener) return Problem{Exit::connection, net::explain(listener.error(), "127.0.0.1")};

    const net::Deadline deadline = net::Deadline::after(time_allowed);
    Status served;
    std::thread server([&] { served = serve_one(*listener, *identities, deadline); });
    const auto report = be_the_client(listener->address(), *identities, deadline);
    server.join();
    if (!report) return Problem{Exit::connection, net::explain(report.error(), "the client")};
    if (!served) return Problem{Exit::connection, net::explain(served.error(), "the server")};
    print(*report, minting);
    return Exit::ok;
}

} // namespace

const Verb demo_verb{&usage, run};

} // namespace pavise::cli
