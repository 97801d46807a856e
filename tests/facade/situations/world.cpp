#include "facade/situations/world.hpp"

#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <sys/socket.h>

namespace pavise::ssl::testing {

// ---------------------------------------------------------------- the parties

SSLConnection& Party::connection() {
    if (auto* object = std::get_if<SSLObject>(&end)) return *object;
    return std::get<SSLSocket>(end);
}

void Party::handshake() {
    if (auto* object = std::get_if<SSLObject>(&end)) return object->do_handshake();
    socket().do_handshake();
}

std::string Party::read(std::size_t size) {
    if (auto* object = std::get_if<SSLObject>(&end)) return std::string(as_text(object->read(size)));
    return std::string(as_text(socket().read(size)));
}

std::string Party::write(std::string_view text) {
    if (auto* object = std::get_if<SSLObject>(&end)) return repr_of(object->write(text));
    return repr_of(socket().write(text));
}

std::string Party::unwrap() {
    if (auto* object = std::get_if<SSLObject>(&end)) {
        object->unwrap();
        return "ok";
    }
    const Socket plain = socket().unwrap();
    return plain.fileno() >= 0 ? "ok" : "closed";
}

void Link::carry() {
    if (!std::holds_alternative<SSLObject>(client.end)) return; // sockets carry by themselves
    wires.server_in.write(wires.client_out.read());
    wires.client_in.write(wires.server_out.read());
}

std::pair<Link*, std::string> World::end_of(const std::string& name) {
    const auto dot = name.find('.');
    return {&link(name.substr(0, dot)), name.substr(dot + 1)};
}
Party& World::party(const std::string& name) {
    auto [link, side] = end_of(name);
    return link->side(side);
}

namespace {

std::string contents_of(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

std::int64_t number(const std::string& text) {
    return std::stoll(text);
}

ByteVector from_hex(const std::string& text) {
    ByteVector out(text.size() / 2);
    for (std::size_t i = 0; i < out.size(); ++i) std::from_chars(&text[2 * i], &text[2 * i] + 2, out[i], 16);
    return out;
}

std::optional<std::string> unless_dash(const std::string& word) {
    return word == "-" ? std::nullopt : std::optional(word);
}

// ---------------------------------------------------------------- contexts

std::string context_attribute(const SSLContext& context, const std::string& name) {
    if (name == "protocol") return repr_of(static_cast<int>(context.protocol()));
    if (name == "options") return repr_of(bits(context.options()));
    if (name == "verify_mode") return repr_of(static_cast<int>(context.verify_mode()));
    if (name == "verify_flags") return repr_of(bits(context.verify_flags()));
    if (name == "check_hostname") return repr_of(context.check_hostname());
    if (name == "hostname_checks_common_name") return repr_of(context.hostname_checks_common_name());
    if (name == "minimum_version") return repr_of(static_cast<int>(context.minimum_version()));
    if (name == "maximum_version") return repr_of(static_cast<int>(context.maximum_version()));
    if (name == "num_tickets") return repr_of(context.num_tickets());
    if (name == "post_handshake_auth") return repr_of(context.post_handshake_auth());
    if (name == "security_level") return repr_of(context.security_level());
    if (name == "keylog_filename") return repr_of(context.keylog_filename());
    throw std::logic_error("no attribute " + name);
}

void set_attribute(SSLContext& context, const std::string& name, const std::string& value) {
    if (name == "options") return context.set_options(static_cast<Options>(number(value)));
    if (name == "verify_mode") return context.set_verify_mode(static_cast<VerifyMode>(number(value)));
    if (name == "verify_flags") return context.set_verify_flags(static_cast<VerifyFlags>(number(value)));
    if (name == "check_hostname") return context.set_check_hostname(value == "1");
    if (name == "hostname_checks_common_name") return context.set_hostname_checks_common_name(value == "1");
    if (name == "minimum_version") return context.set_minimum_version(static_cast<TLSVersion>(number(value)));
    if (name == "maximum_version") return context.set_maximum_version(static_cast<TLSVersion>(number(value)));
    if (name == "num_tickets") return context.set_num_tickets(static_cast<std::size_t>(number(value)));
    if (name == "post_handshake_auth") return context.set_post_handshake_auth(value == "1");
    if (name == "keylog_filename") return context.set_keylog_filename(unless_dash(value));
    throw std::logic_error("no attribute " + name);
}

Password password_of(const std::string& word) {
    if (word == "-") return {};
    if (word.starts_with("callback:")) return [text = word.substr(9)] { return text; };
    return word;
}

void trust(SSLContext& context, const std::string& kind, const std::string& path) {
    if (kind == "cafile") return context.load_verify_locations({.cafile = path});
    if (kind == "capath") return context.load_verify_locations({.capath = path});
    if (kind == "pem") return context.load_verify_locations({.cadata = contents_of(path)});
    if (kind == "text") return context.load_verify_locations({.cadata = path});
    if (kind == "hex") return context.load_verify_locations({.cadata = from_hex(path)});
    if (kind == "der")
        return context.load_verify_locations({.cadata = PEM_cert_to_DER_cert(contents_of(path))});
    context.load_verify_locations({});
}

std::string cipher_names(const SSLContext& context, const std::string& protocol) {
    std::vector<std::string> names;
    for (const CipherDict& cipher : context.get_ciphers())
        if ((cipher.protocol == "TLSv1.3") == (protocol == "TLSv1.3")) names.push_back(cipher.name);
    return repr_of(names);
}

std::string cipher_entry(const SSLContext& context, const std::string& name) {
    for (const CipherDict& cipher : context.get_ciphers())
        if (cipher.name == name) return repr_of(cipher);
    return "None";
}

// "none", "alert:49", "throw", "swap:OTHER".
void set_sni(World& world, const std::string& name, const std::string& action) {
    if (action == "clear") return world.context(name).set_sni_callback({});
    world.context(name).set_sni_callback(
        [&world, name, action](SSLConnection& connection, const std::optional<std::string>& server_name,
                               SSLContext& context) -> std::optional<AlertDescription> {
            world.seen[name].push_back(server_name.value_or("None") +
                                       (context == world.context(name) ? "" : " in another context"));
            if (action.starts_with("alert:")) return static_cast<AlertDescription>(number(action.substr(6)));
            if (action == "throw") throw std::runtime_error("as the situation wants it");
            if (action.starts_with("swap:")) connection.set_context(world.context(action.substr(5)));
            return std::nullopt;
        });
}

// As Python's _msg_callback has it: direction, content type, type of the message or alert.
void listen(World& world, const std::string& name) {
    world.context(name).set_msg_callback([&world, name](SSLConnection&, const TLSMessage& message) {
        const bool alert = message.content_type == ContentType::alert;
        if (!alert && message.content_type != ContentType::handshake) return;
        const std::string way = message.direction == MessageDirection::sent ? "write " : "read ";
        world.seen[name].push_back(way + std::to_string(static_cast<int>(message.content_type)) + " " +
                                   std::to_string(int{message.content[alert ? 1 : 0]}));
    });
}

std::string context_step(World& world, const Words& words) {
    const std::string& verb = words[0];
    if (verb == "context") {
        world.contexts.insert_or_assign(words[1], SSLContext(static_cast<SSLMethod>(number(words[2]))));
        return "ok";
    }
    if (verb == "default_context") {
        const Purpose purpose = words[2] == "client" ? Purpose::SERVER_AUTH : Purpose::CLIENT_AUTH;
        world.contexts.insert_or_assign(words[1],
                                        create_default_context(purpose, {.cafile = unless_dash(words[3])}));
        return "ok";
    }
    SSLContext& context = world.context(words[1]);
    if (verb == "get") return context_attribute(context, words[2]);
    if (verb == "names") return cipher_names(context, words[2]);
    if (verb == "cipher_entry") return cipher_entry(context, words[2]);
    if (verb == "seen") return repr_of(world.seen[words[1]]);
    if (verb == "ca_certs") return repr_of(context.get_ca_certs());
    if (verb == "ca_count") return repr_of(context.get_ca_certs_der().size());
    if (verb == "store_stats") {
        const CertStoreStats stats = context.cert_store_stats();
        return repr_of(stats.x509) + " " + repr_of(stats.crl) + " " + repr_of(stats.x509_ca);
    }
    if (verb == "session_stats") {
        const SessionStats stats = context.session_stats();
        return repr_of(stats.connect) + " " + repr_of(stats.connect_good) + " " + repr_of(stats.accept) +
               " " + repr_of(stats.accept_good) + " " + repr_of(stats.hits);
    }
    if (verb == "set") set_attribute(context, words[2], words[3]);
    if (verb == "chain")
        context.load_cert_chain(words[2],
                                {.keyfile = unless_dash(words[3]), .password = password_of(words[4])});
    if (verb == "trust") trust(context, words[2], words[3]);
    if (verb == "ciphers") context.set_ciphers(words[2]);
    if (verb == "curve") context.set_ecdh_curve(words[2]);
    if (verb == "dh") context.load_dh_params(words[2]);
    if (verb == "listen") listen(world, words[1]);
    if (verb == "sni") set_sni(world, words[1], words[2]);
    if (verb == "alpn") context.set_alpn_protocols({words.begin() + 2, words.end()});
    return "ok";
}

// ---------------------------------------------------------------- connections

std::string outcome_of(Party& party, bool& done) {
    if (done) return "ok";
    try {
        party.handshake();
        done = true;
        return "ok";
    } catch (...) {
        return describe_exception(std::current_exception());
    }
}

// Both sides in turn, until nothing changes any more; what each said last but waiting.
std::string shake_hands(Link& link) {
    constexpr int most_flights = 8;
    std::string client = "waiting";
    std::string server = "waiting";
    bool client_done = false;
    bool server_done = false;
    for (int flight = 0; flight < most_flights; ++flight) {
        if (client == "waiting" || client.find("WantRead") != std::string::npos)
            client = outcome_of(link.client, client_done);
        link.carry();
        if (server == "waiting" || server.find("WantRead") != std::string::npos)
            server = outcome_of(link.server, server_done);
        link.carry();
    }
    return "client " + client + ", server " + server;
}

std::string make_link(World& world, const Words& words) {
    auto link = std::make_unique<Link>();
    const SSLContext& client = world.context(words[2]);
    const SSLContext& server = world.context(words[3]);
    const std::optional<std::string> host = unless_dash(words[4]);
    std::optional<SSLSession> session;
    if (words.size() > 5 && words[5] != "-") session = world.party(words[5]).connection().session();
    if (words[0] == "sockets") {
        auto [a, b] = socketpair();
        a.setblocking(false);
        b.setblocking(false);
        link->client.end = client.wrap_socket(
            std::move(a),
            {.do_handshake_on_connect = false, .suppress_ragged_eofs = false, .server_hostname = host});
        link->server.end = server.wrap_socket(
            std::move(b),
            {.server_side = true, .do_handshake_on_connect = false, .suppress_ragged_eofs = false});
    } else {
        Wires& wires = link->wires;
        link->client.end =
            client.wrap_bio(wires.client_in, wires.client_out, {.server_hostname = host, .session = session});
        link->server.end = server.wrap_bio(wires.server_in, wires.server_out, {.server_side = true});
    }
    world.links[words[1]] = std::move(link);
    return "ok";
}

std::string ask(const SSLConnection& connection, const std::string& what, const Words& words) {
    if (what == "version") return repr_of(connection.version());
    if (what == "cipher") return repr_of(connection.cipher());
    if (what == "compression") return repr_of(connection.compression());
    if (what == "alpn") return repr_of(connection.selected_alpn_protocol());
    if (what == "npn") return repr_of(connection.selected_npn_protocol());
    if (what == "getpeercert") return repr_of(connection.getpeercert());
    if (what == "getpeercert_der") {
        const auto der = connection.getpeercert_der();
        return der ? repr_of(der->size()) : "None";
    }
    if (what == "binding") {
        const auto binding = connection.get_channel_binding(words[3]);
        return binding ? repr_of(binding->size()) : "None";
    }
    if (what == "pending") return repr_of(connection.pending());
    if (what == "shared") {
        const auto shared = connection.shared_ciphers();
        return shared ? repr_of(*shared) : "None";
    }
    if (what == "reused") return repr_of(connection.session_reused());
    if (what == "hostname") return repr_of(connection.server_hostname());
    if (what == "server_side") return repr_of(connection.server_side());
    if (what == "has_session") return repr_of(connection.session().has_value());
    if (what == "has_ticket") return repr_of(connection.session()->has_ticket());
    if (what == "id_size") return repr_of(connection.session()->id().size());
    if (what == "hint") return repr_of(connection.session()->ticket_lifetime_hint());
    throw std::logic_error("no question " + what);
}

std::string connection_step(World& world, const Words& words) {
    const std::string& verb = words[0];
    if (verb == "objects" || verb == "sockets") return make_link(world, words);
    if (verb == "shake") return shake_hands(world.link(words[1]));
    if (verb == "carry") {
        world.link(words[1]).carry();
        return "ok";
    }
    auto [link, side] = world.end_of(words[1]);
    Party& party = link->side(side);
    if (verb == "handshake") {
        party.handshake();
        return "ok";
    }
    if (verb == "ask") return ask(party.connection(), words[2], words);
    if (verb == "read") return repr_of(party.read(static_cast<std::size_t>(number(words[2]))));
    if (verb == "write") return party.write(words[2]);
    if (verb == "write_many")
        return party.write(std::string(static_cast<std::size_t>(number(words[2])), 'x'));
    if (verb == "unwrap") return party.unwrap();
    if (verb == "request_certificate") party.connection().verify_client_post_handshake();
    if (verb == "end") link->incoming(side).write_eof();
    if (verb == "inject") link->incoming(side).write(from_hex(words[2]));
    if (verb == "lose") link->outgoing(side).read();
    if (verb == "set_session") {
        const auto session = world.party(words[2]).connection().session();
        if (session) party.connection().set_session(*session);
    }
    return "ok";
}

std::string socket_step(World& world, const Words& words) {
    SSLSocket& socket = world.party(words[1]).socket();
    const std::string& verb = words[0];
    if (verb == "close") socket.close();
    if (verb == "shutdown") socket.shutdown(SHUT_WR);
    if (verb == "timeout") socket.settimeout(std::chrono::milliseconds(number(words[2])));
    if (verb == "fileno_is_none") return repr_of(socket.fileno() == -1);
    if (verb == "sendall") socket.sendall(words[2]);
    if (verb == "recv_flags")
        return repr_of(std::string(as_text(socket.recv(1, static_cast<int>(number(words[2]))))));
    if (verb == "send_flags") return repr_of(socket.send("x", static_cast<int>(number(words[2]))));
    if (verb == "getblocking") return repr_of(socket.getblocking());
    if (verb == "detach") return repr_of(Socket::from_fd(socket.detach()).fileno() >= 0);
    return "ok";
}

// ---------------------------------------------------------------- functions and BIOs

std::string function_step(const Words& words) {
    const std::string& name = words[1];
    if (name == "cert_time_to_seconds") return repr_of(cert_time_to_seconds(words[2]));
    if (name == "PEM_cert_to_DER_cert") return repr_of(PEM_cert_to_DER_cert(words[2]));
    if (name == "DER_cert_to_PEM_cert") return repr_of(DER_cert_to_PEM_cert(from_hex(words[2])));
    if (name == "RAND_bytes") return repr_of(RAND_bytes(static_cast<int>(number(words[2]))).size());
    if (name == "RAND_status") return repr_of(RAND_status());
    if (name == "decode") return repr_of(decode_certificate(PEM_cert_to_DER_cert(contents_of(words[2]))));
    throw std::logic_error("no function " + name);
}

std::string bio_step(World& world, const Words& words) {
    MemoryBIO& bio = world.bios[words[1]];
    const std::string& what = words[2];
    if (what == "read")
        return repr_of(std::string(as_text(bio.read(static_cast<std::ptrdiff_t>(number(words[3]))))));
    if (what == "write") return repr_of(bio.write(words[3]));
    if (what == "pending") return repr_of(bio.pending());
    if (what == "eof") return repr_of(bio.eof());
    if (what == "write_eof") bio.write_eof();
    return "ok";
}

bool is_any_of(const std::string& verb, std::initializer_list<std::string_view> verbs) {
    return std::ranges::find(verbs, verb) != verbs.end();
}

} // namespace

std::string run_step(World& world, const Words& words) {
    const std::string& verb = words[0];
    try {
        if (verb == "call") return function_step(words);
        if (verb == "bio") return bio_step(world, words);
        if (is_any_of(verb, {"objects", "sockets", "shake", "carry", "handshake", "ask", "read", "write",
                             "write_many", "unwrap", "request_certificate", "end", "inject", "lose",
                             "set_session"}))
            return connection_step(world, words);
        if (is_any_of(verb, {"close", "shutdown", "timeout", "fileno_is_none", "sendall", "recv_flags",
                             "send_flags", "getblocking", "detach"}))
            return socket_step(world, words);
        return context_step(world, words);
    } catch (const std::logic_error& mistake) {
        return std::string("no such step: ") + mistake.what();
    } catch (...) {
        return describe_exception(std::current_exception());
    }
}

} // namespace pavise::ssl::testing
