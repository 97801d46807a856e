// Path building and validation (RFC 5280 §6): from the certificates that a peer presented to one we trust.
#pragma once

#include "trust/name_match.hpp"
#include "trust/trust_store.hpp"

namespace pavise::trust {

enum class Purpose : std::uint8_t {
    any,         // no look at extended key usage
    server_auth, // the peer is a TLS server
    client_auth, // the peer is a TLS client
};

enum class AnchorPolicy : std::uint8_t {
    self_signed,   // a chain ends at a self-signed certificate of the store
    partial_chain, // … or at any certificate of the store, an intermediate or the leaf itself
};

enum class RevocationPolicy : std::uint8_t {
    ignore,      // lists in the store are not looked at
    leaf,        // the leaf must be covered by a current CRL of its issuer, also where it is an anchor itself
    whole_chain, // … and every certificate but the anchor
};

enum class Profile : std::uint8_t {
    usual,
    strict, // the additional checks of RFC 5280's profile that OpenSSL calls X509_STRICT
};

// Enough for every public hierarchy (three or four certificates), and little enough to bound the work.
inline constexpr std::size_t max_chain_length = 10;
// How many certificates a peer may present; what it sends beyond a chain is for path building.
inline constexpr std::size_t max_presented_certificates = 32;
// How many candidate paths are validated, and how many steps the search for them takes, before it gives up.
inline constexpr std::size_t max_candidate_paths = 16;
inline constexpr std::size_t max_path_steps = 200;

struct VerifyOptions {
    const TrustStore* store = nullptr; // what is trusted; must outlive the call
    Timestamp time{};                  // at which the chain must be valid
    Purpose purpose = Purpose::server_auth;
    std::optional<ReferenceName> name;
    CommonNamePolicy common_name = CommonNamePolicy::ignore;
    AnchorPolicy anchors = AnchorPolicy::self_signed;
    RevocationPolicy revocation = RevocationPolicy::ignore;
    Profile profile = Profile::usual;
    // CA/Browser Forum baseline, and 112 bits of NIST SP 800-57; an RFC's old test vectors need less.
    std::size_t minimum_rsa_bits = 2048;
};

// From the peer's own certificate to the anchor, both included.
struct VerifiedChain {
    std::vector<CertificatePtr> certificates;

    const CertificatePtr& leaf() const noexcept { return certificates.front(); }
    const CertificatePtr& anchor() const noexcept { return certificates.back(); }
};

// `presented` begins with the peer's own certificate; the others may come in any order and may be too many.
//
// Where several paths can be built, the first valid one is returned; where none is valid, the error is that
// of the first path tried (through the store before through what the peer sent). The error's detail is the
// place of the failing certificate in its path: 0 for the peer's own. Of several faults in one path the first
// is reported in this order: no trusted issuer; extensions, CA rights and purpose; weak keys and hashes;
// name; revocation; signatures and validity from the anchor down; name constraints.
//
// Thread-safe. Time and memory are bounded by the constants above, whatever was presented.
Result<VerifiedChain> verify_chain(std::span<const Bytes> presented, const VerifyOptions& options);
// The same for certificates that were decoded already.
Result<VerifiedChain> verify_chain(std::span<const CertificatePtr> presented, const VerifyOptions& options);

} // namespace pavise::trust
