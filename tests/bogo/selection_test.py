"""The shim against itself and against openssl, so that it cannot rot where no runner is at hand.

Both sides are TCP clients, as the runner wants its shims: this program listens, takes what the shims say first (their
number), and carries bytes between them.
"""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))

from harness import DEADLINE, Failure, Process, Skip, expect, expect_in, free_port, main, run, wait_until_listening  # noqa: E402

SHIM = os.environ["PAVISE_BOGO_SHIM"]
PAVISE = os.environ["PAVISE"]

FAILURE, UNIMPLEMENTED, MUST_FAIL = 1, 89, 90
CLIENT, SERVER = 0x1122334455667788, 7  # the numbers of the two shims


def carry(source, sink):
    """Carries bytes one way until they end, and the end too."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def carry_both_ways(one, other):
    back = threading.Thread(target=carry, args=(other, one), daemon=True)
    back.start()
    carry(one, other)
    back.join(DEADLINE)


class Meeting:
    """A listener at which shims arrive."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(DEADLINE)
        self.port = self.listener.getsockname()[1]
        self.waiting = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def shim(self, number, *flags):
        return Process(SHIM, "-port", self.port, "-shim-id", number, *flags)

    def arrival(self, number):
        """The connection of the shim with this number."""
        while number not in self.waiting:
            connection, _ = self.listener.accept()
            connection.settimeout(DEADLINE)
            said = b""
            while len(said) < 8:
                more = connection.recv(8 - len(said))
                if not more:
                    raise Failure("a shim did not say its number")
                said += more
            self.waiting[int.from_bytes(said, "little")] = connection
        return self.waiting.pop(number)


class Files:
    """An authority and a server's certificate, made by `pavise cert`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.make("make-ca", "ca")
        self.make("make-leaf", "leaf", "--ca", self.path("ca.pem"), "--ca-key", self.path("ca.key"), "--name", "localhost")
        self.credential = ["-cert-file", self.path("leaf.pem"), "-key-file", self.path("leaf.key")]

    def path(self, name):
        return str(self.folder / name)

    def make(self, verb, name, *options):
        status, _, said = run(PAVISE, "cert", verb, "--out", self.path(name + ".pem"), "--key-out", self.path(name + ".key"), *options)
        expect((status, said), (0, ""), f"pavise cert {verb}")


def pair(files, common, client, server, connections=1, client_end=(0, ""), server_end=(0, "")):
    """One shim as a client, one as a server. An end is an exit status and what the shim must say; "" is nothing."""
    with Meeting() as meeting:
        with meeting.shim(CLIENT, *common, *client) as one, \
             meeting.shim(SERVER, "-server", *files.credential, *common, *server) as other:
            for _ in range(connections):
                carry_both_ways(meeting.arrival(CLIENT), meeting.arrival(SERVER))
            for who, process, (status, said) in (("client", one, client_end), ("server", other, server_end)):
                expect(process.exit_status(), status, f"exit status of the {who}, which said {process.err.text()!r}")
                if said:
                    expect_in(said, process.err.text(), f"what the {who} says")
                else:
                    expect(process.err.text(), "", f"what the {who} says")


def refused_flag(flags, status, said):
    got, _, text = run(SHIM, *flags)
    expect(got, status, f"exit status with {flags}, which said {text!r}")
    expect_in(said, text, "what the shim says")


def against_openssl_server(files, flags):
    port = free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-naccept", "2", "-rev", "-quiet",
               "-cert", files.path("leaf.pem"), "-key", files.path("leaf.key")]
    with Meeting() as meeting, Process(*command) as server:
        wait_until_listening(port, server)
        with meeting.shim(CLIENT, "-check-close-notify", "-shim-shuts-down", *flags) as shim:
            to_server = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
            carry_both_ways(meeting.arrival(CLIENT), to_server)
            expect((shim.exit_status(), shim.err.text()), (0, ""), "the shim's end")


def against_openssl_client(files, flags):
    with Meeting() as meeting, socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(DEADLINE)
        port = door.getsockname()[1]
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", files.path("ca.pem"),
                   "-verify_return_error", "-verify_hostname", "localhost", "-quiet", "-no_ign_eof"]
        with meeting.shim(SERVER, "-server", "-check-close-notify", *files.credential, *flags) as shim, Process(*command) as client:
            client.write_in_background(b"turned round\n", then_close=False)
            from_client, _ = door.accept()
            relay = threading.Thread(target=carry_both_ways, args=(from_client, meeting.arrival(SERVER)), daemon=True)
            relay.start()
            # The shim sends back what it reads with every bit turned.
            client.wait_for_bytes(len("turned round\n"))
            expect(bytes(client.out.data), bytes(byte ^ 0xff for byte in b"turned round\n"), "the echo")
            client.end_input()
            expect((shim.exit_status(), shim.err.text()), (0, ""), "the shim's end")
            relay.join(DEADLINE)


def pair_cases(report, files):
    both_close = ["-check-close-notify"]
    talk = ["-shim-writes-first", "-shim-shuts-down"]  # the server answers a client that is gone
    for mode in ([], ["-async"]):
        name = " ".join(mode) or "at once"
        report.case(f"handshake and close, {name}", pair, files, mode + both_close, ["-shim-shuts-down"], [])
        report.case(f"data, {name}", pair, files, mode, talk, ["-implicit-handshake"])
        report.case(f"resumption, {name}", pair, files, mode + both_close + ["-resume-count", "1"],
                    ["-read-size", "1"], ["-shim-shuts-down"], 2)
    report.case("ALPN, SNI, group and retry", pair, files, both_close + ["-expect-version", "772", "-expect-curve-id", "24", "-expect-hrr"],
                ["-shim-shuts-down", "-host-name", "localhost", "-advertise-alpn", "\x03foo\x03bar", "-expect-alpn", "bar"],
                ["-curves", "24", "-select-alpn", "bar", "-expect-server-name", "localhost", "-expect-advertised-alpn", "\x03foo\x03bar"])
    report.case("client certificate", pair, files, both_close, ["-shim-shuts-down", *files.credential],
                ["-require-any-client-certificate", "-verify-peer", "-expect-peer-cert-file", files.path("leaf.pem")])
    report.case("no client certificate", pair, files, [], [], ["-require-any-client-certificate"], 1,
                (FAILURE, ":alert_received:certificate_required:"), (FAILURE, ":certificate_required:"))
    report.case("refused certificate", pair, files, [], ["-verify-peer", "-verify-fail", "-use-custom-verify-callback"], [], 1,
                (FAILURE, ":certificate_rejected:"), (FAILURE, ":alert_received:certificate_unknown:"))
    report.case("early data", pair, files, ["-resume-count", "1", "-enable-early-data", "-on-resume-expect-accept-early-data"],
                ["-expect-ticket-supports-early-data", "-on-resume-shim-writes-first", "-on-resume-shim-shuts-down"],
                ["-on-initial-shim-shuts-down"], 2)
    quic_cases(report, files)
    report.case("a group that is not the expected one", pair, files, [], ["-expect-curve-id", "23"], ["-curves", "29"], 1,
                (MUST_FAIL, "the group is 29"), (0, ""))
    report.case("a protocol that is not the expected one", pair, files, [], ["-expect-alpn", "foo"], [], 1,
                (MUST_FAIL, "the application protocol"), (0, ""))


def quic_cases(report, files):
    """Over the runner's mock of QUIC, which both shims speak."""
    client = ["-advertise-alpn", "\x03foo", "-expect-alpn", "foo", "-quic-transport-params", "AQI=", "-expect-quic-transport-params", "AwQ="]
    server = ["-select-alpn", "foo", "-quic-transport-params", "AwQ=", "-expect-quic-transport-params", "AQI="]
    for mode in ([], ["-async"]):
        name = " ".join(mode) or "at once"
        report.case(f"QUIC, {name}", pair, files, [*mode, "-quic"], ["-shim-writes-first", "-shim-shuts-down", *client], server)
        report.case(f"QUIC, resumption, {name}", pair, files, [*mode, "-quic", "-resume-count", "1"], client, ["-shim-shuts-down", *server], 2)
    report.case("QUIC, early data", pair, files, ["-quic", "-resume-count", "1", "-enable-early-data", "-on-resume-expect-accept-early-data"],
                ["-expect-ticket-supports-early-data", "-on-resume-shim-writes-first", "-on-resume-shim-shuts-down", *client],
                ["-on-initial-shim-shuts-down", *server], 2)
    report.case("QUIC, other transport parameters", pair, files, ["-quic"], [*client, "-expect-quic-transport-params", "AQI="], server, 1,
                (MUST_FAIL, "the peer's transport parameters"), (0, ""))
    report.case("QUIC, no common protocol", pair, files, ["-quic"], client, ["-quic-transport-params", "AwQ="], 1,
                (FAILURE, ":alert_received:no_application_protocol:"), (FAILURE, ":no_common_protocol:"))


def openssl_cases(report, files):
    if shutil.which("openssl") is None:
        raise Skip("openssl is not installed")
    for mode in ([], ["-async"]):
        name = " ".join(mode) or "at once"
        report.case(f"openssl's server, {name}", against_openssl_server, files, mode)
        report.case(f"openssl's client, {name}", against_openssl_client, files, mode)


def cases(report):
    report.case("an unknown flag", refused_flag, ["-no-such-flag"], UNIMPLEMENTED, "-no-such-flag")
    report.case("versions that are not spoken", refused_flag, ["-port", "9", "-max-version", "770"], UNIMPLEMENTED, "the versions")
    report.case("a flag without its parameter", refused_flag, ["-port"], MUST_FAIL, "-port wants a parameter")
    report.case("a parameter that is not a number", refused_flag, ["-port", "x"], MUST_FAIL, "not a number")
    expect(subprocess.run([SHIM, "-is-handshaker-supported"], capture_output=True, check=True).stdout, b"No\n", "no handshaker")
    with tempfile.TemporaryDirectory(prefix="pavise-bogo-") as folder:
        files = Files(folder)
        pair_cases(report, files)
        openssl_cases(report, files)


main(cases)
