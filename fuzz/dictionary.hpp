// Words for fuzzers, out of the registries: what a format's numbers and names can be.
#pragma once

#include <pavise/bytes.hpp>

#include <string>
#include <vector>

namespace pavise::fuzz {

// Every named value of TLS's registries (versions, types, extensions, suites, groups, schemes), in bytes.
const std::vector<ByteVector>& tls_words();
// Tags with short contents, and the object identifiers that Pavise reads.
const std::vector<ByteVector>& der_words();
// The names of OpenSSL's cipher lists.
const std::vector<ByteVector>& cipher_words();
const std::vector<ByteVector>& pem_words();
const std::vector<ByteVector>& host_name_words();

// A dictionary file of libFuzzer and AFL++.
std::string dictionary_of(const std::vector<ByteVector>& words);

} // namespace pavise::fuzz
