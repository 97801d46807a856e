// SSLSocket::makefile(): the connection as an iostream.
#include <pavise/ssl/socket.hpp>

#include <array>
#include <iostream>
#include <streambuf>

namespace pavise::ssl {

namespace {

class SocketBuffer final : public std::streambuf {
    static constexpr std::size_t size = 16384; // the data of one record
    SSLSocket& socket_;
    std::array<char, size> in_{};
    std::array<char, size> out_{};

  protected:
    int_type underflow() override {
        const std::size_t count =
            socket_.recv_into({reinterpret_cast<std::uint8_t*>(in_.data()), in_.size()});
        if (count == 0) return traits_type::eof();
        setg(in_.data(), in_.data(), in_.data() + count);
        return traits_type::to_int_type(in_.front());
    }
    int_type overflow(int_type c) override {
        sync();
        if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
        return traits_type::not_eof(c);
    }
    int sync() override {
        socket_.sendall(std::string_view(pbase(), static_cast<std::size_t>(pptr() - pbase())));
        setp(out_.data(), out_.data() + out_.size());
        return 0;
    }

  public:
    explicit SocketBuffer(SSLSocket& socket) : socket_(socket) {
        setp(out_.data(), out_.data() + out_.size());
    }
};

// Its buffer comes first, because the stream uses it from its construction on.
struct BufferHolder {
    SocketBuffer buffer;
};

class SocketStream final : private BufferHolder, public std::iostream {
  public:
    explicit SocketStream(SSLSocket& socket) : BufferHolder{SocketBuffer(socket)}, std::iostream(&buffer) {
        // As a Python file does: failures of the connection are exceptions.
        exceptions(std::ios::badbit);
    }
};

} // namespace

std::unique_ptr<std::iostream> SSLSocket::makefile() {
    tls();
    return std::make_unique<SocketStream>(*this);
}

} // namespace pavise::ssl
