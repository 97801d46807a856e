#include "forms.hpp"
#include "messages/extension/all.hpp"
#include "vectors/hex.hpp"

#include <algorithm>

namespace pavise::messages {

using vectors::from_hex;

namespace {

template <class X> X make_empty(Generator&) {
    return {};
}
template <class X> X make_opaque(Generator& g) {
    return {g.bytes(0, 100)};
}
template <class X> X make_value(Generator& g) {
    return {g.value<decltype(X::value)>()};
}
template <class X> X make_list(Generator& g) {
    using Value = std::remove_cvref_t<decltype(*X{}.values.begin())>;
    return {g.values<Value>()};
}

KeyShareClientHello make_key_shares(Generator& g) {
    std::vector<KeyShareEntry> shares;
    for (const NamedGroup group : g.distinct<NamedGroup>(0, 6)) shares.push_back({group, g.bytes(1, 300)});
    return {g.keep(std::move(shares))};
}

OfferedPsks make_offered_psks(Generator& g) {
    const std::size_t count = g.between(1, 5);
    return {g.many(count, count, [&] { return PskIdentity{g.bytes(1, 200), g.value<std::uint32_t>()}; }),
            g.many(count, count, [&] { return PskBinderEntry{g.bytes(32, 255)}; })};
}

Bytes make_host_name(Generator& g) {
    ByteVector name(g.between(1, ServerName::max_host_name_size));
    for (std::uint8_t& byte : name) byte = static_cast<std::uint8_t>(g.between('a', 'z'));
    return g.keep(std::move(name));
}

} // namespace

void add_hello_extensions(std::vector<Form>& forms) {
    forms.push_back(form<ServerName>("ServerName",
                                     from_hex("0006"
                                              "00"
                                              "0003612e62"),
                                     [](Generator& g) { return ServerName{make_host_name(g)}; }));
    forms.back().skips = "names of types that nobody defined yet (RFC 6066 §3)";
    forms.push_back(form("ServerNameAck", {}, make_empty<ServerNameAck>));
    forms.push_back(form("SupportedVersions", from_hex("0403040303"), make_list<SupportedVersions>));
    forms.push_back(form("SelectedVersion", from_hex("0304"), make_value<SelectedVersion>));
    forms.push_back(form("SupportedGroups", from_hex("000611ec001d0017"), make_list<SupportedGroups>));
    forms.push_back(form("SignatureAlgorithms", from_hex("000408040403"), make_list<SignatureAlgorithms>));
    forms.push_back(
        form("SignatureAlgorithmsCert", from_hex("00020401"), make_list<SignatureAlgorithmsCert>));
    forms.push_back(form("PskKeyExchangeModes", from_hex("020100"), make_list<PskKeyExchangeModes>));
    forms.push_back(form("EcPointFormats", from_hex("0100"), make_list<EcPointFormats>));
    forms.push_back(form("KeyShareClientHello",
                         from_hex("000c"
                                  "001d0003010203"
                                  "0a0a000100"),
                         make_key_shares));
    forms.push_back(
        form<KeyShareServerHello>("KeyShareServerHello", from_hex("001d0003010203"), [](Generator& g) {
            return KeyShareServerHello{{g.value<NamedGroup>(), g.bytes(1, 1665)}};
        }));
    forms.push_back(
        form("KeyShareHelloRetryRequest", from_hex("0018"), make_value<KeyShareHelloRetryRequest>));
    forms.push_back(
        form<Cookie>("Cookie", from_hex("0003c0c1c2"), [](Generator& g) { return Cookie{g.bytes(1, 300)}; }));
    forms.push_back(form("OfferedPsks",
                         from_hex("0009"
                                  "0003d0d1d2"
                                  "01020304"
                                  "0021"
                                  "20" +
                                  std::string(64, 'e')),
                         make_offered_psks));
    forms.push_back(form("SelectedPsk", from_hex("0001"), make_value<SelectedPsk>));
    forms.push_back(form("EarlyData", {}, make_empty<EarlyData>));
    forms.push_back(form("MaxEarlyDataSize", from_hex("00004000"), make_value<MaxEarlyDataSize>));
    forms.push_back(form<AlpnProtocols>("AlpnProtocols",
                                        from_hex("000c"
                                                 "026832"
                                                 "08687474702f312e31"),
                                        [](Generator& g) {
                                            return AlpnProtocols{
                                                g.many(1, 5, [&] { return ProtocolName{g.bytes(1, 255)}; })};
                                        }));
    forms.push_back(form<AlpnSelected>("AlpnSelected",
                                       from_hex("0003"
                                                "026832"),
                                       [](Generator& g) { return AlpnSelected{g.bytes(1, 255)}; }));
    forms.push_back(form("PostHandshakeAuth", {}, make_empty<PostHandshakeAuth>));
    forms.push_back(form("ExtendedMasterSecret", {}, make_empty<ExtendedMasterSecret>));
    forms.push_back(form("EncryptThenMac", {}, make_empty<EncryptThenMac>));
    forms.push_back(form<RecordSizeLimit>("RecordSizeLimit", from_hex("4001"), [](Generator& g) {
        return RecordSizeLimit{static_cast<std::uint16_t>(g.between(RecordSizeLimit::least, 65535))};
    }));
    forms.push_back(form<MaxFragmentLength>("MaxFragmentLength", from_hex("04"), [](Generator& g) {
        return MaxFragmentLength{static_cast<std::uint8_t>(g.between(1, 4))};
    }));
    forms.push_back(form<Padding>("Padding", from_hex("000000"),
                                  [](Generator& g) { return Padding{g.between(0, 300)}; }));
    forms.back().open_ended = true;
    forms.push_back(form("SessionTicketExtension", from_hex("d0d1"), make_opaque<SessionTicketExtension>));
    forms.back().open_ended = true;
    forms.push_back(
        form("QuicTransportParameters", from_hex("010480001000"), make_opaque<QuicTransportParameters>));
    forms.back().open_ended = true;
    forms.push_back(form<RenegotiationInfo>("RenegotiationInfo", from_hex("020102"),
                                            [](Generator& g) { return RenegotiationInfo{g.bytes(0, 255)}; }));
}

void add_certificate_extensions(std::vector<Form>& forms) {
    forms.push_back(form<StatusRequest>("StatusRequest",
                                        from_hex("01"
                                                 "0004"
                                                 "0002a0a1"
                                                 "0001b0"),
                                        [](Generator& g) {
                                            // Types other than ocsp have a request of any form.
                                            return g.between(0, 1) == 0
                                                       ? StatusRequest{}
                                                       : StatusRequest{CertificateStatusType::ocsp_multi,
                                                                       g.bytes(0, 50)};
                                        }));
    forms.push_back(form("StatusRequestAck", {}, make_empty<StatusRequestAck>));
    forms.push_back(form<OcspStaple>("OcspStaple",
                                     from_hex("01"
                                              "000003303132"),
                                     [](Generator& g) { return OcspStaple{g.bytes(1, 900)}; }));
    forms.push_back(form("SctRequest", {}, make_empty<SctRequest>));
    forms.push_back(form<SctList>(
        "SctList",
        from_hex("0007"
                 "0002a0a1"
                 "0001b0"),
        [](Generator& g) { return SctList{g.many(1, 4, [&] { return SerializedSct{g.bytes(1, 120)}; })}; }));
    forms.push_back(form<CertificateAuthorities>(
        "CertificateAuthorities",
        from_hex("0007"
                 "0002a0a1"
                 "0001b0"),
        [](Generator& g) {
            return CertificateAuthorities{g.many(1, 6, [&] { return DistinguishedName{g.bytes(1, 90)}; })};
        }));
    forms.push_back(form<OidFilters>(
        "OidFilters",
        from_hex("000c"
                 "03551d0f"
                 "000203a8"
                 "01aa"
                 "0000"),
        [](Generator& g) {
            return OidFilters{g.many(0, 4, [&] { return OidFilter{g.bytes(1, 20), g.bytes(0, 40)}; })};
        }));
    forms.push_back(form("CompressCertificate", from_hex("0400020001"), make_list<CompressCertificate>));
    forms.push_back(form("ClientCertificateTypes", from_hex("020200"), make_list<ClientCertificateTypes>));
    forms.push_back(form("ServerCertificateTypes", from_hex("020200"), make_list<ServerCertificateTypes>));
    forms.push_back(
        form("SelectedClientCertificateType", from_hex("02"), make_value<SelectedClientCertificateType>));
    forms.push_back(
        form("SelectedServerCertificateType", from_hex("02"), make_value<SelectedServerCertificateType>));
    forms.push_back(
        form("DelegatedCredentialRequest", from_hex("00020403"), make_list<DelegatedCredentialRequest>));
    forms.push_back(form<DelegatedCredential>(
        "DelegatedCredential",
        from_hex("00093a80"
                 "0807"
                 "000003303132"
                 "0403"
                 "0002f0f1"),
        [](Generator& g) {
            return DelegatedCredential{g.value<std::uint32_t>(), g.value<SignatureScheme>(), g.bytes(1, 200),
                                       g.value<SignatureScheme>(), g.bytes(1, 200)};
        }));
}

void add_ech(std::vector<Form>& forms) {
    forms.push_back(form<EncryptedClientHello>("EncryptedClientHello",
                                               from_hex("00"
                                                        "00010003"
                                                        "2a"
                                                        "0002e0e1"
                                                        "0003f0f1f2"),
                                               [](Generator& g) {
                                                   return EncryptedClientHello{
                                                       EchClientHelloType::outer,
                                                       {g.value<std::uint16_t>(), g.value<std::uint16_t>()},
                                                       g.value<std::uint8_t>(),
                                                       g.bytes(0, 100),
                                                       g.bytes(1, 300)};
                                               }));
    forms.push_back(form("EncryptedClientHelloInner", from_hex("01"), make_empty<EncryptedClientHello>));
    forms.push_back(form<EchRetryConfigs>("EchRetryConfigs",
                                          from_hex("000a"
                                                   "fe0d0002a0a1"
                                                   "0a0a0000"),
                                          [](Generator& g) {
                                              return EchRetryConfigs{g.many(1, 4, [&] {
                                                  return EchConfig{g.value<std::uint16_t>(), g.bytes(0, 120)};
                                              })};
                                          }));
    forms.push_back(form<EchConfigContents>(
        "EchConfigContents",
        from_hex("2a"
                 "0020"
                 "0002e0e1"
                 "0004"
                 "00010003"
                 "40"
                 "01"
                 "61"
                 "0004"
                 "00000000"),
        [](Generator& g) {
            return EchConfigContents{g.value<std::uint8_t>(),
                                     g.value<std::uint16_t>(),
                                     g.bytes(1, 70),
                                     g.many(1, 4,
                                            [&] {
                                                return HpkeSymmetricCipherSuite{g.value<std::uint16_t>(),
                                                                                g.value<std::uint16_t>()};
                                            }),
                                     g.value<std::uint8_t>(),
                                     g.bytes(1, 255),
                                     g.extensions()};
        }));
    forms.push_back(
        form<EchHelloRetryRequest>("EchHelloRetryRequest", from_hex("0102030405060708"), [](Generator& g) {
            EchHelloRetryRequest retry;
            for (std::uint8_t& byte : retry.confirmation) byte = g.value<std::uint8_t>();
            return retry;
        }));
    forms.push_back(form("EchOuterExtensions", from_hex("04000d0033"), make_list<EchOuterExtensions>));
}

bool Form::keeps(Bytes bytes, Bytes written) const {
    if (skips.empty() || std::ranges::equal(bytes, written)) return std::ranges::equal(bytes, written);
    const auto again = rewrite(written); // what is left once something was skipped is kept whole
    return written.size() < bytes.size() && again && std::ranges::equal(*again, written);
}

const std::vector<Form>& all_forms() {
    static const std::vector<Form> forms = [] {
        std::vector<Form> all;
        add_messages13(all);
        add_messages12(all);
        add_hello_extensions(all);
        add_certificate_extensions(all);
        add_ech(all);
        return all;
    }();
    return forms;
}

} // namespace pavise::messages
