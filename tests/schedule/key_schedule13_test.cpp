#include "schedule/key_schedule13.hpp"

#include "schedule/support.hpp"

namespace pavise::schedule {
namespace {

using namespace testing;

// A stage that was left is gone: an lvalue has no way to the next stage.
template <class Stage>
concept goes_on_as_lvalue = requires(Stage& stage, Bytes secret) { stage.to_handshake(secret); } ||
                            requires(Stage& stage) { stage.to_master(); };
template <class Stage>
concept goes_on_as_rvalue = requires(Stage stage, Bytes secret) { std::move(stage).to_handshake(secret); } ||
                            requires(Stage stage) { std::move(stage).to_master(); };
static_assert(!goes_on_as_lvalue<EarlyStage> && goes_on_as_rvalue<EarlyStage>);
static_assert(!goes_on_as_lvalue<HandshakeStage> && goes_on_as_rvalue<HandshakeStage>);
static_assert(!goes_on_as_rvalue<MasterStage>);

template <class T>
constexpr bool moves_and_is_never_copied =
    std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
    !std::is_copy_constructible_v<T>;
static_assert(moves_and_is_never_copied<EarlyStage>);
static_assert(moves_and_is_never_copied<HandshakeStage>);
static_assert(moves_and_is_never_copied<MasterStage>);
static_assert(moves_and_is_never_copied<TrafficSecrets>);

EarlyStage early_stage(Bytes psk) {
    auto stage = EarlyStage::start(provider(), HashId::sha256, psk);
    if (!stage) throw std::runtime_error("no early stage");
    return *std::move(stage);
}

TEST(KeySchedule13, has_a_binder_label_for_each_kind_of_psk) {
    const EarlyStage stage = early_stage(ByteVector(32, 7));
    const std::string external = hex_of(stage.binder_key(PskKind::external));
    const std::string resumption = hex_of(stage.binder_key(PskKind::resumption));
    const std::string imported = hex_of(stage.binder_key(PskKind::imported));
    EXPECT_NE(external, resumption);
    EXPECT_NE(resumption, imported);
    EXPECT_NE(imported, external);
}

// An empty PSK would be the same as none: HMAC pads keys with zeros, and an all-zero PSK is what "none"
// means.
TEST(KeySchedule13, refuses_an_empty_psk) {
    EXPECT_EQ(error_of(EarlyStage::start(provider(), HashId::sha256, Bytes())), ErrorCode::bad_argument);
}

TEST(KeySchedule13, starts_again_over_the_same_hmac) {
    EarlyStage refused = early_stage(ByteVector(32, 7));
    auto again = EarlyStage::start(std::move(refused).release_hmac(), hash_length_zeros(HashId::sha256));
    auto fresh = EarlyStage::start(provider(), HashId::sha256);
    ASSERT_TRUE(again && fresh);
    const ByteVector hash(32, 1);
    EXPECT_EQ(hex_of(again->client_early_traffic_secret(hash)),
              hex_of(fresh->client_early_traffic_secret(hash)));
}

TEST(KeySchedule13, without_key_exchange_takes_zeros) {
    const ByteVector psk(32, 7);
    const ByteVector hash(32, 1);
    auto psk_only = early_stage(psk).to_handshake_without_key_exchange();
    auto zeros = early_stage(psk).to_handshake(ByteVector(32));
    auto other = early_stage(psk).to_handshake(ByteVector(32, 9));
    ASSERT_TRUE(psk_only && zeros && other);
    const auto client_secret = [&](const HandshakeStage& stage) {
        const auto secrets = stage.traffic_secrets(hash);
        return secrets ? to_hex(secrets->client.view()) : "failed";
    };
    EXPECT_EQ(client_secret(*psk_only), client_secret(*zeros));
    EXPECT_NE(client_secret(*psk_only), client_secret(*other));
}

TEST(KeySchedule13, gives_secrets_of_48_bytes_with_sha384) {
    auto early = EarlyStage::start(provider(), HashId::sha384);
    ASSERT_TRUE(early);
    auto handshake = std::move(*early).to_handshake(ByteVector(32, 9));
    ASSERT_TRUE(handshake);
    auto master = std::move(*handshake).to_master();
    ASSERT_TRUE(master);
    const auto secrets = master->application_traffic_secrets(ByteVector(48, 1));
    ASSERT_TRUE(secrets);
    EXPECT_EQ(secrets->client.size(), 48u);
    EXPECT_NE(to_hex(secrets->client.view()), to_hex(secrets->server.view()));
    EXPECT_NE(std::move(*master).release_hmac(), nullptr);
}

} // namespace
} // namespace pavise::schedule
