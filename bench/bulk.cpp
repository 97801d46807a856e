// Records of application data from a server to a client, through the whole library: what sending costs with
// the copy onto the wire, and what receiving costs with the copy off it. Medians of single records.
#include "conversation.hpp"
#include "scenarios.hpp"

namespace pavise::bench {

namespace {

constexpr std::size_t records_in_a_turn = 64;

Contestant carries(const Library& library, const Setup& setup, std::size_t size) {
    struct Connected {
        std::unique_ptr<Context> context;
        Conversation conversation;
    };
    const auto connected = std::make_shared<Connected>();
    connected->context = library.context(setup);
    connected->conversation.shake_hands(*connected->context);
    return {library.name(), [&library, size, connected] {
                const ByteVector content(size, 0x17);
                Conversation& conversation = connected->conversation;
                return typical_of(records_in_a_turn, [&]() -> Taken {
                    const double sending = seconds_of([&] { conversation.server().send(content); });
                    std::size_t count = 0;
                    const double receiving = seconds_of([&] { count = conversation.client().receive(); });
                    if (count != size) give_up(library.name() + " lost data");
                    return {sending, receiving};
                });
            }};
}

std::vector<Contestant> contestants_of(const Setup& setup, std::size_t size) {
    std::vector<Contestant> all;
    for (const auto& library : libraries()) all.push_back(carries(*library, setup, size));
    return all;
}

} // namespace

void register_bulk() {
    struct Named {
        CipherKind cipher;
        const char* name;
    };
    constexpr Named ciphers[] = {{CipherKind::aes128gcm, "AES-128-GCM"},
                                 {CipherKind::aes256gcm, "AES-256-GCM"},
                                 {CipherKind::chacha20poly1305, "ChaCha20-Poly1305"}};
    constexpr std::size_t sizes[] = {16384, 1400};
    for (const Version version : {Version::tls13, Version::tls12})
        for (const Named& cipher : ciphers)
            for (const std::size_t size : sizes) {
                const Setup setup{.version = version, .cipher = cipher.cipher};
                register_scenario({std::string("bulk/") +
                                       (version == Version::tls13 ? "TLS1.3/" : "TLS1.2/") + cipher.name +
                                       "/" + std::to_string(size),
                                   {"send", "receive"},
                                   [setup, size] { return contestants_of(setup, size); },
                                   size});
            }
}

} // namespace pavise::bench
