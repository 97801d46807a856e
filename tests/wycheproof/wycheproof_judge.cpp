// What src/crypto answers to the questions of Project Wycheproof. wycheproof.py asks on standard input, one a
// line, bytes in hexadecimal ("-": none), numbers as the registry of IANA or algorithms.hpp has them:
//
//     verify SCHEME SPKI MESSAGE SIGNATURE       valid, or the name of the error
//     agree GROUP PRIVATE_KEY PEER_VALUE         the secret, or the name of the error
//     seal AEAD KEY NONCE DATA PLAINTEXT         ciphertext and tag
//     open AEAD KEY NONCE DATA SEALED            the plaintext, or the name of the error
#include "crypto/provider.hpp"

#include <pavise/error.hpp>

#include <iostream>
#include <sstream>
#include <string>

namespace pavise::wycheproof {

namespace {

const crypto::Provider& provider() {
    return crypto::botan_provider();
}

std::uint8_t nibble(char digit) {
    return static_cast<std::uint8_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

ByteVector from_hex(const std::string& text) {
    ByteVector bytes;
    if (text == "-") return bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(nibble(text[i]) << 4 | nibble(text[i + 1])));
    return bytes;
}

std::string to_hex(Bytes bytes) {
    if (bytes.empty()) return "-";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

std::string refused(Error error) {
    return std::string(name_of(error.code));
}

struct Question {
    std::istringstream words;

    unsigned number() {
        unsigned value = 0;
        words >> value;
        return value;
    }
    ByteVector bytes() {
        std::string text;
        words >> text;
        return from_hex(text);
    }
};

std::string verify(Question& question) {
    const auto scheme = static_cast<SignatureScheme>(question.number());
    const auto key = provider().public_key(question.bytes());
    const ByteVector message = question.bytes();
    const ByteVector signature = question.bytes();
    if (!key) return refused(key.error());
    const auto verified = (*key)->verify(scheme, message, signature);
    return verified ? "valid" : refused(verified.error());
}

std::string agree(Question& question) {
    const auto group = static_cast<NamedGroup>(question.number());
    const auto share = provider().load_key_share(group, question.bytes(), system_rng());
    if (!share) return refused(share.error());
    const auto secret = (*share)->agree(question.bytes());
    return secret ? to_hex(secret->view()) : refused(secret.error());
}

// As records are sealed and opened: the tag behind the data, in place.
std::string protect(Question& question, crypto::AeadUse use) {
    const auto id = static_cast<crypto::AeadId>(question.number());
    const auto aead = provider().aead(id, use, question.bytes());
    const ByteVector nonce = question.bytes();
    const ByteVector associated_data = question.bytes();
    ByteVector text = question.bytes();
    if (!aead) return refused(aead.error());
    const std::size_t tag_size = crypto::aead_tag_size(id);
    if (use == crypto::AeadUse::seal) {
        text.resize(text.size() + tag_size);
        const MutableBytes all(text);
        const auto sealed =
            (*aead)->seal(nonce, associated_data, all.first(all.size() - tag_size), all.last(tag_size));
        return sealed ? to_hex(text) : refused(sealed.error());
    }
    if (text.size() < tag_size) return "truncated";
    const MutableBytes all(text);
    const MutableBytes data = all.first(all.size() - tag_size);
    const auto opened = (*aead)->open(nonce, associated_data, data, Bytes(text).last(tag_size));
    return opened ? to_hex(data) : refused(opened.error());
}

std::string answer(const std::string& line) {
    Question question{std::istringstream(line)};
    std::string verb;
    question.words >> verb;
    if (verb == "verify") return verify(question);
    if (verb == "agree") return agree(question);
    if (verb == "seal") return protect(question, crypto::AeadUse::seal);
    if (verb == "open") return protect(question, crypto::AeadUse::open);
    return "no such question";
}

} // namespace

} // namespace pavise::wycheproof

int main() {
    for (std::string line; std::getline(std::cin, line);)
        std::cout << pavise::wycheproof::answer(line) << '\n';
    return 0;
}
