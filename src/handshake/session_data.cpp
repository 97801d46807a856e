#include "handshake/session_data.hpp"

#include "base/try.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace pavise::handshake {

namespace {

// The first byte; a change of the fields below is a new version.
constexpr std::uint8_t format_version = 3;
// More certificates than a peer may present are not a session's.
constexpr std::size_t max_chain = 32;

void write_chain(wire::Writer& writer, const std::vector<SharedBytes>& chain) {
    writer.u8(static_cast<std::uint8_t>(chain.size()));
    for (const SharedBytes& certificate : chain) writer.vector24(certificate);
}

Result<std::vector<SharedBytes>> read_chain(wire::Reader& reader) {
    PAVISE_LET(const std::size_t count, reader.u8());
    if (count > max_chain) return fail(ErrorCode::bad_session);
    std::vector<SharedBytes> chain;
    for (std::size_t i = 0; i < count; ++i) {
        PAVISE_LET(const Bytes certificate, reader.vector24());
        chain.emplace_back(certificate);
    }
    return chain;
}

ByteVector copy(Bytes bytes) {
    return {bytes.begin(), bytes.end()};
}

void write_timestamp(wire::Writer& writer, Timestamp time) {
    writer.u64(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

// What lies outside cannot come from us, and would overflow in calculations; Timestamp::max() says "for
// ever".
Result<Timestamp> read_timestamp(wire::Reader& reader) {
    PAVISE_LET(const std::uint64_t count, reader.u64());
    if (count == static_cast<std::uint64_t>(Timestamp::max().time_since_epoch().count()))
        return Timestamp::max();
    if (count > static_cast<std::uint64_t>(INT64_MAX) / 2) return fail(ErrorCode::bad_session);
    return Timestamp(Milliseconds(static_cast<std::int64_t>(count)));
}

Status read_times(wire::Reader& reader, SessionData& session) {
    PAVISE_LET(session.issued_at, read_timestamp(reader));
    PAVISE_LET(const std::uint32_t lifetime, reader.u32());
    // What lies outside of these cannot come from us, and would overflow in calculations.
    if (lifetime > max_ticket_lifetime.count()) return fail(ErrorCode::bad_session);
    session.lifetime = std::chrono::seconds(lifetime);
    PAVISE_LET(session.authenticated_at, read_timestamp(reader));
    PAVISE_LET(session.valid_until, read_timestamp(reader));
    PAVISE_LET(session.age_add, reader.u32());
    PAVISE_LET(session.max_early_data, reader.u32());
    return {};
}

Status read_names(wire::Reader& reader, SessionData& session) {
    PAVISE_LET(const Bytes ticket, reader.vector16());
    PAVISE_LET(const Bytes session_id, reader.vector8({.least = 0, .most = 32}));
    PAVISE_LET(const Bytes server_name, reader.vector8());
    PAVISE_LET(const Bytes alpn_protocol, reader.vector8());
    PAVISE_LET(const Bytes binding, reader.vector8());
    session.ticket = copy(ticket);
    session.session_id = copy(session_id);
    session.server_name = as_text(server_name);
    session.alpn_protocol = as_text(alpn_protocol);
    session.binding = SharedBytes(binding);
    return {};
}

Result<SessionData> read(Bytes bytes) {
    wire::Reader reader(bytes);
    PAVISE_LET(const std::uint8_t format, reader.u8());
    if (format != format_version) return fail(ErrorCode::bad_session, format);
    SessionData session;
    PAVISE_LET(const std::uint16_t version, reader.u16());
    PAVISE_LET(const std::uint16_t suite, reader.u16());
    PAVISE_LET(const Bytes secret, reader.vector8({.least = 1, .most = max_hash_size}));
    session.version = static_cast<ProtocolVersion>(version);
    if (session.version != ProtocolVersion::tls_1_2 && session.version != ProtocolVersion::tls_1_3)
        return fail(ErrorCode::bad_session, version);
    session.cipher_suite = static_cast<CipherSuite>(suite);
    session.secret = HashSecret(secret);
    PAVISE_TRY(read_times(reader, session));
    PAVISE_TRY(read_names(reader, session));
    PAVISE_LET(const std::uint8_t certificate_type, reader.u8());
    session.peer_certificate_type = static_cast<CertificateType>(certificate_type);
    PAVISE_LET(const std::uint8_t local_type, reader.u8());
    session.local_certificate_type = static_cast<CertificateType>(local_type);
    PAVISE_LET(session.peer_chain, read_chain(reader));
    PAVISE_LET(session.verified_chain, read_chain(reader));
    PAVISE_LET(const Bytes ocsp_response, reader.vector24());
    PAVISE_LET(const Bytes certificate_timestamps, reader.vector16());
    session.ocsp_response = copy(ocsp_response);
    session.certificate_timestamps = copy(certificate_timestamps);
    PAVISE_LET(const std::uint16_t group, reader.u16());
    if (group != 0) session.group = static_cast<NamedGroup>(group);
    PAVISE_LET(const std::uint8_t extended, reader.u8());
    if (extended > 1) return fail(ErrorCode::bad_session);
    session.extended_master_secret = static_cast<SessionData::ExtendedMasterSecret>(extended);
    PAVISE_TRY(reader.finish());
    return session;
}

} // namespace

namespace {

// At least what serialise() writes.
std::size_t serialised_size(const SessionData& session) {
    constexpr std::size_t fixed_fields = 128;
    std::size_t size = fixed_fields + session.secret.size() + session.ticket.size() +
                       session.session_id.size() + session.server_name.size() + session.alpn_protocol.size() +
                       session.binding.size();
    for (const auto* chain : {&session.peer_chain, &session.verified_chain})
        for (const SharedBytes& certificate : *chain) size += 3 + certificate.size();
    return size;
}

} // namespace

ByteVector serialise(const SessionData& session) {
    ByteVector out;
    out.reserve(serialised_size(session)); // a block that is outgrown would keep the secret
    wire::Writer writer(out);
    writer.u8(format_version);
    writer.u16(static_cast<std::uint16_t>(session.version));
    writer.u16(static_cast<std::uint16_t>(session.cipher_suite));
    writer.vector8(session.secret.view());
    write_timestamp(writer, session.issued_at);
    writer.u32(static_cast<std::uint32_t>(session.lifetime.count()));
    write_timestamp(writer, session.authenticated_at);
    write_timestamp(writer, session.valid_until);
    writer.u32(session.age_add);
    writer.u32(session.max_early_data);
    writer.vector16(session.ticket);
    writer.vector8(session.session_id);
    writer.vector8(as_bytes(session.server_name));
    writer.vector8(as_bytes(session.alpn_protocol));
    writer.vector8(session.binding);
    writer.u8(static_cast<std::uint8_t>(session.peer_certificate_type));
    writer.u8(static_cast<std::uint8_t>(session.local_certificate_type));
    write_chain(writer, session.peer_chain);
    write_chain(writer, session.verified_chain);
    writer.vector24(session.ocsp_response);
    writer.vector16(session.certificate_timestamps);
    writer.u16(session.group ? static_cast<std::uint16_t>(*session.group) : 0);
    writer.u8(static_cast<std::uint8_t>(session.extended_master_secret));
    return out;
}

Result<SessionData> deserialise_session(Bytes bytes) {
    auto session = read(bytes);
    if (!session) return fail(ErrorCode::bad_session);
    return session;
}

} // namespace pavise::handshake
