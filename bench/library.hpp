// What the scenarios ask of a TLS library. Pavise is one of several; each has a file of its own in peers/.
//
// A library makes contexts, a context makes endpoints, and an endpoint reads from one Wire and writes to
// another: memory, no sockets. Whatever fails ends the program: a benchmark of failures measures nothing.
#pragma once

#include <pavise/bytes.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace pavise::bench {

[[noreturn]] inline void give_up(const std::string& what) {
    std::fprintf(stderr, "benchmark: %s\n", what.c_str());
    std::exit(1);
}

// The bytes on their way in one direction.
class Wire {
    ByteVector bytes_;
    std::size_t begin_ = 0;

  public:
    void reserve(std::size_t size) { bytes_.reserve(size); }
    void append(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    Bytes view() const { return Bytes(bytes_).subspan(begin_); }
    bool empty() const { return begin_ == bytes_.size(); }
    void consume(std::size_t count) {
        begin_ += count;
        if (begin_ != bytes_.size()) return;
        bytes_.clear(); // keeps its capacity
        begin_ = 0;
    }
    // As much as there is, at most the size of `out`.
    std::size_t take(MutableBytes out);
};

enum class Version { tls12, tls13 };
enum class KeyKind { p256, rsa2048 };
enum class CipherKind { aes128gcm, aes256gcm, chacha20poly1305 };
enum class Group { x25519, x25519mlkem768 };
enum class Resumption { none, session_id, ticket };
enum class ClientCertificate { none, sent };
// Whether a client may remember that it has verified this chain before. Of the libraries here only Pavise
// has such a memory.
enum class ChainMemory { cold, warm };

struct Setup {
    Version version = Version::tls13;
    KeyKind key = KeyKind::p256;
    CipherKind cipher = CipherKind::aes128gcm;
    Group group = Group::x25519;
    Resumption resumption = Resumption::none;
    ClientCertificate client_certificate = ClientCertificate::none;
    ChainMemory chain_memory = ChainMemory::warm;
};

class Endpoint {
  public:
    virtual ~Endpoint() = default;
    // Goes as far as the bytes on the wire allow; true once the handshake is complete.
    virtual bool handshake() = 0;
    // Takes in what came after the handshake: tickets.
    virtual void settle() = 0;
    virtual bool resumed() = 0;
    // One record, or as many as it takes.
    virtual void send(Bytes data) = 0;
    // Takes in everything on the wire and says how many bytes of data that was. The data is not looked at.
    virtual std::size_t receive() = 0;
    // What an application does that expects nothing for a while.
    virtual void rest() {}
};

class Context {
  public:
    virtual ~Context() = default;
    // A client resumes the session of the one before, where the setup says so and there was one.
    virtual std::unique_ptr<Endpoint> client(Wire& in, Wire& out) = 0;
    virtual std::unique_ptr<Endpoint> server(Wire& in, Wire& out) = 0;
    // What of a handshake's allocations is neither in primitives nor in certificates; zeros: not known.
    struct OwnAllocations {
        std::size_t client = 0;
        std::size_t server = 0;
    };
    virtual OwnAllocations own_allocations() { return {}; }
    // Forgets verified chains, where there is a memory of them.
    virtual void forget_chains() {}
};

// A client and a server with a pair of sockets between them, connected.
class Echo {
  public:
    virtual ~Echo() = default;
    // The client sends, the server sends the same back.
    virtual void once(Bytes data) = 0;
};

class Library {
  public:
    virtual ~Library() = default;
    virtual std::string name() const = 0; // one word
    virtual std::string version() const = 0;
    virtual bool supports(const Setup& setup) const = 0;
    virtual std::unique_ptr<Context> context(const Setup& setup) const = 0;
    // As applications use the library, over file descriptors; null: not measured.
    virtual std::unique_ptr<Echo> echo() const { return nullptr; }
};

// Those that this program was built with; Pavise comes first.
const std::vector<std::unique_ptr<Library>>& libraries();

std::unique_ptr<Library> pavise_library();
std::unique_ptr<Echo> pavise_echo();
std::unique_ptr<Library> openssl_library();
std::unique_ptr<Library> gnutls_library();
std::unique_ptr<Library> botan_library();

} // namespace pavise::bench
