#include "trust/ocsp.hpp"

#include "pki.hpp"

#include <gtest/gtest.h>

namespace pavise::trust {
namespace {

using testing::day;
using testing::expect_minted;
using testing::leaf_spec;
using testing::Pki;
using testing::today;

struct Stapling : Pki {
    OcspSpec spec;
    VerifiedChain chain;

    template <class Bend> explicit Stapling(Bend&& bend) : Pki(bend) {
        auto verified = verify();
        EXPECT_TRUE(verified) << describe(verified.error());
        if (verified) chain = std::move(*verified);
        spec.subject = leaf.certificate;
        spec.issuer = intermediate.certificate;
        spec.this_update = today - day;
        spec.next_update = today + day;
    }
    Stapling() : Stapling([](Pki&) {}) {}

    ByteVector response(const Minted& signer) {
        auto minted = mint_ocsp_response(spec, signer, rng);
        EXPECT_TRUE(minted);
        return std::move(*minted);
    }
    Error check(const Minted& signer, Timestamp time = today) {
        const Status status = check_ocsp_response(response(signer), chain, 0, time);
        return status ? testing::verified : status.error();
    }
};

Error at_leaf(ErrorCode code) {
    return {code, 0};
}

TEST(Ocsp, TheIssuersWordIsTaken) {
    Stapling s;
    EXPECT_EQ(s.check(s.intermediate), testing::verified);
    s.spec.verdict = OcspVerdict::revoked;
    s.spec.revoked_at = today - 2 * day;
    EXPECT_EQ(s.check(s.intermediate), at_leaf(ErrorCode::certificate_revoked));
    s.spec.verdict = OcspVerdict::unknown;
    EXPECT_EQ(s.check(s.intermediate), at_leaf(ErrorCode::ocsp_status_unknown));
}

TEST(Ocsp, AnIntermediateHasAPlace) {
    Stapling s;
    s.spec.subject = s.intermediate.certificate;
    s.spec.issuer = s.root.certificate;
    EXPECT_TRUE(check_ocsp_response(s.response(s.root), s.chain, 1, today));
    s.spec.verdict = OcspVerdict::revoked;
    EXPECT_EQ(check_ocsp_response(s.response(s.root), s.chain, 1, today).error(),
              (Error{ErrorCode::certificate_revoked, 1}));
    EXPECT_EQ(check_ocsp_response(s.response(s.root), s.chain, 2, today).error().code,
              ErrorCode::bad_argument)
        << "the anchor has no issuer in the chain";
}

TEST(Ocsp, ResponsesHaveATime) {
    Stapling s;
    EXPECT_EQ(s.check(s.intermediate, s.spec.this_update - day), at_leaf(ErrorCode::ocsp_not_yet_valid));
    EXPECT_EQ(s.check(s.intermediate, *s.spec.next_update + day), at_leaf(ErrorCode::ocsp_expired));
    s.spec.next_update.reset();
    s.spec.this_update = today - max_ocsp_age;
    EXPECT_EQ(s.check(s.intermediate), testing::verified);
    s.spec.this_update = today - max_ocsp_age - std::chrono::seconds(1);
    EXPECT_EQ(s.check(s.intermediate), at_leaf(ErrorCode::ocsp_expired));
}

TEST(Ocsp, ADelegatedResponderNeedsThePurposeAndTheSameIssuer) {
    const char* const ocsp_signing = "1.3.6.1.5.5.7.3.9";
    Stapling s;
    const auto responder = [&](std::vector<std::string> purposes, const Minted& issuer) {
        CertificateSpec spec = leaf_spec("responder.example");
        spec.extended_key_usages = std::move(purposes);
        return expect_minted(mint(spec, issuer, s.rng));
    };
    const auto check_by = [&](const Minted& signer) {
        s.spec.certificates = {signer.certificate};
        return s.check(signer);
    };
    EXPECT_EQ(check_by(responder({ocsp_signing}, s.intermediate)), testing::verified);
    EXPECT_EQ(check_by(responder({"1.3.6.1.5.5.7.3.1"}, s.intermediate)),
              at_leaf(ErrorCode::ocsp_signature_invalid));
    EXPECT_EQ(check_by(responder({"2.5.29.37.0"}, s.intermediate)),
              at_leaf(ErrorCode::ocsp_signature_invalid));
    EXPECT_EQ(check_by(responder({ocsp_signing}, s.root)), at_leaf(ErrorCode::ocsp_signature_invalid));
    const Minted stranger = responder({ocsp_signing}, s.intermediate);
    s.spec.certificates.clear();
    EXPECT_EQ(s.check(stranger), at_leaf(ErrorCode::ocsp_signature_invalid))
        << "its certificate was not sent along";
}

TEST(Ocsp, AForgedSignatureIsRefused) {
    Stapling s;
    Pki impostor([](Pki& p) { p.rng = testing::RepeatableRng(99); });
    EXPECT_EQ(s.check(impostor.intermediate), at_leaf(ErrorCode::ocsp_signature_invalid));
}

TEST(Ocsp, AResponseForAnotherCertificateSaysNothing) {
    Stapling s;
    s.spec.subject = s.root.certificate;
    EXPECT_EQ(s.check(s.intermediate), at_leaf(ErrorCode::ocsp_certificate_not_covered));
}

TEST(Ocsp, ErrorsOfTheResponderAreNoStatus) {
    Stapling s;
    const ByteVector try_later{0x30, 0x03, 0x0a, 0x01, 0x03};
    EXPECT_EQ(check_ocsp_response(try_later, s.chain, 0, today).error().code,
              ErrorCode::ocsp_response_unsuccessful);
}

TEST(Ocsp, SurvivesEveryGarbledByteAndTruncation) {
    Stapling s;
    const ByteVector sound = s.response(s.intermediate);
    for (std::size_t i = 0; i < sound.size(); ++i) {
        EXPECT_FALSE(check_ocsp_response(Bytes(sound).first(i), s.chain, 0, today));
        ByteVector garbled = sound;
        garbled[i] = static_cast<std::uint8_t>(garbled[i] ^ 1u << (i % 8));
        EXPECT_FALSE(check_ocsp_response(garbled, s.chain, 0, today)) << "byte " << i;
    }
}

TEST(Ocsp, ResponsesHaveALargestSize) {
    Stapling s;
    // Certificates that nobody needs fill it up; the last one to the byte.
    CertificateSpec filler = leaf_spec("filler.example");
    filler.extensions = {{"1.2.3.4", false, {}}};
    const auto padded = [&](std::size_t padding) {
        filler.extensions[0].value.assign(padding, 0);
        testing::RepeatableRng same(5);
        s.spec.certificates = {expect_minted(mint_self_signed(filler, same)).certificate};
        s.rng = testing::RepeatableRng(6);
        return s.response(s.intermediate);
    };
    std::size_t padding = max_ocsp_response_size - 2000;
    for (int round = 0; round < 20 && padded(padding).size() != max_ocsp_response_size; ++round)
        padding += max_ocsp_response_size - padded(padding).size();
    const ByteVector largest = padded(padding);
    ASSERT_EQ(largest.size(), max_ocsp_response_size);
    EXPECT_TRUE(check_ocsp_response(largest, s.chain, 0, today));
    ByteVector larger = largest;
    larger.push_back(0);
    EXPECT_EQ(check_ocsp_response(larger, s.chain, 0, today).error(),
              at_leaf(ErrorCode::ocsp_response_malformed));
}

TEST(Ocsp, MustStapleIsHonoured) {
    Stapling lax;
    EXPECT_TRUE(check_stapled_responses({}, lax.chain, today));
    Stapling s([](Pki& p) { p.leaf_spec.must_staple = true; });
    EXPECT_EQ(check_stapled_responses({}, s.chain, today).error(), at_leaf(ErrorCode::must_staple_missing));
    const ByteVector sound = s.response(s.intermediate);
    const std::vector<Bytes> for_the_intermediate_alone{{}, sound};
    EXPECT_EQ(check_stapled_responses(for_the_intermediate_alone, s.chain, today).error(),
              at_leaf(ErrorCode::must_staple_missing));
    const std::vector<Bytes> for_the_leaf{sound, {}, sound, sound};
    EXPECT_TRUE(check_stapled_responses(for_the_leaf, s.chain, today)) << "nothing is asked of the anchor";
    const std::vector<Bytes> swapped{sound, sound};
    // The intermediate answers for the leaf, and its own issuer for it.
    EXPECT_EQ(check_stapled_responses(swapped, s.chain, today).error(),
              (Error{ErrorCode::ocsp_signature_invalid, 1}));
}

} // namespace
} // namespace pavise::trust
