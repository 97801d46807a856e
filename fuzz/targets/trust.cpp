// Certificates, lists, keys and names, as files and peers give them.
#include "base/pem.hpp"
#include "crypto/signing_key.hpp"
#include "dictionary.hpp"
#include "handshake/credential.hpp"
#include "shape/der.hpp"
#include "target.hpp"
#include "trust/certificate.hpp"
#include "trust/crl.hpp"
#include "trust/mint.hpp"
#include "trust/name_match.hpp"
#include "trust/ocsp.hpp"
#include "trust/trust_store.hpp"
#include "trust/verify.hpp"
#include "world.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

void read_certificate(Bytes bytes) {
    const auto certificate = trust::Certificate::parse(bytes);
    if (!certificate) return;
    must_hold(std::ranges::equal((*certificate)->der(), bytes), "a certificate keeps its bytes");
    (void)crypto::botan_provider().public_key((*certificate)->subject_public_key_info());
    const auto name = trust::ReferenceName::from_dns_name("server.test");
    (void)trust::match_name(**certificate, *name);
    (void)trust::match_name(**certificate, *name, trust::CommonNamePolicy::when_no_dns_name);
}

ByteVector crl_seed() {
    testing::SeededRng rng(11);
    trust::CrlSpec spec{testing::test_time, testing::test_time + std::chrono::hours(24), 1, {}};
    spec.revoked.push_back({{1, 2, 3}, testing::test_time, 1});
    return *trust::mint_crl(spec, testing::authority(), rng);
}

void read_crl(Bytes bytes) {
    // tbsCertList (RFC 5280 §5.1).
    static const ByteVector genuine = written(der_shape(crl_seed())->parts.at(0).parts.at(0));
    const auto crl = trust::Crl::parse(bytes);
    if (!crl) return;
    must_hold(std::ranges::equal((*crl)->der(), bytes), "a list keeps its bytes");
    const auto& authority = *testing::authority().certificate;
    if (!(*crl)->check(authority, authority, testing::test_time)) return;
    must_hold(!std::ranges::search(bytes, genuine).empty(), "only what the authority signed is believed");
}

void read_pem_text(Bytes bytes) {
    const auto blocks = read_pem(as_text(bytes));
    if (!blocks) return;
    for (const PemBlock& block : *blocks) {
        const std::string text = write_pem(block.label, block.contents.view());
        const auto again = read_pem(text);
        must_hold(again && again->size() == 1 && again->front().label == block.label &&
                      std::ranges::equal(again->front().contents.view(), block.contents.view()),
                  "what was read from PEM is written as PEM");
    }
}

// The first byte says how long the password is.
void load_credential(Bytes bytes) {
    Input input(bytes);
    const Bytes password = input.take(input.byte() % 8);
    const Bytes file = input.rest();
    (void)Credential::load(file, file, as_text(password));
}

void match_names(Bytes bytes) {
    Input input(bytes);
    const std::string_view presented = as_text(input.take(input.byte()));
    const std::string_view host = as_text(input.rest());
    const auto reference = trust::ReferenceName::from_host(host);
    (void)trust::a_label_of(host);
    if (!reference || reference->kind() != trust::ReferenceName::Kind::dns) return;
    const auto again = trust::ReferenceName::from_host(reference->text());
    must_hold(again && *again == *reference, "a name in its canonical form stays");
    must_hold(trust::matches_dns_name(reference->text(), reference->text()) ==
                  trust::may_be_dns_name(reference->text()),
              "a name that may be presented matches itself");
    if (trust::matches_dns_name(presented, reference->text()))
        must_hold(trust::may_be_dns_name(presented), "what cannot be a name matches nothing");
}

trust::TrustStorePtr store_with_authority() {
    trust::TrustStore::Builder builder;
    builder.add(testing::authority().certificate);
    return *builder.build();
}

// A chain of certificates, each with its length before it, judged against our authority. What no authority
// signed is not believed, so a chain that is accepted must begin with a leaf that it did sign.
void verify_presented(Bytes bytes) {
    static const trust::TrustStorePtr store = store_with_authority();
    Input input(bytes);
    std::vector<Bytes> chain;
    while (!input.empty() && chain.size() < 6) chain.push_back(input.take(input.word()));
    trust::VerifyOptions options;
    options.store = store.get();
    options.time = testing::test_time;
    const auto verified = trust::verify_chain(chain, options);
    if (!verified) return;
    const ByteVector& genuine = testing::server_credential(crypto::KeyType::ecdsa_p256).data()->chain.front();
    const auto& anchor = testing::authority().der;
    must_hold(std::ranges::equal(chain.front(), genuine) || std::ranges::equal(chain.front(), anchor),
              "only what the authority signed is believed");
}

trust::CertificatePtr server_leaf() {
    return *trust::Certificate::parse(
        testing::server_credential(crypto::KeyType::ecdsa_p256).data()->chain.front());
}

ByteVector ocsp_seed() {
    testing::SeededRng rng(17);
    trust::OcspSpec spec;
    spec.subject = server_leaf();
    spec.issuer = testing::authority().certificate;
    spec.this_update = testing::test_time - std::chrono::hours(1);
    spec.next_update = testing::test_time + std::chrono::hours(24);
    return *trust::mint_ocsp_response(spec, testing::authority(), rng);
}

// tbsResponseData of an OCSPResponse (RFC 6960 §4.2.1): response, responseBytes, response, BasicOCSPResponse,
// and its first field.
ByteVector signed_part(const ByteVector& response) {
    const auto tree = der_shape(response);
    return written(tree->parts.at(0).parts.at(1).parts.at(0).parts.at(1).parts.at(0).parts.at(0));
}

// A response about our leaf: one that is believed says what the authority signed.
void read_ocsp(Bytes bytes) {
    static const trust::VerifiedChain chain{{server_leaf(), testing::authority().certificate}};
    static const ByteVector genuine = signed_part(ocsp_seed());
    if (!trust::check_ocsp_response(bytes, chain, 0, testing::test_time)) return;
    must_hold(!std::ranges::search(bytes, genuine).empty(), "only what the authority signed is believed");
}

ByteVector bytes_of(std::string_view text) {
    const Bytes bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

ByteVector names_seed(std::string_view presented, std::string_view host) {
    ByteVector seed{static_cast<std::uint8_t>(presented.size())};
    for (const std::string_view part : {presented, host})
        for (const char c : part) seed.push_back(static_cast<std::uint8_t>(c));
    return seed;
}

ByteVector chain_seed() {
    const ByteVector& leaf = testing::server_credential(crypto::KeyType::ecdsa_p256).data()->chain.front();
    ByteVector seed;
    for (const ByteVector* certificate : {&leaf, &testing::authority().der}) {
        seed.push_back(static_cast<std::uint8_t>(certificate->size() >> 8));
        seed.push_back(static_cast<std::uint8_t>(certificate->size() & 0xff));
        seed.insert(seed.end(), certificate->begin(), certificate->end());
    }
    return seed;
}

ByteVector credential_seed() {
    const auto& authority = testing::authority();
    ByteVector seed{0};
    const std::string pem = authority.certificate_pem() + *authority.key->pkcs8_pem();
    const Bytes text = as_bytes(pem);
    seed.insert(seed.end(), text.begin(), text.end());
    return seed;
}

// Certificates with a length of 16 bits before each.
std::optional<Node> chain_shape(Bytes bytes) {
    Node chain;
    chain.label = "chain";
    chain.repeats = true;
    for (Input input(bytes); !input.empty();) {
        Node entry;
        entry.label = "certificate";
        entry.length = Length::bits16;
        const Bytes der = input.take(input.word());
        entry.bytes.assign(der.begin(), der.end());
        if (auto inside = der_shape(der)) entry.parts = std::move(inside->parts);
        chain.parts.push_back(std::move(entry));
    }
    return chain;
}

} // namespace

void add_trust_targets(std::vector<Target>& targets) {
    targets.push_back({"certificate",
                       "an X.509 certificate, its key and its names",
                       read_certificate,
                       {testing::authority().der,
                        testing::server_credential(crypto::KeyType::ecdsa_p256).data()->chain.front()},
                       der_shape,
                       der_words});
    targets.push_back({"ocsp", "a stapled OCSP response", read_ocsp, {ocsp_seed()}, der_shape, der_words});
    targets.push_back({"certificate-chain",
                       "a presented chain against our trust store",
                       verify_presented,
                       {chain_seed()},
                       chain_shape,
                       der_words});
    targets.push_back({"crl", "a certificate revocation list", read_crl, {crl_seed()}, der_shape, der_words});
    targets.push_back({"pem",
                       "PEM text",
                       read_pem_text,
                       {bytes_of(testing::authority().certificate_pem())},
                       {},
                       pem_words});
    targets.push_back({"credential",
                       "a file of certificates and a key: PEM, PKCS#8, PKCS#12, encrypted or not",
                       load_credential,
                       {credential_seed()},
                       {},
                       pem_words});
    targets.push_back(
        {"host-name",
         "host names, wildcards and U-labels",
         match_names,
         {names_seed("*.example.org", "www.example.org"), names_seed("xn--bcher-kva.example", "b\xc3\xbc"),
          names_seed("", "192.0.2.1"), names_seed("", "2001:db8::1")},
         {},
         host_name_words});
}

} // namespace pavise::fuzz
