#include "cli/suites.hpp"

#include <algorithm>
#include <array>

namespace pavise::cli {

namespace {

struct SuiteRow {
    std::uint16_t value;
    std::string_view name;
};
constexpr SuiteRow suite_rows[] = {
#define PAVISE_SUITE_NAME(value, name) {value, #name},
#include "cli/suite_registry.def"
#undef PAVISE_SUITE_NAME
};

constexpr NamedGroup group(std::uint16_t value) {
    return static_cast<NamedGroup>(value);
}

// IANA "TLS Supported Groups".
constexpr GroupRow group_rows[] = {
    {NamedGroup::x25519_ml_kem_768, "X25519MLKEM768"},
    {NamedGroup::secp256r1_ml_kem_768, "SecP256r1MLKEM768"},
    {NamedGroup::secp384r1_ml_kem_1024, "SecP384r1MLKEM1024"},
    {NamedGroup::ml_kem_512, "MLKEM512"},
    {NamedGroup::ml_kem_768, "MLKEM768"},
    {NamedGroup::ml_kem_1024, "MLKEM1024"},
    {group(0x6399), "X25519Kyber768Draft00"},
    {NamedGroup::x25519, "x25519"},
    {NamedGroup::secp256r1, "secp256r1"},
    {NamedGroup::x448, "x448"},
    {NamedGroup::secp384r1, "secp384r1"},
    {NamedGroup::secp521r1, "secp521r1"},
    {NamedGroup::ffdhe2048, "ffdhe2048"},
    {NamedGroup::ffdhe3072, "ffdhe3072"},
    {NamedGroup::ffdhe4096, "ffdhe4096"},
    {NamedGroup::ffdhe6144, "ffdhe6144"},
    {NamedGroup::ffdhe8192, "ffdhe8192"},
    {group(31), "brainpoolP256r1tls13"},
    {group(32), "brainpoolP384r1tls13"},
    {group(33), "brainpoolP512r1tls13"},
    {group(26), "brainpoolP256r1"},
    {group(27), "brainpoolP384r1"},
    {group(28), "brainpoolP512r1"},
    {group(41), "curveSM2"},
    {group(34), "GC256A"},
    {group(35), "GC256B"},
    {group(36), "GC256C"},
    {group(37), "GC256D"},
    {group(38), "GC512A"},
    {group(39), "GC512B"},
    {group(40), "GC512C"},
    {group(22), "secp256k1"},
    {group(21), "secp224r1"},
    {group(20), "secp224k1"},
    {group(19), "secp192r1"},
    {group(18), "secp192k1"},
    {group(17), "secp160r2"},
    {group(16), "secp160r1"},
    {group(15), "secp160k1"},
    {group(14), "sect571r1"},
    {group(13), "sect571k1"},
    {group(12), "sect409r1"},
    {group(11), "sect409k1"},
    {group(10), "sect283r1"},
    {group(9), "sect283k1"},
    {group(8), "sect239k1"},
    {group(7), "sect233r1"},
    {group(6), "sect233k1"},
    {group(5), "sect193r2"},
    {group(4), "sect193r1"},
    {group(3), "sect163r2"},
    {group(2), "sect163r1"},
    {group(1), "sect163k1"},
};

struct Trait {
    std::string_view part; // of the name
    Judgement judgement;
};
// The first that fits a name is the gravest.
constexpr std::array traits{
    Trait{"_NULL_", {Grade::bad, "no encryption"}},
    Trait{"TLS_SHA256_SHA256", {Grade::bad, "no encryption"}},
    Trait{"TLS_SHA384_SHA384", {Grade::bad, "no encryption"}},
    Trait{"_anon_", {Grade::bad, "no authentication"}},
    Trait{"_EXPORT", {Grade::bad, "export strength"}},
    Trait{"_RC4_", {Grade::bad, "RC4 (RFC 7465)"}},
    Trait{"_RC2_", {Grade::bad, "RC2"}},
    Trait{"_3DES_", {Grade::weak, "blocks of 64 bits (Sweet32)"}},
    Trait{"_DES", {Grade::bad, "DES"}},
    Trait{"_IDEA_", {Grade::weak, "blocks of 64 bits (Sweet32)"}},
    Trait{"_MD5", {Grade::bad, "MD5"}},
    Trait{"TLS_RSA_PSK_", {Grade::weak, "RSA key transport"}},
    Trait{"TLS_RSA_", {Grade::weak, "RSA key transport: no forward secrecy"}},
    Trait{"TLS_DH_", {Grade::weak, "static DH: no forward secrecy"}},
    Trait{"TLS_ECDH_", {Grade::weak, "static ECDH: no forward secrecy"}},
    Trait{"TLS_KRB5_", {Grade::weak, "no forward secrecy"}},
    Trait{"TLS_PSK_WITH_", {Grade::weak, "no forward secrecy"}},
    Trait{"_CBC_", {Grade::weak, "CBC"}},
    Trait{"_CCM_8", {Grade::weak, "tags of 64 bits"}},
};

} // namespace

std::string suite_name(CipherSuite suite) {
    const auto row =
        std::ranges::lower_bound(suite_rows, static_cast<std::uint16_t>(suite), {}, &SuiteRow::value);
    if (row != std::end(suite_rows) && row->value == static_cast<std::uint16_t>(suite))
        return std::string(row->name);
    return name_of(suite);
}

Judgement judge(CipherSuite suite) {
    const std::string name = suite_name(suite);
    for (const Trait& trait : traits)
        if (name.find(trait.part) != std::string::npos) return trait.judgement;
    return {};
}

std::vector<CipherSuite> every_suite(ProtocolVersion version) {
    std::vector<CipherSuite> out;
    for (const SuiteRow& row : suite_rows) {
        // 0x13..: TLS 1.3's own; 0x00c6, 0x00c7 (RFC 8998), 0xc0b4, 0xc0b5 (RFC 9150), 0xc103 and up (RFC
        // 9367) too.
        const bool tls13 = row.value >> 8 == 0x13 || row.value == 0x00c6 || row.value == 0x00c7 ||
                           row.value == 0xc0b4 || row.value == 0xc0b5 ||
                           (row.value >= 0xc103 && row.value <= 0xc106);
        if (tls13 == (version == ProtocolVersion::tls_1_3))
            out.push_back(static_cast<CipherSuite>(row.value));
    }
    return out;
}

std::span<const GroupRow> every_group() noexcept {
    return group_rows;
}

std::string group_name(NamedGroup wanted) {
    const auto row = std::ranges::find(group_rows, wanted, &GroupRow::group);
    return row == std::end(group_rows) ? name_of(wanted) : std::string(row->name);
}

Judgement judge(NamedGroup wanted) {
    const auto value = static_cast<std::uint16_t>(wanted);
    if (value >= 1 && value <= 8) return {Grade::bad, "less than 112 bits of strength"};
    if (value >= 15 && value <= 19) return {Grade::bad, "less than 112 bits of strength"};
    if (value <= 14) return {Grade::weak, "a binary curve (RFC 8422 took them out)"};
    if (value == 20 || value == 21) return {Grade::weak, "112 bits of strength"};
    if (value == 0x6399) return {Grade::weak, "a draft that was replaced"};
    return {};
}

} // namespace pavise::cli
