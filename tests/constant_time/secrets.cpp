// Secrets that valgrind holds for undefined: it then complains of every branch, and of every address, that
// depends on one. Each case is one place where time could tell a secret; the controls are what it must find.
//
//   valgrind secrets CASE
#include "base/secret.hpp"
#include "handshake/proof13.hpp"
#include "handshake/psk.hpp"
#include "record/padding.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <valgrind/memcheck.h>

namespace pavise {

// The linker gives calls of constant_time_equal() to the second one of these (--wrap). That two values differ
// is no secret any more once the comparison has said so; where they do is.
#define PAVISE_EQUAL_SYMBOL "_ZN6pavise19constant_time_equalESt4spanIKhLm18446744073709551615EES2_"
bool real_equal(Bytes a, Bytes b) noexcept __asm__("__real_" PAVISE_EQUAL_SYMBOL);
bool declassified_equal(Bytes a, Bytes b) noexcept __asm__("__wrap_" PAVISE_EQUAL_SYMBOL);
bool declassified_equal(Bytes a, Bytes b) noexcept {
    bool equal = real_equal(a, b);
    VALGRIND_MAKE_MEM_DEFINED(&equal, sizeof equal);
    return equal;
}

namespace {

ByteVector secret_bytes(std::size_t size, std::uint8_t value) {
    ByteVector secret(size, value);
    VALGRIND_MAKE_MEM_UNDEFINED(secret.data(), secret.size());
    return secret;
}

bool compare_in_constant_time() {
    return !constant_time_equal(secret_bytes(32, 1), secret_bytes(32, 2));
}

// RFC 8446 §4.4.4: the expected verify_data comes of a secret, and how much of it a guess has right must not
// show.
bool finished() {
    const auto hmac = crypto::botan_provider().hmac(crypto::HashId::sha256);
    const ByteVector guess(32, 1);
    const auto verified = handshake::verify_finished({guess}, **hmac, secret_bytes(32, 3), ByteVector(32, 4));
    return !verified && verified.error().code == ErrorCode::finished_mismatch;
}

// RFC 8446 §4.2.11.2, as a server judges it.
bool binder() {
    handshake::Psk psk{schedule::PskKind::external, {},      SecretVector(secret_bytes(32, 5)),
                       crypto::HashId::sha256,      nullptr, {}};
    const auto expected =
        handshake::binder(crypto::botan_provider(), psk, nullptr, as_bytes("a truncated ClientHello"));
    return expected && !constant_time_equal(ByteVector(32, 1), expected->view());
}

// RFC 8446 §5.4: where the padding begins says how long the content is, which is what it is there to hide.
bool padding() {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{300}}) {
        ByteVector inner = secret_bytes(size, 0);
        if (size > 5) inner[size / 2] = 23;
        VALGRIND_MAKE_MEM_UNDEFINED(inner.data(), inner.size());
        std::size_t found = record::size_without_padding_in_constant_time(inner);
        VALGRIND_MAKE_MEM_DEFINED(&found, sizeof found);
        if (found != (size > 5 ? size / 2 + 1 : 0)) return false;
    }
    return true;
}

// ---- what has to be found

bool control_of_comparison() {
    return !std::ranges::equal(secret_bytes(32, 1), secret_bytes(32, 2));
}

bool control_of_result() {
    return !real_equal(secret_bytes(32, 1), secret_bytes(32, 2));
}

bool control_of_padding() {
    const ByteVector inner = secret_bytes(100, 0);
    std::size_t size = inner.size();
    while (size > 0 && inner[size - 1] == 0) --size;
    return size == 0;
}

struct Case {
    std::string_view name;
    bool (*run)();
};
constexpr Case cases[] = {
    {"comparison", compare_in_constant_time},
    {"finished", finished},
    {"binder", binder},
    {"padding", padding},
    {"control-of-comparison", control_of_comparison},
    {"control-of-result", control_of_result},
    {"control-of-padding", control_of_padding},
};

} // namespace
} // namespace pavise

int main(int count, char** words) {
    for (const pavise::Case& one : pavise::cases)
        if (count == 2 && one.name == words[1]) {
            if (one.run()) return 0;
            std::fputs("the case itself went wrong\n", stderr);
            return 3;
        }
    std::fputs("valgrind secrets CASE\n", stderr);
    return 2;
}
