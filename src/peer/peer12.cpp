#include "peer/peer12.hpp"

#include "base/try.hpp"
#include "engine/protection12.hpp"
#include "messages/finished.hpp"

#include <algorithm>
#include <array>

namespace pavise::peer {

bool is_cbc(CipherSuite suite) {
    const auto row = crypto::suite12(suite);
    return row && std::holds_alternative<crypto::CbcMac>(row->protection);
}

Peer12::Peer12(Role role, Link& link, const crypto::Provider& provider, Rng& rng) :
    Peer(role, link, provider, rng) {
    change_cipher_spec_is_an_event_ = true;
}

void Peer12::use_suite12(CipherSuite suite) {
    if (!ok()) return;
    suite_ = crypto::suite12(suite);
    if (!suite_) return complain(name_of(suite) + " is no suite of TLS 1.2 that this peer speaks");
    hmac_ = must(provider().hmac(suite_->prf), "making the PRF");
}

void Peer12::derive_keys12(Bytes pre_master_secret, MasterSecret kind) {
    if (ok() && !suite_) complain("no suite was chosen, hence there is no master secret");
    if (!ok()) return;
    const schedule::HelloRandoms randoms{client_random_, server_random_};
    const crypto::Digest hash = hash_transcript(suite_->prf, {});
    const HashSecret secret =
        must(kind == MasterSecret::extended
                 ? schedule::extended_master_secret(*hmac_, pre_master_secret, hash.view())
                 : schedule::master_secret(*hmac_, pre_master_secret, randoms),
             "deriving the master secret");
    if (ok()) use_master_secret(secret.view());
}

void Peer12::use_master_secret(Bytes master_secret) {
    if (ok() && !suite_) complain("no suite was chosen, hence there are no keys");
    if (!ok()) return;
    master_secret_.assign(master_secret.begin(), master_secret.end());
    schedule::KeyBlockSizes sizes;
    if (const auto* cbc = std::get_if<crypto::CbcMac>(&suite_->protection)) {
        sizes.mac_key = crypto::digest_size(cbc->mac);
        sizes.key = crypto::cbc_key_size(cbc->cipher);
    } else {
        const auto aead = std::get<crypto::AeadId>(suite_->protection);
        sizes.key = crypto::aead_key_size(aead);
        sizes.fixed_iv =
            aead == crypto::AeadId::chacha20_poly1305 ? crypto::aead_nonce_size : 4; // RFC 7905, RFC 5288
    }
    auto keys = schedule::key_block(*hmac_, master_secret_, {client_random_, server_random_}, sizes);
    if (!keys) return complain_of(keys.error(), "deriving the key block");
    keys_.emplace(*std::move(keys));
}

void Peer12::protect_writing() {
    if (ok() && !keys_) complain("these keys were not derived");
    if (!ok()) return;
    const schedule::WriteKeys& keys = role() == Role::client ? keys_->client : keys_->server;
    if (const auto* cbc = std::get_if<crypto::CbcMac>(&suite_->protection)) {
        auto key = engine::cbc_key(provider(), *cbc, crypto::AeadUse::seal, keys);
        if (!key) return complain_of(key.error(), "changing write keys");
        return port().write_with(CbcSealer(*std::move(key), mac_order_, rng()));
    }
    auto made = engine::write_protection12(provider(), *suite_, keys, rng());
    if (!made) return complain_of(made.error(), "changing write keys");
    port().write_with(*std::move(made));
}

void Peer12::protect_reading() {
    if (ok() && !keys_) complain("these keys were not derived");
    if (!ok()) return;
    const schedule::WriteKeys& keys = role() == Role::client ? keys_->server : keys_->client;
    const auto* cbc = std::get_if<crypto::CbcMac>(&suite_->protection);
    if (cbc != nullptr && mac_order_ == MacOrder::mac_then_encrypt) {
        auto key = engine::cbc_key(provider(), *cbc, crypto::AeadUse::open, keys);
        if (!key) return complain_of(key.error(), "changing read keys");
        return port().read_with(CbcOpener(*std::move(key)));
    }
    auto made = engine::read_protection12(provider(), *suite_, keys);
    if (!made) return complain_of(made.error(), "changing read keys");
    port().read_with(*std::move(made));
}

ByteVector Peer12::seal_cbc(ContentType type, Bytes content, const CbcDraft& draft) {
    return must(port().seal_cbc(type, content, draft), "sealing a record");
}

void Peer12::change_write_keys() {
    send_record(ContentType::change_cipher_spec, std::array<std::uint8_t, 1>{1});
    protect_writing();
}

void Peer12::expect_change_cipher_spec() {
    const auto event = next();
    if (!ok()) return;
    if (!event || event->type != ContentType::change_cipher_spec)
        return complain("expected change_cipher_spec, got " + describe(event));
    protect_reading();
}

ByteVector Peer12::verify_data(Role sender) {
    if (ok() && master_secret_.empty()) complain("there is no master secret for a Finished");
    if (!ok()) return {};
    const crypto::Digest hash = hash_transcript(suite_->prf, {});
    const auto compute = sender == Role::client ? schedule::client_verify_data : schedule::server_verify_data;
    const auto data = must(compute(*hmac_, master_secret_, hash.view()), "computing a Finished");
    return ByteVector(data.begin(), data.end());
}

void Peer12::send_finished12(const CbcDraft& record) {
    const ByteVector message = finished12().message();
    add_to_transcript(message);
    send_bytes(seal_cbc(ContentType::handshake, message, record));
}

void Peer12::expect_finished12() {
    const ByteVector expected = verify_data(other());
    const auto finished = expect<messages::Finished>();
    if (ok() && !std::ranges::equal(finished.verify_data, expected))
        complain("the other side's Finished does not verify");
}

ByteVector Peer12::signed_params(Bytes params) const {
    ByteVector content(client_random_.begin(), client_random_.end());
    append(content, server_random_);
    append(content, params);
    return content;
}

} // namespace pavise::peer
