// starttls HOST PORT CAFILE: speaks SMTP in the clear, then under TLS (RFC 3207), and back in the clear if
// the server says goodbye to TLS.
#include <pavise/ssl.hpp>

#include <iostream>

namespace ssl = pavise::ssl;

namespace {

// One reply: lines until one whose code is followed by a blank. Works for plain sockets and for those with
// TLS.
template <class AnySocket> std::string reply(AnySocket& socket) {
    std::string text;
    for (;;) {
        const auto data = socket.recv(1);
        if (data.empty()) throw pavise::OSError(std::nullopt, "the server hung up after: " + text);
        text += pavise::as_text(data);
        if (data.front() != '\n') continue;
        const auto line = text.rfind('\n', text.size() - 2) + 1; // npos + 1 is the beginning
        if (text.size() > line + 3 && text[line + 3] == ' ') return text;
    }
}

template <class AnySocket> std::string command(AnySocket& socket, const std::string& line) {
    socket.sendall(line + "\r\n");
    const std::string answer = reply(socket);
    std::cout << line << ": " << answer;
    if (answer[0] != '2') throw pavise::OSError(std::nullopt, "the server refuses " + line);
    return answer;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: starttls HOST PORT CAFILE\n";
        return 2;
    }
    const std::string hostname = argv[1];
    try {
        const auto context = ssl::create_default_context(ssl::Purpose::SERVER_AUTH, {.cafile = argv[3]});
        auto plain = pavise::create_connection({hostname, static_cast<std::uint16_t>(std::stoi(argv[2]))});
        reply(plain);
        command(plain, "EHLO client.example");
        command(plain, "STARTTLS");

        auto secure = context.wrap_socket(std::move(plain), {.server_hostname = hostname});
        std::cout << secure.version() << "\n";
        command(secure, "EHLO client.example"); // what was said before counts no more
        command(secure, "NOOP");

        auto plain_again = secure.unwrap();
        command(plain_again, "QUIT");
    } catch (const pavise::Exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
