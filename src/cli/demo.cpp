// pavise demo: a verified connection between two threads of this process, with nothing to prepare.
#include "base/try.hpp"
#include "cli/describe.hpp"
#include "cli/verb.hpp"
#include "net/failure.hpp"
#include "net/listener.hpp"
#include "trust/mint.hpp"

#include <pavise/ssl/socket.hpp>

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

struct Contexts {
    ssl::SSLContext server{ssl::PROTOCOL_TLS_SERVER};
    ssl::SSLContext client{ssl::PROTOCOL_TLS_CLIENT};
};

// A certification authority and a leaf for the host, valid around now.
Result<Contexts> make_contexts() {
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
    PAVISE_LET(const SecretVector key, minted.key->pkcs8_der());

    Contexts contexts;
    contexts.server.load_cert_chain_from_memory(minted.certificate_pem(), key.view());
    contexts.server.set_alpn_protocols({"pavise-demo"});
    contexts.server.set_ciphersuites("TLS_AES_128_GCM_SHA256"); // what the engine likes best
    contexts.client.load_verify_locations({.cadata = root.certificate_pem()});
    contexts.client.set_alpn_protocols({"pavise-demo"});
    return contexts;
}

// As much as was asked for; an end before that is an error.
std::string receive(ssl::SSLSocket& socket, std::size_t wanted, std::error_code& code) {
    ByteVector heard(wanted);
    for (std::size_t got = 0; got < wanted;) {
        const std::size_t count = socket.recv_into(MutableBytes(heard).subspan(got), code);
        if (!code && count == 0) code = ssl::make_error_code(Error{ErrorCode::truncated_connection});
        if (code) return {};
        got += count;
    }
    return std::string(as_text(heard));
}

std::error_code serve_one(net::Listener& listener, const ssl::SSLContext& context) {
    auto accepted = listener.accept(net::Deadline::after(time_allowed));
    if (!accepted) return ssl::make_error_code(accepted.error());
    Socket plain = Socket::from_fd(accepted->socket.release());
    plain.settimeout(time_allowed);
    std::error_code code;
    auto socket = context.wrap_socket(std::move(plain), {.server_side = true}, code);
    if (code) return code;
    receive(*socket, greeting.size(), code);
    if (!code) socket->sendall(answer, code);
    const ByteVector block(256u << 10, 0x5a);
    for (std::size_t sent = 0; !code && sent < bulk_size; sent += block.size()) socket->sendall(block, code);
    if (!code) socket->unwrap(code);
    return code;
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

Report be_the_client(std::uint16_t port, const ssl::SSLContext& context, std::error_code& code) {
    Report report;
    auto plain = create_connection({"127.0.0.1", port}, {.timeout = time_allowed}, code);
    if (code) return report;
    auto start = SteadyClock::now();
    auto socket = context.wrap_socket(*std::move(plain), {.server_hostname = std::string(host)}, code);
    if (code) return report;
    report.handshake = since(start);
    report.description =
        description_of(socket->negotiated()) + description_of_chain(socket->get_verified_chain());

    start = SteadyClock::now();
    socket->sendall(greeting, code);
    if (!code) report.heard = receive(*socket, answer.size(), code);
    report.round_trip = since(start);

    start = SteadyClock::now();
    ByteVector buffer(64u << 10);
    for (std::size_t count = 1; !code && count > 0; report.received += count)
        count = socket->recv_into(buffer, code);
    report.bulk = since(start);
    if (!code) socket->unwrap(code);
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
    const auto contexts = make_contexts();
    if (!contexts) return Problem{Exit::connection, "making certificates: " + describe(contexts.error())};
    const auto minting = since(start);
    auto listener = net::Listener::open({"127.0.0.1", 0});
    if (!listener) return Problem{Exit::connection, net::explain(listener.error(), "127.0.0.1")};

    std::error_code served;
    std::error_code asked;
    std::thread server([&] { served = serve_one(*listener, contexts->server); });
    const Report report = be_the_client(listener->address().port(), contexts->client, asked);
    server.join();
    if (asked) return Problem{Exit::connection, "the client: " + asked.message()};
    if (served) return Problem{Exit::connection, "the server: " + served.message()};
    print(report, minting);
    return Exit::ok;
}

} // namespace

const Verb demo_verb{&usage, run};

} // namespace pavise::cli
