// Drafts: handshake messages that own their fields, so that a script can take a legal one, change what it is
// about, and send it. Whatever has neither a field here nor an extension is changed in the written bytes.
#pragma once

#include "messages/client_hello.hpp"
#include "messages/extensions.hpp"
#include "messages/message.hpp"
#include "messages/server_hello.hpp"

#include <vector>

namespace pavise::peer {

using messages::Random;

// A message as bytes, header included.
template <messages::Message M> ByteVector written(const M& message) {
    ByteVector bytes;
    wire::Writer writer(bytes);
    messages::write_message(writer, message);
    return bytes;
}
// A message of any type with any body, with a header that fits it.
ByteVector written(HandshakeType type, Bytes body);

// The extensions of a message, in the order in which they are sent.
class ExtensionsDraft {
    struct Entry {
        ExtensionType type;
        ByteVector body;
    };
    std::vector<Entry> entries_;

  public:
    // At the end, even if the type is there already.
    void add(ExtensionType type, Bytes body);
    template <messages::TypedExtension X> void add(const X& extension) { add(X::type, body_of(extension)); }
    // In the place of the one of the same type; at the end where there is none.
    void set(ExtensionType type, Bytes body);
    template <messages::TypedExtension X> void set(const X& extension) { set(X::type, body_of(extension)); }
    void remove(ExtensionType type);
    // In reverse order.
    void reverse();
    bool contains(ExtensionType type) const;
    // The block without its length.
    ByteVector block() const;

    static ExtensionsDraft from(const messages::Extensions& extensions);

  private:
    template <class X> static ByteVector body_of(const X& extension) {
        ByteVector body;
        wire::Writer writer(body);
        extension.write(writer);
        return body;
    }
};

struct ClientHelloDraft {
    ProtocolVersion legacy_version = ProtocolVersion::tls_1_2;
    Random random{};
    ByteVector legacy_session_id;
    std::vector<CipherSuite> cipher_suites;
    ByteVector legacy_compression_methods{0};
    ExtensionsDraft extensions;

    ByteVector message() const;
    static ClientHelloDraft from(const messages::ClientHello& hello);
};

// ServerHello and HelloRetryRequest.
struct ServerHelloDraft {
    ProtocolVersion legacy_version = ProtocolVersion::tls_1_2;
    Random random{};
    ByteVector legacy_session_id_echo;
    CipherSuite cipher_suite{};
    std::uint8_t legacy_compression_method = 0;
    ExtensionsDraft extensions;

    ByteVector message() const;
};

struct EncryptedExtensionsDraft {
    ExtensionsDraft extensions;

    ByteVector message() const;
};

struct CertificateRequestDraft {
    ByteVector certificate_request_context;
    ExtensionsDraft extensions;

    ByteVector message() const;
};

struct CertificateDraft {
    struct Entry {
        ByteVector cert_data;
        ExtensionsDraft extensions;
    };
    ByteVector certificate_request_context;
    std::vector<Entry> certificate_list;

    ByteVector message() const;
};

struct CertificateVerifyDraft {
    SignatureScheme algorithm{};
    ByteVector signature;

    ByteVector message() const;
};

struct FinishedDraft {
    ByteVector verify_data;

    ByteVector message() const;
};

struct NewSessionTicketDraft {
    std::uint32_t ticket_lifetime = 7200;
    std::uint32_t ticket_age_add = 0x01020304;
    ByteVector ticket_nonce{0};
    ByteVector ticket = ByteVector(32, 0x77);
    ExtensionsDraft extensions;

    ByteVector message() const;
};

} // namespace pavise::peer
