"""The programs in examples/ against openssl, gnutls and curl, Python's own ssl, and each other."""

import contextlib
import os
import re
import shutil
import socket
import ssl
import threading

from certificates import Certificates
from harness import (DEADLINE, PaviseServer, Process, Skip, expect, expect_in, free_port, main, run,
                     wait_until_listening)

KEY = "0123456789abcdef0123456789abcdef"


def example(name):
    path = os.environ.get("EXAMPLE_" + name.upper())
    if path is None:
        raise Skip(f"the example {name} was not built: what it stands on is not installed")
    return path


def need(program):
    if shutil.which(program) is None:
        raise Skip(f"there is no {program} here")


class Server(Process):
    """An example that listens, on the port that it tells."""

    port = None

    def __enter__(self):
        super().__enter__()
        self.port = int(self.wait_for_out(r"listening on \('127\.0\.0\.1', (\d+)\)")[1])
        return self


class ForeignServer(Process):
    """A server of somebody else's, which cannot tell its port."""

    def __init__(self, *words):
        self.port = free_port()
        super().__init__(*[str(word).replace("PORT", str(self.port)) for word in words])

    def __enter__(self):
        super().__enter__()
        wait_until_listening(self.port, self)
        return self


def pavise_serves(certificates, kind="p256"):
    return PaviseServer("--cert", certificates.chain(kind), "--key", certificates.key(kind))


def openssl_serves(certificates, *options):
    return ForeignServer("openssl", "s_server", "-accept", "PORT", "-cert", certificates.chain("p256"), "-key",
                         certificates.key("p256"), *options)


# ---- clients

def fetch_gets_a_page_from_a_verified_server(certificates):
    with pavise_serves(certificates) as server:
        status, out, err = run(example("fetch"), "localhost", server.port, certificates.ca)
        expect(status, 0, f"exit status ({err})")
        expect_in(b"HTTP/1.1 200 OK", out, "the page")
        expect_in("verified", err, "what fetch says")


def fetch_refuses_a_server_that_nobody_vouches_for(certificates):
    with pavise_serves(certificates) as server:
        status, out, err = run(example("fetch"), "localhost", server.port, certificates.other_ca)
        expect(status, 1, "exit status")
        expect(out, b"", "output")
        expect_in("issue", err, "the reason")


def ssl_client_prints_the_version_and_the_certificate(certificates):
    with pavise_serves(certificates) as server:
        os.environ["SSL_CERT_FILE"] = str(certificates.ca)
        status, out, err = run(example("ssl_client"), "localhost", server.port)
        # VERIFY_X509_STRICT wants what openssl's certificates have: they pass.
        expect(status, 0, f"exit status ({err})")
        expect_in(b"TLSv1.3\n{'subject': ((('", out, "the version, and the certificate as Python prints it")
        expect_in(b"('DNS', 'localhost')", out, "the certificate's name")
        os.environ["SSL_CERT_FILE"] = str(certificates.other_ca)
        status, out, err = run(example("ssl_client"), "localhost", server.port)
        expect(status, 1, "exit status")
        expect_in("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", err, "the reason")


def clients_get_a_page_from_openssl(certificates, name, version):
    client = example(name)
    with openssl_serves(certificates, "-www", f"-tls{version.replace('.', '_')}") as server:
        status, out, err = run(client, "localhost", server.port, certificates.ca)
        expect(status, 0, f"exit status ({err})")
        expect_in(b"HTTP/1.0 200 ok", out, "the page")
        expect_in(b"TLSv1." + version[-1:].encode(), out, "the version")
        status, out, err = run(client, "localhost", server.port, certificates.other_ca)
        expect(status, 0 if name == "asio_client" else 1, "exit status for another authority")
        expect_in("issuer", err, "the reason")


def custom_context_looks_at_what_epoll_server_has(certificates):
    with Server(example("epoll_server"), certificates.chain("p256"), certificates.key("p256")) as server:
        status, out, err = run(example("custom_context"), "localhost", server.port, certificates.ca)
        expect(status, 0, f"exit status ({err})")
        expect_in(b"TLSv1.3 ('TLS_AES_256_GCM_SHA384', 'TLSv1.3', 256)\n{'subject': ", out, "what was agreed on")
        expect_in(b"you asked: HEAD / HTTP/1.0", out, "the answer")
        status, out, err = run(example("custom_context"), "localhost", server.port, certificates.other_ca)
        expect((status, out), (1, b""), "for another authority")
        expect_in("20: unable to get local issuer certificate", err, "the reason")


def a_client_gets_a_page_from_gnutls(certificates):
    need("gnutls-serv")
    client = example("nonblocking")
    with ForeignServer("gnutls-serv", "--http", "--port", "PORT", "--x509certfile", certificates.chain("p256"),
                       "--x509keyfile", certificates.key("p256")) as server:
        status, out, err = run(client, "localhost", server.port, certificates.ca)
        expect(status, 0, f"exit status ({err})")
        expect_in(b"TLSv1.3\nHTTP/1.0 200 OK", out, "the page")


def a_client_starts_tls_and_stops_it(certificates):
    client = example("starttls")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(DEADLINE)
    heard = []

    def serve():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.chain("p256"), certificates.key("p256"))
        plain, _ = listener.accept()
        plain.settimeout(DEADLINE)
        plain.sendall(b"220 mail.example ESMTP\r\n")
        heard.append(plain.recv(100))
        plain.sendall(b"250-mail.example\r\n250 STARTTLS\r\n")
        heard.append(plain.recv(100))
        plain.sendall(b"220 go ahead\r\n")
        secure = context.wrap_socket(plain, server_side=True)
        heard.append(secure.recv(100))
        secure.sendall(b"250-mail.example\r\n250 8BITMIME\r\n")
        heard.append(secure.recv(100))
        secure.sendall(b"250 fine\r\n")
        expect(secure.recv(100), b"", "the client's goodbye to TLS")
        plain = secure.unwrap()
        heard.append(plain.recv(100))
        plain.sendall(b"221 bye\r\n")
        plain.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        status, out, err = run(client, "localhost", listener.getsockname()[1], certificates.ca)
        expect(status, 0, f"exit status ({err})")
        thread.join(DEADLINE)
    ehlo = b"EHLO client.example\r\n"
    expect(heard, [ehlo, b"STARTTLS\r\n", ehlo, b"NOOP\r\n", b"QUIT\r\n"], "what the server heard")
    expect_in(b"TLSv1.3\nEHLO client.example: 250-mail.example", out, "what the client prints")


# ---- servers

def openssl_talks(port, certificates, *options):
    """What comes back when s_client sends a line; it goes once it has read it."""
    with Process("openssl", "s_client", "-quiet", "-verify_return_error", "-no_ign_eof", "-connect", f"127.0.0.1:{port}",
                 "-CAfile", certificates.ca, *options) as client:
        client.write(b"ping\n")
        client.wait_for_out("ping\n")
        client.end_input()
        expect(client.exit_status(), 0, f"exit status of openssl ({client.err.text()[-500:]})")


def ssl_server_talks_to_openssl(certificates):
    with Server(example("ssl_server"), certificates.chain("p256"), certificates.key("p256")) as server:
        for version, options in (("TLSv1.3", ["-tls1_3"]), ("TLSv1.2", ["-tls1_2"])):
            openssl_talks(server.port, certificates, *options)
            server.wait_for_out(f"{version} \\('")


def ssl_server_talks_to_gnutls(certificates):
    need("gnutls-cli")
    with Server(example("ssl_server"), certificates.chain("rsa"), certificates.key("rsa")) as server:
        with Process("gnutls-cli", "--port", server.port, "--x509cafile", certificates.ca, "localhost") as client:
            client.wait_for_out("Handshake was completed")
            client.write(b"ping\n")
            client.wait_for_out("\nping\n")
            client.end_input()
            expect(client.exit_status(), 0, f"exit status of gnutls-cli ({client.err.text()[-500:]})")
        server.wait_for_out(r"TLSv1\.3 \('TLS_AES_256_GCM_SHA384'")


def ssl_server_outlives_clients_that_fail(certificates):
    with Server(example("ssl_server"), certificates.chain("p256"), certificates.key("p256")) as server:
        with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            server.wait_for_err("HTTP_REQUEST")
        with socket.create_connection(("127.0.0.1", server.port), DEADLINE):
            pass
        server.wait_for_err("EOF occurred in violation of protocol|Connection reset")
        openssl_talks(server.port, certificates)


def epoll_server_answers_curl(certificates):
    need("curl")
    with Server(example("epoll_server"), certificates.chain("p256"), certificates.key("p256")) as server:
        for options in ([], ["--tls-max", "1.2"]):
            status, out, err = run("curl", "--silent", "--show-error", "--cacert", certificates.ca, *options,
                                   f"https://localhost:{server.port}/hello", "--resolve",
                                   f"localhost:{server.port}:127.0.0.1")
            expect((status, out), (0, b"you asked: GET /hello HTTP/1.1\n"), f"status and page ({err})")
        status, _, err = run("curl", "--silent", "--show-error", f"https://localhost:{server.port}/", "--resolve",
                             f"localhost:{server.port}:127.0.0.1", "--cacert", certificates.other_ca)
        expect(status, 60, f"curl's status for an unknown authority ({err})")


def epoll_server_serves_many_at_once(certificates):
    context = ssl.create_default_context(cafile=certificates.ca)
    with Server(example("epoll_server"), certificates.chain("p256"), certificates.key("p256")) as server:
        with contextlib.ExitStack() as stack:
            def connect():
                plain = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), DEADLINE))
                return stack.enter_context(context.wrap_socket(plain, server_hostname="localhost"))
            clients = [connect() for _ in range(20)]  # all are open before the first one asks
            for number, client in enumerate(clients):
                client.sendall(f"GET /{number} HTTP/1.1\r\n\r\n".encode())
            for number, client in enumerate(clients):
                page = b""
                while data := client.recv(4096):
                    page += data
                expect_in(f"you asked: GET /{number} ".encode(), page, "the page")


def sni_shows_the_certificate_that_was_asked_for(certificates):
    with Server(example("sni"), certificates.chain("p256"), certificates.key("p256"), "elsewhere.example",
                certificates.chain("elsewhere"), certificates.key("elsewhere")) as server:
        for name, leaf in (("localhost", "p256"), ("elsewhere.example", "elsewhere")):
            with Process("openssl", "s_client", "-quiet", "-no_ign_eof", "-connect", f"127.0.0.1:{server.port}", "-servername",
                         name, "-CAfile", certificates.ca, "-verify_hostname", name, "-verify_return_error") as client:
                client.wait_for_out("welcome\n")
                client.end_input()
                expect(client.exit_status(), 0, "exit status of openssl")
                expect_in(f"CN = Test leaf {leaf}", client.err.text(), "the certificate")
        status, _, err = run("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername",
                             "forbidden.example")
        expect(status, 1, "exit status for a name that is refused")
        expect_in("unrecognized name", err, "the alert")


# ---- both sides

def psk_talks_to_itself_and_openssl(_certificates):
    program = example("psk")
    with Server(program, "server", "Client_1", KEY) as server:
        status, out, err = run(program, "client", "Client_1", KEY, server.port)
        expect(status, 0, f"exit status ({err})")
        expect(re.sub(rb"\(.*\)", b"", out), b"TLSv1.3 \nhello\n", "what the client prints")
        status, out, _ = run(program, "client", "Nobody", KEY, server.port)
        expect((status, out), (1, b""), "an identity that is not known")
        status, out, _ = run(program, "client", "Client_1", KEY[::-1], server.port)
        expect((status, out), (1, b""), "a key that is not right")
        for version in ("-tls1_3", "-tls1_2"):
            with Process("openssl", "s_client", "-quiet", "-no_ign_eof", "-connect", f"127.0.0.1:{server.port}",
                         "-psk_identity", "Client_1", "-psk", KEY, version, "-cipher", "PSK") as client:
                client.write(b"ping\n")
                client.wait_for_out("ping\n")
                client.end_input()
                expect(client.exit_status(), 0, f"exit status of openssl ({client.err.text()[-500:]})")
    with ForeignServer("openssl", "s_server", "-accept", "PORT", "-nocert", "-psk_identity", "Client_1", "-psk", KEY,
                       "-rev", "-cipher", "PSK") as server:
        status, out, err = run(program, "client", "Client_1", KEY, server.port)
        expect(status, 0, f"exit status ({err})")
        expect_in(b"\nolleh\n", out, "the line, reversed by openssl")


def psk_talks_to_gnutls(_certificates):
    need("gnutls-cli")
    with Server(example("psk"), "server", "Client_1", KEY) as server:
        with Process("gnutls-cli", "--port", server.port, "--pskusername", "Client_1", "--pskkey", KEY, "--priority",
                     "NORMAL:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK", "localhost") as client:
            client.wait_for_out("Handshake was completed")
            client.write(b"ping\n")
            client.wait_for_out("\nping\n")
            client.end_input()
            expect(client.exit_status(), 0, f"exit status of gnutls-cli ({client.err.text()[-500:]})")


def cases(report):
    with Certificates() as certificates:
        for case in (fetch_gets_a_page_from_a_verified_server, fetch_refuses_a_server_that_nobody_vouches_for,
                     ssl_client_prints_the_version_and_the_certificate,
                     custom_context_looks_at_what_epoll_server_has, a_client_gets_a_page_from_gnutls,
                     a_client_starts_tls_and_stops_it, ssl_server_talks_to_openssl, ssl_server_talks_to_gnutls,
                     ssl_server_outlives_clients_that_fail, epoll_server_answers_curl, epoll_server_serves_many_at_once,
                     sni_shows_the_certificate_that_was_asked_for, psk_talks_to_itself_and_openssl, psk_talks_to_gnutls):
            report.case(case.__name__.replace("_", " "), case, certificates)
        for name, version in (("nonblocking", "1.2"), ("nonblocking", "1.3"),
                              ("asio_client", "1.2"), ("asio_client", "1.3")):
            report.case(f"{name} gets a page from openssl over TLS {version}", clients_get_a_page_from_openssl, certificates,
                        name, version)


if __name__ == "__main__":
    main(cases)
