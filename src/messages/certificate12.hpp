// Certificate of TLS 1.2 (RFC 5246 §7.4.2).
#pragma once

#include "messages/certificate_limits.hpp"
#include "messages/list.hpp"
#include "messages/message.hpp"
#include "messages/vector.hpp"

namespace pavise::messages {

using Asn1Certificate = Opaque<3, {.least = 1}>;

struct Certificate12 {
    static constexpr HandshakeType type = HandshakeType::certificate;
    static constexpr std::size_t max_size = max_certificate_message_size;

    List<Asn1Certificate> certificate_list; // at most max_certificates; empty where a client has none

    static Result<Certificate12> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

// With a raw public key the message is one SubjectPublicKeyInfo instead of a list (RFC 7250 §3). A client
// that has none sends what it sends where certificates were agreed on, "a certificate message containing no
// certificates" (RFC 5246 §7.4.6), which is an empty vector of the same form.
struct RawPublicKeyCertificate12 {
    static constexpr HandshakeType type = HandshakeType::certificate;
    static constexpr std::size_t max_size = max_certificate_message_size;

    Bytes subject_public_key_info; // empty: a client has none

    static Result<RawPublicKeyCertificate12> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
