#include "shape/tls.hpp"

#include "peer/null_provider.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

constexpr std::size_t record_header = 5;
constexpr std::size_t tag_size = 16;
constexpr std::size_t explicit_nonce_size = 8; // of AES-GCM in TLS 1.2 (RFC 5288 §3)

// What is left of an input; every take() says whether there was as much.
class Cursor {
    Bytes rest_;

  public:
    explicit Cursor(Bytes bytes) : rest_(bytes) {}
    bool empty() const { return rest_.empty(); }
    Bytes rest() const { return rest_; }
    std::optional<Bytes> take(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        const Bytes taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    std::optional<std::size_t> number(std::size_t bytes) {
        const auto taken = take(bytes);
        if (!taken) return std::nullopt;
        std::size_t value = 0;
        for (const std::uint8_t byte : *taken) value = value << 8 | byte;
        return value;
    }
    std::optional<Bytes> vector(std::size_t length_bytes) {
        const auto length = number(length_bytes);
        return length ? take(*length) : std::nullopt;
    }
};

std::optional<std::vector<Node>> parse(std::string_view form, Cursor& cursor);

Length length_of(std::size_t bytes) {
    return bytes == 1 ? Length::bits8 : bytes == 2 ? Length::bits16 : Length::bits24;
}

// What stands between the parenthesis at the front and its partner; both are taken off.
std::string_view take_parenthesis(std::string_view& form) {
    int open = 0;
    std::size_t at = 0;
    do {
        if (form[at] == '(') ++open;
        if (form[at] == ')') --open;
        ++at;
    } while (open > 0 && at < form.size());
    const std::string_view inner = form.substr(1, at - 2);
    form.remove_prefix(at);
    return inner;
}

std::optional<Node> parse_vector(std::size_t length_bytes, std::string_view& form, Cursor& cursor) {
    const auto contents = cursor.vector(length_bytes);
    if (!contents) return std::nullopt;
    Node node;
    node.label = length_bytes == 1 ? "a" : length_bytes == 2 ? "b" : "c";
    node.length = length_of(length_bytes);
    node.bytes.assign(contents->begin(), contents->end());
    if (!form.starts_with('(')) return node;
    const std::string_view element = take_parenthesis(form);
    node.label = element;
    node.repeats = true;
    for (Cursor inside(*contents); !inside.empty();) {
        auto parts = parse(element, inside);
        if (!parts) return std::nullopt;
        Node entry;
        entry.label = element;
        entry.parts = *std::move(parts);
        node.parts.push_back(std::move(entry));
    }
    return node;
}

Node parse_extension(Bytes type, Bytes body) {
    Node node;
    node.label = "extension";
    node.head.assign(type.begin(), type.end());
    node.length = Length::bits16;
    const std::string_view form = form_of(static_cast<ExtensionType>(type[0] << 8 | type[1]));
    if (auto inner = in_form(form)(body); inner && !inner->parts.empty())
        node.parts = std::move(inner->parts);
    else
        node.bytes.assign(body.begin(), body.end());
    return node;
}

std::optional<Node> parse_extensions(Cursor& cursor) {
    const auto block = cursor.vector(2);
    if (!block) return std::nullopt;
    Node node;
    node.label = "extensions";
    node.length = Length::bits16;
    node.repeats = true;
    for (Cursor inside(*block); !inside.empty();) {
        const auto type = inside.take(2);
        const auto body = inside.vector(2);
        if (!type || !body) return std::nullopt;
        node.parts.push_back(parse_extension(*type, *body));
    }
    return node;
}

std::optional<std::vector<Node>> parse(std::string_view form, Cursor& cursor) {
    std::vector<Node> nodes;
    while (!form.empty()) {
        const char token = form.front();
        std::optional<Node> node;
        if (token >= '0' && token <= '9') {
            std::size_t count = 0;
            for (; !form.empty() && form.front() >= '0' && form.front() <= '9'; form.remove_prefix(1))
                count = count * 10 + static_cast<std::size_t>(form.front() - '0');
            const auto bytes = cursor.take(count);
            if (bytes) node = leaf("field", *bytes);
        } else {
            form.remove_prefix(1);
            if (token == ' ' || (token == 'X' && cursor.empty())) continue;
            if (token == 'X') node = parse_extensions(cursor);
            if (token >= 'a' && token <= 'c')
                node = parse_vector(static_cast<std::size_t>(token - 'a') + 1, form, cursor);
            if (token == '*') node = leaf("rest", *cursor.take(cursor.rest().size()));
        }
        if (!node) return std::nullopt;
        nodes.push_back(*std::move(node));
    }
    return nodes;
}

Node parse_message(Bytes header, Bytes body) {
    const auto type = static_cast<HandshakeType>(header[0]);
    Node node;
    node.label = "message";
    node.head = {header[0]};
    node.length = Length::bits24;
    if (auto inner = in_form(form_of(type))(body))
        node.parts = std::move(inner->parts);
    else
        node.bytes.assign(body.begin(), body.end());
    return node;
}

bool is_tagged(Bytes fragment) {
    return fragment.size() > tag_size && std::ranges::all_of(fragment.last(tag_size), [](std::uint8_t byte) {
               return byte == peer::null_byte;
           });
}

// The contents of a record, as one part or as messages.
std::vector<Node> parse_content(ContentType type, Bytes content) {
    if (type == ContentType::handshake)
        if (auto messages = messages_shape(content)) return std::move(messages->parts);
    return {leaf("content", content)};
}

// TLS 1.3: content, its type, tag (RFC 8446 §5.2). TLS 1.2: nonce, content, tag.
void parse_protected(Node& node, Bytes fragment) {
    Bytes inner = fragment.first(fragment.size() - tag_size);
    node.tail.assign(fragment.end() - tag_size, fragment.end());
    const auto outer = static_cast<ContentType>(node.head[0]);
    if (outer == ContentType::application_data) {
        node.label = "protected record";
        node.tail.insert(node.tail.begin(), inner.back());
        node.parts = parse_content(static_cast<ContentType>(inner.back()), inner.first(inner.size() - 1));
    } else if (inner.size() >= explicit_nonce_size) {
        node.label = "protected record of TLS 1.2";
        node.parts = parse_content(outer, inner.subspan(explicit_nonce_size));
        node.parts.insert(node.parts.begin(), leaf("nonce", inner.first(explicit_nonce_size)));
    }
}

Node parse_record(Bytes header, Bytes fragment) {
    Node node;
    node.label = "record";
    node.head.assign(header.begin(), header.begin() + 3);
    node.length = Length::bits16;
    node.repeats = true;
    node.bytes.assign(fragment.begin(), fragment.end());
    if (is_tagged(fragment))
        parse_protected(node, fragment);
    else
        node.parts = parse_content(static_cast<ContentType>(header[0]), fragment);
    return node;
}

} // namespace

Shape in_form(std::string_view form) {
    return [form](Bytes bytes) -> std::optional<Node> {
        for (std::string_view rest = form;;) {
            const std::size_t end = std::min(rest.find('/'), rest.size());
            Cursor cursor(bytes);
            if (auto parts = parse(rest.substr(0, end), cursor); parts && cursor.empty()) {
                Node node;
                node.label = rest.substr(0, end);
                node.parts = *std::move(parts);
                return node;
            }
            if (end == rest.size()) return std::nullopt;
            rest.remove_prefix(end + 1);
        }
    };
}

std::string_view form_of(HandshakeType type) {
    switch (type) {
        using enum HandshakeType;
    case client_hello: return "2 32 a b(2) a X";
    case server_hello: return "2 32 a 2 1 X";
    case encrypted_extensions: return "X";
    case certificate: return "a c(c X)/c(c)";
    case certificate_request: return "a X/a b(2) b(b)";
    case certificate_verify: return "2 b";
    case new_session_ticket: return "4 4 a b X/4 b";
    case key_update: return "1";
    case compressed_certificate: return "2 3 c";
    case server_key_exchange: return "1 2 a 2 b/b b b 2 b/b 1 2 a/b";
    case client_key_exchange: return "a/b/b a/b b";
    case certificate_status: return "1 c";
    default: return "*";
    }
}

std::string_view form_of(ExtensionType type) {
    switch (type) {
        using enum ExtensionType;
    case server_name: return "b(1 b)";
    case supported_groups:
    case signature_algorithms:
    case signature_algorithms_cert:
    case delegated_credential: return "b(2)";
    case application_layer_protocol_negotiation: return "b(a)";
    case status_request: return "1 b(b) b/1 c";
    case signed_certificate_timestamp: return "b(b)";
    case ec_point_formats:
    case psk_key_exchange_modes:
    case client_certificate_type:
    case server_certificate_type: return "a(1)";
    case supported_versions:
    case compress_certificate:
    case ech_outer_extensions: return "a(2)";
    case pre_shared_key: return "b(b 4) b(a)";
    case cookie: return "b";
    case certificate_authorities: return "b(b)";
    case oid_filters: return "b(a b)";
    case key_share: return "b(2 b)/2 b";
    case quic_transport_parameters: return "*";
    case encrypted_client_hello: return "1 2 2 1 b b/b(2 b)";
    case renegotiation_info: return "a";
    default: return "*";
    }
}

std::optional<Node> messages_shape(Bytes bytes) {
    Node node;
    node.label = "messages";
    node.repeats = true;
    for (Cursor cursor(bytes); !cursor.empty();) {
        const Bytes header = cursor.rest();
        if (!cursor.take(1)) return std::nullopt;
        const auto body = cursor.vector(3);
        if (!body) return std::nullopt;
        node.parts.push_back(parse_message(header, *body));
    }
    if (node.parts.empty()) return std::nullopt;
    return node;
}

std::optional<Node> records_shape(Bytes bytes) {
    Node node;
    node.label = "records";
    node.repeats = true;
    for (Cursor cursor(bytes); !cursor.empty();) {
        const Bytes whole = cursor.rest();
        const auto head = cursor.take(3);
        const auto fragment = head ? cursor.vector(2) : std::nullopt;
        if (!fragment) {
            // A stream that ends within a record.
            node.parts.push_back(leaf("cut record", whole));
            break;
        }
        node.parts.push_back(parse_record(whole.first(record_header), *fragment));
    }
    return node;
}

std::optional<Node> frames_shape(Bytes bytes) {
    Node node;
    node.label = "frames";
    node.repeats = true;
    for (Cursor cursor(bytes); !cursor.empty();) {
        const Bytes whole = cursor.rest();
        const auto level = cursor.take(1);
        const auto stream = level ? cursor.vector(2) : std::nullopt;
        if (!stream) {
            node.parts.push_back(leaf("cut frame", whole));
            break;
        }
        Node frame = leaf("frame", *stream);
        frame.head.assign(level->begin(), level->end());
        frame.length = Length::bits16;
        frame.repeats = true;
        if (auto messages = messages_shape(*stream)) frame.parts = std::move(messages->parts);
        node.parts.push_back(std::move(frame));
    }
    return node;
}

} // namespace pavise::fuzz
