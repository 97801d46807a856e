#include "trust/certificate.hpp"

#include "crypto/guard.hpp"
#include "trust/botan_form.hpp"
#include "trust/certificate_decoder.hpp"
#include "trust/fingerprint.hpp"

#include <algorithm>

namespace pavise::trust {

Status BotanForm::decode(Bytes der) {
    std::call_once(decoded_, [&] {
        status_ = crypto::guarded(ErrorCode::malformed_certificate,
                                  [&] { certificate_ = Botan::X509_Certificate(der.data(), der.size()); });
    });
    if (!status_) return Unexpected(status_.error());
    return {};
}

Certificate::Certificate(Private, Bytes der) :
    der_(der.begin(), der.end()),
    botan_form_(std::make_unique<BotanForm>()) {}

Certificate::~Certificate() = default;

Result<std::shared_ptr<const Certificate>> Certificate::parse(Bytes der) {
    if (der.size() > max_certificate_size) return fail(ErrorCode::certificate_too_large);
    auto certificate = std::make_shared<Certificate>(Private{}, der);
    if (!CertificateDecoder(*certificate).decode()) return fail(ErrorCode::malformed_certificate);
    PAVISE_LET(certificate->fingerprint_, sha256(certificate->der()));
    return std::shared_ptr<const Certificate>(std::move(certificate));
}

bool Certificate::self_signed() const noexcept {
    if (!self_issued()) return false;
    if (authority_key_identifier_.empty() || subject_key_identifier_.empty()) return true;
    return as_text(authority_key_identifier_) == as_text(subject_key_identifier_);
}

const Extension* Certificate::extension(std::string_view id) const noexcept {
    const auto found =
        std::ranges::find_if(extensions_, [&](const Extension& item) { return item.id == id; });
    return found == extensions_.end() ? nullptr : &*found;
}

bool Certificate::allows(KeyUsage usage) const noexcept {
    return !key_usage_ || (*key_usage_ >> static_cast<unsigned>(usage) & 1) != 0;
}

Result<const BotanForm*> Certificate::botan_form() const {
    PAVISE_TRY(botan_form_->decode(der_));
    return static_cast<const BotanForm*>(botan_form_.get());
}

} // namespace pavise::trust
