#include "support/records.hpp"

namespace pavise::testing {

ByteVector joined(const std::vector<ByteVector>& parts) {
    ByteVector all;
    for (const ByteVector& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

ByteVector record(ContentType type, Bytes content) {
    ByteVector out{static_cast<std::uint8_t>(type), 3, 3, static_cast<std::uint8_t>(content.size() >> 8),
                   static_cast<std::uint8_t>(content.size())};
    out.insert(out.end(), content.begin(), content.end());
    return out;
}

std::vector<ByteVector> records_of(Bytes wire) {
    std::vector<ByteVector> records;
    while (wire.size() >= 5) {
        const std::size_t size = 5 + (std::size_t{wire[3]} << 8 | wire[4]);
        records.emplace_back(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(size));
        wire = wire.subspan(size);
    }
    return records;
}

ContentType type_of(Bytes record) {
    return static_cast<ContentType>(record[0]);
}

std::vector<ByteVector> messages_of(Bytes handshake) {
    std::vector<ByteVector> messages;
    while (handshake.size() >= 4) {
        const std::size_t size =
            4 + (std::size_t{handshake[1]} << 16 | std::size_t{handshake[2]} << 8 | handshake[3]);
        messages.emplace_back(handshake.begin(), handshake.begin() + static_cast<std::ptrdiff_t>(size));
        handshake = handshake.subspan(size);
    }
    return messages;
}

std::vector<ByteVector> one_message_a_record(Bytes wire) {
    std::vector<ByteVector> out;
    ByteVector handshake;
    bool in_the_clear = true;
    const auto flush = [&] {
        for (const ByteVector& message : messages_of(handshake))
            out.push_back(record(ContentType::handshake, message));
        handshake.clear();
    };
    for (const ByteVector& one : records_of(wire)) {
        if (in_the_clear && type_of(one) == ContentType::handshake) {
            handshake.insert(handshake.end(), one.begin() + 5, one.end());
            continue;
        }
        flush();
        in_the_clear = in_the_clear && type_of(one) != ContentType::change_cipher_spec;
        out.push_back(one);
    }
    flush();
    return out;
}

ByteVector take_output(Connection& connection) {
    const Bytes output = connection.output();
    ByteVector out(output.begin(), output.end());
    connection.output_sent(out.size());
    return out;
}

bool feed_all(Connection& connection, Bytes wire) {
    const auto taken = connection.feed(wire);
    return taken && *taken == wire.size();
}

std::optional<AlertDescription> alert_in(Bytes wire) {
    for (const ByteVector& one : records_of(wire))
        if (type_of(one) == ContentType::alert && one.size() == 7)
            return static_cast<AlertDescription>(one[6]);
    return std::nullopt;
}

} // namespace pavise::testing
