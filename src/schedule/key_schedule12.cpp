#include "schedule/key_schedule12.hpp"

#include "base/try.hpp"
#include "wire/writer.hpp"

#include <algorithm>

namespace pavise::schedule {

namespace {

constexpr std::string_view master_secret_label = "master secret";
constexpr std::string_view extended_master_secret_label = "extended master secret";
constexpr std::string_view key_expansion_label = "key expansion";
constexpr std::string_view client_finished_label = "client finished";
constexpr std::string_view server_finished_label = "server finished";

// RFC 5705 §4: labels "MUST NOT collide with existing PRF labels".
constexpr std::array reserved_labels{master_secret_label, extended_master_secret_label, key_expansion_label,
                                     client_finished_label, server_finished_label};

constexpr std::size_t max_key_block_size =
    2 * (max_mac_key_size + crypto::max_aead_key_size + max_fixed_iv_size);

Result<VerifyData12> verify_data(crypto::Hmac& hmac, Bytes master_secret, std::string_view label,
                                 Bytes transcript_hash) noexcept {
    VerifyData12 out{};
    PAVISE_TRY(prf(hmac, master_secret, label, transcript_hash, {}, out));
    return out;
}

// Takes the next bytes of the key block.
template <std::size_t Capacity>
void take(Bytes& block, FixedSecret<Capacity>& out, std::size_t size) noexcept {
    out = FixedSecret<Capacity>(block.first(size));
    block = block.subspan(size);
}

} // namespace

Status prf(crypto::Hmac& hmac, Bytes secret, std::string_view label, Bytes seed, Bytes seed_rest,
           MutableBytes out) noexcept {
    const std::size_t hash_size = digest_size(hmac.hash());
    const auto add_seed = [&] {
        hmac.update(as_bytes(label));
        hmac.update(seed);
        hmac.update(seed_rest);
    };
    FixedSecret<crypto::max_digest_size> a(hash_size);      // A(i)
    FixedSecret<crypto::max_digest_size> output(hash_size); // HMAC_hash(secret, A(i) + seed)
    PAVISE_TRY(hmac.set_key(secret));
    add_seed();
    PAVISE_TRY(hmac.finish(a.mutable_view()));
    for (;;) {
        hmac.update(a.view());
        add_seed();
        PAVISE_TRY(hmac.finish(output.mutable_view()));
        const std::size_t taken = std::min(out.size(), hash_size);
        std::copy_n(output.view().begin(), taken, out.begin());
        out = out.subspan(taken);
        if (out.empty()) return {};
        hmac.update(a.view());
        PAVISE_TRY(hmac.finish(a.mutable_view()));
    }
}

Result<SecretVector> psk_pre_master_secret(Bytes other_secret, Bytes psk) {
    if (other_secret.size() > 0xffff || psk.empty() || psk.size() > max_psk_size)
        return fail(ErrorCode::bad_argument);
    SecretVector out(2 + other_secret.size() + 2 + psk.size());
    MutableBytes rest = out.mutable_view();
    for (const Bytes part : {other_secret, psk}) {
        rest[0] = static_cast<std::uint8_t>(part.size() >> 8);
        rest[1] = static_cast<std::uint8_t>(part.size());
        std::copy(part.begin(), part.end(), rest.begin() + 2);
        rest = rest.subspan(2 + part.size());
    }
    return out;
}

Result<SecretVector> plain_psk_pre_master_secret(Bytes psk) {
    return psk_pre_master_secret(ByteVector(psk.size()), psk);
}

Result<HashSecret> master_secret(crypto::Hmac& hmac, Bytes pre_master_secret,
                                 const HelloRandoms& randoms) noexcept {
    HashSecret out(master_secret_size);
    PAVISE_TRY(prf(hmac, pre_master_secret, master_secret_label, randoms.client, randoms.server,
                   out.mutable_view()));
    return out;
}

Result<HashSecret> extended_master_secret(crypto::Hmac& hmac, Bytes pre_master_secret,
                                          Bytes session_hash) noexcept {
    HashSecret out(master_secret_size);
    PAVISE_TRY(
        prf(hmac, pre_master_secret, extended_master_secret_label, session_hash, {}, out.mutable_view()));
    return out;
}

Result<KeyBlock> key_block(crypto::Hmac& hmac, Bytes master_secret, const HelloRandoms& randoms,
                           const KeyBlockSizes& sizes) noexcept {
    if (sizes.mac_key > max_mac_key_size || sizes.key > crypto::max_aead_key_size ||
        sizes.fixed_iv > max_fixed_iv_size)
        return fail(ErrorCode::bad_argument);
    FixedSecret<max_key_block_size> block(2 * (sizes.mac_key + sizes.key + sizes.fixed_iv));
    // RFC 5246 §6.3: here the server's random comes first.
    PAVISE_TRY(
        prf(hmac, master_secret, key_expansion_label, randoms.server, randoms.client, block.mutable_view()));
    KeyBlock keys;
    Bytes rest = block.view();
    take(rest, keys.client.mac_key, sizes.mac_key);
    take(rest, keys.server.mac_key, sizes.mac_key);
    take(rest, keys.client.key, sizes.key);
    take(rest, keys.server.key, sizes.key);
    take(rest, keys.client.fixed_iv, sizes.fixed_iv);
    take(rest, keys.server.fixed_iv, sizes.fixed_iv);
    return keys;
}

Result<VerifyData12> client_verify_data(crypto::Hmac& hmac, Bytes master_secret,
                                        Bytes transcript_hash) noexcept {
    return verify_data(hmac, master_secret, client_finished_label, transcript_hash);
}

Result<VerifyData12> server_verify_data(crypto::Hmac& hmac, Bytes master_secret,
                                        Bytes transcript_hash) noexcept {
    return verify_data(hmac, master_secret, server_finished_label, transcript_hash);
}

Status export_keying_material12(crypto::Hmac& hmac, Bytes master_secret, const HelloRandoms& randoms,
                                std::string_view label, std::optional<Bytes> context, MutableBytes out) {
    if (std::ranges::find(reserved_labels, label) != reserved_labels.end())
        return fail(ErrorCode::bad_argument);
    ByteVector seed_rest;
    wire::Writer writer(seed_rest);
    writer.bytes(randoms.server);
    if (context) {
        if (context->size() > 0xffff) return fail(ErrorCode::bad_argument);
        writer.vector16(*context);
    }
    return prf(hmac, master_secret, label, randoms.client, seed_rest, out);
}

} // namespace pavise::schedule
