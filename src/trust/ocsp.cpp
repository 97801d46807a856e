#include "trust/ocsp.hpp"

#include "crypto/guard.hpp"
#include "trust/botan_form.hpp"
#include "trust/botan_restrictions.hpp"
#include "trust/path_checks.hpp"

#include <botan/certstor.h>
#include <botan/ocsp.h>
#include <botan/x509path.h>

#include <algorithm>

namespace pavise::trust {

namespace {

using Botan::Certificate_Status_Code;

// Precondition: `code` is not OCSP_RESPONSE_GOOD.
ErrorCode error_of(Certificate_Status_Code code) {
    switch (code) {
    case Certificate_Status_Code::CERT_IS_REVOKED: return ErrorCode::certificate_revoked;
    case Certificate_Status_Code::OCSP_CERT_NOT_LISTED: return ErrorCode::ocsp_certificate_not_covered;
    case Certificate_Status_Code::OCSP_BAD_STATUS: return ErrorCode::ocsp_status_unknown;
    case Certificate_Status_Code::OCSP_NOT_YET_VALID: return ErrorCode::ocsp_not_yet_valid;
    case Certificate_Status_Code::OCSP_HAS_EXPIRED:
    case Certificate_Status_Code::OCSP_IS_TOO_OLD: return ErrorCode::ocsp_expired;
    case Certificate_Status_Code::OCSP_RESPONSE_INVALID: return ErrorCode::ocsp_response_malformed;
    default: return ErrorCode::ocsp_signature_invalid;
    }
}

// The verified chain as Botan holds it: a responder is trusted by what stands above it there, and by nothing
// else.
Result<std::vector<Botan::X509_Certificate>> botan_chain(const VerifiedChain& chain, std::size_t from) {
    std::vector<Botan::X509_Certificate> certificates;
    for (std::size_t place = from; place < chain.certificates.size(); ++place) {
        PAVISE_LET(const BotanForm* form, chain.certificates[place]->botan_form());
        certificates.push_back(form->certificate());
    }
    return certificates;
}

Status judge(const Botan::OCSP::Response& response, const std::vector<Botan::X509_Certificate>& chain,
             std::size_t place, Timestamp time) {
    Botan::Certificate_Store_In_Memory issuers;
    for (std::size_t above = 1; above < chain.size(); ++above) issuers.add_certificate(chain[above]);
    const auto statuses = Botan::PKIX::check_ocsp(chain, {response}, {&issuers}, time, ocsp_restrictions());
    if (statuses.empty() || statuses.front().empty())
        return fail_at(place, ErrorCode::ocsp_certificate_not_covered);
    // Several codes mean that the responder was not accepted: the worst one is the last.
    const Certificate_Status_Code worst = *statuses.front().rbegin();
    if (worst == Certificate_Status_Code::OCSP_RESPONSE_GOOD) return {};
    return fail_at(place, error_of(worst));
}

} // namespace

Status check_ocsp_response(Bytes response, const VerifiedChain& chain, std::size_t place, Timestamp time) {
    if (place + 1 >= chain.certificates.size()) return fail(ErrorCode::bad_argument);
    if (response.size() > max_ocsp_response_size) return fail_at(place, ErrorCode::ocsp_response_malformed);
    PAVISE_LET(const auto certificates, botan_chain(chain, place));
    const Status status = crypto::guarded(ErrorCode::ocsp_response_malformed, [&]() -> Status {
        const Botan::OCSP::Response decoded(response.data(), response.size());
        if (decoded.status() != Botan::OCSP::Response_Status_Code::Successful)
            return fail_at(place, ErrorCode::ocsp_response_unsuccessful);
        return judge(decoded, certificates, place, time);
    });
    if (!status && status.error().code == ErrorCode::ocsp_response_malformed)
        return fail_at(place, ErrorCode::ocsp_response_malformed);
    return status;
}

Status check_stapled_responses(std::span<const Bytes> responses, const VerifiedChain& chain, Timestamp time) {
    // RFC 7633 §4.2.1; a certificate that is trusted as it stands needs nobody's word.
    const bool leaf_stapled = !responses.empty() && !responses.front().empty();
    if (chain.certificates.size() > 1 && chain.leaf()->must_staple() && !leaf_stapled)
        return fail(ErrorCode::must_staple_missing);
    const std::size_t count = std::min(responses.size(), chain.certificates.size() - 1);
    for (std::size_t place = 0; place < count; ++place)
        if (!responses[place].empty()) PAVISE_TRY(check_ocsp_response(responses[place], chain, place, time));
    return {};
}

} // namespace pavise::trust
