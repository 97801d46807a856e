"""What signals do: a client that is interrupted says goodbye to its server, and a server to its clients."""

import contextlib
import signal
import socket
import subprocess

from certificates import Certificates
from harness import DEADLINE, PAVISE, PaviseServer, Process, expect, expect_in, main

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CLIENT_HELLO_BEGINS = b"\x16\x03"
HANDSHAKE_FAILURE = bytes.fromhex("15 0303 0002 02 28")
# RFC 8446 §6.1: user_canceled, "followed by a 'close_notify'"; both are warnings.
CALLED_OFF = bytes.fromhex("15 0303 0002 01 5a") + bytes.fromhex("15 0303 0002 01 00")


@contextlib.contextmanager
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE)
        yield server


def accepted(server):
    connection, _ = server.accept()
    connection.settimeout(DEADLINE)
    return connection


def until_end(connection):
    received = b""
    while block := connection.recv(4096):
        received += block
    return received


def first_record(connection):
    received = b""
    while len(received) < 5 or len(received) < 5 + int.from_bytes(received[3:5], "big"):
        block = connection.recv(4096)
        expect(block != b"", True, f"more than {received!r}")
        received += block
    return received


def during_the_handshake(which):
    with listener() as server, Process(PAVISE, "connect", f"127.0.0.1:{server.getsockname()[1]}", "--insecure") as client:
        with accepted(server) as connection:
            hello = first_record(connection)
            expect(hello[:2], CLIENT_HELLO_BEGINS, "how the ClientHello begins")
            client.child.send_signal(which)
            expect(until_end(connection), CALLED_OFF, "what came behind the ClientHello")
        # As the shell has it: the program was ended by the signal, and need not say so.
        expect(client.exit_status(), -which, "how the client ended")
        expect(client.err.text(), "", "what it said")


def during_the_goodbye(which):
    """A client that has said everything does not wait for the server's end once a signal has come."""
    with listener() as server, Process(PAVISE, "connect", f"127.0.0.1:{server.getsockname()[1]}", "--insecure") as client:
        with accepted(server) as connection:
            first_record(connection)
            connection.sendall(HANDSHAKE_FAILURE)
            expect(until_end(connection), b"", "what came behind the ClientHello")
            client.child.send_signal(which)
            expect(client.exit_status(), -which, "how the client ended, with a server that has not")


def after_the_handshake(certificates, which, version):
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--echo") as server:
        with Process(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, "--tls", version) as client:
            client.write(b"hello")
            client.wait_for_bytes(5)
            client.child.send_signal(which)
            expect(client.exit_status(), -which, "how the client ended")
        server.stop()
        expect("close_notify" in server.err.text(), False, f"a connection that was cut: {server.err.text()!r}")


def ignored_on_purpose(certificates):
    """nohup's SIGHUP stays ignored, by client and server."""
    pair = ["--cert", certificates.chain("p256"), "--key", certificates.key("p256")]
    script = 'trap "" HUP; exec "$@"'
    with Process("sh", "-c", script, "sh", PAVISE, "serve", "--port", "0", "--echo", *pair) as server:
        port = server.wait_for_out(r"listening on .*:(\d+)\n")[1]
        with Process("sh", "-c", script, "sh", PAVISE, "connect", f"localhost:{port}", "--cafile", certificates.ca) as client:
            for count in (5, 10):
                client.write(b"hello")
                client.wait_for_bytes(count)
                client.child.send_signal(signal.SIGHUP)
                server.child.send_signal(signal.SIGHUP)
            client.end_input()
            expect(client.exit_status(), 0, f"exit status of the client ({client.err.text()!r})")
        server.terminate()
        expect(server.exit_status(), 0, f"exit status of the server ({server.err.text()!r})")


def server_says_goodbye(certificates, which):
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--echo") as server:
        with Process(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca) as client:
            client.write(b"hello")
            client.wait_for_bytes(5)
            server.child.send_signal(which)
            client.end_input()
            expect(client.exit_status(), 0, f"exit status of the client ({client.err.text()!r})")
        expect(server.exit_status(), 0, f"exit status of the server ({server.err.text()!r})")


def time_that_ran_out(protocol):
    """Whoever waited as long as --timeout says does not wait for the goodbye too: the server hears it at once."""
    with listener() as server:
        words = [PAVISE, "connect", f"127.0.0.1:{server.getsockname()[1]}", "--insecure", "--timeout", "1", *protocol]
        with Process(*words) as client, accepted(server) as connection:
            received = until_end(connection)
            expect(received.endswith(CALLED_OFF), not protocol, f"the handshake was called off ({received[-20:]!r})")
            expect(client.exit_status(), 1, "exit status")
            expect_in("the time allowed for it is over", client.err.text(), "the complaint")


def client_under_test(which):
    """Whoever ends pavise conform client ends the client that it has started."""
    with listener() as server:
        # It never connects to pavise, and tells us by a connection to us that it is there, and that it is not any more.
        script = f"exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]}; exec sleep {10 * DEADLINE}"
        with Process(PAVISE, "conform", "client", "--listen", "0", "--", "bash", "-c", script) as conform:
            with accepted(server) as connection:
                conform.child.send_signal(which)
                expect(conform.exit_status(), -which, "how it ended")
                expect(until_end(connection), b"", "what the client said")


def input_that_is_a_directory():
    done = subprocess.run(["sh", "-c", 'exec "$0" connect localhost:1 --insecure < /', PAVISE], capture_output=True,
                          timeout=DEADLINE, check=False)
    expect(done.returncode, 2, f"exit status ({done.stderr!r})")
    expect_in("standard input is a directory", done.stderr.decode(), "the complaint")


def cases(report):
    for which in SIGNALS:
        report.case(f"{which.name} during the handshake of connect", during_the_handshake, which)
        report.case(f"{which.name} during the goodbye of connect", during_the_goodbye, which)
    with Certificates() as certificates:
        for version in ("1.3", "1.2"):
            report.case(f"SIGINT after the handshake of connect, TLS {version}", after_the_handshake, certificates, signal.SIGINT,
                        version)
        report.case("SIGHUP after the handshake of connect", after_the_handshake, certificates, signal.SIGHUP, "1.3")
        for which in SIGNALS:
            report.case(f"{which.name} ends serve", server_says_goodbye, certificates, which)
        report.case("SIGHUP that is ignored", ignored_on_purpose, certificates)
    for which in SIGNALS:
        report.case(f"{which.name} ends the client of pavise conform", client_under_test, which)
    report.case("a server that says nothing", time_that_ran_out, [])
    report.case("a server that says nothing before STARTTLS", time_that_ran_out, ["--starttls", "smtp"])
    report.case("an input that is a directory", input_that_is_a_directory)


if __name__ == "__main__":
    main(cases)
