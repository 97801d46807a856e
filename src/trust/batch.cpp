#include "trust/batch.hpp"

#include "base/pem.hpp"

#include <algorithm>

namespace pavise::trust {

namespace {

std::uint16_t as_detail(std::size_t place) {
    return static_cast<std::uint16_t>(std::min<std::size_t>(place, UINT16_MAX));
}

bool is_certificate_label(std::string_view label) {
    return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE";
}

Status read_block(Batch& batch, const PemBlock& block) {
    if (block.label == "X509 CRL") {
        PAVISE_LET(CrlPtr crl, Crl::parse(block.contents.view()));
        batch.crls.push_back(std::move(crl));
        return {};
    }
    Bytes der = block.contents.view();
    if (block.label == "TRUSTED CERTIFICATE") {
        // OpenSSL's form: the certificate, then its own auxiliary data.
        der::Reader reader(der);
        const auto first = reader.element();
        if (!first) return fail(ErrorCode::certificate_not_read);
        der = first->encoding;
    }
    auto certificate = Certificate::parse(der);
    if (!certificate) return fail(ErrorCode::certificate_not_read);
    batch.certificates.push_back(*std::move(certificate));
    return {};
}

} // namespace

Result<Batch> read_pem_batch(std::string_view text, Malformed malformed) {
    PAVISE_LET(const std::vector<PemBlock> blocks, read_pem(text));
    Batch batch;
    std::size_t number = 0;
    for (const PemBlock& block : blocks) {
        if (!is_certificate_label(block.label) && block.label != "X509 CRL") continue;
        ++number;
        const Status status = read_block(batch, block);
        if (status) continue;
        if (malformed == Malformed::fails) return fail(status.error().code, as_detail(number));
        ++batch.unreadable;
    }
    return batch;
}

Result<Batch> read_der_batch(Bytes der) {
    Batch batch;
    der::Reader reader(der);
    while (!reader.empty()) {
        const std::uint16_t number = as_detail(batch.certificates.size() + 1);
        const auto element = reader.element();
        if (!element) return fail(ErrorCode::certificate_not_read, number);
        auto certificate = Certificate::parse(element->encoding);
        if (!certificate) return fail(ErrorCode::certificate_not_read, number);
        batch.certificates.push_back(std::move(*certificate));
    }
    return batch;
}

Result<Batch> read_batch(Bytes contents, Malformed malformed) {
    if (looks_like_pem(contents)) return read_pem_batch(as_text(contents), malformed);
    auto certificates = read_der_batch(contents);
    if (certificates) return certificates;
    if (auto crl = Crl::parse(contents)) {
        Batch batch;
        batch.crls.push_back(std::move(*crl));
        return batch;
    }
    // Something that is neither PEM nor DER has no certificate that could be malformed.
    constexpr auto sequence = static_cast<std::uint8_t>(der::Tag::sequence);
    if (contents.empty() || contents[0] != sequence) return fail(ErrorCode::no_certificate_found);
    return certificates;
}

} // namespace pavise::trust
