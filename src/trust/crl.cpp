#include "trust/crl.hpp"

#include "crypto/guard.hpp"
#include "trust/botan_form.hpp"
#include "trust/certificate_decoder.hpp"
#include "trust/fingerprint.hpp"

#include <botan/x509_crl.h>
#include <botan/x509path.h>

#include <algorithm>
#include <array>

namespace pavise::trust {

struct Crl::BotanList {
    Botan::X509_CRL list;
};

Crl::Crl(Private, Bytes der) : der_(der.begin(), der.end()), botan_list_(std::make_unique<BotanList>()) {}
Crl::~Crl() = default;

Result<std::shared_ptr<const Crl>> Crl::parse(Bytes der) {
    auto crl = std::make_shared<Crl>(Private{}, der);
    if (!crl->decode()) return fail(ErrorCode::malformed_crl);
    PAVISE_TRY(crypto::guarded(ErrorCode::malformed_crl,
                               [&] { crl->botan_list_->list = Botan::X509_CRL(crl->der_); }));
    PAVISE_LET(crl->fingerprint_, sha256(crl->der()));
    return std::shared_ptr<const Crl>(std::move(crl));
}

// Whose list it is and when it holds (RFC 5280 §5.1); Botan reads the rest.
Status Crl::decode() {
    der::Reader outer(der_);
    PAVISE_LET(der::Reader list, outer.sequence());
    PAVISE_TRY(outer.finish());
    PAVISE_LET(der::Reader tbs, list.sequence());
    if (tbs.next_is(der::Tag::integer)) PAVISE_TRY(tbs.small_integer());
    PAVISE_TRY(tbs.sequence()); // the signature's algorithm
    PAVISE_LET(const der::Element issuer, tbs.element(der::Tag::sequence));
    PAVISE_LET(issuer_, decode_name(issuer.encoding));
    canonical_issuer_ = issuer_.canonical();
    PAVISE_LET(this_update_, decode_time(tbs));
    if (tbs.next_is(der::Tag::utc_time) || tbs.next_is(der::Tag::generalized_time)) {
        PAVISE_LET(const Timestamp next_update, decode_time(tbs));
        next_update_ = next_update;
    }
    return {};
}

namespace {

struct CrlVerdict {
    Botan::Certificate_Status_Code status;
    ErrorCode error;
};

// In the order in which they are reported. A list that names the certificate is believed even if it is old,
// for nothing is ever taken off for the better, but not if it is badly signed.
constexpr std::array crl_verdicts{
    CrlVerdict{Botan::Certificate_Status_Code::CRL_BAD_SIGNATURE, ErrorCode::crl_signature_invalid},
    CrlVerdict{Botan::Certificate_Status_Code::CA_CERT_NOT_FOR_CRL_ISSUER, ErrorCode::issuer_may_not_sign},
    CrlVerdict{Botan::Certificate_Status_Code::CRL_NOT_YET_VALID, ErrorCode::crl_not_yet_valid},
    CrlVerdict{Botan::Certificate_Status_Code::CERT_IS_REVOKED, ErrorCode::certificate_revoked},
    CrlVerdict{Botan::Certificate_Status_Code::CRL_HAS_EXPIRED, ErrorCode::crl_expired},
};

// Botan does not look for a certificate in a list that states another identifier of the issuer's key than the
// certificate does, and says that it is not on it. An authority with two certificates can have two
// identifiers for its key; what counts is that the key signed the list (RFC 5280 §6.3.3 (g)) and that the
// serial number stands on it (j).
bool names_under_another_identifier(const Botan::X509_CRL& list, const Botan::X509_Certificate& subject) {
    if (list.authority_key_id() == subject.authority_key_id()) return false;
    return std::ranges::any_of(list.get_revoked(), [&](const Botan::CRL_Entry& entry) {
        return entry.serial() == subject.serial();
    });
}

} // namespace

Status Crl::check(const Certificate& subject, const Certificate& issuer, Timestamp time) const {
    PAVISE_LET(const BotanForm* subject_form, subject.botan_form());
    PAVISE_LET(const BotanForm* issuer_form, issuer.botan_form());
    return crypto::guarded(ErrorCode::crl_signature_invalid, [&]() -> Status {
        const std::vector<Botan::X509_Certificate> pair{subject_form->certificate(),
                                                        issuer_form->certificate()};
        const std::vector<std::optional<Botan::X509_CRL>> lists{botan_list_->list, std::nullopt};
        const auto statuses = Botan::PKIX::check_crl(pair, lists, time);
        if (statuses.empty()) return fail(ErrorCode::crl_missing);
        for (const CrlVerdict& verdict : crl_verdicts)
            if (statuses.front().contains(verdict.status)) return fail(verdict.error);
        if (!statuses.front().contains(Botan::Certificate_Status_Code::VALID_CRL_CHECKED))
            return fail(ErrorCode::crl_missing);
        if (names_under_another_identifier(botan_list_->list, subject_form->certificate()))
            return fail(ErrorCode::certificate_revoked);
        return {};
    });
}

} // namespace pavise::trust
