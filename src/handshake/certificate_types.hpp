// Whether each side shows a certificate or a raw public key (RFC 7250; RFC 8446 §4.4.2).
#pragma once

#include "base/try.hpp"
#include "messages/extension/negotiation.hpp"

#include <pavise/config.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

namespace pavise::handshake {

// RFC 7250 §4.1: a list of "the default X.509 certificate type" alone "MUST" not be sent.
inline bool is_default_alone(std::span<const CertificateType> types) {
    return types.size() == 1 && types.front() == CertificateType::x509;
}

// What a client offers to show: what its config says, else the types of its credentials.
std::vector<CertificateType> offered_by(const ClientConfig& config);

// What the extension `Offered` of a ClientHello offers; without it, X.509.
template <class Offered>
Result<std::vector<CertificateType>> types_offered(const messages::Extensions& hello) {
    PAVISE_LET(const auto offered, hello.get<Offered>());
    if (!offered) return std::vector{CertificateType::x509};
    std::vector<CertificateType> types(offered->values.begin(), offered->values.end());
    if (is_default_alone(types)) return fail(ErrorCode::default_certificate_type_alone);
    return types;
}

// What the extension `Selected` of the server's answer selects out of what we offered; without it, X.509,
// which we may not have offered.
template <class Selected>
Result<CertificateType> type_selected(const messages::Extensions& answer,
                                      std::span<const CertificateType> offered) {
    PAVISE_LET(const auto selected, answer.get<Selected>());
    if (!selected) return CertificateType::x509;
    if (std::ranges::find(offered, selected->value) == offered.end())
        return fail(ErrorCode::certificate_type_not_offered, static_cast<std::uint16_t>(selected->value));
    return selected->value;
}

// Whether `key` looks like a SubjectPublicKeyInfo (RFC 7250 §3): malformed_raw_key.
Status check_raw_key(Bytes key);

// The first of `ours` that the peer offers too. Errors: no_common_certificate_type.
Result<CertificateType> common_type(std::span<const CertificateType> ours,
                                    std::span<const CertificateType> offered);

} // namespace pavise::handshake
