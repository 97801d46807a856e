// What src/trust says of the cases of x509-limbo. limbo.py gives them on standard input, one a paragraph:
//
//     trusted DER        a certificate that is trusted; the others in hexadecimal too
//     presented DER      by the peer, its own first
//     crl DER
//     time SECONDS       since 1970, at which the chain has to be valid
//     purpose server     or client
//     name HOST          that the peer has to prove
//     profile strict     what Python's default context asks for; without: what a config asks for
//
// and gets a line for each: "accepted", or the name of the error.
#include "trust/verify.hpp"

#include <pavise/error.hpp>

#include <charconv>
#include <iostream>
#include <sstream>
#include <string>

namespace pavise::limbo {

namespace {

std::uint8_t nibble(char digit) {
    return static_cast<std::uint8_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

ByteVector from_hex(const std::string& text) {
    ByteVector bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(nibble(text[i]) << 4 | nibble(text[i + 1])));
    return bytes;
}

struct Case {
    trust::TrustStore::Builder store;
    std::vector<ByteVector> presented;
    trust::VerifyOptions options;
    Status refused{}; // something of the case could not even be read
};

Status add(Case& the_case, const std::string& key, const std::string& value) {
    if (key == "trusted") {
        const auto added = the_case.store.add_der(from_hex(value));
        return added ? Status() : Unexpected(added.error());
    }
    if (key == "crl") {
        the_case.options.revocation = trust::RevocationPolicy::leaf;
        const auto added = the_case.store.add_crl_der(from_hex(value));
        return added ? Status() : Unexpected(added.error());
    }
    if (key == "name") {
        auto name = trust::ReferenceName::from_host(value);
        if (!name) return Unexpected(name.error());
        the_case.options.name = *name;
    }
    if (key == "presented") the_case.presented.push_back(from_hex(value));
    if (key == "time") the_case.options.time = Timestamp(std::chrono::seconds(std::stoll(value)));
    if (key == "purpose")
        the_case.options.purpose =
            value == "client" ? trust::Purpose::client_auth : trust::Purpose::server_auth;
    if (key == "profile") {
        the_case.options.profile = trust::Profile::strict;
        the_case.options.anchors = trust::AnchorPolicy::partial_chain;
    }
    return {};
}

std::string judge(Case& the_case) {
    if (!the_case.refused) return std::string(name_of(the_case.refused.error().code));
    const auto store = the_case.store.build();
    if (!store) return std::string(name_of(store.error().code));
    the_case.options.store = store->get();
    const std::vector<Bytes> presented(the_case.presented.begin(), the_case.presented.end());
    const auto chain = trust::verify_chain(std::span<const Bytes>(presented), the_case.options);
    return chain ? "accepted" : std::string(name_of(chain.error().code));
}

} // namespace

} // namespace pavise::limbo

int main() {
    using namespace pavise::limbo;
    auto the_case = std::make_unique<Case>();
    for (std::string line; std::getline(std::cin, line);) {
        if (line.empty()) {
            std::cout << judge(*the_case) << std::endl;
            the_case = std::make_unique<Case>();
            continue;
        }
        const std::size_t space = line.find(' ');
        const auto added = add(*the_case, line.substr(0, space), line.substr(space + 1));
        if (!added && the_case->refused) the_case->refused = added;
    }
    return 0;
}
