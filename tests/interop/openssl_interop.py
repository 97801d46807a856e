"""pavise against the openssl program, verification on, in both roles."""

import hashlib
import os
import re

from certificates import KEY_TYPES, Certificates
from harness import (PAVISE, PaviseServer, Process, expect, expect_in, free_port, main, negotiated, run,
                     wait_until_listening)

SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
# OpenSSL's name and the registry's.
GROUPS = {"X25519": "x25519", "P-256": "secp256r1", "P-384": "secp384r1", "P-521": "secp521r1"}
# Before 3.5 it knows neither this group nor the command that lists groups.
if b"X25519MLKEM768" in run("openssl", "list", "-tls-groups", "-tls1_3")[1]:
    GROUPS["X25519MLKEM768"] = "X25519MLKEM768"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"
SEVERAL_MIB = 5 << 20


class OpensslServer(Process):
    """openssl s_server on a port that the system picks, with the leaf of that name."""

    version = "-tls1_3"

    def __init__(self, certificates, leaf, *options, cwd=None):
        # -quiet, which keeps its standard input free of commands, also keeps it from telling its port.
        self.port = free_port() if "-quiet" in options else 0
        super().__init__("openssl", "s_server", "-4", "-accept", self.port, self.version, "-cert",
                         certificates.chain(leaf), "-key", certificates.key(leaf), *options, cwd=cwd)

    def __enter__(self):
        if self.port != 0:
            wait_until_listening(self.port, self)
        else:
            self.port = self.wait_for_out(r"ACCEPT \S*:(\d+)\n")[1]
        return self


def connect_words(certificates, server, *options):
    return [PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, *options]


def s_client_words(certificates, server, *options):
    return ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername", "localhost",
            "-verify_hostname", "localhost", "-verify_return_error", "-CAfile", certificates.ca, "-no-CApath",
            "-no-CAstore", *options]


# ---- our client, their server

def client_gets_page(certificates, leaf, server_options, client_options, wanted):
    """A status page of s_server -www; `wanted` are rows that connect must print."""
    with OpensslServer(certificates, leaf, "-www", *server_options) as server:
        status, page, said = run(*connect_words(certificates, server, *client_options), stdin=REQUEST)
        expect(status, 0, f"exit status ({said!r})")
        expect_in("HTTP/1.0 200 ok", page.decode(), "the page")
        expect_in("the certificate was verified", said, "what connect says")
        rows = negotiated(said)
        for name, value in {"version": "TLSv1.3", **wanted}.items():
            expect(rows.get(name), value, name)
        expect_in("DNS:localhost, IP:127.0.0.1", said, "the certificate's names")
        expect(rows.get("subject"), f"CN=Test leaf {leaf}", "subject")


def client_is_refused(certificates, leaf, client_options, wanted, alert):
    """connect must not accept the server: exit status 4, `wanted` in words, and s_server sees the alert."""
    with OpensslServer(certificates, leaf) as server:
        words = [PAVISE, "connect", f"localhost:{server.port}", *client_options]
        status, _, said = run(*words, stdin=b"")
        expect(status, 4, f"exit status ({said!r})")
        expect_in(wanted, said, "what connect says")
        server.wait_for_err(f"SSL alert number {alert}")


def client_moves_much(certificates):
    upload, download = os.urandom(SEVERAL_MIB), os.urandom(SEVERAL_MIB)
    with OpensslServer(certificates, "p256", "-quiet") as server:
        with Process(*connect_words(certificates, server)) as client:
            # s_server loses what its standard input has before its handshake is done.
            client.write(upload[:1])
            server.wait_for_bytes(1)
            client.write_in_background(upload[1:], then_close=False)
            server.write_in_background(download, then_close=False)
            client.wait_for_bytes(len(download))
            server.wait_for_bytes(len(upload))
            client.end_input()
            expect(client.exit_status(), 0, f"exit status ({client.err.text()!r})")
            expect(hashlib.sha256(client.out.data).digest(), hashlib.sha256(download).digest(), "the download")
            expect(hashlib.sha256(server.out.data).digest(), hashlib.sha256(upload).digest(), "the upload")


def client_half_closes(certificates):
    """The request and our close_notify leave together; the answer, larger than any buffer, still comes whole."""
    content = os.urandom(SEVERAL_MIB)
    (certificates.folder / "content").write_bytes(content)
    with OpensslServer(certificates, "p256", "-WWW", cwd=certificates.folder) as server:
        status, page, said = run(*connect_words(certificates, server), stdin=b"GET /content HTTP/1.0\r\n\r\n")
        expect(status, 0, f"exit status ({said!r})")
        expect(page.partition(b"\r\n\r\n")[2] == content, True, "the file came whole")


def client_updates_keys(certificates, command):
    """s_server's k updates its keys, K asks for ours as well; data flows in both directions afterwards."""
    with OpensslServer(certificates, "p256", "-msg") as server, Process(*connect_words(certificates, server)) as client:
        client.write(b"before\n")
        server.wait_for_out("before")
        server.write(command + b"\n")
        server.wait_for_out(r">>> TLS 1\.3, Handshake \[length 0005\], KeyUpdate")
        if command == b"K":
            server.wait_for_out(r"<<< TLS 1\.3, Handshake \[length 0005\], KeyUpdate")
        server.write(b"from the server\n")
        client.wait_for_out("from the server")
        client.write(b"after\n")
        server.wait_for_out("after")
        client.end_input()
        expect(client.exit_status(), 0, f"exit status ({client.err.text()!r})")


def client_authenticates(certificates, leaf):
    with OpensslServer(certificates, "p256", "-www", "-Verify", "2", "-CAfile", certificates.ca,
                       "-verify_return_error") as server:
        with_certificate = connect_words(certificates, server, "--cert", certificates.chain(leaf), "--key",
                                         certificates.key(leaf))
        status, _, said = run(*with_certificate, stdin=REQUEST)
        expect(status, 0, f"exit status ({said!r})")
        server.wait_for_err(f"CN = Test leaf {leaf}")


def client_has_no_certificate(certificates):
    with OpensslServer(certificates, "p256", "-Verify", "2", "-CAfile", certificates.ca,
                       "-verify_return_error") as server:
        status, _, said = run(*connect_words(certificates, server), stdin=b"")
        expect(status, 3, f"exit status ({said!r})")
        expect_in("certificate_required (116)", said, "what connect says")


def nothing_in_common(certificates):
    with OpensslServer(certificates, "p256", "-groups", "P-384") as server:
        status, _, said = run(*connect_words(certificates, server, "--groups", "x25519"), stdin=b"")
        expect(status, 3, f"exit status ({said!r})")
        expect_in("handshake_failure (40)", said, "what connect says")


def client_cases(report, certificates):
    for leaf in KEY_TYPES:
        report.case(f"connect to s_server, certificate {leaf}", client_gets_page, certificates, leaf, [], [], {})
    for suite in SUITES:
        report.case(f"connect to s_server, {suite}", client_gets_page, certificates, "p256", ["-ciphersuites", suite],
                    [], {"cipher suite": suite})
        report.case(f"connect to s_server, {suite} offered alone", client_gets_page, certificates, "p256", [],
                    ["--ciphersuites", suite], {"cipher suite": suite})
    for theirs, ours in GROUPS.items():
        report.case(f"connect to s_server, group {theirs}", client_gets_page, certificates, "p256",
                    ["-groups", theirs], ["--groups", ours], {"group": ours})
        # Our first hello has no share for it: a HelloRetryRequest.
        others = ",".join(name for name in GROUPS.values() if name != ours)
        report.case(f"connect to s_server, group {theirs} by HelloRetryRequest", client_gets_page, certificates, "p256",
                    ["-groups", theirs], ["--groups", f"{others},{ours}"],
                    {"group": f"{ours} (after a HelloRetryRequest)"})
    report.case("connect to s_server, ALPN by the server's preference", client_gets_page, certificates, "p256",
                ["-alpn", "b,a"], ["--alpn", "a,b"], {"ALPN": "b"})
    report.case("connect to s_server, no ALPN", client_gets_page, certificates, "p256", [], ["--alpn", "a"],
                {"ALPN": "(none)"})
    report.case("connect to s_server, client certificate ecdsa", client_authenticates, certificates, "p256")
    report.case("connect to s_server, client certificate rsa", client_authenticates, certificates, "rsa")
    report.case("connect to s_server, client certificate ed25519", client_authenticates, certificates, "ed25519")
    report.case("connect to s_server that wants a certificate, without one", client_has_no_certificate, certificates)
    report.case("connect to s_server, no group in common", nothing_in_common, certificates)
    report.case("connect to s_server, several MiB both ways at once", client_moves_much, certificates)
    report.case("connect to s_server, half-close", client_half_closes, certificates)
    for command in (b"k", b"K"):
        report.case(f"connect to s_server, KeyUpdate {command.decode()}", client_updates_keys, certificates, command)
    report.case("connect refuses s_server, wrong CA", client_is_refused, certificates, "p256",
                ["--cafile", certificates.other_ca], "the issuer of a certificate is not known", 48)
    report.case("connect refuses s_server, wrong name", client_is_refused, certificates, "elsewhere",
                ["--cafile", certificates.ca], "the certificate is not valid for the host name", 42)
    report.case("connect refuses s_server, expired", client_is_refused, certificates, "expired",
                ["--cafile", certificates.ca], "a certificate has expired", 45)


# ---- their client, our server

def server_shows_page(certificates, leaf, server_options, client_options, wanted):
    with PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf), *server_options) as server:
        status, page, said = run(*s_client_words(certificates, server, "-quiet", *client_options), stdin=REQUEST)
        expect(status, 0, f"exit status of s_client ({said!r})")
        expect_in("HTTP/1.1 200 OK", page.decode(), "the page")
        rows = negotiated(page.decode())
        for name, value in {"version": "TLSv1.3", "server name": "localhost", **wanted}.items():
            expect(rows.get(name), value, name)
        server.stop()


def server_chooses_among(certificates):
    """With an RSA and an ECDSA certificate, the first that the client can verify is used."""
    options = []
    for leaf in ("rsa", "p256"):
        options += ["--cert", certificates.chain(leaf), "--key", certificates.key(leaf)]
    with PaviseServer(*options) as server:
        for sigalgs, wanted in (([], "rsa_pss_rsae_sha256"), (["-sigalgs", "ECDSA+SHA256"], "ecdsa_secp256r1_sha256")):
            _, page, said = run(*s_client_words(certificates, server, "-quiet", *sigalgs), stdin=REQUEST)
            expect(negotiated(page.decode()).get("we signed"), wanted, f"our signature ({said!r})")
        server.stop()


def server_is_refused(certificates, leaf, client_options, alert):
    """s_client must not accept us, and serve must say which alert came; then it goes on serving."""
    with PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf)) as server:
        words = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername", "localhost",
                 "-verify_hostname", "localhost", "-verify_return_error", *client_options]
        status, _, said = run(*words, stdin=REQUEST)
        expect(status != 0, True, f"s_client failed ({said!r})")
        server.wait_for_err(re.escape(alert))
        server.stop()


def server_moves_much(certificates):
    data = os.urandom(SEVERAL_MIB)
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--echo") as server:
        # Without -nbio it would not read while it writes, and an echo needs that.
        with Process(*s_client_words(certificates, server, "-quiet", "-nbio")) as client:
            client.write_in_background(data, then_close=False)
            client.wait_for_bytes(len(data))
            expect(hashlib.sha256(client.out.data).digest(), hashlib.sha256(data).digest(), "the echo")
        server.stop()


def server_updates_keys(certificates, command):
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--echo") as server:
        with Process(*s_client_words(certificates, server)) as client:
            client.write(b"before\n")
            client.wait_for_out("\nbefore")
            client.write(command + b"\n")
            client.wait_for_err("KEYUPDATE")
            client.write(b"after\n")
            client.wait_for_out("\nafter")
        server.stop()


def server_answers_key_update_at_once(certificates):
    """s_client asks for our KeyUpdate and sends nothing else: the answer's record must come by itself."""
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--echo") as server:
        with Process(*s_client_words(certificates, server, "-msg")) as client:
            client.write(b"before\n")
            client.wait_for_out("\nbefore")
            client.write(b"K\n")
            client.wait_for_out(r"<<< TLS 1\.3, Handshake \[length 0005\], KeyUpdate")
        server.stop()


def server_demands_certificate(certificates, leaf):
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--client-ca",
                      certificates.ca, "--require-client-cert") as server:
        words = s_client_words(certificates, server, "-quiet", "-cert", certificates.chain(leaf), "-key",
                               certificates.key(leaf))
        _, page, said = run(*words, stdin=REQUEST)
        expect(negotiated(page.decode()).get("subject") is not None, True, f"a page about the client ({said!r})")
        expect_in(f"CN=Test leaf {leaf}", page.decode(), "the page")
        _, _, said = run(*s_client_words(certificates, server, "-quiet"), stdin=REQUEST)
        expect_in("alert number 116", said, "what s_client without a certificate says")
        server.stop()


def server_cases(report, certificates):
    for leaf in KEY_TYPES:
        report.case(f"s_client to serve, certificate {leaf}", server_shows_page, certificates, leaf, [], [], {})
    for suite in SUITES:
        report.case(f"s_client to serve, {suite}", server_shows_page, certificates, "p256", [],
                    ["-ciphersuites", suite], {"cipher suite": suite})
        report.case(f"s_client to serve, {suite} allowed alone", server_shows_page, certificates, "p256",
                    ["--ciphersuites", suite], [], {"cipher suite": suite})
    for theirs, ours in GROUPS.items():
        report.case(f"s_client to serve, group {theirs}", server_shows_page, certificates, "p256", [],
                    ["-groups", theirs], {"group": ours})
        others = ":".join(name for name in GROUPS if name != theirs)
        report.case(f"s_client to serve, group {theirs} by HelloRetryRequest", server_shows_page, certificates, "p256",
                    ["--groups", ours], ["-groups", f"{others}:{theirs}"],
                    {"group": f"{ours} (after a HelloRetryRequest)"})
    report.case("s_client to serve, ALPN by our preference", server_shows_page, certificates, "p256",
                ["--alpn", "b,a"], ["-alpn", "a,b"], {"ALPN": "b"})
    report.case("s_client to serve, two certificates", server_chooses_among, certificates)
    for leaf in ("p256", "rsa", "rsa-pss", "ed25519"):
        report.case(f"s_client to serve, client certificate {leaf}", server_demands_certificate, certificates, leaf)
    report.case("s_client to serve, several MiB there and back", server_moves_much, certificates)
    for command in (b"k", b"K"):
        report.case(f"s_client to serve, KeyUpdate {command.decode()}", server_updates_keys, certificates, command)
    report.case("s_client to serve, a requested KeyUpdate is answered at once", server_answers_key_update_at_once,
                certificates)
    report.case("s_client refuses serve, wrong CA", server_is_refused, certificates, "p256",
                ["-CAfile", certificates.other_ca, "-no-CApath", "-no-CAstore"], "unknown_ca (48)")
    report.case("s_client refuses serve, expired", server_is_refused, certificates, "expired",
                ["-CAfile", certificates.ca, "-no-CApath", "-no-CAstore"], "certificate_expired (45)")
    report.case("s_client refuses serve, wrong name", server_is_refused, certificates, "elsewhere",
                ["-CAfile", certificates.ca, "-no-CApath", "-no-CAstore"], "bad_certificate (42)")


def cases(report):
    with Certificates() as certificates:
        client_cases(report, certificates)
        server_cases(report, certificates)


if __name__ == "__main__":
    main(cases)
