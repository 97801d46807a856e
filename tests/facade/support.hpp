// What the tests of the facade share: certificates that are valid now, contexts that trust each other, and a
// pair of SSLObjects with the wires between them.
#pragma once

#include "trust/mint.hpp"

#include <pavise/ssl.hpp>

#include <stdexcept>

namespace pavise::ssl::testing {

// An authority and what it signed, valid for a day around now: the facade's clock is the system's.
const trust::Minted& authority();
const trust::Minted& stranger(); // an authority that nobody here trusts
trust::CertificateSpec spec_for(std::string_view host);
// "server.test" and 127.0.0.1; and a client's.
const trust::Minted& server_leaf();
const trust::Minted& client_leaf();

std::string pem_of(const trust::Minted& certificate);
std::string key_pem_of(const trust::Minted& certificate);

SSLContext client_context(); // trusts authority()
SSLContext server_context(); // has server_leaf()

// A file that is gone with the object.
class TemporaryFile {
    std::string path_;

  public:
    explicit TemporaryFile(std::string_view contents);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const { return path_; }
};

// Two SSLObjects over three BIOs each way, as an event loop would have them.
struct ObjectPair {
    MemoryBIO client_in, client_out, server_in, server_out;
    SSLObject client;
    SSLObject server;

    ObjectPair(const SSLContext& client_side, const SSLContext& server_side,
               const WrapBioOptions& options = {.server_hostname = "server.test"});
    // Moves what is there, both ways.
    void carry();
    // Both handshakes, to their ends. Throws what the side throws that fails first.
    void handshake();
    // The same, and gives what each side threw: null where it went well.
    struct Outcome {
        std::exception_ptr client;
        std::exception_ptr server;
    };
    Outcome try_handshake();
};

template <class Raised> Raised caught(const std::exception_ptr& error) {
    if (error == nullptr) throw std::logic_error("nothing was thrown");
    try {
        std::rethrow_exception(error);
    } catch (const Raised& raised) {
        return raised;
    }
}

inline std::string text(const ByteVector& bytes) {
    return std::string(as_text(bytes));
}

} // namespace pavise::ssl::testing
