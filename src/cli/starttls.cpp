#include "cli/starttls.hpp"

#include "cli/describe.hpp"
#include "cli/starttls_parts.hpp"
#include "net/failure.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pavise::cli {

namespace {

// What a server may say before the switch. The longest greetings and lists of capabilities are a few KiB.
constexpr std::size_t max_plaintext = 64u << 10;
// How much of what it said is shown in a complaint.
constexpr std::size_t max_quote = 200;

// The plaintext part of a connection. After the first failure every call does nothing, and what it returns is
// empty.
class Conversation {
    net::Socket& socket_;
    std::string_view server_;
    net::Deadline deadline_;
    std::string waiting_; // has come, and was not asked for yet
    std::size_t total_ = 0;
    std::optional<Problem> problem_;

    bool more() {
        if (problem_) return false;
        std::array<std::uint8_t, 4096> block;
        const auto count = socket_.read(block, deadline_);
        if (!count) {
            problem_ = Problem{Exit::connection, net::explain(count.error(), server_)};
        } else if (*count == 0) {
            fail(Exit::connection, "the server closed the connection before TLS began");
        } else if (total_ += *count; total_ > max_plaintext) {
            fail(Exit::handshake, "the server says too much before TLS begins");
        } else {
            waiting_ += as_text(Bytes(block).first(*count));
        }
        return !problem_;
    }

    std::string take(std::size_t count) {
        std::string taken = waiting_.substr(0, count);
        waiting_.erase(0, count);
        return taken;
    }

  public:
    Conversation(net::Socket& socket, std::string_view server, net::Deadline deadline) :
        socket_(socket),
        server_(server),
        deadline_(deadline) {}

    bool failed() const noexcept { return problem_.has_value(); }
    const std::optional<Problem>& problem() const noexcept { return problem_; }
    void fail(Exit status, std::string_view what) {
        if (!problem_) problem_ = Problem{status, std::string(server_) + ": " + std::string(what)};
    }
    // What the server said instead of what was wanted.
    void refuse(std::string_view what, std::string_view said) {
        fail(Exit::handshake, std::string(what) + ": '" + printable(said.substr(0, max_quote)) + "'");
    }

    void say(std::string_view text) {
        if (problem_) return;
        const Status sent = socket_.write_all(as_bytes(text), deadline_);
        if (!sent) problem_ = Problem{Exit::connection, net::explain(sent.error(), server_)};
    }
    std::string bytes(std::size_t count) {
        while (waiting_.size() < count)
            if (!more()) return {};
        return take(count);
    }
    // Up to and with the first `end`.
    std::string until(std::string_view end) {
        for (;;) {
            const std::size_t at = waiting_.find(end);
            if (at != std::string::npos) return take(at + end.size());
            if (!more()) return {};
        }
    }
    // Without its end: CRLF, or LF alone.
    std::string line() {
        std::string text = until("\n");
        while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
        return text;
    }
    // The go-ahead was the last thing that the server had to say in plaintext.
    void finish() {
        if (!problem_ && !waiting_.empty())
            refuse("the server, or somebody on the way, sent plaintext where TLS was to begin", waiting_);
    }
};

// Whether a word of the line, between spaces, is this one.
bool has_word(std::string_view line, std::string_view word) {
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end == word.size() && starts_without_case(line, word)) return true;
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return false;
}

// A reply of SMTP or FTP: "250-first", "250-second", "250 last". FTP's lines in between may have any form.
struct Reply {
    std::string code;
    std::vector<std::string> lines;
};

Reply reply(Conversation& with) {
    Reply out;
    out.lines.push_back(with.line());
    out.code = out.lines.back().substr(0, 3);
    const std::string last = out.code + " ";
    if (out.lines.back().substr(0, 4) != out.code + "-") return out;
    while (!with.failed() && out.lines.back().substr(0, 4) != last) out.lines.push_back(with.line());
    return out;
}

bool want(Conversation& with, const Reply& got, std::string_view code, std::string_view otherwise) {
    if (!with.failed() && got.code != code) with.refuse(otherwise, got.lines.front());
    return !with.failed();
}

void smtp(Conversation& with, std::string_view) { // RFC 3207
    if (!want(with, reply(with), "220", "the server does not speak SMTP")) return;
    with.say("EHLO localhost\r\n");
    const Reply extensions = reply(with);
    if (!want(with, extensions, "250", "the server does not know EHLO")) return;
    if (std::ranges::none_of(extensions.lines, [](std::string_view line) {
            return line.size() > 4 && has_word(line.substr(4), "STARTTLS");
        }))
        return with.refuse("the server does not offer STARTTLS", extensions.lines.back());
    with.say("STARTTLS\r\n");
    want(with, reply(with), "220", "the server refused STARTTLS");
}

void ftp(Conversation& with, std::string_view) { // RFC 4217 §4
    if (!want(with, reply(with), "220", "the server does not speak FTP")) return;
    with.say("AUTH TLS\r\n");
    want(with, reply(with), "234", "the server refused AUTH TLS");
}

void pop3(Conversation& with, std::string_view) { // RFC 2595 §4
    const std::string greeting = with.line();
    if (!greeting.starts_with("+OK")) return with.refuse("the server does not speak POP3", greeting);
    with.say("STLS\r\n");
    const std::string answer = with.line();
    if (!answer.starts_with("+OK")) with.refuse("the server refused STLS", answer);
}

// The answer to a command with this tag; lines without one may come before it.
std::string tagged(Conversation& with, std::string_view tag, std::string* untagged) {
    for (;;) {
        std::string line = with.line();
        if (with.failed() || line.starts_with(tag)) return line;
        if (untagged != nullptr && starts_without_case(line, "* CAPABILITY ")) *untagged = line;
    }
}

void imap(Conversation& with, std::string_view) { // RFC 9051 §6.2.1
    const std::string greeting = with.line();
    // Of a connection that is authenticated already ("* PREAUTH") STARTTLS is no longer possible: whoever
    // sends that greeting keeps us from TLS.
    if (!starts_without_case(greeting, "* OK"))
        return with.refuse("the server does not speak IMAP, or not to strangers", greeting);
    with.say("a1 CAPABILITY\r\n");
    std::string capabilities;
    const std::string listed = tagged(with, "a1 ", &capabilities);
    if (!starts_without_case(listed, "a1 OK"))
        return with.refuse("the server does not list what it can", listed);
    if (!has_word(capabilities, "STARTTLS"))
        return with.refuse("the server does not offer STARTTLS", capabilities);
    with.say("a2 STARTTLS\r\n");
    const std::string answer = tagged(with, "a2 ", nullptr);
    if (!starts_without_case(answer, "a2 OK")) with.refuse("the server refused STARTTLS", answer);
}

// The length of the literal that a line of ManageSieve ends in ("{12}", "{12+}"), if it does (RFC 5804 §4).
std::size_t literal_after(std::string_view line) {
    const std::size_t open = line.rfind('{');
    if (open == std::string_view::npos || !line.ends_with('}')) return 0;
    std::size_t length = 0;
    std::from_chars(line.data() + open + 1, line.data() + line.size(), length);
    return std::min(length, max_plaintext);
}

// Lines up to the one that says how a command ended.
std::string sieve_response(Conversation& with, bool* offers_tls) {
    for (;;) {
        std::string line = with.line();
        for (const std::string_view end : {"OK", "NO", "BYE"})
            if (with.failed() || starts_without_case(line, end)) return line;
        if (offers_tls != nullptr && starts_without_case(line, "\"STARTTLS\"")) *offers_tls = true;
        (void)with.bytes(literal_after(line));
    }
}

void sieve(Conversation& with, std::string_view) { // RFC 5804 §2.2
    bool offered = false;
    const std::string greeting = sieve_response(with, &offered);
    if (!starts_without_case(greeting, "OK"))
        return with.refuse("the server does not speak ManageSieve", greeting);
    if (!offered) return with.refuse("the server does not offer STARTTLS", greeting);
    with.say("STARTTLS\r\n");
    const std::string answer = sieve_response(with, nullptr);
    if (!starts_without_case(answer, "OK")) with.refuse("the server refused STARTTLS", answer);
}

void xmpp(Conversation& with, std::string_view host) { // RFC 6120 §5.4
    if (host.find_first_of("<>&'\"") != std::string_view::npos)
        return with.fail(Exit::usage, "this name cannot stand in a stream's header");
    with.say("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
             "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='" +
             std::string(host) + "'>");
    const std::string features = with.until("</stream:features>");
    if (features.find("<starttls") == std::string::npos)
        return with.refuse("the server does not offer STARTTLS", features);
    with.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    const std::string answer = with.until(">");
    const std::size_t at = answer.find_first_not_of(" \t\r\n");
    if (at == std::string::npos || answer.substr(at).compare(0, 8, "<proceed") != 0)
        return with.refuse("the server refused STARTTLS", answer);
    if (!answer.ends_with("/>")) (void)with.until("</proceed>");
}

void postgres(Conversation& with, std::string_view) { // "SSLRequest", PostgreSQL's manual, message formats
    with.say(std::string_view("\0\0\0\x08\x04\xd2\x16\x2f", 8));
    const std::string answer = with.bytes(1);
    if (answer != "S") with.refuse("the server does not offer TLS", answer);
}

// A packet: its length in three bytes, the lowest first, its number, its contents.
void mysql(Conversation& with, std::string_view) { // MySQL's manual, "Connection Phase"
    const std::string header = with.bytes(4);
    if (with.failed()) return;
    const auto octet = [&header](std::size_t i) {
        return std::size_t{static_cast<unsigned char>(header[i])};
    };
    const std::size_t length = octet(0) | octet(1) << 8 | octet(2) << 16;
    if (length > max_plaintext) return with.refuse("the server does not speak MySQL's protocol", header);
    const std::string greeting = with.bytes(length);
    // Protocol 10, the server's version to a zero byte, 4 + 8 + 1 bytes; then its capabilities.
    const std::size_t capabilities = greeting.find('\0') + 1 + 13;
    if (with.failed() || greeting.empty() || greeting.front() != 10 || capabilities + 2 > greeting.size())
        return with.refuse("the server does not speak MySQL's protocol", greeting);
    constexpr unsigned char client_ssl = 0x08; // of the second byte
    if ((static_cast<unsigned char>(greeting[capabilities + 1]) & client_ssl) == 0)
        return with.refuse("the server does not offer TLS", greeting.substr(1, greeting.find('\0') - 1));
    // SSLRequest, 32 bytes, packet 1: CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION; the largest
    // packet; utf8mb4; the rest is zero.
    std::string request("\x20\0\0\x01\0\x8a\0\0\0\0\0\x01\x2d", 13);
    request.resize(4 + 32);
    with.say(request);
}

// The whole of one LDAPMessage.
std::string ldap_message(Conversation& with) {
    std::string message = with.bytes(2);
    if (with.failed() || message[0] != 0x30) return message;
    std::size_t length = static_cast<unsigned char>(message[1]);
    if (length >= 0x80) {
        const std::string more = with.bytes(std::min<std::size_t>(length & 0x7f, 4));
        length = 0;
        for (const char octet : more) length = length << 8 | static_cast<unsigned char>(octet);
        message += more;
    }
    return message + with.bytes(std::min(length, max_plaintext + 1));
}

void ldap(Conversation& with, std::string_view) { // RFC 4511 §4.14
    // LDAPMessage { messageID 1, extendedReq [APPLICATION 23] { requestName [0] "1.3.6.1.4.1.1466.20037" } }
    with.say("\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
             "1.3.6.1.4.1.1466.20037");
    const std::string message = ldap_message(with);
    std::string_view rest = message;
    auto contents = take_element(rest, 0x30);
    const auto id = contents ? take_element(*contents, 0x02) : std::nullopt;
    auto response = contents ? take_element(*contents, 0x78) : std::nullopt; // extendedResp [APPLICATION 24]
    const auto result = response ? take_element(*response, 0x0a) : std::nullopt;
    if (!id || *id != "\x01" || !result) return with.refuse("the server does not speak LDAP", message);
    if (*result != std::string_view("\0", 1)) with.refuse("the server refused StartTLS", message);
}

struct Protocol {
    std::string_view name;
    void (*start)(Conversation&, std::string_view host);
};
constexpr std::array protocols{
    Protocol{"smtp", smtp},         Protocol{"imap", imap},   Protocol{"pop3", pop3},
    Protocol{"ftp", ftp},           Protocol{"xmpp", xmpp},   Protocol{"ldap", ldap},
    Protocol{"postgres", postgres}, Protocol{"mysql", mysql}, Protocol{"sieve", sieve},
};

} // namespace

std::string starttls_protocols() {
    std::string out;
    for (const Protocol& protocol : protocols) out += (out.empty() ? "" : ", ") + std::string(protocol.name);
    return out;
}

bool is_starttls_protocol(std::string_view name) noexcept {
    return std::ranges::find(protocols, name, &Protocol::name) != protocols.end();
}

Outcome<std::monostate> start_tls(std::string_view name, net::Socket& socket, std::string_view server,
                                  std::string_view host, net::Deadline deadline) {
    Conversation conversation(socket, server, deadline);
    std::ranges::find(protocols, name, &Protocol::name)->start(conversation, host);
    conversation.finish();
    if (conversation.problem()) return *conversation.problem();
    return std::monostate();
}

} // namespace pavise::cli
