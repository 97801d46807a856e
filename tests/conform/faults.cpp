#include "fault_edits.hpp"
#include "messages/client_hello.hpp"

#include <algorithm>

namespace pavise::testing {

void put_length_right(ByteVector& message) {
    if (message.size() < messages::handshake_header_size) return;
    const std::size_t length = message.size() - messages::handshake_header_size;
    message[1] = static_cast<std::uint8_t>(length >> 16 & 0xff);
    message[2] = static_cast<std::uint8_t>(length >> 8 & 0xff);
    message[3] = static_cast<std::uint8_t>(length & 0xff);
}

void FaultyPeer::outgoing(ByteVector& message) {
    if (message.size() <= session_id_length_at || static_cast<HandshakeType>(message[0]) != client_hello)
        return;
    const Bytes body = Bytes(message).subspan(messages::handshake_header_size);
    if (!messages::parse_body<messages::ClientHello>(body)) return; // made to be refused
    const ByteVector groups = extension_body(message, ExtensionType::supported_groups);
    for (const NamedGroup group : {NamedGroup::x448, NamedGroup::ffdhe2048}) {
        const auto id = static_cast<std::uint16_t>(group);
        if (groups !=
            ByteVector{0, 2, static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id & 0xff)})
            continue;
        claimed_ = group;
        ByteVector shares = extension_body(message, ExtensionType::key_share);
        put16(shares, 2, static_cast<unsigned>(NamedGroup::x25519));
        set_extension(message, ExtensionType::supported_groups, {0, 2, 0, 29});
        set_extension(message, ExtensionType::key_share, shares);
        put_length_right(message);
    }
}

void FaultyPeer::incoming(MaybeEvent& event) {
    if (claimed_ && event && event->type == ContentType::handshake &&
        static_cast<HandshakeType>(event->bytes[0]) == server_hello && is_retry(event->bytes)) {
        ByteVector group(2);
        put16(group, 0, static_cast<unsigned>(*claimed_));
        set_extension(event->bytes, ExtensionType::key_share, group);
    }
    if (counts_ && fault_.event != nullptr) fault_.event(event, events_++);
}

void FaultyPeer::on_message(Direction direction, Bytes message) noexcept {
    if (direction == Direction::sent || message.size() <= session_id_length_at ||
        static_cast<HandshakeType>(message[0]) != HandshakeType::client_hello)
        return;
    const Bytes behind = message.subspan(session_id_length_at + 1);
    const Bytes id = behind.first(std::min<std::size_t>(message[session_id_length_at], behind.size()));
    session_id_.assign(id.begin(), id.end());
}

void FaultyPeer::rewrite_outgoing(HandshakeType type, ByteVector& message) noexcept {
    if (type == HandshakeType::server_hello && fault_.echoes_any_session_id && !session_id_.empty()) {
        const auto length = message.begin() + session_id_length_at;
        const auto at = message.erase(length, length + 1 + *length);
        const auto id = message.insert(at, static_cast<std::uint8_t>(session_id_.size())) + 1;
        message.insert(id, session_id_.begin(), session_id_.end());
        put_length_right(message);
    }
    if (type == client_hello && fault_.repeats_pre_shared_key) {
        if (pre_shared_key_.empty())
            pre_shared_key_ = extension_body(message, ExtensionType::pre_shared_key);
        else
            set_extension(message, ExtensionType::pre_shared_key, pre_shared_key_);
        put_length_right(message);
    }
    if (fault_.message != nullptr) fault_.message(type, message, sent_[static_cast<std::uint8_t>(type)]++);
}

} // namespace pavise::testing
