"""pavise serve and clients that are many, slow, rude or broken. Good clients are Python's ssl, verification on."""

import contextlib
import os
import socket
import ssl
import struct

from certificates import Certificates
from harness import DEADLINE, PAVISE, PaviseServer, expect, expect_in, main, run

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
# RFC 8446 §6: a plaintext alert record.
ALERT_RECORD = b"\x15\x03"
UNEXPECTED_MESSAGE, PROTOCOL_VERSION = 10, 70


def serve(certificates, *options, launcher=()):
    return PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), *options,
                        launcher=launcher)


def raw(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE)


def context(certificates):
    trusting = ssl.create_default_context(cafile=certificates.ca)
    trusting.minimum_version = ssl.TLSVersion.TLSv1_3
    return trusting


@contextlib.contextmanager
def tls(certificates, server):
    with raw(server) as connection:
        with context(certificates).wrap_socket(connection, server_hostname="localhost") as wrapped:
            yield wrapped


def read_all(connection):
    blocks = []
    while block := connection.recv(1 << 16):
        blocks.append(block)
    return b"".join(blocks)


def page(certificates, server, request=REQUEST):
    """What comes back for a request; the end must be a close_notify (Python raises where it is missing)."""
    with tls(certificates, server) as connection:
        connection.sendall(request)
        return read_all(connection).decode()


def still_serves(certificates, server):
    expect_in("HTTP/1.1 200 OK", page(certificates, server), "the page for the next client")


def answers_after_the_blank_line(certificates):
    with serve(certificates) as server:
        for request in (REQUEST, b"GET / HTTP/1.0\n\n", b"\r\nGET / HTTP/1.1\r\nHost: a\n\r\n"):
            expect_in("HTTP/1.1 200 OK", page(certificates, server, request), f"the answer to {request!r}")
        with tls(certificates, server) as connection:
            for i in range(len(REQUEST)):
                connection.sendall(REQUEST[i:i + 1])
            expect_in("HTTP/1.1 200 OK", read_all(connection).decode(), "the answer to a request byte by byte")
        expect_in("HTTP/1.1 405", page(certificates, server, b"POST / HTTP/1.1\r\n\r\n"), "the answer to POST")
        expect_in("HTTP/1.1 400", page(certificates, server, b"nonsense\n\n"), "the answer to nonsense")
        server.stop()


def answers_in_one_record(certificates):
    """The page, close_notify, and the end of the stream: two records and nothing else. Without sessions: no tickets in between."""
    with serve(certificates, "--sessions", "none") as server, raw(server) as connection:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context(certificates).wrap_bio(incoming, outgoing, server_hostname="localhost")
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(1 << 16))
        client.write(REQUEST)
        connection.sendall(outgoing.read())
        rest = read_all(connection)
        lengths = []
        while rest:
            kind, _, length = struct.unpack(">BHH", rest[:5])
            expect(kind, 23, "the type of a protected record")
            lengths.append(length)
            rest = rest[5 + length:]
        expect(len(lengths), 2, f"records, of lengths {lengths}")
        # Two bytes of alert, the content type, the tag of AES-GCM.
        expect(lengths[1], 2 + 1 + 16, "the length of close_notify's record")


def request_is_bounded(certificates):
    with serve(certificates) as server:
        with tls(certificates, server) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * (1 << 15))
            expect_in("HTTP/1.1 431", read_all(connection).decode(), "the answer to an endless request")
        still_serves(certificates, server)
        server.stop()


def alert_reaches_a_bad_client(certificates, garbage, alert):
    """What a client sends that is no TLS is answered by an alert, which no reset destroys."""
    with serve(certificates) as server:
        with raw(server) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            answer = read_all(connection)  # raises on a reset
            expect(answer[:2], ALERT_RECORD, f"the answer {answer!r} is an alert record")
            expect(answer[-2:], bytes([2, alert]), "level and description")
        server.wait_for_err(r"127\.0\.0\.1:\d+: ")
        still_serves(certificates, server)
        server.stop()


def rude_clients(certificates):
    with serve(certificates) as server:
        for _ in range(20):
            raw(server).close()
        for _ in range(20):
            with raw(server) as connection:
                connection.sendall(b"\x16\x03\x01\x02\x00\x01")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for _ in range(20):
            # Python cuts the connection here, without close_notify.
            context(certificates).wrap_socket(raw(server), server_hostname="localhost").close()
        still_serves(certificates, server)
        server.stop()


def slow_clients(certificates):
    """Clients that dribble or say nothing keep nobody waiting, and are let go after their time."""
    with serve(certificates, "--timeout", "1") as server:
        with contextlib.ExitStack() as stack:
            slow = [stack.enter_context(raw(server)) for _ in range(100)]
            for connection in slow[::2]:
                connection.sendall(b"\x16")
            waiting = stack.enter_context(tls(certificates, server))
            waiting.sendall(b"GET / HTTP/1.1\r\n")
            still_serves(certificates, server)
            for connection in slow:
                read_all(connection)  # ends, by the server's deadline
            expect(read_all(waiting), b"", "what half a request gets")
        server.wait_for_err("gave up: the handshake took too long")
        server.wait_for_err("gave up: nothing came for too long")
        still_serves(certificates, server)
        server.stop()


def out_of_descriptors(certificates):
    """More clients than the process may have: those beyond wait their turn, and get it when others leave."""
    with serve(certificates, launcher=("sh", "-c", 'ulimit -n 20; exec "$@"', "sh")) as server:
        with contextlib.ExitStack() as stack:
            for _ in range(40):
                stack.enter_context(raw(server))
            server.wait_for_err("a connection could not be accepted: Too many open files")
        still_serves(certificates, server)
        server.stop()


def many_at_once(certificates):
    with serve(certificates, "--echo") as server, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(tls(certificates, server)) for _ in range(100)]
        for number, client in enumerate(clients):
            client.sendall(f"I am {number}".encode())
        for number, client in enumerate(clients):
            expect(client.recv(100), f"I am {number}".encode(), "the echo")


def echo_of_several_mib(certificates):
    """Through every limit on the way, in both directions at once, and on after the client's close_notify."""
    data = os.urandom(8 << 20)
    with serve(certificates, "--echo") as server:
        for _ in range(3):
            status, echo, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca,
                                     "--quiet", stdin=data)
            expect((status, said), (0, ""), "exit status and error output of connect")
            expect(echo == data, True, "all came back")
        server.stop()


def echo_of_a_client_that_does_not_read(certificates):
    """Backpressure: it may fill its own connection, and nobody else's."""
    with serve(certificates, "--echo") as server:
        with tls(certificates, server) as greedy, tls(certificates, server) as modest:
            greedy.settimeout(1)
            block = os.urandom(1 << 16)
            sent = 0
            with contextlib.suppress(TimeoutError, ssl.SSLError):
                while sent < (64 << 20):
                    greedy.sendall(block)
                    sent += len(block)
            expect(sent < (64 << 20), True, "the server stopped taking data at some point")
            modest.sendall(b"hello")
            expect(modest.recv(100), b"hello", "the echo for another client")
        server.stop()


def goodbye_on_signal(certificates):
    with serve(certificates, "--echo") as server:
        with tls(certificates, server) as client, raw(server) as silent:
            client.sendall(b"hello")
            expect(client.recv(100), b"hello", "the echo")
            server.terminate()
            expect(client.recv(100), b"", "what the client reads after SIGTERM (close_notify)")
            read_all(silent)
        expect(server.exit_status(), 0, "exit status after SIGTERM")


def cases(report):
    with Certificates() as certificates:
        report.case("serve answers after the blank line", answers_after_the_blank_line, certificates)
        report.case("serve answers in one record, then closes", answers_in_one_record, certificates)
        report.case("serve bounds a request", request_is_bounded, certificates)
        for name, garbage, alert in (("HTTP", REQUEST, PROTOCOL_VERSION), ("noise", b"\xff" * 600_000, UNEXPECTED_MESSAGE),
                                     ("data before the handshake", b"\x17\x03\x03\x00\x01x", UNEXPECTED_MESSAGE)):
            report.case(f"serve tells a client that sends {name}", alert_reaches_a_bad_client, certificates, garbage,
                        alert)
        report.case("serve survives rude clients", rude_clients, certificates)
        report.case("serve is not held up by slow clients", slow_clients, certificates)
        report.case("serve outlives a lack of descriptors", out_of_descriptors, certificates)
        report.case("serve has many clients at once", many_at_once, certificates)
        report.case("serve echoes several MiB to connect", echo_of_several_mib, certificates)
        report.case("serve does not buffer for a client that does not read", echo_of_a_client_that_does_not_read,
                    certificates)
        report.case("serve says goodbye on SIGTERM", goodbye_on_signal, certificates)


if __name__ == "__main__":
    main(cases)
