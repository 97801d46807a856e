#include "cli/starttls_server.hpp"

#include "cli/starttls_parts.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace pavise::cli {

namespace {

using namespace std::string_view_literals;

// ---- protocols of lines

enum class Effect { none, tls, over };

struct Command {
    std::string_view word;
    std::string_view reply; // IMAP: '%' stands for the command's tag
    Effect effect = Effect::none;
};

enum class Tags { none, before_commands };

// The line at the front of what has come, without its end; false where it is not whole yet.
bool take_line(std::string& waiting, std::string& line) {
    const std::size_t end = waiting.find('\n');
    if (end == std::string::npos) return false;
    line = waiting.substr(0, end);
    waiting.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    return true;
}

std::string_view take_word(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

std::string with_tag(std::string_view reply, std::string_view tag) {
    std::string out;
    for (const char c : reply)
        if (c == '%')
            out += tag;
        else
            out += c;
    return out;
}

bool is_command(std::string_view line, const Command& command) {
    return starts_without_case(line, command.word) &&
           (line.size() == command.word.size() || line[command.word.size()] == ' ');
}

void answer_lines(StartTlsServer& with, std::span<const Command> commands, std::string_view otherwise,
                  Tags tags) {
    std::string whole;
    while (with.state() == StartTlsServer::State::talking && take_line(with.waiting(), whole)) {
        std::string_view line = whole;
        const std::string_view tag = tags == Tags::before_commands ? take_word(line) : ""sv;
        const auto found =
            std::ranges::find_if(commands, [&](const Command& command) { return is_command(line, command); });
        with.say(with_tag(found == commands.end() ? otherwise : found->reply, tag));
        if (found == commands.end()) continue;
        if (found->effect == Effect::tls) with.begin_tls();
        if (found->effect == Effect::over) with.end("the client took its leave before TLS began");
    }
}

void smtp(StartTlsServer& with) { // RFC 3207 §4
    static constexpr std::array commands{
        Command{"EHLO", "250-pavise\r\n250 STARTTLS\r\n"},
        Command{"HELO", "250 pavise\r\n"},
        Command{"NOOP", "250 2.0.0 still here\r\n"},
        Command{"RSET", "250 2.0.0 nothing to forget\r\n"},
        Command{"STARTTLS", "220 2.0.0 begin\r\n", Effect::tls},
        Command{"QUIT", "221 2.0.0 farewell\r\n", Effect::over},
    };
    answer_lines(with, commands, "530 5.7.0 Must issue a STARTTLS command first\r\n", Tags::none);
}

void ftp(StartTlsServer& with) { // RFC 4217 §4
    static constexpr std::array commands{
        Command{"FEAT", "211-Features:\r\n AUTH TLS\r\n211 End\r\n"},
        Command{"AUTH TLS", "234 begin\r\n", Effect::tls},
        Command{"AUTH TLS-C", "234 begin\r\n", Effect::tls},
        Command{"QUIT", "221 farewell\r\n", Effect::over},
    };
    answer_lines(with, commands, "530 Begin with AUTH TLS\r\n", Tags::none);
}

void pop3(StartTlsServer& with) { // RFC 2595 §4
    static constexpr std::array commands{
        Command{"CAPA", "+OK\r\nSTLS\r\n.\r\n"},
        Command{"STLS", "+OK begin\r\n", Effect::tls},
        Command{"QUIT", "+OK farewell\r\n", Effect::over},
    };
    answer_lines(with, commands, "-ERR begin with STLS\r\n", Tags::none);
}

void imap(StartTlsServer& with) { // RFC 9051 §6.2.1
    static constexpr std::array commands{
        Command{"CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n% OK done\r\n"},
        Command{"NOOP", "% OK done\r\n"},
        Command{"STARTTLS", "% OK begin\r\n", Effect::tls},
        Command{"LOGOUT", "* BYE farewell\r\n% OK done\r\n", Effect::over},
    };
    answer_lines(with, commands, "% NO begin with STARTTLS\r\n", Tags::before_commands);
}

constexpr std::string_view sieve_capabilities =
    "\"IMPLEMENTATION\" \"pavise\"\r\n\"SASL\" \"\"\r\n\"SIEVE\" \"\"\r\n\"STARTTLS\"\r\n"
    "\"VERSION\" \"1.0\"\r\nOK\r\n";

void sieve(StartTlsServer& with) { // RFC 5804 §2.2
    static constexpr std::array commands{
        Command{"CAPABILITY", sieve_capabilities},
        Command{"NOOP", "OK\r\n"},
        Command{"STARTTLS", "OK \"begin\"\r\n", Effect::tls},
        Command{"LOGOUT", "OK\r\n", Effect::over},
    };
    answer_lines(with, commands, "NO \"begin with STARTTLS\"\r\n", Tags::none);
}

// ---- the others

// Up to and with the first `end`; empty where it has not come yet.
std::string take_until(std::string& waiting, std::string_view end) {
    const std::size_t at = waiting.find(end);
    if (at == std::string::npos) return {};
    std::string taken = waiting.substr(0, at + end.size());
    waiting.erase(0, taken.size());
    return taken;
}

void xmpp(StartTlsServer& with) { // RFC 6120 §5.4
    constexpr int before_the_stream = 0;
    if (with.step() == before_the_stream) {
        const std::size_t at = with.waiting().find("<stream:stream");
        const std::size_t end = at == std::string::npos ? at : with.waiting().find('>', at);
        if (end == std::string::npos) return;
        with.waiting().erase(0, end + 1);
        with.say("<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='pavise' "
                 "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'><stream:features>"
                 "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
                 "</stream:features>");
        with.next_step();
    }
    std::string& waiting = with.waiting();
    waiting.erase(0, std::min(waiting.find_first_not_of(" \t\r\n"), waiting.size()));
    constexpr std::string_view wanted = "<starttls";
    if (!std::string_view(waiting)
             .substr(0, wanted.size())
             .starts_with(wanted.substr(0, std::min(waiting.size(), wanted.size())))) {
        with.say("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                 "</stream:error></stream:stream>");
        return with.end("the client wanted something else than TLS");
    }
    // <starttls …/>, or <starttls …></starttls>
    const std::size_t end = waiting.find('>');
    if (end == std::string::npos) return;
    if (waiting[end - 1] == '/')
        waiting.erase(0, end + 1);
    else if (take_until(waiting, "</starttls>").empty())
        return;
    with.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    with.begin_tls();
}

void postgres(StartTlsServer& with) { // PostgreSQL's manual, message formats
    constexpr std::string_view ssl_request("\0\0\0\x08\x04\xd2\x16\x2f", 8);
    constexpr std::string_view gss_request("\0\0\0\x08\x04\xd2\x16\x30", 8);
    while (with.waiting().size() >= ssl_request.size()) {
        const std::string request = with.waiting().substr(0, ssl_request.size());
        with.waiting().erase(0, ssl_request.size());
        if (request == ssl_request) {
            with.say("S");
            return with.begin_tls();
        }
        if (request != gss_request) return with.end("the client wanted something else than TLS");
        with.say("N"); // no GSSAPI; it may ask for TLS now
    }
}

// Protocol 10, a version; a connection's number, half of a salt; capabilities: CLIENT_PROTOCOL_41,
// CLIENT_SSL, CLIENT_SECURE_CONNECTION and CLIENT_PLUGIN_AUTH; utf8mb4, a status; ten zeros, the salt's other
// half.
constexpr std::string_view mysql_greeting("\x50\0\0\0"
                                          "\x0a"
                                          "8.0.0-pavise\0"
                                          "\x01\0\0\0"
                                          "saltsalt\0"
                                          "\0\x8a\x2d\x02\0\x08\0\x15"
                                          "\0\0\0\0\0\0\0\0\0\0"
                                          "saltsaltsalt\0"
                                          "mysql_native_password\0",
                                          4 + 0x50);

constexpr std::size_t mysql_ssl_request_size = 4 + 32;

void mysql(StartTlsServer& with) { // MySQL's manual, "Connection Phase"
    constexpr std::string_view ssl_request_header("\x20\0\0\x01", 4);
    constexpr unsigned char client_ssl = 0x08; // of the second byte
    const std::string_view waiting = with.waiting();
    const auto shown = std::min(waiting.size(), ssl_request_header.size());
    if (waiting.substr(0, shown) != ssl_request_header.substr(0, shown))
        return with.end("the client wanted something else than TLS");
    if (waiting.size() < mysql_ssl_request_size) return;
    if ((static_cast<unsigned char>(waiting[5]) & client_ssl) == 0)
        return with.end("the client did not ask for TLS");
    with.waiting().erase(0, mysql_ssl_request_size);
    with.begin_tls();
}

void ldap(StartTlsServer& with) { // RFC 4511 §4.14
    std::string_view rest = with.waiting();
    if (!rest.empty() && rest.front() != '\x30') return with.end("the client does not speak LDAP");
    auto message = take_element(rest, 0x30);
    if (!message) return; // not whole yet; what is too long is seen to
    const auto id = take_element(*message, 0x02);
    auto request = take_element(*message, 0x77); // ExtendedRequest [APPLICATION 23]
    const auto name = request ? take_element(*request, 0x80) : std::nullopt;
    constexpr std::size_t longest_id = 4;
    if (!id || id->empty() || id->size() > longest_id || name != "1.3.6.1.4.1.1466.20037"sv)
        return with.end("the client wanted something else than TLS");
    // LDAPMessage { messageID, ExtendedResponse [APPLICATION 24] { success, "", "" } }
    std::string response("\x30");
    response += static_cast<char>(2 + id->size() + 9);
    response += '\x02';
    response += static_cast<char>(id->size());
    response += *id;
    response += "\x78\x07\x0a\x01\0\x04\0\x04\0"sv;
    with.waiting().erase(0, with.waiting().size() - rest.size());
    with.say(response);
    with.begin_tls();
}

} // namespace

struct StartTlsServer::Dialogue {
    std::string_view name;
    std::string_view greeting;
    void (*advance)(StartTlsServer&); // answers what is whole in waiting()
    std::size_t whole = 0;            // all that the client says, where there is no go-ahead
};

namespace {

constexpr std::array dialogues{
    StartTlsServer::Dialogue{"smtp", "220 pavise ESMTP\r\n", smtp},
    StartTlsServer::Dialogue{"imap", "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] pavise\r\n", imap},
    StartTlsServer::Dialogue{"pop3", "+OK pavise\r\n", pop3},
    StartTlsServer::Dialogue{"ftp", "220 pavise\r\n", ftp},
    StartTlsServer::Dialogue{"xmpp", "", xmpp},
    StartTlsServer::Dialogue{"ldap", "", ldap},
    StartTlsServer::Dialogue{"postgres", "", postgres},
    StartTlsServer::Dialogue{"mysql", mysql_greeting, mysql, mysql_ssl_request_size},
    StartTlsServer::Dialogue{"sieve", sieve_capabilities, sieve},
};

} // namespace

StartTlsServer::StartTlsServer(std::string_view protocol) :
    dialogue_(std::ranges::find(dialogues, protocol, &Dialogue::name)),
    output_(dialogue_->greeting) {}

void StartTlsServer::end(std::string_view reason) {
    state_ = State::over;
    reason_ = reason;
}

std::size_t StartTlsServer::room() const noexcept {
    return dialogue_->whole == 0 ? max_plaintext_request : dialogue_->whole - taken_;
}

void StartTlsServer::take(std::string_view said) {
    waiting_ += said;
    taken_ += said.size();
    dialogue_->advance(*this);
    if (state_ == State::tls && !waiting_.empty()) {
        output_.clear();
        end("the client, or somebody on the way, sent plaintext where TLS was to begin");
    }
    if (state_ == State::talking && taken_ > max_plaintext_request)
        end("the client says too much before TLS begins");
}

} // namespace pavise::cli
