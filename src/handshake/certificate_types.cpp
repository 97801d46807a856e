#include "handshake/certificate_types.hpp"

#include "base/der.hpp"
#include "handshake/credential.hpp"

namespace pavise::handshake {

std::vector<CertificateType> offered_by(const ClientConfig& config) {
    if (config.client_certificate_types) return *config.client_certificate_types;
    std::vector<CertificateType> types;
    for (const Credential& credential : config.credentials)
        if (credential.data() != nullptr && std::ranges::find(types, credential.data()->type) == types.end())
            types.push_back(credential.data()->type);
    return types;
}

Status check_raw_key(Bytes key) {
    der::Reader file(key);
    auto info = file.sequence();
    if (!info || !file.finish() || !info->sequence() || !info->whole_bit_string() || !info->finish())
        return fail(ErrorCode::malformed_raw_key);
    return {};
}

Result<CertificateType> common_type(std::span<const CertificateType> ours,
                                    std::span<const CertificateType> offered) {
    for (const CertificateType type : ours)
        if (std::ranges::find(offered, type) != offered.end()) return type;
    return fail(ErrorCode::no_common_certificate_type);
}

} // namespace pavise::handshake
