#include "peer/draft.hpp"

#include "messages/certificate13.hpp"
#include "messages/certificate_request13.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/encrypted_extensions.hpp"
#include "messages/finished.hpp"
#include "messages/new_session_ticket13.hpp"

#include <algorithm>

namespace pavise::peer {

using messages::Extensions;

ByteVector written(HandshakeType type, Bytes body) {
    ByteVector bytes;
    wire::Writer writer(bytes);
    writer.u8(static_cast<std::uint8_t>(type));
    writer.vector24(body);
    return bytes;
}

// ---------------------------------------------------------------- extensions

void ExtensionsDraft::add(ExtensionType type, Bytes body) {
    entries_.push_back({type, ByteVector(body.begin(), body.end())});
}

void ExtensionsDraft::set(ExtensionType type, Bytes body) {
    const auto place = std::ranges::find(entries_, type, &Entry::type);
    if (place == entries_.end()) return add(type, body);
    place->body.assign(body.begin(), body.end());
}

void ExtensionsDraft::remove(ExtensionType type) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.type == type; });
}

void ExtensionsDraft::reverse() {
    std::ranges::reverse(entries_);
}

bool ExtensionsDraft::contains(ExtensionType type) const {
    return std::ranges::find(entries_, type, &Entry::type) != entries_.end();
}

ByteVector ExtensionsDraft::block() const {
    ByteVector bytes;
    wire::Writer writer(bytes);
    for (const Entry& entry : entries_) messages::Extension{entry.type, entry.body}.write(writer);
    return bytes;
}

ExtensionsDraft ExtensionsDraft::from(const Extensions& extensions) {
    ExtensionsDraft draft;
    for (const messages::Extension& extension : extensions) draft.add(extension.type, extension.body);
    return draft;
}

// ---------------------------------------------------------------- hellos

ByteVector ClientHelloDraft::message() const {
    const ByteVector block = extensions.block();
    messages::ClientHello hello;
    hello.legacy_version = legacy_version;
    hello.random = random;
    hello.legacy_session_id = legacy_session_id;
    hello.cipher_suites = cipher_suites;
    hello.legacy_compression_methods = legacy_compression_methods;
    hello.extensions = Extensions::from_block(block);
    return written(hello);
}

ClientHelloDraft ClientHelloDraft::from(const messages::ClientHello& hello) {
    const Bytes id = hello.legacy_session_id;
    const Bytes compression = hello.legacy_compression_methods;
    ClientHelloDraft draft;
    draft.legacy_version = hello.legacy_version;
    draft.random = hello.random;
    draft.legacy_session_id.assign(id.begin(), id.end());
    for (const CipherSuite suite : hello.cipher_suites) draft.cipher_suites.push_back(suite);
    draft.legacy_compression_methods.assign(compression.begin(), compression.end());
    draft.extensions = ExtensionsDraft::from(hello.extensions);
    return draft;
}

ByteVector ServerHelloDraft::message() const {
    const ByteVector block = extensions.block();
    messages::ServerHello hello;
    hello.legacy_version = legacy_version;
    hello.random = random;
    hello.legacy_session_id_echo = legacy_session_id_echo;
    hello.cipher_suite = cipher_suite;
    hello.legacy_compression_method = legacy_compression_method;
    hello.extensions = Extensions::from_block(block);
    return written(hello);
}

// ---------------------------------------------------------------- what follows the hellos

ByteVector EncryptedExtensionsDraft::message() const {
    const ByteVector block = extensions.block();
    return written(messages::EncryptedExtensions{Extensions::from_block(block)});
}

ByteVector CertificateRequestDraft::message() const {
    const ByteVector block = extensions.block();
    return written(messages::CertificateRequest{certificate_request_context, Extensions::from_block(block)});
}

ByteVector CertificateDraft::message() const {
    std::vector<ByteVector> blocks;
    for (const Entry& entry : certificate_list) blocks.push_back(entry.extensions.block());
    std::vector<messages::CertificateEntry> entries;
    for (std::size_t i = 0; i < blocks.size(); ++i)
        entries.push_back({certificate_list[i].cert_data, Extensions::from_block(blocks[i])});
    return written(messages::Certificate{certificate_request_context, entries});
}

ByteVector CertificateVerifyDraft::message() const {
    return written(messages::CertificateVerify{algorithm, signature});
}

ByteVector FinishedDraft::message() const {
    return written(messages::Finished{verify_data});
}

ByteVector NewSessionTicketDraft::message() const {
    const ByteVector block = extensions.block();
    messages::NewSessionTicket message;
    message.ticket_lifetime = ticket_lifetime;
    message.ticket_age_add = ticket_age_add;
    message.ticket_nonce = ticket_nonce;
    message.ticket = ticket;
    message.extensions = Extensions::from_block(block);
    return written(message);
}

} // namespace pavise::peer
