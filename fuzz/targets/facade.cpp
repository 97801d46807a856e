// The facade: cipher strings, and the calls of a program that moves the bytes itself.
#include "dictionary.hpp"
#include "ssl/cipher_list.hpp"
#include "target.hpp"
#include "world.hpp"

#include <pavise/ssl.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace pavise::fuzz {

namespace {

std::string names_of(const std::vector<CipherSuite>& suites) {
    std::string names;
    for (const CipherSuite suite : suites) {
        if (!names.empty()) names += ':';
        names += ssl::find_cipher(suite)->name;
    }
    return names;
}

void read_cipher_string(Bytes bytes) {
    const ssl::CipherList list = ssl::parse_cipher_list(as_text(bytes));
    std::set<CipherSuite> seen;
    for (const CipherSuite suite : list.suites) {
        must_hold(ssl::find_cipher(suite) != nullptr, "a suite of the table");
        must_hold(seen.insert(suite).second, "no suite is listed twice");
    }
    must_hold(!list.security_level ||
                  (*list.security_level >= 0 && *list.security_level <= ssl::max_security_level),
              "a security level is one of those that there are");
    must_hold(ssl::parse_cipher_list(names_of(list.suites)).suites == list.suites,
              "the names of the chosen suites choose them again");
    static ssl::SSLContext context(ssl::PROTOCOL_TLS_CLIENT);
    try {
        context.set_ciphers(as_text(bytes));
        must_hold(!context.get_ciphers().empty(), "an empty choice is an error");
    } catch (const ssl::SSLError&) {
    }
    try {
        context.set_ciphersuites(as_text(bytes));
    } catch (const ssl::SSLError&) {
    } catch (const ValueError&) {
    }
}

// ---------------------------------------------------------------- SSLObject over MemoryBIO

ssl::SSLContext client_context() {
    ssl::SSLContext context(ssl::PROTOCOL_TLS_CLIENT);
    // The test certificates are of a time to come; what is looked at here is the order of the calls.
    context.set_check_hostname(false);
    context.set_verify_mode(ssl::CERT_NONE);
    context.set_alpn_protocols({"h2", "http/1.1"});
    context.set_post_handshake_auth(true);
    return context;
}

ssl::SSLContext server_context() {
    testing::SeededRng rng(23);
    const auto leaf = trust::mint(testing::leaf_spec(crypto::KeyType::ecdsa_p256), testing::authority(), rng);
    ssl::SSLContext context(ssl::PROTOCOL_TLS_SERVER);
    context.load_cert_chain_from_memory(leaf->certificate_pem(), *leaf->key->pkcs8_pem());
    context.set_alpn_protocols({"http/1.1"});
    return context;
}

// A program's end: what it wrote, and what it read.
struct End {
    ssl::MemoryBIO incoming;
    ssl::MemoryBIO outgoing;
    ssl::SSLObject object;
    std::string written{};
    std::string read{};

    End(const ssl::SSLContext& context, const ssl::WrapBioOptions& options) :
        object(context.wrap_bio(incoming, outgoing, options)) {}

    void take(Bytes bytes) { read += as_text(bytes); }
    void wrote(Bytes bytes, std::size_t count) {
        must_hold(count <= bytes.size(), "no more is written than was there");
        written += as_text(bytes.first(count));
    }
};

void call_without_exceptions(End& end, Input& input) {
    std::error_code code;
    std::array<std::uint8_t, 64> buffer{};
    switch (input.byte() % 4) {
    case 0: end.object.do_handshake(code); break;
    case 1: {
        const std::size_t count =
            end.object.read_into(MutableBytes(buffer).first(input.byte() % buffer.size()), code);
        must_hold(!code || count == 0, "who failed to read read nothing");
        end.take(Bytes(buffer).first(count));
        break;
    }
    case 2: {
        const Bytes text = input.take(input.byte());
        end.wrote(text, end.object.write(text, code));
        break;
    }
    default: end.object.unwrap(code); break;
    }
}

void ask(const End& end, std::uint8_t what) {
    const ssl::SSLObject& object = end.object;
    switch (what % 10) {
    case 0: (void)object.getpeercert(); break;
    case 1: (void)object.version(); break;
    case 2: (void)object.cipher(); break;
    case 3: (void)object.get_channel_binding("tls-exporter"); break;
    case 4: (void)object.session(); break;
    case 5: (void)object.shared_ciphers(); break;
    case 6: (void)object.selected_alpn_protocol(); break;
    case 7: (void)object.get_unverified_chain(); break;
    case 8: (void)object.export_keying_material("EXPORTER-fuzz", 16); break;
    default: (void)object.pending(); break;
    }
}

void call(End& end, End& other, Input& input) {
    switch (input.byte() % 10) {
    case 0: end.object.do_handshake(); break;
    case 1: end.take(end.object.read(input.byte())); break;
    case 2: {
        const Bytes text = input.take(input.byte());
        end.wrote(text, end.object.write(text));
        break;
    }
    case 3: end.object.unwrap(); break;
    case 4: call_without_exceptions(end, input); break;
    case 5: (void)end.incoming.write(other.outgoing.read(std::ptrdiff_t{input.byte()} * 16)); break;
    case 6: (void)end.incoming.write(other.outgoing.read()); break;
    case 7: ask(end, input.byte()); break;
    case 8: end.object.verify_client_post_handshake(); break;
    default:
        if (input.byte() % 8 == 0) end.incoming.write_eof();
        break;
    }
}

constexpr std::size_t most_calls = 400;

// What the server has read in the end.
std::string play_calls(Bytes script) {
    static const ssl::SSLContext client_side = client_context();
    static const ssl::SSLContext server_side = server_context();
    End client(client_side, {.server_hostname = std::string(testing::server_name)});
    End server(server_side, {.server_side = true});
    Input input(script);
    for (std::size_t calls = 0; !input.empty() && calls < most_calls; ++calls) {
        const bool at_client = input.byte() % 2 == 0;
        try {
            call(at_client ? client : server, at_client ? server : client, input);
        } catch (const OSError&) {
        } catch (const ValueError&) {
        }
        must_hold(client.written.starts_with(server.read) && server.written.starts_with(client.read),
                  "what is read is the beginning of what was written");
    }
    return server.read;
}

ByteVector whole_dialogue() {
    ByteVector script;
    for (int flights = 0; flights < 3; ++flights) script.insert(script.end(), {0, 0, 1, 6, 1, 0, 0, 6});
    script.insert(script.end(), {0, 2, 3, 'a', 'b', 'c', 1, 6, 1, 1, 9, 1, 2, 2, 'd', 'e', 0, 6, 0, 1, 9});
    script.insert(script.end(), {0, 7, 0, 0, 7, 3, 0, 7, 8, 0, 3, 1, 6, 1, 3, 0, 6, 0, 3});
    return script;
}
ByteVector quiet_dialogue() {
    ByteVector script;
    for (int flights = 0; flights < 3; ++flights) script.insert(script.end(), {0, 4, 0, 1, 6, 1, 4, 0, 0, 6});
    script.insert(script.end(),
                  {0, 4, 2, 3, 'a', 'b', 'c', 1, 6, 1, 4, 1, 9, 1, 8, 0, 6, 0, 4, 1, 9, 0, 4, 3});
    return script;
}
// Long texts both ways, read in small pieces, with and without exceptions.
ByteVector piecewise_dialogue() {
    ByteVector script;
    for (int flights = 0; flights < 3; ++flights) script.insert(script.end(), {0, 0, 1, 6, 1, 0, 0, 6});
    for (const std::uint8_t writer : {std::uint8_t{0}, std::uint8_t{1}}) {
        const std::uint8_t reader = writer == 0 ? 1 : 0;
        script.insert(script.end(), {writer, 2, 12});
        for (const char letter : std::string_view("twelve bytes"))
            script.push_back(static_cast<std::uint8_t>(letter));
        script.insert(script.end(), {reader, 6, reader, 1, 5, reader, 4, 1, 4, reader, 1, 2, reader, 1, 9});
    }
    return script;
}

void call_objects(Bytes script) {
    static const ByteVector seed = piecewise_dialogue();
    const std::string read = play_calls(script);
    // Else nothing that comes after a handshake would ever be reached, and nobody would see.
    must_hold(!std::ranges::equal(script, seed) || read == "twelve bytes", "a seed gets all the way");
}

} // namespace

void add_facade_targets(std::vector<Target>& targets) {
    const auto text = [](std::string_view words) {
        const Bytes bytes = as_bytes(words);
        return ByteVector(bytes.begin(), bytes.end());
    };
    targets.push_back(
        {"cipher-string",
         "a cipher string of OpenSSL's language, and the names of TLS 1.3's suites",
         read_cipher_string,
         {text("ECDHE+AESGCM:!aNULL:-AES128:+CHACHA20:@STRENGTH"), text("DEFAULT@SECLEVEL=3:kPSK!AES256"),
          text("TLS_AES_128_GCM_SHA256"), text("ALL:!DHE:+AES256:ECDHE-RSA-AES128-SHA256"),
          text("@SECLEVEL=5:ALL"), text("ALL@SECLEVEL=6")},
         {},
         cipher_words});
    targets.push_back({"ssl-object",
                       "calls of two SSLObjects and their MemoryBIOs, in any order",
                       call_objects,
                       {whole_dialogue(), quiet_dialogue(), piecewise_dialogue()}});
}

} // namespace pavise::fuzz
