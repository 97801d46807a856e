// Whether a certificate speaks for the name that the application asked for (RFC 9525).
#pragma once

#include "base/fixed_vector.hpp"
#include "trust/certificate.hpp"

#include <string>

namespace pavise::trust {

// The reference identifier (RFC 9525 §6.1): a DNS name or an IP address.
class ReferenceName {
  public:
    enum class Kind : std::uint8_t { dns, ip };

    // An IPv4 or IPv6 literal (no brackets, no zone), or a DNS name of A-labels, with or without its final
    // dot. bad_host_name where it is neither; host_name_not_ascii where it has U-labels (see a_label_of).
    static Result<ReferenceName> from_host(std::string_view host);
    static Result<ReferenceName> from_dns_name(std::string_view name);
    // 4 or 16 bytes.
    static Result<ReferenceName> from_address(Bytes address);

    Kind kind() const noexcept { return kind_; }
    // In lower case and without a final dot; the literal as given for an address.
    const std::string& text() const noexcept { return text_; }
    Bytes address() const noexcept { return address_.view(); } // empty for a DNS name

    friend bool operator==(const ReferenceName&, const ReferenceName&) = default;

  private:
    Kind kind_ = Kind::dns;
    std::string text_;
    FixedVector<std::uint8_t, 16> address_;
};

// RFC 9525 §1.2 and §6.3 leave the common name out. A user of Python's ssl may still expect it.
enum class CommonNamePolicy : std::uint8_t {
    ignore,
    when_no_dns_name, // the common name speaks where the certificate has no dNSName
};

// name_mismatch, or ip_address_mismatch where the reference is an address.
Status match_name(const Certificate& certificate, const ReferenceName& reference,
                  CommonNamePolicy common_name = CommonNamePolicy::ignore);

// RFC 9525 §6.3: letters without case; a wildcard as the complete left-most label stands for exactly one
// label. Stricter than the RFC in one point, as OpenSSL is: at least two labels follow a wildcard ("*.com"
// matches nothing).
bool matches_dns_name(std::string_view presented, std::string_view reference) noexcept;

// Whether a presented name is such that matches_dns_name could ever accept it.
bool may_be_dns_name(std::string_view presented) noexcept;

// The name with every U-label in its Punycode form (RFC 3492), for the message that asks for it. ASCII
// letters are lowered; no other mapping is made, so that it is a hint and not an answer. Nothing where it is
// no UTF-8.
std::optional<std::string> a_label_of(std::string_view host);

} // namespace pavise::trust
