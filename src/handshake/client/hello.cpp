#include "handshake/client/hello.hpp"

#include "crypto/cipher_suite.hpp"
#include "handshake/certificate_types.hpp"
#include "handshake/enabled_versions.hpp"
#include "handshake/groups12.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/certificate_filters.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/delegated_credential.hpp"
#include "messages/extension/early_data.hpp"
#include "messages/extension/encrypted_client_hello.hpp"
#include "messages/extension/flags.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/extension/signed_certificate_timestamp.hpp"
#include "messages/extension/sizes.hpp"
#include "messages/extension/status_request.hpp"
#include "messages/inner_client_hello.hpp"

#include <algorithm>

namespace pavise::handshake {

namespace {

// RFC 8701 §2: {0x0a0a, 0x1a1a, … 0xfafa}.
std::uint16_t grease_value(std::uint8_t random) {
    return static_cast<std::uint16_t>((random >> 4) * 0x1010 + 0x0a0a);
}

Result<GreaseValues> draw_grease(Rng& rng) {
    std::array<std::uint8_t, 6> random{};
    PAVISE_TRY(rng.fill(random));
    GreaseValues grease{grease_value(random[0]), grease_value(random[1]), grease_value(random[2]),
                        grease_value(random[3]), grease_value(random[4]), grease_value(random[5])};
    if (grease.last_extension == grease.first_extension) grease.last_extension ^= 0x1010;
    return grease;
}

// Which hello is written: the only one, the one that everybody sees, or the one inside it (RFC 9849 §6.1).
enum class HelloForm : std::uint8_t { plain, outer, inner };

// How it is to be written.
struct HelloShape {
    HelloForm form = HelloForm::plain;
    std::size_t ech_payload_size = 0; // outer
};

// What must be known of it afterwards.
struct WrittenHello {
    messages::ExtensionSet offered;
    std::vector<ExtensionType> outer_extensions; // inner: what the outer hello holds as well, in this order
};

// Our list, with a reserved value in front where GREASE is on.
template <class T>
std::vector<T> greased(const std::optional<GreaseValues>& grease, std::uint16_t GreaseValues::* value,
                       const std::vector<T>& ours) {
    std::vector<T> list;
    list.reserve(ours.size() + 1);
    if (grease) list.push_back(static_cast<T>((*grease).*value));
    list.insert(list.end(), ours.begin(), ours.end());
    return list;
}

bool offers12(const ClientConfig& config, CipherSuite id) {
    const auto suite = crypto::suite12(id);
    return suite && usable12(config, *suite);
}

// Whether a suite of TLS 1.2 that we offer has this property.
template <class Property> bool any_offered12(const ClientConfig& config, Property property) {
    return std::ranges::any_of(config.cipher_suites, [&](CipherSuite id) {
        return offers12(config, id) && property(*crypto::suite12(id));
    });
}

// Whether this suite of TLS 1.2 stands in a hello of this form: none does in an inner one, and an outer one
// advertises no PSK (RFC 9849 §6.1, §6.1.2).
bool stands_in12(HelloForm form, const ClientConfig& config, CipherSuite id) {
    if (form == HelloForm::inner || !offers12(config, id)) return false;
    return form == HelloForm::plain || crypto::suite12(id)->authentication != crypto::Authentication12::psk;
}

std::vector<CipherSuite> offered_suites(const ClientConfig& config, HelloForm form) {
    const bool tls13 = enables(config, ProtocolVersion::tls_1_3);
    const bool tls12 = enables(config, ProtocolVersion::tls_1_2);
    std::vector<CipherSuite> suites;
    for (const CipherSuite id : config.cipher_suites)
        if ((tls13 && crypto::suite13(id)) || (tls12 && stands_in12(form, config, id))) suites.push_back(id);
    if (form == HelloForm::inner) return suites;
    // RFC 7507 §4: "The client SHOULD put TLS_FALLBACK_SCSV after all cipher suites that it actually intends
    // to negotiate."
    if (config.fallback == Fallback::on) suites.push_back(CipherSuite::TLS_FALLBACK_SCSV);
    return suites;
}

std::vector<NamedGroup> offered_groups(const ClientConfig& config) {
    std::vector<NamedGroup> groups = config.groups;
    if (!enables(config, ProtocolVersion::tls_1_3))
        std::erase_if(groups, [](NamedGroup group) { return !is_curve12(group) && !is_finite_field(group); });
    return groups;
}

// Writes the extensions of one hello, in an order that does not change after a HelloRetryRequest.
class ExtensionsWriter {
    ByteVector block_;
    ByteVector shared_; // inner: what stands in the outer hello as well, side by side (RFC 9849 §5.1)
    wire::Writer writer_{block_};
    wire::Writer shared_writer_{shared_};
    const HelloInputs& inputs_;
    HelloInFlight& hello_;
    HelloShape shape_;
    WrittenHello& written_;
    std::optional<Bytes> quic_parameters_;

    // Whether the inner hello holds the same as the outer one, and nothing that only it may say.
    bool is_shared(ExtensionType type) const {
        switch (type) {
        case ExtensionType::server_name:
        case ExtensionType::cookie:
        case ExtensionType::early_data:
        case ExtensionType::pre_shared_key:
        case ExtensionType::encrypted_client_hello: return false;
        case ExtensionType::supported_versions: return !enables(inputs_.config, ProtocolVersion::tls_1_2);
        default: return true;
        }
    }
    wire::Writer& writer_for(ExtensionType type) {
        if (shape_.form != HelloForm::inner || !is_shared(type)) return writer_;
        written_.outer_extensions.push_back(type);
        return shared_writer_;
    }
    template <class X> void add(const X& extension) {
        messages::write_extension(writer_for(X::type), extension);
        written_.offered.insert(X::type); // what the server may answer
    }
    void add_grease(std::uint16_t type, Bytes body) {
        messages::Extension{static_cast<ExtensionType>(type), body}.write(
            writer_for(static_cast<ExtensionType>(type)));
    }
    void add_names() {
        const std::string_view server_name =
            shape_.form == HelloForm::outer ? hello_.ech->choice.public_name : inputs_.server_name;
        if (!server_name.empty()) add(messages::ServerName{as_bytes(server_name)});
        if (inputs_.config.alpn_protocols.empty()) return;
        std::vector<messages::ProtocolName> names;
        for (const std::string& name : inputs_.config.alpn_protocols) names.push_back({as_bytes(name)});
        add(messages::AlpnProtocols{names});
    }
    void add_groups() {
        const std::vector<NamedGroup> ours = offered_groups(inputs_.config);
        if (!ours.empty()) add(messages::SupportedGroups{greased(hello_.grease, &GreaseValues::group, ours)});
    }
    void add_record_sizes() {
        const ClientConfig& config = inputs_.config;
        // "an endpoint MUST NOT send a value higher than the protocol-defined maximum record size" (RFC 8449
        // §4): "For TLS 1.2 and earlier, that limit is 2^14 octets. TLS 1.3 uses a limit of 2^14+1 octets."
        constexpr std::uint16_t most12 = 1 << 14;
        constexpr std::uint16_t most13 = most12 + 1;
        const std::uint16_t most = enables(config, ProtocolVersion::tls_1_3) ? most13 : most12;
        if (config.record_size_limit)
            add(messages::RecordSizeLimit{std::min(*config.record_size_limit, most)});
        if (config.max_fragment_length)
            add(messages::MaxFragmentLength{static_cast<std::uint8_t>(*config.max_fragment_length)});
    }
    // What only TLS 1.2 asks for.
    void add_legacy() {
        constexpr std::array formats{EcPointFormat::uncompressed};
        const auto curves = [](const crypto::Suite12& s) { return crypto::uses_curves(s.key_exchange); };
        const auto cbc = [](const crypto::Suite12& s) {
            return std::holds_alternative<crypto::CbcMac>(s.protection);
        };
        if (any_offered12(inputs_.config, curves)) add(messages::EcPointFormats{formats}); // RFC 8422 §5.1
        add(messages::ExtendedMasterSecret{});
        if (any_offered12(inputs_.config, cbc)) add(messages::EncryptThenMac{}); // RFC 7366 §2
        add(messages::RenegotiationInfo{}); // RFC 5746 §3.4: empty in an initial handshake
        // RFC 5077 §3.2: a ticket, or nothing from a client that would like one.
        if (!inputs_.config.psk_modes.empty())
            add(messages::SessionTicketExtension{hello_.session12 ? Bytes(hello_.session12->ticket)
                                                                  : Bytes()});
    }
    void add_key_shares() {
        constexpr std::array<std::uint8_t, 1> grease_share{0};
        std::vector<messages::KeyShareEntry> shares;
        // A HelloRetryRequest that asks for a share gets this one; one that does not, the same list (§4.1.2).
        if (hello_.grease && !hello_.share_selected)
            shares.push_back({static_cast<NamedGroup>(hello_.grease->group), grease_share});
        for (const auto& share : hello_.key_shares) shares.push_back({share->group(), share->public_value()});
        add(messages::KeyShareClientHello{shares});
    }
    void add_staples() {
        if (inputs_.config.ocsp_response == Staple::requested) add(messages::StatusRequest{});
        if (inputs_.config.certificate_timestamps == Staple::requested) add(messages::SctRequest{});
    }
    void add_certificate_types() {
        const auto& accepted = inputs_.config.server_certificate_types;
        if (!is_default_alone(accepted)) add(messages::ServerCertificateTypes{accepted});
        const std::vector<CertificateType> ours = offered_by(inputs_.config);
        if (!ours.empty() && !is_default_alone(ours)) add(messages::ClientCertificateTypes{ours});
    }
    void add_versions() {
        std::vector<ProtocolVersion> ours{ProtocolVersion::tls_1_3};
        if (offers_tls12()) ours.push_back(ProtocolVersion::tls_1_2);
        add(messages::SupportedVersions{greased(hello_.grease, &GreaseValues::version, ours)});
    }

    void add_psk_modes() {
        if (!inputs_.config.psk_modes.empty()) add(messages::PskKeyExchangeModes{inputs_.config.psk_modes});
    }

    // What the server's certificate may be and how it may come, and that ours may be asked for later.
    void add_authentication() {
        const ClientConfig& config = inputs_.config;
        if (!config.certificate_signature_schemes.empty())
            add(messages::SignatureAlgorithmsCert{config.certificate_signature_schemes});
        std::vector<messages::DistinguishedName> authorities;
        for (const ByteVector& name : config.server_authorities) authorities.push_back({name});
        if (!authorities.empty()) add(messages::CertificateAuthorities{authorities});
        std::vector<CertificateCompressionAlgorithm> algorithms;
        for (const CertificateCompressionPtr& compression : config.certificate_compression)
            algorithms.push_back(compression->algorithm());
        if (!algorithms.empty()) add(messages::CompressCertificate{algorithms});
        if (!config.delegated_credential_schemes.empty())
            add(messages::DelegatedCredentialRequest{config.delegated_credential_schemes});
        // RFC 9001 §4.4: not in QUIC.
        if (config.post_handshake_auth == PostHandshakeAuth::offered && !quic_parameters_)
            add(messages::PostHandshakeAuth{});
    }

    // "It MUST NOT offer to negotiate TLS 1.2 or below", of the inner hello (RFC 9849 §6.1).
    bool offers_tls12() const {
        return shape_.form != HelloForm::inner && enables(inputs_.config, ProtocolVersion::tls_1_2);
    }

    void add_ech() {
        if (shape_.form == HelloForm::inner) {
            add(messages::EncryptedClientHello{});
        } else if (shape_.form == HelloForm::outer) {
            const EchInFlight& ech = *hello_.ech;
            const ByteVector payload(shape_.ech_payload_size);
            messages::EncryptedClientHello extension;
            extension.client_hello_type = messages::EchClientHelloType::outer;
            extension.cipher_suite = {static_cast<std::uint16_t>(ech.choice.suite.kdf),
                                      static_cast<std::uint16_t>(ech.choice.suite.aead)};
            extension.config_id = ech.choice.config_id;
            extension.enc = ech.enc;
            extension.payload = payload;
            add(extension);
        } else if (!hello_.ech_extension.empty()) {
            add(messages::OpaqueExtension<ExtensionType::encrypted_client_hello>{hello_.ech_extension});
        }
    }

    // What looks like PSKs and names none (RFC 9849 §6.1.2): "the client generates a random string" for each
    // binder.
    Status add_grease_psks(Rng& rng) {
        std::vector<ByteVector> random;
        std::vector<messages::PskIdentity> identities;
        std::vector<messages::PskBinderEntry> binders;
        for (const GreasePsk& psk : hello_.ech->grease_psks) {
            identities.push_back({psk.identity, psk.obfuscated_ticket_age});
            random.emplace_back(psk.binder_size);
            PAVISE_TRY(rng.fill(random.back()));
        }
        for (const ByteVector& binder : random) binders.push_back({binder});
        add(messages::OfferedPsks{identities, binders});
        return {};
    }

    // The binders are zeros until the hello around them is known.
    void add_psks(Timestamp now) {
        constexpr std::array<std::uint8_t, crypto::max_digest_size> zeros{};
        std::vector<messages::PskIdentity> identities;
        std::vector<messages::PskBinderEntry> binders;
        for (const Psk& psk : hello_.psks) {
            // "For identities established externally, an obfuscated_ticket_age of 0 SHOULD be used" (§4.2.11)
            identities.push_back({psk.identity, psk.session ? obfuscated_ticket_age(*psk.session, now) : 0});
            binders.push_back({Bytes(zeros).first(crypto::digest_size(psk.hash))});
        }
        add(messages::OfferedPsks{identities, binders});
    }

  public:
    ExtensionsWriter(const HelloInputs& inputs, HelloInFlight& hello, HelloShape shape, WrittenHello& written,
                     const Transport& transport) :
        inputs_(inputs),
        hello_(hello),
        shape_(shape),
        written_(written),
        quic_parameters_(transport.quic_parameters()) {
        constexpr std::size_t usual_size = 512;
        block_.reserve(usual_size);
    }

    Result<Bytes> write(Timestamp now, Rng& rng) {
        if (hello_.grease) add_grease(hello_.grease->first_extension, {});
        add_names();
        add_groups();
        add(messages::SignatureAlgorithms{
            greased(hello_.grease, &GreaseValues::signature_scheme, inputs_.config.signature_schemes)});
        add_staples();
        add_certificate_types();
        add_record_sizes();
        if (quic_parameters_) add(messages::QuicTransportParameters{*quic_parameters_});
        if (offers_tls12()) add_legacy();
        if (enables(inputs_.config, ProtocolVersion::tls_1_3)) {
            add_authentication();
            add_key_shares();
            add_versions();
            add_psk_modes();
        }
        // The outer hello's is omitted (RFC 9849 §6.1.5).
        if (!hello_.cookie.empty() && shape_.form != HelloForm::outer) add(messages::Cookie{hello_.cookie});
        if (hello_.early_data == EarlyDataStatus::pending) add(messages::EarlyData{});
        add_ech();
        // RFC 8701 §3.1 has one of the reserved extensions with a body.
        if (hello_.grease) add_grease(hello_.grease->last_extension, std::array<std::uint8_t, 1>{0});
        writer_.bytes(shared_);
        // "The 'pre_shared_key' extension MUST be the last extension in the ClientHello" (§4.2.11)
        if (shape_.form != HelloForm::outer && !hello_.psks.empty()) add_psks(now);
        if (shape_.form == HelloForm::outer && !hello_.ech->grease_psks.empty())
            PAVISE_TRY(add_grease_psks(rng));
        PAVISE_TRY(writer_.status());
        PAVISE_TRY(shared_writer_.status());
        return Bytes(block_);
    }
};

// Puts the binders, which end the hello, over their zeros (§4.2.11.2).
Status write_binders(Exchange& exchange, const HelloInFlight& hello, const schedule::Transcript* before,
                     wire::Writer& writer) {
    if (hello.psks.empty()) return {};
    std::size_t binders_size = 2; // the list's length, and a length for each
    for (const Psk& psk : hello.psks) binders_size += 1 + crypto::digest_size(psk.hash);
    const std::size_t truncated_size = writer.position() - binders_size;
    std::size_t position = truncated_size + 2;
    for (const Psk& psk : hello.psks) {
        PAVISE_LET(const HashSecret value,
                   binder(exchange.provider(), psk, before, writer.written().first(truncated_size)));
        writer.overwrite(position + 1, value.view());
        position += 1 + value.size();
    }
    return {};
}

bool has_suite_of(const ClientConfig& config, crypto::HashId hash) {
    return std::ranges::any_of(config.cipher_suites, [&](CipherSuite id) {
        const auto suite = crypto::suite13(id);
        return suite && suite->hash == hash;
    });
}

// The session first, then external keys; only such as a suite of ours could use.
Status choose_psks(Exchange& exchange, const HelloInputs& inputs, HelloInFlight& hello) {
    if (inputs.config.psk_modes.empty()) return {};
    const Session& session = inputs.session;
    if (session && session.version() == ProtocolVersion::tls_1_3 &&
        session.usable_at(exchange.clock().now())) {
        PAVISE_LET(Psk psk, psk_of_session(session.data()));
        if (has_suite_of(inputs.config, psk.hash)) hello.psks.push_back(std::move(psk));
    }
    const auto& suites = inputs.config.cipher_suites;
    const bool suite_enabled = std::ranges::find(suites, session.cipher_suite()) != suites.end();
    // Early data goes under the first PSK, with its suite and its protocol (§4.2.10).
    if (!hello.psks.empty() && inputs.early_data == EarlyDataStatus::pending &&
        session.max_early_data_size() > 0 && suite_enabled)
        hello.early_data = EarlyDataStatus::pending;
    for (const ExternalPsk& external : inputs.config.external_psks) {
        PAVISE_LET(std::vector<Psk> psks, psks_of(exchange.provider(), external));
        for (Psk& psk : psks)
            if (has_suite_of(inputs.config, psk.hash)) hello.psks.push_back(std::move(psk));
    }
    return {};
}

// What counts for the server's answer is what was really sent, should a Tap have rewritten it. A hello that a
// test has broken beyond parsing is judged as the one that we meant to send.
Status adopt_sent_hello(Exchange& exchange, HelloInFlight& hello) {
    hello.message = exchange.outgoing();
    const auto sent = messages::parse_body<messages::ClientHello>(
        Bytes(hello.message).subspan(messages::handshake_header_size));
    if (!sent) return {};
    exchange.client_random = sent->random;
    hello.offered = messages::ExtensionSet::of(sent->extensions);
    const auto ech_extension = sent->extensions.find(ExtensionType::encrypted_client_hello);
    if (hello.ech && ech_extension) hello.ech_extension.assign(ech_extension->begin(), ech_extension->end());
    // RFC 5746 §3.4: the SCSV asks for the extension too.
    if (sent->cipher_suites.contains(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV))
        hello.offered.insert(ExtensionType::renegotiation_info);
    if (!hello.session_id.assign(sent->legacy_session_id)) return fail(ErrorCode::internal);
    return {};
}

// The session of TLS 1.2 that may be resumed: one with extended_master_secret (RFC 7627 §5.3) and a suite
// that we offer.
std::shared_ptr<const SessionData> session_to_offer12(const HelloInputs& inputs, Timestamp now) {
    const Session& session = inputs.session;
    if (!session || session.version() != ProtocolVersion::tls_1_2 || inputs.config.psk_modes.empty() ||
        !enables(inputs.config, ProtocolVersion::tls_1_2) || !session.usable_at(now))
        return nullptr;
    const SessionData& data = *session.data();
    const auto& suites = inputs.config.cipher_suites;
    if (data.extended_master_secret == SessionData::ExtendedMasterSecret::absent ||
        std::ranges::find(suites, data.cipher_suite) == suites.end())
        return nullptr;
    return session.data();
}

// The ID of the session; or one that nobody knows, which a server echoes when it takes our ticket (RFC 5077
// §3.4), or which makes the hello look like a resumption to middleboxes (RFC 8446 §D.4).
Status choose_session_id(Exchange& exchange, const HelloInputs& inputs, HelloInFlight& hello) {
    if (hello.session12 && hello.session12->ticket.empty())
        return hello.session_id.assign(hello.session12->session_id) ? Status() : fail(ErrorCode::internal);
    const bool compatible = enables(inputs.config, ProtocolVersion::tls_1_3) &&
                            inputs.config.middlebox_compatibility == MiddleboxCompatibility::on;
    if (!hello.session12 && !compatible) return {};
    std::array<std::uint8_t, messages::max_session_id_size> id{};
    PAVISE_TRY(exchange.rng().fill(id));
    return hello.session_id.assign(id) ? Status() : fail(ErrorCode::internal);
}

// The groups of the first hello's shares, in the order of `groups`, as §4.2.8 has it.
std::vector<NamedGroup> groups_to_share(const ClientConfig& config) {
    const auto first = config.groups.begin();
    if (config.key_share_groups.empty())
        return {first,
                first + static_cast<std::ptrdiff_t>(std::min(config.key_shares, config.groups.size()))};
    std::vector<NamedGroup> chosen;
    for (const NamedGroup group : config.groups)
        if (std::ranges::find(config.key_share_groups, group) != config.key_share_groups.end())
            chosen.push_back(group);
    return chosen;
}

} // namespace

Result<std::unique_ptr<HelloInFlight>> prepare_hello(Exchange& exchange, const HelloInputs& inputs) {
    auto hello = std::make_unique<HelloInFlight>();
    PAVISE_TRY(exchange.rng().fill(exchange.client_random));
    const bool tls13 = enables(inputs.config, ProtocolVersion::tls_1_3);
    if (tls13 && inputs.ech != nullptr) {
        PAVISE_LET(hello->ech, prepare_ech(exchange, *inputs.ech));
        if (!hello->ech && inputs.config.ech == EchPolicy::required)
            return fail(ErrorCode::no_usable_ech_config);
    }
    // "It MUST NOT offer to resume any session for TLS 1.2 and below" (RFC 9849 §6.1), in neither hello.
    if (!hello->ech) hello->session12 = session_to_offer12(inputs, exchange.clock().now());
    PAVISE_TRY(choose_session_id(exchange, inputs, *hello));
    if (inputs.config.grease == Grease::on) {
        PAVISE_LET(hello->grease, draw_grease(exchange.rng()));
    }
    const std::vector<NamedGroup> shared = tls13 ? groups_to_share(inputs.config) : std::vector<NamedGroup>();
    for (const NamedGroup group : shared) {
        PAVISE_LET(auto share, exchange.provider().generate_key_share(group, exchange.rng()));
        hello->key_shares.push_back(std::move(share));
    }
    if (tls13) PAVISE_TRY(choose_psks(exchange, inputs, *hello));
    return hello;
}

namespace {

// Writes the whole message, binders included. `before`: as send_hello() has it.
Result<WrittenHello> write_hello(Exchange& exchange, const HelloInputs& inputs, HelloInFlight& hello,
                                 HelloShape shape, const schedule::Transcript* before, ByteVector& out) {
    WrittenHello written;
    const std::vector<CipherSuite> suites =
        greased(hello.grease, &GreaseValues::suite, offered_suites(inputs.config, shape.form));
    ExtensionsWriter extensions(inputs, hello, shape, written, exchange.transport());
    PAVISE_LET(const Bytes block, extensions.write(exchange.clock().now(), exchange.rng()));

    constexpr std::array<std::uint8_t, 1> null_compression{0};
    messages::ClientHello message;
    message.random = exchange.client_random;
    if (hello.ech)
        message.random = shape.form == HelloForm::inner ? hello.ech->inner_random : hello.ech->outer_random;
    message.legacy_session_id = hello.session_id.view();
    message.cipher_suites = suites;
    message.legacy_compression_methods = null_compression;
    message.extensions = messages::Extensions::from_block(block);
    out.clear();
    wire::Writer writer(out);
    messages::write_message(writer, message);
    PAVISE_TRY(writer.status());
    if (shape.form != HelloForm::outer) PAVISE_TRY(write_binders(exchange, hello, before, writer));
    return written;
}

// Puts the inner hello that `hello` describes into an outer one, and sends that (RFC 9849 §6.1).
Status send_encrypted_hello(Exchange& exchange, const HelloInputs& inputs, HelloInFlight& hello,
                            const schedule::Transcript* before) {
    EchInFlight& ech = *hello.ech;
    PAVISE_LET(const WrittenHello inner,
               write_hello(exchange, inputs, hello, {HelloForm::inner}, before, ech.inner_message));
    ech.inner_offered = inner.offered;
    // Retry configs answer the outer hello alone: "If the server sent this extension in response to the
    // 'inner' variant, then the client MUST abort with an 'unsupported_extension' alert." (§5)
    ech.inner_offered.erase(ExtensionType::encrypted_client_hello);
    if (exchange.tap() != nullptr)
        exchange.tap()->on_inner_client_hello(wire::Direction::sent, ech.inner_message);
    PAVISE_LET(ByteVector encoded,
               messages::encode_inner_client_hello(ech.inner_message, inner.outer_extensions));
    PAVISE_TRY(draw_grease_psks(ech, hello.psks, exchange.rng()));
    const HelloShape outer{HelloForm::outer, ech_payload_size(encoded.size(), inputs.server_name.size(),
                                                              ech.choice.maximum_name_length)};
    PAVISE_TRY(write_hello(exchange, inputs, hello, outer, before, exchange.outgoing()));
    PAVISE_TRY(seal_inner_hello(ech, std::move(encoded), exchange.outgoing(), exchange.tap()));
    PAVISE_TRY(exchange.send_written(HandshakeType::client_hello, nullptr));
    PAVISE_TRY(adopt_sent_hello(exchange, hello));
    ech.enc.clear(); // sent once
    if (ech.progress == EchInFlight::Progress::accepted) adopt_inner_hello(exchange, hello);
    return {};
}

// An encrypted_client_hello of the length that a real one would have here (§6.2.1).
Status add_grease_ech(Exchange& exchange, const HelloInputs& inputs, HelloInFlight& hello,
                      const schedule::Transcript* before) {
    ByteVector inner_message;
    PAVISE_LET(const WrittenHello inner,
               write_hello(exchange, inputs, hello, {HelloForm::inner}, before, inner_message));
    PAVISE_LET(const ByteVector encoded,
               messages::encode_inner_client_hello(inner_message, inner.outer_extensions));
    constexpr std::size_t maximum_name_length = 0; // as of a config that does not say
    const std::size_t size = ech_payload_size(encoded.size(), inputs.server_name.size(), maximum_name_length);
    PAVISE_LET(hello.ech_extension, make_grease_ech(exchange, size));
    return {};
}

} // namespace

void adopt_inner_hello(Exchange& exchange, HelloInFlight& hello) {
    const EchInFlight& ech = *hello.ech;
    hello.message = ech.inner_message;
    hello.offered = ech.inner_offered;
    exchange.client_random = ech.inner_random;
}

Status send_hello(Exchange& exchange, const HelloInputs& inputs, HelloInFlight& hello,
                  const schedule::Transcript* before) {
    if (hello.ech) return send_encrypted_hello(exchange, inputs, hello, before);
    const bool first = before == nullptr;
    if (first && inputs.config.ech_grease == Grease::on && enables(inputs.config, ProtocolVersion::tls_1_3))
        PAVISE_TRY(add_grease_ech(exchange, inputs, hello, before));
    PAVISE_LET(const WrittenHello written,
               write_hello(exchange, inputs, hello, {}, before, exchange.outgoing()));
    hello.offered = written.offered;
    PAVISE_TRY(exchange.send_written(HandshakeType::client_hello, nullptr));
    return adopt_sent_hello(exchange, hello);
}

} // namespace pavise::handshake
