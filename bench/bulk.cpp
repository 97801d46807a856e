// Records of application data from a server to a client, through the whole library: what sending costs with
// the copy onto the wire, and what receiving costs with the copy off it. Medians of single records.
#include "conversation.hpp"
#include "scenarios.hpp"

namespace pavise::bench {

namespace {

constexpr int records_in_a_pass = 64;

void carry(benchmark::State& state, const Library& library, const Setup& setup, std::size_t size) {
    const auto context = library.context(setup);
    Conversation conversation;
    conversation.shake_hands(*context);
    const ByteVector content(size, 0x17);
    std::vector<double> sent, received;
    for (auto _ : state) {
        double total = 0;
        for (int i = 0; i < records_in_a_pass; ++i) {
            double sending = 0, receiving = 0;
            {
                const Stopwatch watch(sending);
                conversation.server().send(content);
            }
            std::size_t count = 0;
            {
                const Stopwatch watch(receiving);
                count = conversation.client().receive();
            }
            if (count != size) give_up(library.name() + " lost data");
            sent.push_back(sending);
            received.push_back(receiving);
            total += sending + receiving;
        }
        state.SetIterationTime(total);
    }
    state.counters["send"] = median_of(sent) * 1e6;
    state.counters["receive"] = median_of(received) * 1e6;
    state.counters["size"] = static_cast<double>(size);
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
            for (const std::size_t size : sizes)
                for (const auto& library : libraries()) {
                    const Setup setup{.version = version, .cipher = cipher.cipher};
                    const std::string name = std::string("bulk/") +
                                             (version == Version::tls13 ? "TLS1.3/" : "TLS1.2/") +
                                             cipher.name + "/" + std::to_string(size) + "/" + library->name();
                    benchmark::RegisterBenchmark(name.c_str(), [&library, setup, size](auto& state) {
                        carry(state, *library, setup, size);
                    })->UseManualTime();
                }
}

} // namespace pavise::bench
