#include "schedule/ech.hpp"

#include "base/try.hpp"
#include "schedule/hkdf.hpp"

namespace pavise::schedule {

Result<EchConfirmation> ech_confirmation(const crypto::Provider& provider, crypto::HashId hash,
                                         EchConfirmationPlace place, Bytes inner_random,
                                         Bytes transcript_hash) {
    const std::string_view label = place == EchConfirmationPlace::server_hello
                                       ? "ech accept confirmation"
                                       : "hrr ech accept confirmation";
    PAVISE_LET(const auto hmac, provider.hmac(hash));
    HashSecret extracted(digest_size(hash));
    // 'HKDF-Extract(0, ClientHelloInner.random) … "0" indicates a string of Hash.length bytes set to zero'
    PAVISE_TRY(hkdf_extract(*hmac, hash_length_zeros(hash), inner_random, extracted.mutable_view()));
    EchConfirmation confirmation{};
    PAVISE_TRY(hkdf_expand_label(*hmac, extracted.view(), label, transcript_hash, confirmation));
    return confirmation;
}

ByteVector ech_info(Bytes ech_config) {
    constexpr std::string_view label = "tls ech";
    ByteVector info(label.begin(), label.end());
    info.push_back(0);
    info.insert(info.end(), ech_config.begin(), ech_config.end());
    return info;
}

} // namespace pavise::schedule
