#include "trust/oids.hpp"
#include "trust/path_checks.hpp"
#include "trust/text.hpp"

#include <algorithm>

namespace pavise::trust {

namespace {

// Many names below an issuer with many constraints ask for their product in comparisons. OpenSSL and Botan
// allow twice as many for one certificate; this is for the whole path, and honest ones stay below a thousand.
constexpr std::size_t max_comparisons = 1u << 15;

// What names view that were made here. Growing moves the vectors, and leaves their bytes where they are.
using Kept = std::vector<ByteVector>;

struct Constraints {
    std::vector<GeneralName> permitted;
    std::vector<GeneralName> excluded;
    Kept kept;
};

// A directory name in its canonical form. That is made once and not for every comparison: where names and
// subtrees fill their certificates, the product of both would be decoded.
Result<GeneralName> comparable(GeneralName name, Kept& kept) {
    if (name.kind != GeneralNameKind::directory_name) return name;
    PAVISE_LET(const Name decoded, decode_name(name.value));
    name.value = kept.emplace_back(decoded.canonical());
    return name;
}

// GeneralSubtrees (RFC 5280 §4.2.1.10): "minimum MUST be zero, and maximum MUST be absent", so a base stands
// alone.
Status read_subtrees(std::vector<GeneralName>& out, Kept& kept, const std::optional<der::Element>& field) {
    if (!field) return {};
    der::Reader list(field->contents);
    while (!list.empty()) {
        PAVISE_LET(der::Reader subtree, list.sequence());
        PAVISE_LET(const der::Element base, subtree.element());
        PAVISE_TRY(subtree.finish());
        PAVISE_LET(const std::vector<GeneralName> names, decode_general_names(base.encoding));
        for (const GeneralName& name : names) {
            PAVISE_LET(const GeneralName read, comparable(name, kept));
            out.push_back(read);
        }
    }
    return {};
}

Result<Constraints> read_constraints(Bytes value) {
    der::Reader outer(value);
    PAVISE_LET(der::Reader fields, outer.sequence());
    PAVISE_TRY(outer.finish());
    PAVISE_LET(const auto permitted, fields.optional(der::context_constructed(0)));
    PAVISE_LET(const auto excluded, fields.optional(der::context_constructed(1)));
    PAVISE_TRY(fields.finish());
    Constraints constraints;
    PAVISE_TRY(read_subtrees(constraints.permitted, constraints.kept, permitted));
    PAVISE_TRY(read_subtrees(constraints.excluded, constraints.kept, excluded));
    return constraints;
}

bool ends_with_without_case(std::string_view text, std::string_view end) {
    return text.size() >= end.size() &&
           std::ranges::equal(text.substr(text.size() - end.size()), end,
                              [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

// "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side of the
// name satisfies the name constraint." With a leading dot, which the RFC does not know but the field does:
// one or more.
bool dns_in_subtree(std::string_view name, std::string_view base) {
    if (base.empty()) return true;
    if (!ends_with_without_case(name, base)) return false;
    if (base.front() == '.' || name.size() == base.size()) return true;
    return name[name.size() - base.size() - 1] == '.';
}

// Whether "*.parent" can stand for a name in the subtree of "label.parent".
bool wildcard_reaches(std::string_view name, std::string_view base) {
    if (!name.starts_with("*.")) return false;
    const std::size_t dot = base.find('.', 1);
    if (dot == std::string_view::npos) return false;
    const std::string_view parent = name.substr(2);
    return base.size() - dot - 1 == parent.size() && ends_with_without_case(base, parent);
}

// The base is an address and a mask of the same width.
bool address_in_subtree(Bytes address, Bytes base) {
    if (base.size() != 2 * address.size() || address.empty()) return false;
    for (std::size_t i = 0; i < address.size(); ++i)
        if (((address[i] ^ base[i]) & base[address.size() + i]) != 0) return false;
    return true;
}

// The canonical form is a row of self-delimiting sets: a prefix of it is a prefix of the RDNs (RFC 5280
// §7.1).
bool directory_in_subtree(Bytes canonical_name, Bytes canonical_base) {
    return as_text(canonical_name).starts_with(as_text(canonical_base));
}

bool in_subtree(const GeneralName& name, const GeneralName& base) {
    switch (name.kind) {
    case GeneralNameKind::dns_name: return dns_in_subtree(name.text(), base.text());
    case GeneralNameKind::ip_address: return address_in_subtree(name.value, base.value);
    case GeneralNameKind::directory_name: return directory_in_subtree(name.value, base.value);
    default: return false;
    }
}

bool is_ours(GeneralNameKind kind) {
    return kind == GeneralNameKind::dns_name || kind == GeneralNameKind::ip_address ||
           kind == GeneralNameKind::directory_name;
}

std::optional<ErrorCode> judge(const GeneralName& name, const Constraints& constraints) {
    for (const GeneralName& base : constraints.excluded) {
        if (base.kind != name.kind) continue;
        if (in_subtree(name, base)) return ErrorCode::name_excluded;
        if (name.kind == GeneralNameKind::dns_name && wildcard_reaches(name.text(), base.text()))
            return ErrorCode::name_excluded;
    }
    bool constrained = false;
    for (const GeneralName& base : constraints.permitted) {
        if (base.kind != name.kind) continue;
        if (in_subtree(name, base)) return std::nullopt;
        constrained = true;
    }
    if (constrained) return ErrorCode::name_not_permitted;
    return std::nullopt;
}

// What of a certificate is held against constraints. `kept` keeps what the names view.
Result<std::vector<GeneralName>> names_of(const Certificate& certificate, bool with_common_names,
                                          Kept& kept) {
    std::vector<GeneralName> names;
    if (!certificate.subject().rdns.empty())
        names.push_back({GeneralNameKind::directory_name, certificate.canonical_subject()});
    bool has_dns_name = false;
    for (const GeneralName& name : certificate.subject_alternative_names()) {
        if (is_ours(name.kind)) {
            PAVISE_LET(const GeneralName ours, comparable(name, kept));
            names.push_back(ours);
        }
        has_dns_name = has_dns_name || name.kind == GeneralNameKind::dns_name;
    }
    if (has_dns_name || !with_common_names) return names;
    // Where a common name may be taken for a DNS name (CommonNamePolicy), it is constrained like one.
    for (const RelativeName& rdn : certificate.subject().rdns)
        for (const Attribute& attribute : rdn)
            if (attribute.type == oids::common_name)
                if (const auto text = attribute.text(); text && may_be_dns_name(*text))
                    names.push_back(
                        {GeneralNameKind::dns_name, kept.emplace_back(text->begin(), text->end())});
    return names;
}

} // namespace

Status check_name_constraints(const Path& path, const VerifyOptions& options) {
    std::size_t comparisons = 0;
    for (std::size_t above = path.size(); above-- > 1;) {
        const Extension* extension = path[above]->extension(oids::name_constraints);
        if (extension == nullptr) continue;
        const auto constraints = read_constraints(extension->value);
        if (!constraints) return fail_at(above, ErrorCode::malformed_certificate);
        const std::size_t subtrees = constraints->permitted.size() + constraints->excluded.size();
        for (std::size_t place = above; place-- > 0;) {
            // RFC 5280 §6.1.3 (b): not on self-issued certificates, unless it is the last one.
            if (place != 0 && path[place]->self_issued()) continue;
            const bool with_common_names = place == 0 && options.common_name != CommonNamePolicy::ignore;
            Kept kept;
            PAVISE_LET(const std::vector<GeneralName> names, names_of(*path[place], with_common_names, kept));
            comparisons += names.size() * subtrees;
            if (comparisons > max_comparisons) return fail_at(above, ErrorCode::certificate_rejected);
            for (const GeneralName& name : names)
                if (const auto refusal = judge(name, *constraints)) return fail_at(place, *refusal);
        }
    }
    return {};
}

} // namespace pavise::trust
