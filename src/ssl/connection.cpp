#include <pavise/ssl/connection.hpp>

#include "ssl/bio_buffer.hpp"
#include "ssl/certificate_dict.hpp"
#include "ssl/cipher_table.hpp"
#include "ssl/raise.hpp"
#include "ssl/tls.hpp"

#include <algorithm>

namespace pavise::ssl {

void raise(Tls& tls, const Failure& failure, std::string_view operation) {
    const std::exception_ptr cause = tls.take_exception();
    if (cause == nullptr) failure.raise(tls.host(), operation);
    try {
        std::rethrow_exception(cause);
    } catch (...) {
        std::throw_with_nested(
            SSLError(static_cast<int>(SSL_ERROR_SSL),
                     {.library = "SSL", .reason = "CALLBACK_FAILED", .text = "callback failed"}));
    }
}

// ---------------------------------------------------------------- SSLConnection

SSLConnection::SSLConnection(std::unique_ptr<Tls> tls) noexcept : tls_(std::move(tls)) {
    if (tls_ != nullptr) tls_->set_owner(*this);
}
SSLConnection::SSLConnection(SSLConnection&& other) noexcept : SSLConnection(std::move(other.tls_)) {}
SSLConnection& SSLConnection::operator=(SSLConnection&& other) noexcept {
    tls_ = std::move(other.tls_);
    if (tls_ != nullptr) tls_->set_owner(*this);
    return *this;
}
SSLConnection::~SSLConnection() = default;

Tls& SSLConnection::tls() const {
    if (tls_ == nullptr) throw ValueError("the connection was moved from");
    return *tls_;
}

SSLContext SSLConnection::context() const {
    return tls().context();
}
void SSLConnection::set_context(const SSLContext& context) {
    tls().set_context(context);
}
bool SSLConnection::server_side() const {
    return tls().role() == Role::server;
}
Optional<std::string> SSLConnection::server_hostname() const {
    return tls().server_hostname();
}

Optional<SSLSession> SSLConnection::session() const {
    if (!tls().established()) return std::nullopt;
    return tls().session();
}

void SSLConnection::set_session(const SSLSession& session) {
    tls().set_session(session);
}

Optional<bool> SSLConnection::session_reused() const {
    return tls().established() && tls().negotiated().resumed;
}

Optional<ByteVector> SSLConnection::getpeercert_der() const {
    if (!tls().established()) throw ValueError("handshake not done yet");
    const auto chain = tls().peer_certificates();
    if (chain.empty()) return std::nullopt;
    return ByteVector(chain.front().begin(), chain.front().end());
}

Optional<CertificateDict> SSLConnection::getpeercert() const {
    const Optional<ByteVector> der = getpeercert_der();
    if (!der) return std::nullopt;
    if (tls().settings()->verify_mode == CERT_NONE) return CertificateDict{};
    return decode_certificate(*der);
}

std::vector<ByteVector> SSLConnection::get_unverified_chain() const {
    if (!tls().established()) return {};
    return copies_of(tls().peer_certificates());
}

std::vector<ByteVector> SSLConnection::get_verified_chain() const {
    if (!tls().established()) return {};
    if (tls().settings()->verify_mode == CERT_NONE) return get_unverified_chain();
    return tls().verified_chain();
}

Optional<std::string> SSLConnection::version() const {
    if (!tls().established()) return std::nullopt;
    return name_of(tls().negotiated().version);
}

Optional<Cipher> SSLConnection::cipher() const {
    if (!tls().established()) return std::nullopt;
    const CipherRow* row = find_cipher(tls().negotiated().cipher_suite);
    if (row == nullptr) return std::nullopt;
    return cipher_of(*row);
}

Optional<std::vector<Cipher>> SSLConnection::shared_ciphers() const {
    if (!server_side() || !tls().established()) return std::nullopt;
    std::vector<Cipher> out;
    for (const CipherSuite suite : tls().shared_ciphers())
        if (const CipherRow* row = find_cipher(suite); row != nullptr) out.push_back(cipher_of(*row));
    return out;
}

Optional<std::string> SSLConnection::compression() const {
    return std::nullopt;
}

Optional<std::string> SSLConnection::selected_alpn_protocol() const {
    if (!tls().established() || tls().negotiated().alpn_protocol.empty()) return std::nullopt;
    return tls().negotiated().alpn_protocol;
}

Optional<std::string> SSLConnection::selected_npn_protocol() const {
    return std::nullopt;
}

Optional<ByteVector> SSLConnection::get_channel_binding(std::string_view cb_type) const {
    if (std::ranges::find(CHANNEL_BINDING_TYPES, cb_type) == CHANNEL_BINDING_TYPES.end())
        throw ValueError("'" + std::string(cb_type) + "' channel binding type not implemented");
    if (!tls().established()) return std::nullopt;
    auto binding = tls().connection().channel_binding(cb_type);
    if (!binding) return std::nullopt;
    return *std::move(binding);
}

void SSLConnection::set_early_data(BytesLike data) {
    tls().set_early_data(data.view());
}
ByteVector SSLConnection::early_data() {
    return tls().take_early_data();
}
Optional<bool> SSLConnection::early_data_accepted() const {
    if (!tls().established()) return std::nullopt;
    return tls().negotiated().early_data == EarlyDataStatus::accepted;
}

void SSLConnection::update_keys(KeyUpdateScope scope) {
    value_or_raise(tls(), tls().update_keys(scope), "write");
}
void SSLConnection::update_keys(KeyUpdateScope scope, std::error_code& code) {
    with_code(tls_.get(), code, [&](Tls& tls) { return tls.update_keys(scope); });
}

const Negotiated& SSLConnection::negotiated() const {
    if (!tls().begun()) throw ValueError("the handshake has not begun");
    return tls().negotiated();
}

Optional<ByteVector> SSLConnection::ocsp_response() const {
    if (!tls().established() || tls().negotiated().ocsp_response.empty()) return std::nullopt;
    return tls().negotiated().ocsp_response;
}

std::size_t SSLConnection::pending() const {
    return tls().pending();
}

void SSLConnection::verify_client_post_handshake() {
    value_or_raise(tls(), tls().request_certificate(), "write");
}

std::size_t SSLConnection::certificate_requests() const {
    return tls().certificate_requests();
}

void SSLConnection::verify_client_post_handshake(std::error_code& code) {
    with_code(tls_.get(), code, [](Tls& tls) { return tls.request_certificate(); });
}

ByteVector SSLConnection::export_keying_material(std::string_view label, std::size_t size,
                                                 std::optional<BytesLike> context) const {
    if (!tls().established()) throw ValueError("handshake not done yet");
    ByteVector out(size);
    const auto view = context ? std::optional(context->view()) : std::nullopt;
    if (const Status status = tls().connection().export_keying_material(label, view, out); !status)
        throw SSLError(describe(status.error()));
    return out;
}

Optional<NamedGroup> SSLConnection::group() const {
    if (!tls().established()) return std::nullopt;
    return tls().negotiated().group;
}

Optional<SignatureScheme> SSLConnection::peer_sigalg() const {
    if (!tls().established()) return std::nullopt;
    return tls().negotiated().peer_signature;
}
Optional<SignatureScheme> SSLConnection::local_sigalg() const {
    if (!tls().established()) return std::nullopt;
    return tls().negotiated().local_signature;
}

// ---------------------------------------------------------------- SSLObject

namespace {

class BioTransport final : public Transport {
    BioBuffer& incoming_;
    BioBuffer& outgoing_;

  public:
    BioTransport(const MemoryBIO& incoming, const MemoryBIO& outgoing) :
        incoming_(*incoming.buffer()),
        outgoing_(*outgoing.buffer()) {}

    Attempt<std::size_t> read(MutableBytes into) noexcept override {
        const Bytes here = incoming_.view();
        if (here.empty() && !incoming_.eof_written) return Failure(SSL_ERROR_WANT_READ);
        const std::size_t count = std::min(here.size(), into.size());
        std::copy_n(here.begin(), count, into.begin());
        incoming_.drop(count);
        return count;
    }
    Attempt<std::size_t> write(Bytes bytes) noexcept override {
        outgoing_.append(bytes);
        return bytes.size();
    }
    // Memory costs no system call.
    Reading reading() const noexcept override { return Reading::record_by_record; }
};

} // namespace

// NOLINTBEGIN(performance-unnecessary-value-param,performance-move-const-arg): a handle, whose copies are
// shared
SSLObject::SSLObject(std::unique_ptr<Tls> tls, MemoryBIO incoming, MemoryBIO outgoing) noexcept :
    SSLConnection(std::move(tls)),
    incoming_(std::move(incoming)),
    outgoing_(std::move(outgoing)) {}
// NOLINTEND(performance-unnecessary-value-param,performance-move-const-arg)

void SSLObject::do_handshake() {
    BioTransport transport(incoming_, outgoing_);
    value_or_raise(tls(), tls().handshake(transport), "handshake");
}

namespace {

// The end that the peer announced is no error for a reader, unless it said goodbye itself before.
Attempt<std::size_t> none_at_end(const Tls& tls, Attempt<std::size_t> attempt) {
    if (!attempt && attempt.failure().is(SSL_ERROR_ZERO_RETURN) && !tls.goodbye_said()) return std::size_t{0};
    return attempt;
}

} // namespace

std::size_t SSLObject::read_into(MutableBytes buffer) {
    BioTransport transport(incoming_, outgoing_);
    return value_or_raise(tls(), none_at_end(tls(), tls().read(transport, buffer)), "read");
}

ByteVector SSLObject::read(std::size_t size) {
    ByteVector out(size);
    out.resize(read_into(out));
    return out;
}

std::size_t SSLObject::write(BytesLike bytes) {
    BioTransport transport(incoming_, outgoing_);
    return value_or_raise(tls(), tls().write(transport, bytes.view()), "write");
}

void SSLObject::unwrap() {
    BioTransport transport(incoming_, outgoing_);
    value_or_raise(tls(), tls().shutdown(transport), "shutdown");
}

void SSLObject::close_sending() {
    BioTransport transport(incoming_, outgoing_);
    value_or_raise(tls(), tls().close_sending(transport), "shutdown");
}

void SSLObject::do_handshake(std::error_code& code) {
    BioTransport transport(incoming_, outgoing_);
    with_code(tls_.get(), code, [&](Tls& tls) { return tls.handshake(transport); });
}

std::size_t SSLObject::read_into(MutableBytes buffer, std::error_code& code) {
    BioTransport transport(incoming_, outgoing_);
    return with_code(tls_.get(), code,
                     [&](Tls& tls) { return none_at_end(tls, tls.read(transport, buffer)); });
}

std::size_t SSLObject::write(BytesLike bytes, std::error_code& code) {
    BioTransport transport(incoming_, outgoing_);
    return with_code(tls_.get(), code, [&](Tls& tls) { return tls.write(transport, bytes.view()); });
}

void SSLObject::unwrap(std::error_code& code) {
    BioTransport transport(incoming_, outgoing_);
    with_code(tls_.get(), code, [&](Tls& tls) { return tls.shutdown(transport); });
}

void SSLObject::close_sending(std::error_code& code) {
    BioTransport transport(incoming_, outgoing_);
    with_code(tls_.get(), code, [&](Tls& tls) { return tls.close_sending(transport); });
}

void SSLObject::refuse(AlertDescription reason) {
    BioTransport transport(incoming_, outgoing_);
    value_or_raise(tls(), tls().refuse(transport, reason), "shutdown");
}

void SSLObject::refuse(AlertDescription reason, std::error_code& code) {
    BioTransport transport(incoming_, outgoing_);
    with_code(tls_.get(), code, [&](Tls& tls) { return tls.refuse(transport, reason); });
}

void SSLObject::release_idle() {
    tls().release_idle();
    incoming_.buffer()->release_idle();
    outgoing_.buffer()->release_idle();
}

namespace {

TlsOptions tls_options_of(const WrapBioOptions& options) {
    return {options.server_side ? Role::server : Role::client, options.server_hostname, options.session,
            options.ech_configs};
}

} // namespace

SSLObject SSLContext::wrap_bio(const MemoryBIO& incoming, const MemoryBIO& outgoing,
                               const WrapBioOptions& options) const {
    return {Tls::make(*this, tls_options_of(options)), incoming, outgoing};
}

std::optional<SSLObject> SSLContext::wrap_bio(const MemoryBIO& incoming, const MemoryBIO& outgoing,
                                              const WrapBioOptions& options, std::error_code& code) const {
    auto tls = Tls::make(*this, tls_options_of(options), code);
    if (tls == nullptr) return std::nullopt;
    return SSLObject(std::move(tls), incoming, outgoing);
}

} // namespace pavise::ssl
