"""pavise serve --starttls: its plaintext word by word, and other programs' clients."""

import contextlib
import shutil
import socket
import ssl

from certificates import Certificates
from harness import DEADLINE, PAVISE, PaviseServer, Skip, expect, expect_in, main, run

PROTOCOLS = ("smtp", "imap", "pop3", "ftp", "xmpp", "ldap", "postgres", "mysql", "sieve")
LDAP_REQUEST = b"\x30\x1d\x02\x01\x05\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
LDAP_SUCCESS = b"\x30\x0c\x02\x01\x05\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
MYSQL_REQUEST = b"\x20\0\0\x01" + b"\0\x8a\0\0" + b"\0\0\0\x01" + b"\x2d" + b"\0" * 23
XMPP_STREAM = b"<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client'>"
POSTGRES_SSL, POSTGRES_GSS = b"\0\0\0\x08\x04\xd2\x16\x2f", b"\0\0\0\x08\x04\xd2\x16\x30"

# What a client says, and the end of what it must then hear; None: it only listens.
SCRIPTS = {
    "smtp": [(None, b"220 pavise ESMTP\r\n"), (b"MAIL FROM:<a@b>\r\n", b"530 5.7.0 Must issue a STARTTLS command first\r\n"),
             (b"ehlo here\r\n", b"250 STARTTLS\r\n"), (b"STARTTLS\r\n", b"220 2.0.0 begin\r\n")],
    "imap": [(None, b"pavise\r\n"), (b"a CAPABILITY\r\n", b"a OK done\r\n"), (b"b SELECT x\r\n", b"b NO begin with STARTTLS\r\n"),
             (b"c starttls\r\n", b"c OK begin\r\n")],
    "pop3": [(None, b"+OK pavise\r\n"), (b"CAPA\r\n", b"STLS\r\n.\r\n"), (b"USER me\r\n", b"-ERR begin with STLS\r\n"),
             (b"STLS\r\n", b"+OK begin\r\n")],
    "ftp": [(None, b"220 pavise\r\n"), (b"FEAT\r\n", b"211 End\r\n"), (b"USER me\r\n", b"530 Begin with AUTH TLS\r\n"),
            (b"AUTH TLS\r\n", b"234 begin\r\n")],
    "xmpp": [(XMPP_STREAM, b"</stream:features>"),
             (b" <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'></starttls>",
              b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")],
    "ldap": [(LDAP_REQUEST, LDAP_SUCCESS)],
    "postgres": [(POSTGRES_GSS, b"N"), (POSTGRES_SSL, b"S")],
    "mysql": [(None, b"mysql_native_password\0"), (MYSQL_REQUEST, None)],
    "sieve": [(None, b"OK\r\n"), (b"PUTSCRIPT x\r\n", b'NO "begin with STARTTLS"\r\n'), (b"STARTTLS\r\n", b'OK "begin"\r\n')],
}
# What ends the conversation: said after the script up to, not with, its last step.
REFUSED = {
    "smtp": b"QUIT\r\n", "imap": b"z LOGOUT\r\n", "pop3": b"QUIT\r\n", "ftp": b"QUIT\r\n", "xmpp": b"<message>hello</message>",
    "ldap": b"\x30\x05\x02\x01\x01\x60\x00", "postgres": b"\0\0\0\x08\x04\xd2\x16\x2e",
    "mysql": b"\x20\0\0\x01" + b"\0\x82\0\0" + b"\0" * 28, "sieve": b"LOGOUT\r\n",
}


def serve(certificates, protocol):
    return PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--starttls", protocol)


def hear(connection, end):
    heard = b""
    while end is not None and not heard.endswith(end):
        block = connection.recv(4096)
        if not block:
            raise EOFError(f"after {heard!r} the server closed the connection; wanted {end!r}")
        heard += block
    return heard


@contextlib.contextmanager
def talking(server, steps):
    with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE) as connection:
        for said, wanted in steps:
            if said is not None:
                connection.sendall(said)
            hear(connection, wanted)
        yield connection


def page_through(certificates, connection):
    context = ssl.create_default_context(cafile=certificates.ca)
    with context.wrap_socket(connection, server_hostname="localhost") as secured:
        secured.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        page = b""
        while block := secured.recv(4096):
            page += block
    expect_in(b"This is pavise", page, "the page")


def follows_the_protocol(certificates, protocol):
    with serve(certificates, protocol) as server, talking(server, SCRIPTS[protocol]) as connection:
        page_through(certificates, connection)


def byte_by_byte(certificates, protocol):
    with serve(certificates, protocol) as server, talking(server, []) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for said, wanted in SCRIPTS[protocol]:
            for byte in said or b"":
                connection.sendall(bytes([byte]))
            hear(connection, wanted)
        page_through(certificates, connection)


def ends(connection):
    """The server closes; nothing that it said before is a go-ahead."""
    heard = b""
    with contextlib.suppress(ConnectionResetError):
        while block := connection.recv(4096):
            heard += block
    return heard


def refuses_injected_plaintext(certificates, protocol):
    """CVE-2011-0411: what stands behind the request for TLS, in its segment, was said by nobody who is known."""
    *before, (request, go_ahead) = SCRIPTS[protocol]
    with serve(certificates, protocol) as server:
        with talking(server, before) as connection:
            connection.sendall(request + b"EHLO injected\r\n")
            heard = ends(connection)
            if go_ahead is not None and go_ahead in heard:
                raise AssertionError(f"the server went ahead: {heard!r}")
        # MySQL's client begins with TLS at once: there it is the record layer that refuses.
        server.wait_for_err("sent plaintext where TLS was to begin" if go_ahead is not None else "unexpected_message|record")
        with talking(server, SCRIPTS[protocol]) as connection:
            page_through(certificates, connection)


def ends_without_tls(certificates, protocol):
    with serve(certificates, protocol) as server:
        with talking(server, SCRIPTS[protocol][:-1]) as connection:
            connection.sendall(REFUSED[protocol])
            ends(connection)
        server.wait_for_err(r"127\.0\.0\.1:\d+: the client (took its leave|wanted something else|did not ask)")
        server.stop()


def is_not_flooded(certificates):
    with serve(certificates, "smtp") as server:
        with talking(server, SCRIPTS["smtp"][:1]) as connection, contextlib.suppress(OSError):
            while True:
                connection.sendall(b"x" * 4096)
        server.wait_for_err("the client says too much before TLS begins")


def is_not_waited_for(certificates):
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--starttls", "smtp",
                      "--timeout", "1") as server:
        with talking(server, SCRIPTS["smtp"][:1]) as connection:
            ends(connection)
        server.wait_for_err("gave up: the client did not ask for TLS")


def our_own_client(certificates, protocol):
    with serve(certificates, protocol) as server:
        status, out, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, "--starttls",
                                protocol, "--get", "/")
        expect(status, 0, f"exit status ({said!r})")
        expect_in(b"This is pavise", out, "the page")


def openssl_client(certificates, protocol):
    with serve(certificates, protocol) as server:
        status, out, said = run("openssl", "s_client", "-connect", f"localhost:{server.port}", "-starttls", protocol,
                                "-CAfile", certificates.ca, "-verify_return_error", "-brief")
        expect(status, 0, f"exit status ({said!r} {out!r})")
        expect_in("Verification: OK", said, "what openssl says")


def curl_client(certificates, protocol):
    if shutil.which("curl") is None:
        raise Skip("curl is not installed")
    with serve(certificates, protocol) as server:
        _, _, said = run("curl", "-v", "--ssl-reqd", "--cacert", certificates.ca, "--max-time", str(DEADLINE),
                         f"{protocol}://localhost:{server.port}/")
        expect_in("SSL certificate verify ok", said, "what curl says")


def cases(report):
    with Certificates() as certificates:
        for protocol in PROTOCOLS:
            report.case(f"{protocol}, by its rules", follows_the_protocol, certificates, protocol)
            report.case(f"{protocol}, byte by byte", byte_by_byte, certificates, protocol)
            report.case(f"{protocol}, bytes behind the request", refuses_injected_plaintext, certificates, protocol)
            report.case(f"{protocol}, without TLS", ends_without_tls, certificates, protocol)
            report.case(f"{protocol}, pavise connect", our_own_client, certificates, protocol)
            report.case(f"{protocol}, openssl s_client", openssl_client, certificates, protocol)
        for protocol in ("smtp", "imap", "pop3"):
            report.case(f"{protocol}, curl", curl_client, certificates, protocol)
        report.case("a flood of plaintext", is_not_flooded, certificates)
        report.case("a client that waits", is_not_waited_for, certificates)


if __name__ == "__main__":
    main(cases)
