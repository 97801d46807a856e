#include "forms.hpp"
#include "messages/handshake_messages.hpp"
#include "vectors/hex.hpp"

namespace pavise::messages {

using vectors::from_hex;

namespace {

ServerEcdhParams make_ecdh_params(Generator& g) {
    return {g.value<NamedGroup>(), g.bytes(1, 255)};
}
ServerDhParams make_dh_params(Generator& g) {
    return {g.bytes(1, 256), g.bytes(1, 2), g.bytes(1, 256)};
}
DigitallySigned make_signature(Generator& g) {
    return {g.value<SignatureScheme>(), g.bytes(0, 256)};
}

CertificateRequest12 make_certificate_request(Generator& g) {
    return {g.values<ClientCertificateType>(), g.values<SignatureScheme>(),
            g.many(0, 5, [&] { return DistinguishedName{g.bytes(1, 80)}; })};
}

void add_server_key_exchanges(std::vector<Form>& forms) {
    forms.push_back(form<ServerKeyExchange>("ServerKeyExchange", from_hex("0304"),
                                            [](Generator& g) { return ServerKeyExchange{g.bytes(0, 100)}; }));
    forms.back().open_ended = true;
    forms.push_back(form<EcdheServerKeyExchange>(
        "EcdheServerKeyExchange",
        from_hex("03"
                 "001d"
                 "020405"
                 "0804"
                 "0003a0a1a2"),
        [](Generator& g) { return EcdheServerKeyExchange{make_ecdh_params(g), {}, make_signature(g)}; }));
    forms.push_back(form<DheServerKeyExchange>(
        "DheServerKeyExchange",
        from_hex("0002fffd"
                 "000102"
                 "00020809"
                 "0401"
                 "0001a0"),
        [](Generator& g) { return DheServerKeyExchange{make_dh_params(g), {}, make_signature(g)}; }));
    forms.push_back(
        form<PskServerKeyExchange>("PskServerKeyExchange", from_hex("000468696e74"),
                                   [](Generator& g) { return PskServerKeyExchange{g.bytes(0, 50)}; }));
    forms.push_back(form<EcdhePskServerKeyExchange>(
        "EcdhePskServerKeyExchange",
        from_hex("0000"
                 "03"
                 "0017"
                 "020405"),
        [](Generator& g) { return EcdhePskServerKeyExchange{g.bytes(0, 50), make_ecdh_params(g)}; }));
    forms.push_back(form<DhePskServerKeyExchange>(
        "DhePskServerKeyExchange",
        from_hex("000168"
                 "0002fffd"
                 "000102"
                 "00020809"),
        [](Generator& g) { return DhePskServerKeyExchange{g.bytes(0, 50), make_dh_params(g)}; }));
}

void add_client_key_exchanges(std::vector<Form>& forms) {
    forms.push_back(form<ClientKeyExchange>("ClientKeyExchange", from_hex("020405"),
                                            [](Generator& g) { return ClientKeyExchange{g.bytes(0, 100)}; }));
    forms.back().open_ended = true;
    forms.push_back(
        form<EcdheClientKeyExchange>("EcdheClientKeyExchange", from_hex("020405"),
                                     [](Generator& g) { return EcdheClientKeyExchange{g.bytes(1, 255)}; }));
    forms.push_back(
        form<DheClientKeyExchange>("DheClientKeyExchange", from_hex("00020809"),
                                   [](Generator& g) { return DheClientKeyExchange{g.bytes(1, 256)}; }));
    forms.push_back(
        form<PskClientKeyExchange>("PskClientKeyExchange", from_hex("0003706f6f"),
                                   [](Generator& g) { return PskClientKeyExchange{g.bytes(0, 128)}; }));
    forms.push_back(form<EcdhePskClientKeyExchange>(
        "EcdhePskClientKeyExchange",
        from_hex("0003706f6f"
                 "020405"),
        [](Generator& g) { return EcdhePskClientKeyExchange{g.bytes(0, 128), {g.bytes(1, 255)}}; }));
    forms.push_back(form<DhePskClientKeyExchange>(
        "DhePskClientKeyExchange",
        from_hex("0003706f6f"
                 "00020809"),
        [](Generator& g) { return DhePskClientKeyExchange{g.bytes(0, 128), {g.bytes(1, 256)}}; }));
}

} // namespace

void add_messages12(std::vector<Form>& forms) {
    forms.push_back(form<HelloRequest>("HelloRequest", {}, [](Generator&) { return HelloRequest{}; }));
    forms.push_back(
        form<ServerHelloDone>("ServerHelloDone", {}, [](Generator&) { return ServerHelloDone{}; }));
    forms.push_back(form<Certificate12>("Certificate12",
                                        from_hex("00000b"
                                                 "000003"
                                                 "303132"
                                                 "000002"
                                                 "4041"),
                                        [](Generator& g) {
                                            return Certificate12{g.many(
                                                0, 5, [&] { return Asn1Certificate{g.bytes(1, 600)}; })};
                                        }));
    forms.push_back(form<RawPublicKeyCertificate12>(
        "RawPublicKeyCertificate12", from_hex("000003303132"),
        [](Generator& g) { return RawPublicKeyCertificate12{g.bytes(1, 300)}; }));
    forms.push_back(form<CertificateStatus>("CertificateStatus",
                                            from_hex("01"
                                                     "000003303132"),
                                            [](Generator& g) { return CertificateStatus{g.bytes(1, 600)}; }));
    forms.push_back(form("CertificateRequest12",
                         from_hex("020140"
                                  "000404030804"
                                  "0007"
                                  "0002a0a1"
                                  "0001b0"),
                         make_certificate_request));
    forms.push_back(form<NewSessionTicket12>(
        "NewSessionTicket12",
        from_hex("00001c20"
                 "0003a0a1a2"),
        [](Generator& g) { return NewSessionTicket12{g.value<std::uint32_t>(), g.bytes(0, 300)}; }));
    add_server_key_exchanges(forms);
    add_client_key_exchanges(forms);
}

} // namespace pavise::messages
