#include "cli/capture.hpp"

#include "wire/reader.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <arpa/inet.h>

namespace pavise::cli {

namespace {

constexpr std::uint32_t pcap_magic = 0xa1b2c3d4;
constexpr std::uint32_t pcap_magic_nanoseconds = 0xa1b23c4d;
constexpr std::uint32_t pcapng_section = 0x0a0d0d0a;
constexpr std::uint32_t pcapng_byte_order = 0x1a2b3c4d;
// A capture of more conversations, or of more that waits for a lost segment, is not for reading.
constexpr std::size_t most_conversations = 10'000;
constexpr std::size_t most_waiting_segments = 4096;

std::uint32_t swapped(std::uint32_t value) noexcept {
    return __builtin_bswap32(value);
}

// Numbers in the byte order of whoever wrote the file.
class Ordered {
    wire::Reader reader_;
    bool swap_;

  public:
    Ordered(Bytes bytes, bool swap) noexcept : reader_(bytes), swap_(swap) {}
    std::size_t remaining() const noexcept { return reader_.remaining(); }
    std::optional<std::uint32_t> u32() noexcept {
        const auto value = reader_.u32();
        if (!value) return std::nullopt;
        return swap_ ? swapped(*value) : *value;
    }
    std::optional<std::uint16_t> u16() noexcept {
        const auto value = reader_.u16();
        if (!value) return std::nullopt;
        return swap_ ? static_cast<std::uint16_t>(*value >> 8 | *value << 8) : *value;
    }
    std::optional<Bytes> bytes(std::size_t count) noexcept {
        const auto bytes = reader_.bytes(count);
        if (!bytes) return std::nullopt;
        return *bytes;
    }
};

std::uint32_t first_word(Bytes file) noexcept {
    const auto word = wire::Reader(file).u32();
    return word ? *word : 0;
}

// ---- packets

struct Segment {
    std::string source{};
    std::string destination{};
    std::uint32_t sequence = 0;
    bool syn = false;
    bool ack = false;
    Bytes payload{};
};

std::string endpoint(Bytes address, std::uint16_t port) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool v4 = address.size() == 4;
    if (::inet_ntop(v4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size()) == nullptr) return {};
    return (v4 ? std::string(text.data()) : "[" + std::string(text.data()) + "]") + ":" +
           std::to_string(port);
}

std::optional<Segment> tcp(Bytes source, Bytes destination, Bytes packet) {
    if (packet.size() < 20) return std::nullopt;
    wire::Reader reader(packet);
    const std::uint16_t from = *reader.u16();
    const std::uint16_t to = *reader.u16();
    Segment segment{endpoint(source, from), endpoint(destination, to)};
    segment.sequence = *reader.u32();
    const std::size_t header = static_cast<std::size_t>(packet[12] >> 4) * 4;
    if (header < 20 || header > packet.size()) return std::nullopt;
    segment.syn = (packet[13] & 0x02) != 0;
    segment.ack = (packet[13] & 0x10) != 0;
    segment.payload = packet.subspan(header);
    return segment;
}

std::optional<Segment> ip(Bytes packet) {
    if (packet.empty()) return std::nullopt;
    constexpr std::uint8_t protocol_tcp = 6;
    if (packet[0] >> 4 == 4 && packet.size() >= 20) {
        const std::size_t header = static_cast<std::size_t>(packet[0] & 15) * 4;
        const std::size_t total = static_cast<std::size_t>(packet[2]) << 8 | packet[3];
        const bool fragment = ((packet[6] & 0x3f) | packet[7]) != 0;
        if (packet[9] != protocol_tcp || fragment || header < 20 || packet.size() < header)
            return std::nullopt;
        // A total of zero is what segmentation offload leaves; what is beyond it is the link's padding.
        const std::size_t end = total == 0 ? packet.size() : std::min(total, packet.size());
        if (end < header) return std::nullopt;
        return tcp(packet.subspan(12, 4), packet.subspan(16, 4), packet.subspan(header, end - header));
    }
    if (packet[0] >> 4 == 6 && packet.size() >= 40) {
        if (packet[6] != protocol_tcp) return std::nullopt;
        const std::size_t length = static_cast<std::size_t>(packet[4]) << 8 | packet[5];
        const std::size_t end = length == 0 ? packet.size() : std::min(40 + length, packet.size());
        return tcp(packet.subspan(8, 16), packet.subspan(24, 16), packet.subspan(40, end - 40));
    }
    return std::nullopt;
}

// By the link types of the registry that both formats use.
std::optional<Segment> segment_in(std::uint32_t link, Bytes frame) {
    const auto behind = [&frame](std::size_t header) {
        return frame.size() > header ? ip(frame.subspan(header)) : std::nullopt;
    };
    switch (link) {
    case 0: return behind(4); // BSD loopback
    case 1: {                 // Ethernet, with VLAN tags
        std::size_t header = 14;
        while (frame.size() > header && frame[header - 2] == 0x81 && frame[header - 1] == 0x00) header += 4;
        return behind(header);
    }
    case 12:
    case 101: return ip(frame);  // raw IP
    case 113: return behind(16); // Linux cooked
    case 276: return behind(20); // Linux cooked, version 2
    default: return std::nullopt;
    }
}

// ---- reassembly

// One direction's bytes, put into order.
struct Stream {
    std::optional<std::uint32_t> next{};
    std::map<std::uint32_t, ByteVector> waiting{}; // by sequence number
};

class Assembly {
    Conversation conversation_;
    Stream streams_[2];

    void append(Sender sender, Bytes bytes) {
        if (bytes.empty()) return;
        if (conversation_.chunks.empty() || conversation_.chunks.back().sender != sender)
            conversation_.chunks.push_back({sender, {}});
        ByteVector& last = conversation_.chunks.back().bytes;
        last.insert(last.end(), bytes.begin(), bytes.end());
    }
    // What of a segment is new, and in its turn.
    bool take(Sender sender, Stream& stream, std::uint32_t sequence, Bytes payload) {
        const std::uint32_t ahead = sequence - *stream.next; // modulo 2^32
        if (ahead != 0 && ahead < 0x80000000u) return false;
        const std::uint32_t old = *stream.next - sequence;
        if (old >= payload.size()) return true;
        append(sender, payload.subspan(old));
        *stream.next += static_cast<std::uint32_t>(payload.size()) - old;
        return true;
    }

  public:
    Assembly(std::string client, std::string server) {
        conversation_.client = std::move(client);
        conversation_.server = std::move(server);
    }
    const std::string& client() const { return conversation_.client; }

    void add(const Segment& segment) {
        const Sender sender = segment.source == conversation_.client ? Sender::client : Sender::server;
        Stream& stream = streams_[static_cast<std::size_t>(sender)];
        if (segment.syn) stream.next = segment.sequence + 1;
        if (segment.payload.empty() || segment.syn) return;
        if (!stream.next) stream.next = segment.sequence;
        if (!take(sender, stream, segment.sequence, segment.payload)) {
            if (stream.waiting.size() < most_waiting_segments)
                stream.waiting.try_emplace(segment.sequence, segment.payload.begin(), segment.payload.end());
            return;
        }
        for (bool moved = true; moved;) {
            moved = false;
            for (auto it = stream.waiting.begin(); it != stream.waiting.end();)
                if (take(sender, stream, it->first, it->second)) {
                    it = stream.waiting.erase(it);
                    moved = true;
                } else {
                    ++it;
                }
        }
    }

    Conversation finish() {
        conversation_.has_gap = !streams_[0].waiting.empty() || !streams_[1].waiting.empty();
        return std::move(conversation_);
    }
};

class Assemblies {
    std::vector<Assembly> all_;
    std::map<std::pair<std::string, std::string>, std::size_t> open_; // by both ends, in their order

  public:
    void add(const Segment& segment) {
        const auto key = std::minmax(segment.source, segment.destination);
        const auto found = open_.find(key);
        const bool begins = segment.syn && !segment.ack;
        if (found != open_.end() && !begins) return all_[found->second].add(segment);
        if (all_.size() == most_conversations) return;
        const bool by_server = segment.syn && segment.ack; // its SYN alone was captured
        all_.emplace_back(by_server ? segment.destination : segment.source,
                          by_server ? segment.source : segment.destination);
        open_[key] = all_.size() - 1;
        all_.back().add(segment);
    }
    std::vector<Conversation> finish() {
        std::vector<Conversation> out;
        for (Assembly& assembly : all_) {
            out.push_back(assembly.finish());
            if (out.back().chunks.empty()) out.pop_back();
        }
        return out;
    }
};

// ---- the two formats

Problem cut_short() {
    return misuse("the capture is cut short, or damaged");
}

Outcome<std::vector<Conversation>> read_pcap(Bytes file, bool swap) {
    Ordered header(file, swap);
    if (!header.bytes(20)) return cut_short();
    const auto link = header.u32();
    if (!link) return cut_short();
    Assemblies assemblies;
    while (header.remaining() > 0) {
        if (!header.bytes(8)) return cut_short(); // the time
        const auto captured = header.u32();
        const auto length = header.u32();
        const auto frame = captured && length ? header.bytes(*captured) : std::nullopt;
        if (!frame) return cut_short();
        if (const auto segment = segment_in(*link & 0xffff, *frame)) assemblies.add(*segment);
    }
    return assemblies.finish();
}

class PcapngReader {
    Bytes rest_;
    bool swap_ = false;
    std::vector<std::uint32_t> links_; // of the section's interfaces
    Assemblies assemblies_;

    bool read_block(std::uint32_t type, Bytes body) {
        constexpr std::uint32_t interface_description = 1;
        constexpr std::uint32_t simple_packet = 3;
        constexpr std::uint32_t enhanced_packet = 6;
        Ordered reader(body, swap_);
        if (type == interface_description) {
            const auto link = reader.u16();
            if (!link) return false;
            links_.push_back(*link);
        } else if (type == enhanced_packet) {
            const auto interface = reader.u32();
            const bool time = reader.bytes(8).has_value();
            const auto captured = reader.u32();
            const bool length = reader.u32().has_value();
            if (!interface || !time || !captured || !length || *interface >= links_.size()) return false;
            const auto frame = reader.bytes(*captured);
            if (!frame) return false;
            if (const auto segment = segment_in(links_[*interface], *frame)) assemblies_.add(*segment);
        } else if (type == simple_packet && !links_.empty()) {
            if (!reader.u32()) return false;
            const auto frame = reader.bytes(reader.remaining());
            if (const auto segment = segment_in(links_[0], *frame)) assemblies_.add(*segment);
        }
        return true;
    }

  public:
    explicit PcapngReader(Bytes file) noexcept : rest_(file) {}

    Outcome<std::vector<Conversation>> read() {
        constexpr std::size_t frame_size = 12; // type, and the length twice
        while (!rest_.empty()) {
            if (rest_.size() < frame_size) return cut_short();
            if (first_word(rest_) == pcapng_section) {
                swap_ = first_word(rest_.subspan(8)) != pcapng_byte_order;
                links_.clear();
            }
            Ordered header(rest_, swap_);
            const std::uint32_t type = *header.u32();
            const std::size_t length = *header.u32();
            if (length < frame_size || length % 4 != 0 || length > rest_.size()) return cut_short();
            if (!read_block(type, rest_.subspan(8, length - frame_size))) return cut_short();
            rest_ = rest_.subspan(length);
        }
        return assemblies_.finish();
    }
};

} // namespace

bool looks_like_capture(Bytes file) noexcept {
    const std::uint32_t word = first_word(file);
    for (const std::uint32_t magic : {pcap_magic, pcap_magic_nanoseconds, pcapng_section})
        if (word == magic || word == swapped(magic)) return true;
    return false;
}

Outcome<std::vector<Conversation>> conversations_in(Bytes file) {
    const std::uint32_t word = first_word(file);
    if (word == pcapng_section) return PcapngReader(file).read();
    return read_pcap(file, word != pcap_magic && word != pcap_magic_nanoseconds);
}

} // namespace pavise::cli
