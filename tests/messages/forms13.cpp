#include "forms.hpp"
#include "messages/handshake_messages.hpp"
#include "vectors/hex.hpp"

namespace pavise::messages {

using vectors::from_hex;

namespace {

const std::string random_hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

ClientHello make_client_hello(Generator& g) {
    ClientHello hello;
    hello.legacy_version = g.value<ProtocolVersion>();
    hello.random = g.random();
    hello.legacy_session_id = g.bytes(0, max_session_id_size);
    hello.cipher_suites = g.values<CipherSuite>();
    hello.legacy_compression_methods = g.bytes(1, 3);
    hello.extensions = g.between(0, 9) == 0 ? Extensions::absent() : g.extensions();
    return hello;
}

ServerHello make_server_hello(Generator& g) {
    return {g.value<ProtocolVersion>(),      g.random(),
            g.bytes(0, max_session_id_size), g.value<CipherSuite>(),
            g.value<std::uint8_t>(),         g.between(0, 9) == 0 ? Extensions::absent() : g.extensions()};
}

Certificate make_certificate(Generator& g) {
    return {g.bytes(0, 40), g.many(0, 4, [&] { return CertificateEntry{g.bytes(1, 600), g.extensions()}; })};
}

CompressedCertificate make_compressed_certificate(Generator& g) {
    return {g.value<CertificateCompressionAlgorithm>(),
            static_cast<std::uint32_t>(g.between(0, max_certificate_message_size)), g.bytes(1, 300)};
}

NewSessionTicket make_new_session_ticket(Generator& g) {
    return {g.value<std::uint32_t>(), g.value<std::uint32_t>(), g.bytes(0, 255), g.bytes(1, 300),
            g.extensions()};
}

} // namespace

void add_messages13(std::vector<Form>& forms) {
    forms.push_back(form("ClientHello",
                         from_hex("0303" + random_hex + "02aabb" + "000413011302" + "0100" + "0009" + "0017" +
                                  "0000" + "fafa" + "000177"),
                         make_client_hello));
    forms.back().complete_prefixes = 1;
    forms.push_back(form("ClientHello12", from_hex("0303" + random_hex + "00" + "0002c02f" + "020100"),
                         make_client_hello));
    forms.push_back(form("ServerHello",
                         from_hex("0303" + random_hex + "02aabb" + "1301" + "00" + "0006" + "002b00020304"),
                         make_server_hello));
    forms.back().complete_prefixes = 1;
    forms.push_back(
        form<EncryptedExtensions>("EncryptedExtensions", from_hex("000400000000"),
                                  [](Generator& g) { return EncryptedExtensions{g.extensions()}; }));
    forms.push_back(form<CertificateRequest>(
        "CertificateRequest", from_hex("01cc0008000d000400020403"),
        [](Generator& g) { return CertificateRequest{g.bytes(0, 255), g.extensions(2)}; }));
    forms.push_back(form("Certificate",
                         from_hex("01cc"
                                  "00000f"
                                  "000003"
                                  "303132"
                                  "0000"
                                  "000002"
                                  "4041"
                                  "0000"),
                         make_certificate));
    forms.push_back(form("CompressedCertificate",
                         from_hex("0001"
                                  "000123"
                                  "000004"
                                  "01020304"),
                         make_compressed_certificate));
    forms.push_back(
        form<CertificateVerify>("CertificateVerify", from_hex("08040003010203"), [](Generator& g) {
            return CertificateVerify{g.value<SignatureScheme>(), g.bytes(0, 300)};
        }));
    forms.push_back(form<Finished>("Finished", from_hex(random_hex),
                                   [](Generator& g) { return Finished{g.bytes(0, 64)}; }));
    forms.back().open_ended = true;
    forms.push_back(form("NewSessionTicket",
                         from_hex("00001c20"
                                  "01020304"
                                  "020001"
                                  "0003a0a1a2"
                                  "0008"
                                  "002a000400004000"),
                         make_new_session_ticket));
    forms.push_back(form<KeyUpdate>("KeyUpdate", from_hex("01"), [](Generator& g) {
        return KeyUpdate{static_cast<KeyUpdateRequest>(g.between(0, 1))};
    }));
    forms.push_back(form<EndOfEarlyData>("EndOfEarlyData", {}, [](Generator&) { return EndOfEarlyData{}; }));
}

} // namespace pavise::messages
