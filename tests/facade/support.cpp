#include "facade/support.hpp"

#include <cstdlib>
#include <stdexcept>

#include <unistd.h>

namespace pavise::ssl::testing {

namespace {

[[noreturn]] void fail_setup(Error error) {
    throw std::logic_error(describe(error));
}

trust::CertificateSpec valid_now() {
    trust::CertificateSpec spec;
    const Timestamp now = system_clock().now();
    spec.not_before = now - std::chrono::hours(24);
    spec.not_after = now + std::chrono::hours(24);
    return spec;
}

trust::Minted mint_authority(std::string_view name) {
    trust::CertificateSpec spec = valid_now();
    spec.common_name = name;
    spec.role = trust::MintRole::authority;
    auto minted = trust::mint_self_signed(spec, system_rng());
    if (!minted) fail_setup(minted.error());
    return *std::move(minted);
}

trust::Minted mint_leaf(const trust::CertificateSpec& spec) {
    auto minted = trust::mint(spec, authority(), system_rng());
    if (!minted) fail_setup(minted.error());
    return *std::move(minted);
}

} // namespace

const trust::Minted& authority() {
    static const trust::Minted minted = mint_authority("Facade Test CA");
    return minted;
}
const trust::Minted& stranger() {
    static const trust::Minted minted = mint_authority("A Stranger");
    return minted;
}

trust::CertificateSpec spec_for(std::string_view host) {
    trust::CertificateSpec spec = valid_now();
    spec.common_name = host;
    spec.names = {trust::MintName::dns(host)};
    return spec;
}

const trust::Minted& server_leaf() {
    static const trust::Minted minted = [] {
        trust::CertificateSpec spec = spec_for("server.test");
        spec.names.push_back(trust::MintName::ip("127.0.0.1"));
        return mint_leaf(spec);
    }();
    return minted;
}
const trust::Minted& client_leaf() {
    static const trust::Minted minted = mint_leaf(spec_for("client.test"));
    return minted;
}

std::string pem_of(const trust::Minted& certificate) {
    return certificate.certificate_pem();
}
std::string key_pem_of(const trust::Minted& certificate) {
    auto pem = certificate.key->pkcs8_pem();
    if (!pem) fail_setup(pem.error());
    return *std::move(pem);
}

SSLContext client_context() {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    context.load_verify_locations({.cadata = pem_of(authority())});
    return context;
}

SSLContext server_context() {
    SSLContext context(PROTOCOL_TLS_SERVER);
    context.load_cert_chain_from_memory(pem_of(server_leaf()), key_pem_of(server_leaf()));
    return context;
}

TemporaryFile::TemporaryFile(std::string_view contents) : path_("/tmp/pavise-facade-XXXXXX") {
    const int fd = ::mkstemp(path_.data());
    if (fd < 0 || ::write(fd, contents.data(), contents.size()) != static_cast<ssize_t>(contents.size()))
        throw std::logic_error("no temporary file");
    ::close(fd);
}
TemporaryFile::~TemporaryFile() {
    ::unlink(path_.c_str());
}

ObjectPair::ObjectPair(const SSLContext& client_side, const SSLContext& server_side,
                       const WrapBioOptions& options) :
    client(client_side.wrap_bio(client_in, client_out, options)),
    server(server_side.wrap_bio(server_in, server_out, {.server_side = true})) {}

void ObjectPair::carry() {
    server_in.write(client_out.read());
    client_in.write(server_out.read());
}

ObjectPair::Outcome ObjectPair::try_handshake() {
    Outcome outcome;
    constexpr int most_flights = 10;
    bool client_done = false;
    bool server_done = false;
    const auto step = [](SSLObject& side, bool& done, std::exception_ptr& error) {
        if (done || error != nullptr) return;
        try {
            side.do_handshake();
            done = true;
        } catch (const SSLWantReadError&) {
            return; // the other side's turn
        } catch (...) {
            error = std::current_exception();
        }
    };
    for (int flight = 0; flight < most_flights && !(client_done && server_done); ++flight) {
        step(client, client_done, outcome.client);
        carry();
        step(server, server_done, outcome.server);
        carry();
    }
    return outcome;
}

void ObjectPair::handshake() {
    const Outcome outcome = try_handshake();
    if (outcome.client != nullptr) std::rethrow_exception(outcome.client);
    if (outcome.server != nullptr) std::rethrow_exception(outcome.server);
}

} // namespace pavise::ssl::testing
