#include "cli/probe.hpp"

#include "cli/suites.hpp"
#include "messages/certificate12.hpp"
#include "messages/client_hello.hpp"
#include "messages/extension/all.hpp"
#include "messages/server_hello.hpp"
#include "net/socket.hpp"

#include <pavise/environment.hpp>

#include <algorithm>
#include <bit>

namespace pavise::cli {

namespace {

// A server's whole first flight with a long chain stays far below; what is beyond is not TLS to us.
constexpr std::size_t longest_answer = 1u << 18;
constexpr std::size_t record_header_size = 5;
// ec_point_formats: uncompressed. renegotiation_info: no handshake came before (RFC 5746 §3.4).
constexpr std::array<std::uint8_t, 2> point_formats{1, 0};
constexpr std::array<std::uint8_t, 1> first_handshake{0};
// One request for an OCSP response without hints (RFC 6066 §8).
constexpr std::array<std::uint8_t, 5> ocsp_wanted{1, 0, 0, 0, 0};
constexpr std::array<std::uint8_t, 1> heartbeat_allowed{1};
constexpr std::array<std::uint8_t, 2> no_key_share{0, 0};

void write_body(wire::Writer& writer, ExtensionType type, Bytes body) {
    writer.u16(static_cast<std::uint16_t>(type));
    writer.vector16(body);
}

template <class Value>
void write_list(wire::Writer& writer, ExtensionType type, const std::vector<Value>& values) {
    if (values.empty()) return;
    writer.u16(static_cast<std::uint16_t>(type));
    const auto body = writer.vector16();
    const auto list = writer.vector16();
    for (const Value value : values) writer.u16(static_cast<std::uint16_t>(value));
}

void write_names(wire::Writer& writer, const ProbeHello& hello) {
    if (!hello.server_name.empty())
        messages::write_extension(writer, messages::ServerName{as_bytes(hello.server_name)});
    if (hello.alpn_protocols.empty()) return;
    writer.u16(static_cast<std::uint16_t>(ExtensionType::application_layer_protocol_negotiation));
    const auto body = writer.vector16();
    const auto list = writer.vector16();
    for (const std::string& protocol : hello.alpn_protocols) writer.vector8(as_bytes(protocol));
}

void write_extensions(wire::Writer& writer, const ProbeHello& hello) {
    using enum ExtensionType;
    write_names(writer, hello);
    write_list(writer, supported_groups, hello.groups);
    write_list(writer, signature_algorithms, hello.signature_schemes);
    write_body(writer, ec_point_formats, point_formats);
    write_body(writer, extended_master_secret, {});
    write_body(writer, status_request, ocsp_wanted);
    if (hello.version == ProtocolVersion::tls_1_3) {
        // RFC 8446 §4.2.8: an empty vector of shares asks for a HelloRetryRequest.
        write_body(writer, key_share, no_key_share);
        writer.u16(static_cast<std::uint16_t>(supported_versions));
        const auto body = writer.vector16();
        const auto list = writer.vector8();
        writer.u16(static_cast<std::uint16_t>(ProtocolVersion::tls_1_3));
    } else {
        write_body(writer, encrypt_then_mac, {});
        write_body(writer, session_ticket, {});
        write_body(writer, heartbeat, heartbeat_allowed);
        write_body(writer, renegotiation_info, first_handshake);
    }
}

// ---- reading

// The contents of the records of one type, put together, up to the first record of another type.
struct Flight {
    ByteVector handshake;
    std::optional<AlertDescription> alert;
    bool is_tls = true;
};

Flight unpack(Bytes records) {
    Flight flight;
    for (wire::Reader reader(records); reader.remaining() >= record_header_size;) {
        const auto type = static_cast<ContentType>(*reader.u8());
        const std::uint16_t version = *reader.u16();
        if (version >> 8 != 3 ||
            (type != ContentType::handshake && type != ContentType::alert &&
             type != ContentType::change_cipher_spec && type != ContentType::application_data)) {
            flight.is_tls = false;
            return flight;
        }
        const auto fragment = reader.vector16();
        if (!fragment) return flight;
        if (type == ContentType::alert) {
            if (fragment->size() == 2) flight.alert = static_cast<AlertDescription>((*fragment)[1]);
            return flight;
        }
        if (type == ContentType::application_data) return flight;
        if (type == ContentType::handshake)
            flight.handshake.insert(flight.handshake.end(), fragment->begin(), fragment->end());
    }
    return flight;
}

void read_hello(ProbeAnswer& answer, Bytes body) {
    const auto hello = messages::parse_body<messages::ServerHello>(body);
    if (!hello) {
        answer.outcome = ProbeOutcome::not_tls;
        return;
    }
    answer.outcome = ProbeOutcome::server_hello;
    answer.version = hello->legacy_version;
    answer.suite = hello->cipher_suite;
    answer.compression_method = hello->legacy_compression_method;
    answer.has_session_id = !hello->legacy_session_id_echo.empty();
    answer.hello_retry = hello->is_hello_retry_request();
    for (const messages::Extension& extension : hello->extensions) {
        answer.extensions.push_back(extension.type);
        wire::Reader reader(extension.body);
        if (extension.type == ExtensionType::supported_versions) {
            if (const auto version = reader.u16()) answer.version = static_cast<ProtocolVersion>(*version);
        } else if (extension.type == ExtensionType::key_share) {
            if (const auto group = reader.u16()) answer.group = static_cast<NamedGroup>(*group);
        } else if (extension.type == ExtensionType::application_layer_protocol_negotiation) {
            const auto list = reader.vector16();
            if (!list) continue;
            wire::Reader names(*list);
            if (const auto name = names.vector8()) answer.alpn_protocol = as_text(*name);
        }
    }
}

std::size_t bits_of(Bytes number) {
    while (!number.empty() && number.front() == 0) number = number.subspan(1);
    if (number.empty()) return 0;
    return number.size() * 8 - static_cast<std::size_t>(std::countl_zero(number.front()));
}

// RFC 8422 §5.4, RFC 5246 §7.4.3; TLS 1.0 and 1.1 differ in the signature alone.
void read_key_exchange(ProbeAnswer& answer, Bytes body) {
    wire::Reader reader(body);
    const std::string name = suite_name(answer.suite);
    if (name.find("PSK") != std::string::npos && !reader.vector16()) return; // the hint
    if (name.starts_with("TLS_ECDHE_") || name.starts_with("TLS_ECDH_anon")) {
        constexpr std::uint8_t named_curve = 3;
        const auto type = reader.u8();
        const auto group = reader.u16();
        if (!type || *type != named_curve || !group || !reader.vector8()) return;
        answer.group = static_cast<NamedGroup>(*group);
    } else if (name.starts_with("TLS_DHE_") || name.starts_with("TLS_DH_anon")) {
        const auto prime = reader.vector16();
        if (!prime || !reader.vector16() || !reader.vector16()) return;
        answer.dh_bits = bits_of(*prime);
    } else {
        return;
    }
    if (answer.version != ProtocolVersion::tls_1_2 || name.find("anon") != std::string::npos) return;
    if (const auto scheme = reader.u16()) answer.signed_with = static_cast<SignatureScheme>(*scheme);
}

void read_message(ProbeAnswer& answer, HandshakeType type, Bytes body) {
    switch (type) {
    case HandshakeType::server_hello:
        if (answer.outcome != ProbeOutcome::server_hello) read_hello(answer, body);
        return;
    case HandshakeType::certificate:
        if (const auto message = messages::parse_body<messages::Certificate12>(body))
            for (const auto& certificate : message->certificate_list)
                answer.chain.emplace_back(certificate.bytes);
        return;
    case HandshakeType::certificate_status: answer.stapled = true; return;
    case HandshakeType::certificate_request: answer.asks_for_certificate = true; return;
    case HandshakeType::server_key_exchange: read_key_exchange(answer, body); return;
    default: return;
    }
}

// Calls `each` for every whole message; whether the last one is whole.
template <class Each> bool for_each_message(Bytes handshake, Each each) {
    wire::Reader reader(handshake);
    while (!reader.empty()) {
        const auto type = reader.u8();
        const auto body = reader.vector24();
        if (!type || !body) return false;
        each(static_cast<HandshakeType>(*type), *body);
    }
    return true;
}

} // namespace

bool ProbeAnswer::has(ExtensionType type) const {
    return std::ranges::find(extensions, type) != extensions.end();
}

ByteVector probe_record(const ProbeHello& hello, Bytes random) {
    ByteVector out;
    wire::Writer writer(out);
    writer.u8(static_cast<std::uint8_t>(ContentType::handshake));
    // RFC 8446 §5.1: the first ClientHello may say 0x0301 "for compatibility purposes".
    const bool ssl_3 = hello.version == ProtocolVersion::ssl_3_0;
    writer.u16(static_cast<std::uint16_t>(ssl_3 ? ProtocolVersion::ssl_3_0 : ProtocolVersion::tls_1_0));
    const auto record = writer.vector16();
    writer.u8(static_cast<std::uint8_t>(HandshakeType::client_hello));
    const auto message = writer.vector24();
    writer.u16(static_cast<std::uint16_t>(std::min(hello.version, ProtocolVersion::tls_1_2)));
    writer.bytes(random);
    writer.vector8(hello.version == ProtocolVersion::tls_1_3 ? random : Bytes()); // RFC 8446 §D.4
    {
        const auto suites = writer.vector16();
        for (const CipherSuite suite : hello.suites) writer.u16(static_cast<std::uint16_t>(suite));
        if (ssl_3) writer.u16(static_cast<std::uint16_t>(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV));
    }
    writer.vector8(hello.compression_methods);
    if (!ssl_3) {
        const auto extensions = writer.vector16();
        write_extensions(writer, hello);
    }
    return out;
}

ProbeAnswer read_answer(Bytes records) {
    ProbeAnswer answer;
    const Flight flight = unpack(records);
    for_each_message(flight.handshake,
                     [&answer](HandshakeType type, Bytes body) { read_message(answer, type, body); });
    if (answer.outcome == ProbeOutcome::server_hello) return answer;
    if (flight.alert) {
        answer.outcome = ProbeOutcome::alert;
        answer.alert = *flight.alert;
    } else if (!flight.is_tls || !flight.handshake.empty()) {
        answer.outcome = ProbeOutcome::not_tls;
    }
    return answer;
}

bool flight_is_complete(Bytes records) {
    const Flight flight = unpack(records);
    if (flight.alert || !flight.is_tls) return true;
    bool complete = false;
    for_each_message(flight.handshake, [&complete](HandshakeType type, Bytes body) {
        if (type == HandshakeType::server_hello_done) complete = true;
        if (type != HandshakeType::server_hello) return;
        // What follows in TLS 1.3 is encrypted.
        const auto hello = messages::parse_body<messages::ServerHello>(body);
        if (!hello || hello->extensions.contains(ExtensionType::supported_versions)) complete = true;
    });
    return complete;
}

Result<ByteVector> Prober::exchange(Bytes hello, bool (*complete)(Bytes)) {
    ++connections_;
    const net::Deadline deadline = net::Deadline::after(patience_);
    PAVISE_LET(net::Socket socket, net::connect_to_any(std::span(&address_, 1), deadline));
    ByteVector answer;
    if (!socket.write_all(hello, deadline)) return answer;
    std::array<std::uint8_t, 16384> block{};
    while (answer.size() < longest_answer && !complete(answer)) {
        const auto count = socket.read(block, deadline);
        if (!count || *count == 0) break;
        answer.insert(answer.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(*count));
    }
    return answer;
}

Result<ProbeAnswer> Prober::ask(const ProbeHello& hello) {
    std::array<std::uint8_t, 32> random{};
    PAVISE_TRY(system_rng().fill(random));
    const auto began = std::chrono::steady_clock::now();
    PAVISE_LET(const ByteVector records, exchange(probe_record(hello, random), flight_is_complete));
    ProbeAnswer answer = read_answer(records);
    // An answer that does not end is none either.
    const bool answered =
        answer.outcome == ProbeOutcome::server_hello || answer.outcome == ProbeOutcome::alert;
    if (!answered && std::chrono::steady_clock::now() - began >= patience_)
        answer.outcome = ProbeOutcome::silent;
    return answer;
}

Result<bool> Prober::speaks_ssl_2() {
    // The Netscape specification's CLIENT-HELLO: all its kinds of cipher, no session, a challenge of 16
    // bytes.
    constexpr std::array<std::uint8_t, 21> kinds{1,    0, 0x80, 2,    0, 0x80, 3,    0, 0x80, 4,   0,
                                                 0x80, 5, 0,    0x80, 6, 0,    0x40, 7, 0,    0xc0};
    std::array<std::uint8_t, 16> challenge{};
    PAVISE_TRY(system_rng().fill(challenge));
    ByteVector hello;
    wire::Writer writer(hello);
    writer.u16(static_cast<std::uint16_t>(0x8000u | (9 + kinds.size() + challenge.size())));
    writer.u8(1); // CLIENT-HELLO
    writer.u16(2);
    writer.u16(static_cast<std::uint16_t>(kinds.size()));
    writer.u16(0);
    writer.u16(static_cast<std::uint16_t>(challenge.size()));
    writer.bytes(kinds);
    writer.bytes(challenge);
    PAVISE_LET(const ByteVector answer, exchange(hello, [](Bytes bytes) { return bytes.size() >= 7; }));
    // A record with a two-byte header, SERVER-HELLO, version 2.
    return answer.size() >= 7 && (answer[0] & 0x80) != 0 && answer[2] == 4 && answer[5] == 0 &&
           answer[6] == 2;
}

} // namespace pavise::cli
