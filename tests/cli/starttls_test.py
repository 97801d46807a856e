"""pavise connect --starttls against small servers that follow a script, then speak TLS with Python's ssl."""

import contextlib
import socket
import ssl
import threading

from certificates import Certificates
from harness import DEADLINE, PAVISE, expect, expect_in, main, run

CONNECTION, USAGE, HANDSHAKE = 1, 2, 3
SAID_OVER_TLS = b"hello over TLS\n"
INJECTED = b"injected before TLS\r\n"
LDAP_REQUEST = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
XMPP_FEATURES = (b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0' "
                 b"xmlns:stream='http://etherx.jabber.org/streams'><stream:features>")
XMPP_STARTTLS = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"


def mysql_greeting(capabilities):
    payload = (b"\x0a8.0.0\0" + b"\x01\0\0\0" + b"12345678" + b"\0" + capabilities.to_bytes(2, "little") + b"\x2d\x02\0" +
               b"\0\0" + b"\x15" + b"\0" * 10 + b"123456789012\0" + b"mysql_native_password\0")
    return len(payload).to_bytes(3, "little") + b"\0" + payload


MYSQL_SSL = 0x0800
# The packet's header, the client's capabilities (4.1, SSL, secure connection), its largest packet, utf8mb4, zeros.
MYSQL_REQUEST = b"\x20\0\0\x01" + b"\0\x8a\0\0" + b"\0\0\0\x01" + b"\x2d" + b"\0" * 23

# For each protocol what goes to and fro before TLS: bytes are said, a tuple of bytes is what the client must say (the
# protocols that have lines: a whole one).
SCRIPTS = {
    "smtp": [b"220-mail.example greets\r\n220 you\r\n", (b"EHLO localhost\r\n",),
             b"250-mail.example\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 HELP\r\n", (b"STARTTLS\r\n",), b"220 go ahead\r\n"],
    "imap": [b"* OK ready\r\n", (b"a1 CAPABILITY\r\n",), b"* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n",
             (b"a2 STARTTLS\r\n",), b"* NOTE wait\r\na2 OK begin\r\n"],
    "pop3": [b"+OK ready\r\n", (b"STLS\r\n",), b"+OK begin\r\n"],
    "ftp": [b"220-first\r\n  anything here\r\n220 last\r\n", (b"AUTH TLS\r\n",), b"234 begin\r\n"],
    "xmpp": [(b"to='localhost'>",), XMPP_FEATURES + XMPP_STARTTLS + b"</stream:features>", (XMPP_STARTTLS,),
             b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
    "ldap": [(LDAP_REQUEST,), b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"],
    "postgres": [(b"\0\0\0\x08\x04\xd2\x16\x2f",), b"S"],
    "mysql": [mysql_greeting(0xffff), (MYSQL_REQUEST,)],
    "sieve": [b'"IMPLEMENTATION" {9}\r\nOK server\r\n"STARTTLS"\r\nOK "ready"\r\n', (b"STARTTLS\r\n",), b'OK "begin"\r\n'],
}
# Servers that do not offer TLS, refuse it, or speak another protocol: the script, and what connect complains of.
REFUSALS = {
    "smtp": [([b"220 hello\r\n", (b"EHLO localhost\r\n",), b"250-mail.example\r\n250 SIZE 1000\r\n"],
              "the server does not offer STARTTLS"),
             ([b"220 hello\r\n", (b"EHLO localhost\r\n",), b"250-mail\r\n250 STARTTLS\r\n", (b"STARTTLS\r\n",),
               b"454 not now\r\n"], "the server refused STARTTLS: '454 not now'"),
             ([b"HTTP/1.1 400 Bad Request\r\n"], "the server does not speak SMTP: 'HTTP/1.1 400 Bad Request'")],
    "imap": [([b"* OK ready\r\n", (b"a1 CAPABILITY\r\n",), b"* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"],
              "the server does not offer STARTTLS"),
             # It would keep us from TLS: RFC 9051 §11.3.
             ([b"* PREAUTH welcome\r\n"], "the server does not speak IMAP, or not to strangers: '* PREAUTH welcome'")],
    "pop3": [([b"+OK ready\r\n", (b"STLS\r\n",), b"-ERR no\r\n"], "the server refused STLS: '-ERR no'")],
    "ftp": [([b"220 ready\r\n", (b"AUTH TLS\r\n",), b"534 no\r\n"], "the server refused AUTH TLS: '534 no'")],
    "xmpp": [([(b"to='localhost'>",), XMPP_FEATURES + b"</stream:features>"], "the server does not offer STARTTLS"),
             ([(b"to='localhost'>",), XMPP_FEATURES + XMPP_STARTTLS + b"</stream:features>", (XMPP_STARTTLS,),
               b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"], "the server refused STARTTLS")],
    "ldap": [([(LDAP_REQUEST,), b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"],
              "the server refused StartTLS"),
             ([(LDAP_REQUEST,), b"\x30\x03\x02\x01\x01"], "the server does not speak LDAP"),
             ([(LDAP_REQUEST,), b"220 hello\r\n"], "the server does not speak LDAP")],
    "postgres": [([(b"\0\0\0\x08\x04\xd2\x16\x2f",), b"N"], "the server does not offer TLS: 'N'")],
    "mysql": [([mysql_greeting(0xffff & ~MYSQL_SSL)], "the server does not offer TLS: '8.0.0'"),
              ([b"\xff\xff\xff\0"], "the server does not speak MySQL's protocol")],
    "sieve": [([b'"IMPLEMENTATION" "x"\r\nOK\r\n'], "the server does not offer STARTTLS"),
              ([b'"STARTTLS"\r\nOK\r\n', (b"STARTTLS\r\n",), b"NO\r\n"], "the server refused STARTTLS: 'NO'")],
}


class ScriptedServer:
    """Accepts one connection, plays the script, then runs `then` on the socket. What goes wrong is in `problem`."""

    def __init__(self, script, then):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.problem = None
        self.thread = threading.Thread(target=self._run, args=(script, then), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(DEADLINE)
        self.listener.close()

    def _run(self, script, then):
        try:
            self.listener.settimeout(DEADLINE)
            connection, _ = self.listener.accept()
            with connection:
                connection.settimeout(DEADLINE)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for step in script:
                    self._step(connection, step)
                then(connection)
        except Exception as problem:  # told by the case
            self.problem = problem

    @staticmethod
    def _step(connection, step):
        if isinstance(step, bytes):
            connection.sendall(step)
            return
        heard = b""
        while not heard.endswith(step[0]):
            byte = connection.recv(1)  # what follows may be TLS already
            if not byte:
                raise EOFError(f"the client said {heard!r}, not {step[0]!r}")
            heard += byte


def connect(server, certificates, protocol, *options):
    return run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, "--starttls", protocol, *options)


def tls_server(certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.chain("p256"), certificates.key("p256"))

    def speak(connection):
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.sendall(SAID_OVER_TLS)
            with contextlib.suppress(OSError):
                secured.unwrap()
    return speak


def drain(connection):
    while connection.recv(4096):
        pass


def switches(certificates, protocol):
    with ScriptedServer(SCRIPTS[protocol], tls_server(certificates)) as server:
        status, out, said = connect(server, certificates, protocol)
    expect(server.problem, None, f"what the server met ({said!r})")
    expect((status, out), (0, SAID_OVER_TLS), f"exit status and output ({said!r})")
    expect_in("the certificate was verified", said, "what connect says")


def byte_by_byte(certificates, protocol):
    """However the plaintext is cut into segments, it means the same."""
    script = [bytes([byte]) for step in SCRIPTS[protocol][:1] for byte in step] + SCRIPTS[protocol][1:]
    with ScriptedServer(script, tls_server(certificates)) as server:
        status, out, said = connect(server, certificates, protocol)
    expect((status, out), (0, SAID_OVER_TLS), f"exit status and output ({said!r})")


def refuses_what_follows_the_go_ahead(certificates, protocol):
    """PITFALLS 44: bytes in the segment of the go-ahead are no TLS, and nobody takes them for data (CVE-2011-0411)."""
    script = list(SCRIPTS[protocol])
    if isinstance(script[-1], bytes):
        script[-1] += INJECTED
    else:  # MySQL's server has nothing to say after the request
        script[0] += INJECTED
        script.pop()
    with ScriptedServer(script, drain) as server:
        status, out, said = connect(server, certificates, protocol)
    expect((status, out), (HANDSHAKE, b""), f"exit status and output ({said!r})")
    expect_in("sent plaintext where TLS was to begin: 'injected before TLS", said, "the complaint")


def refuses_what_follows_our_hello(certificates, protocol):
    """The same bytes a moment later reach the TLS engine, which takes them for what they are: no record."""
    def inject(connection):
        connection.recv(4096)  # the ClientHello
        connection.sendall(INJECTED)
        drain(connection)
    with ScriptedServer(SCRIPTS[protocol], inject) as server:
        status, out, said = connect(server, certificates, protocol)
    expect((status, out), (HANDSHAKE, b""), f"exit status and output ({said!r})")


def is_told_why(certificates, protocol, script, wanted):
    with ScriptedServer(script, drain) as server:
        status, out, said = connect(server, certificates, protocol)
    expect((status, out), (HANDSHAKE, b""), f"exit status and output ({said!r})")
    expect_in(wanted, said, "the complaint")


def server_goes_away(certificates):
    with ScriptedServer([b"220 hello\r\n"], lambda _: None) as server:
        status, out, said = connect(server, certificates, "smtp")
    expect((status, out), (CONNECTION, b""), f"exit status and output ({said!r})")


def server_never_stops(certificates):
    def flood(connection):
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"250-more and more\r\n" * 1000)
    with ScriptedServer([b"220 hello\r\n", (b"EHLO localhost\r\n",)], flood) as server:
        status, _, said = connect(server, certificates, "smtp")
    expect(status, HANDSHAKE, f"exit status ({said!r})")
    expect_in("the server says too much before TLS begins", said, "the complaint")


def server_says_nothing(certificates):
    with ScriptedServer([], drain) as server:
        status, _, said = connect(server, certificates, "smtp", "--timeout", "1")
    expect(status, CONNECTION, f"exit status ({said!r})")
    expect_in("the time allowed for it is over", said, "the complaint")


def terminal_is_safe(certificates):
    with ScriptedServer([b"500 \x1b[2Jgone\r\n"], drain) as server:
        _, _, said = connect(server, certificates, "smtp")
    expect_in(r"'500 \x1b[2Jgone'", said, "the complaint")


def cases(report):
    with Certificates() as certificates:
        for protocol in SCRIPTS:
            report.case(f"--starttls {protocol}", switches, certificates, protocol)
            report.case(f"--starttls {protocol}, bytes behind the go-ahead", refuses_what_follows_the_go_ahead,
                        certificates, protocol)
            report.case(f"--starttls {protocol}, bytes behind our hello", refuses_what_follows_our_hello, certificates,
                        protocol)
            for number, (script, wanted) in enumerate(REFUSALS[protocol]):
                report.case(f"--starttls {protocol}, refusal {number + 1}", is_told_why, certificates, protocol, script,
                            wanted)
        for protocol in ("smtp", "imap", "sieve", "mysql"):
            report.case(f"--starttls {protocol}, byte by byte", byte_by_byte, certificates, protocol)
        report.case("--starttls, the server goes away", server_goes_away, certificates)
        report.case("--starttls, the server never stops", server_never_stops, certificates)
        report.case("--starttls, the server says nothing", server_says_nothing, certificates)
        report.case("--starttls, control characters", terminal_is_safe, certificates)


if __name__ == "__main__":
    main(cases)
