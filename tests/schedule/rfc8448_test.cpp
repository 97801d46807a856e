// The key schedule against every trace of RFC 8448: secrets, keys, Finished, binders, and the records that
// they protect.
#include "schedule/key_schedule13.hpp"
#include "schedule/support.hpp"
#include "schedule/traffic_keys.hpp"
#include "schedule/transcript.hpp"
#include "vectors/rfc8448.hpp"

namespace pavise::schedule {
namespace {

using namespace testing;
using vectors::rfc8448::Sender;
using vectors::rfc8448::Trace;

constexpr std::size_t record_header_size = 5;
constexpr std::size_t message_header_size = 4;

class Rfc8448 : public ::testing::TestWithParam<Trace> {
  protected:
    const Trace& trace = GetParam();
    std::unique_ptr<crypto::Hmac> hmac = make_hmac(HashId::sha256);
    Transcript transcript = *Transcript::start(provider(), HashId::sha256);

    void add(std::string_view message) { transcript.add(from_hex(message)); }
    void add_hellos() {
        add(trace.client_hello);
        if (!trace.hello_retry_request.empty()) {
            ASSERT_TRUE(transcript.restart_with_message_hash());
            add(trace.hello_retry_request);
            add(trace.client_hello_2);
        }
        add(trace.server_hello);
    }
    void add_server_flight() {
        for (const auto message :
             {trace.encrypted_extensions, trace.certificate_request, trace.server_certificate,
              trace.server_certificate_verify, trace.server_finished})
            add(message);
    }
    void add_client_flight() {
        for (const auto message : {trace.end_of_early_data, trace.client_certificate,
                                   trace.client_certificate_verify, trace.client_finished})
            add(message);
    }
    ByteVector hash() const {
        const auto digest = transcript.hash();
        return digest ? ByteVector(digest->begin(), digest->end()) : ByteVector();
    }
    ByteVector psk_or_zeros() const { return trace.psk.empty() ? ByteVector(32) : from_hex(trace.psk); }
    EarlyStage early() const { return *EarlyStage::start(provider(), HashId::sha256, psk_or_zeros()); }
    HandshakeStage handshake() const { return *early().to_handshake(from_hex(trace.shared_secret)); }
    MasterStage master() const { return *handshake().to_master(); }

    void expect_keys(std::string_view secret, std::string_view key, std::string_view iv) {
        if (secret.empty()) return;
        const auto keys = traffic_keys(*hmac, crypto::AeadId::aes_128_gcm, from_hex(secret));
        ASSERT_TRUE(keys);
        EXPECT_EQ(to_hex(keys->key.view()), key);
        EXPECT_EQ(to_hex(keys->iv.view()), iv);
    }
    // verify_data of `finished` from its base key, over the transcript so far.
    void expect_finished(std::string_view base_key, std::string_view finished_key,
                         std::string_view finished) {
        EXPECT_EQ(hex_of(derive_secret(*hmac, from_hex(base_key), "finished", {})), finished_key);
        EXPECT_EQ(hex_of(finished_mac(*hmac, from_hex(base_key), hash())),
                  finished.substr(2 * message_header_size));
    }
};

INSTANTIATE_TEST_SUITE_P(All, Rfc8448, ::testing::ValuesIn(vectors::rfc8448::traces),
                         [](const auto& test) { return "section_" + std::to_string(test.index + 3); });

TEST_P(Rfc8448, extracts_the_secrets_of_the_three_stages) {
    const ByteVector zeros(32);
    HashSecret secret(32);
    ASSERT_TRUE(hkdf_extract(*hmac, zeros, psk_or_zeros(), secret.mutable_view()));
    EXPECT_EQ(to_hex(secret.view()), trace.early_secret);
    for (const auto& [input, expected] : {std::pair(from_hex(trace.shared_secret), trace.handshake_secret),
                                          std::pair(zeros, trace.master_secret)}) {
        auto stage = StageSecret(make_hmac(HashId::sha256), secret.clone()).next(input);
        ASSERT_TRUE(stage);
        const auto salt =
            derive_secret(*hmac, secret.view(), "derived", empty_transcript_hash(HashId::sha256));
        ASSERT_TRUE(salt);
        ASSERT_TRUE(hkdf_extract(*hmac, salt->view(), input, secret.mutable_view()));
        EXPECT_EQ(to_hex(secret.view()), expected);
        EXPECT_EQ(hex_of(stage->derive("label", zeros)),
                  hex_of(derive_secret(*hmac, secret.view(), "label", zeros)));
    }
}

class Rfc8448WithPsk : public Rfc8448 {};
INSTANTIATE_TEST_SUITE_P(Section4, Rfc8448WithPsk, ::testing::Values(vectors::rfc8448::resumed_0rtt));

TEST_P(Rfc8448WithPsk, derives_the_early_secrets) {
    constexpr std::size_t binders_size = 2 + 1 + 32;
    const ByteVector client_hello = from_hex(trace.client_hello);
    const auto binder_hash =
        transcript.hash_with(Bytes(client_hello).first(client_hello.size() - binders_size));
    EXPECT_EQ(hex_of(binder_hash), trace.binder_hash);
    const EarlyStage stage = early();
    const auto binder_key = stage.binder_key(PskKind::resumption);
    EXPECT_EQ(hex_of(binder_key), trace.binder_key);
    EXPECT_EQ(hex_of(finished_mac(stage.hmac(), binder_key->view(), *binder_hash)), trace.binder);

    add(trace.client_hello);
    EXPECT_EQ(to_hex(hash()), trace.client_hello_hash);
    EXPECT_EQ(hex_of(stage.client_early_traffic_secret(hash())), trace.client_early_traffic_secret);
    EXPECT_EQ(hex_of(stage.early_exporter_master_secret(hash())), trace.early_exporter_master_secret);
    expect_keys(trace.client_early_traffic_secret, trace.client_early_key, trace.client_early_iv);
}

TEST_P(Rfc8448, derives_the_handshake_secrets) {
    add_hellos();
    EXPECT_EQ(to_hex(hash()), trace.server_hello_hash);
    const auto secrets = handshake().traffic_secrets(hash());
    ASSERT_TRUE(secrets);
    EXPECT_EQ(to_hex(secrets->client.view()), trace.client_handshake_traffic_secret);
    EXPECT_EQ(to_hex(secrets->server.view()), trace.server_handshake_traffic_secret);
    expect_keys(trace.client_handshake_traffic_secret, trace.client_handshake_key, trace.client_handshake_iv);
    expect_keys(trace.server_handshake_traffic_secret, trace.server_handshake_key, trace.server_handshake_iv);
}

TEST_P(Rfc8448, derives_the_application_secrets) {
    add_hellos();
    add_server_flight();
    EXPECT_EQ(to_hex(hash()), trace.server_finished_hash);
    const MasterStage stage = master();
    const auto secrets = stage.application_traffic_secrets(hash());
    ASSERT_TRUE(secrets);
    EXPECT_EQ(to_hex(secrets->client.view()), trace.client_application_traffic_secret);
    EXPECT_EQ(to_hex(secrets->server.view()), trace.server_application_traffic_secret);
    EXPECT_EQ(hex_of(stage.exporter_master_secret(hash())), trace.exporter_master_secret);
    expect_keys(trace.client_application_traffic_secret, trace.client_application_key,
                trace.client_application_iv);
    expect_keys(trace.server_application_traffic_secret, trace.server_application_key,
                trace.server_application_iv);

    add_client_flight();
    EXPECT_EQ(to_hex(hash()), trace.client_finished_hash);
    EXPECT_EQ(hex_of(stage.resumption_master_secret(hash())), trace.resumption_master_secret);
}

TEST_P(Rfc8448, computes_both_finished) {
    add_hellos();
    for (const auto message : {trace.encrypted_extensions, trace.certificate_request,
                               trace.server_certificate, trace.server_certificate_verify})
        add(message);
    expect_finished(trace.server_handshake_traffic_secret, trace.server_finished_key, trace.server_finished);
    add(trace.server_finished);
    for (const auto message :
         {trace.end_of_early_data, trace.client_certificate, trace.client_certificate_verify})
        add(message);
    expect_finished(trace.client_handshake_traffic_secret, trace.client_finished_key, trace.client_finished);
}

class Rfc8448WithTicket : public Rfc8448 {};
INSTANTIATE_TEST_SUITE_P(Section3, Rfc8448WithTicket, ::testing::Values(vectors::rfc8448::simple_1rtt));

TEST_P(Rfc8448WithTicket, derives_the_psk_of_a_ticket) {
    EXPECT_EQ(
        hex_of(resumption_psk(*hmac, from_hex(trace.resumption_master_secret), from_hex(trace.ticket_nonce))),
        trace.resumption_psk);
}

// One direction and epoch of the record protection, just enough to open the records of the traces.
struct Opener {
    std::unique_ptr<crypto::Aead> aead;
    ByteVector iv;
    std::uint8_t sequence = 0;

    Opener(std::string_view key, std::string_view iv_hex) : iv(from_hex(iv_hex)) {
        if (!key.empty())
            aead = *provider().aead(crypto::AeadId::aes_128_gcm, crypto::AeadUse::open, from_hex(key));
    }
    // The contents in hex, without content type; "" when the record does not open.
    std::string open(Bytes record) {
        if (!aead) return "";
        ByteVector nonce = iv;
        nonce.back() = static_cast<std::uint8_t>(nonce.back() ^ sequence);
        const Bytes protected_part = record.subspan(record_header_size);
        ByteVector data(protected_part.begin(), protected_part.end() - 16);
        if (!aead->open(nonce, record.first(record_header_size), data, protected_part.last(16))) return "";
        ++sequence;
        data.pop_back();
        return to_hex(data);
    }
};

TEST_P(Rfc8448, keys_open_the_records_of_the_trace) {
    Opener openers[]{
        {trace.client_early_key, trace.client_early_iv},
        {trace.client_handshake_key, trace.client_handshake_iv},
        {trace.client_application_key, trace.client_application_iv},
        {trace.server_handshake_key, trace.server_handshake_iv},
        {trace.server_application_key, trace.server_application_iv},
    };
    std::string client_contents;
    std::string server_contents;
    for (const auto& record : trace.records) {
        const ByteVector bytes = from_hex(record.bytes);
        if (bytes[0] != static_cast<std::uint8_t>(ContentType::application_data)) continue;
        const std::span<Opener> candidates = record.sender == Sender::client
                                                 ? std::span<Opener>(openers).first(3)
                                                 : std::span<Opener>(openers).last(2);
        std::string contents;
        for (Opener& opener : candidates)
            if (contents.empty()) contents = opener.open(bytes);
        EXPECT_NE(contents, "") << record.bytes;
        (record.sender == Sender::client ? client_contents : server_contents) += contents;
    }
    constexpr std::string_view close_notify = "0100";
    const auto joined = [](std::initializer_list<std::string_view> parts) {
        std::string all;
        for (const std::string_view part : parts) all += part;
        return all;
    };
    EXPECT_EQ(client_contents, joined({trace.early_data, trace.end_of_early_data, trace.client_certificate,
                                       trace.client_certificate_verify, trace.client_finished,
                                       trace.client_application_data, close_notify}));
    EXPECT_EQ(server_contents,
              joined({trace.encrypted_extensions, trace.certificate_request, trace.server_certificate,
                      trace.server_certificate_verify, trace.server_finished, trace.new_session_ticket,
                      trace.server_application_data, close_notify}));
}

} // namespace
} // namespace pavise::schedule
