"""pavise against the openssl program: sessions, early data, pre-shared keys, authentication after the handshake, stapling
and key logs, in both roles."""

import re

from certificates import Certificates
from harness import PAVISE, PaviseServer, Process, expect, expect_in, main, negotiated, run
from openssl_interop import OpensslServer, connect_words, s_client_words

REQUEST = b"GET / HTTP/1.0\r\n\r\n"
EARLY = b"this goes early\n"
PSK_IDENTITY, PSK = "somebody", "000102030405060708090a0b0c0d0e0f"


class Server12(OpensslServer):
    version = "-tls1_2"


SERVERS = {"1.3": OpensslServer, "1.2": Server12}


def psk_file(certificates):
    path = certificates.folder / "psk"
    path.write_text(f"{PSK_IDENTITY}:{PSK}\n")
    return path


def file_with(certificates, data):
    path = certificates.folder / "data"
    path.write_bytes(data)
    return path


def secrets_in(path):
    return {line for line in path.read_text().splitlines() if line and not line.startswith("#")}


def expect_rows(rows, wanted):
    for name, value in wanted.items():
        expect(rows.get(name), value, name)


# ---- our client, their server

def connect(certificates, server, *options, stdin=REQUEST, wanted):
    status, out, said = run(*connect_words(certificates, server, *options), stdin=stdin)
    expect(status, 0, f"exit status ({said!r})")
    expect_rows(negotiated(said), wanted)
    return out.decode(errors="replace")


def client_comes_back(certificates):
    kept = certificates.folder / "client's session"
    with OpensslServer(certificates, "p256", "-www") as server:
        connect(certificates, server, "--session-out", kept, wanted={"session": "new"})
        text = connect(certificates, server, "--session-in", kept, wanted={"session": "resumed"})
        expect_in("Reused, TLSv1.3", text, "the page")


def client_sends_early(certificates):
    """Accepted with a new ticket. With one that was used before OpenSSL makes a full handshake, and the data goes again."""
    kept = certificates.folder / "client's session for early data"
    options = ["--session-in", kept, "--early-data", file_with(certificates, EARLY)]
    with OpensslServer(certificates, "p256", "-early_data", "-max_early_data", "1000") as server:
        connect(certificates, server, "--session-out", kept, stdin=b"", wanted={"session": "new"})
        connect(certificates, server, *options, stdin=b"", wanted={"session": "resumed", "early data": "accepted"})
        # What it takes early it writes past its buffered output: the two come in any order.
        server.wait_for_out("Early data received:")
        server.wait_for_out("this goes early")
        connect(certificates, server, *options, stdin=b"", wanted={"session": "new", "early data": "rejected"})
        server.wait_for_out(r"Early data was rejected")
        server.wait_for_out(r"this goes early[\s\S]+this goes early")


def client_sends_early_before_retry(certificates):
    """The server knows P-256 alone, for which our hello has no share: a HelloRetryRequest, and no early data (RFC 8446
    §4.2.10)."""
    kept = certificates.folder / "client's session for a retry"
    groups = ["--groups", "x25519,secp384r1,secp256r1"]
    with OpensslServer(certificates, "p256", "-groups", "P-256", "-early_data", "-max_early_data", "1000") as server:
        connect(certificates, server, *groups, "--session-out", kept, stdin=b"", wanted={"session": "new"})
        connect(certificates, server, *groups, "--session-in", kept, "--early-data", file_with(certificates, EARLY),
                stdin=b"", wanted={"early data": "rejected", "group": "secp256r1 (after a HelloRetryRequest)"})
        server.wait_for_out("this goes early")


def client_knows_key(certificates):
    with OpensslServer(certificates, "p256", "-www", "-nocert", "-psk", PSK, "-psk_identity", PSK_IDENTITY) as server:
        connect(certificates, server, "--psk", psk_file(certificates), wanted={"PSK identity": PSK_IDENTITY})


def client_is_asked_later(certificates):
    """s_server's c asks for a certificate after the handshake; data flows on."""
    with OpensslServer(certificates, "p256", "-CAfile", certificates.ca, "-verify_return_error") as server:
        with Process(*connect_words(certificates, server, "--post-handshake-auth", "--cert", certificates.chain("rsa"),
                                    "--key", certificates.key("rsa"))) as client:
            client.write(b"before\n")
            server.wait_for_out("before")
            server.write(b"c\n")
            server.wait_for_err("CN = Test leaf rsa")
            client.write(b"after\n")
            server.wait_for_out("after")
            client.end_input()
            expect(client.exit_status(), 0, f"exit status ({client.err.text()!r})")


def client_logs_keys(certificates, version):
    ours, theirs = certificates.folder / f"client {version} keys", certificates.folder / f"s_server {version} keys"
    with SERVERS[version](certificates, "p256", "-www", "-keylogfile", theirs) as server:
        connect(certificates, server, "--get", "/", "--keylog", ours, wanted={"version": f"TLSv{version}"})
    expect(secrets_in(ours), secrets_in(theirs), "the secrets of both sides")
    expect(len(secrets_in(ours)), 5 if version == "1.3" else 1, "secrets")


def client_sees_staple(certificates, version):
    for leaf, wanted in (("p256", 0), ("revoked", 4)):
        with SERVERS[version](certificates, leaf, "-www", "-status_file", certificates.ocsp_response(leaf)) as server:
            status, _, said = run(*connect_words(certificates, server, "--get", "/", "--ocsp", "required"))
            expect(status, wanted, f"exit status for the leaf {leaf} ({said!r})")
            if wanted == 0:
                expect(negotiated(said).get("OCSP staple"), "good", "the verdict")
            else:
                expect_in("a certificate is revoked", said, "the complaint")


# ---- their client, our server

def serve(certificates, *options):
    return PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), *options)


def s_client(certificates, server, *options, wanted, stdin=REQUEST):
    status, page, said = run(*s_client_words(certificates, server, "-quiet", *options), stdin=stdin)
    expect(status, 0, f"exit status of s_client ({said!r})")
    expect_in("HTTP/1.1 200 OK", page.decode(), "the page")
    expect_rows(negotiated(page.decode()), wanted)
    return page.decode()


def server_knows_them(certificates, sessions):
    kept = certificates.folder / f"s_client's session, {sessions}"
    with serve(certificates, "--sessions", sessions) as server:
        s_client(certificates, server, "-sess_out", kept, wanted={"session": "new"})
        s_client(certificates, server, "-sess_in", kept, wanted={"session": "resumed"})
        server.stop()


def server_takes_early_data(certificates):
    kept = certificates.folder / "s_client's session for early data"
    early = ["-sess_in", kept, "-early_data", file_with(certificates, REQUEST)]
    with serve(certificates, "--max-early-data", "1000") as server:
        s_client(certificates, server, "-sess_out", kept, wanted={"session": "new"})
        s_client(certificates, server, *early, stdin=b"", wanted={"session": "resumed", "early data": "accepted"})
        server.stop()


def server_rejects_early_data(certificates):
    """After a HelloRetryRequest there is no early data (RFC 8446 §4.2.10): what was sent is skipped."""
    kept = certificates.folder / "s_client's session for rejected early data"
    groups = ["-groups", "P-256:X25519"]
    with serve(certificates, "--max-early-data", "1000", "--groups", "x25519") as server:
        s_client(certificates, server, *groups, "-sess_out", kept, wanted={"session": "new"})
        s_client(certificates, server, *groups, "-sess_in", kept, "-early_data", file_with(certificates, EARLY),
                 wanted={"session": "resumed", "early data": "rejected"})
        server.stop()


def server_knows_key(certificates):
    with PaviseServer("--psk", psk_file(certificates)) as server:
        s_client(certificates, server, "-tls1_3", "-psk", PSK, "-psk_identity", PSK_IDENTITY,
                 wanted={"PSK identity": PSK_IDENTITY})
        server.stop()


def server_asks_later(certificates):
    with serve(certificates, "--client-ca", certificates.ca, "--post-handshake-auth", "--require-client-cert") as server:
        page = s_client(certificates, server, "-enable_pha", "-cert", certificates.chain("rsa"), "-key",
                        certificates.key("rsa"), wanted={})
        expect_in("CN=Test leaf rsa", page, "the page")
        _, page, said = run(*s_client_words(certificates, server, "-quiet"), stdin=REQUEST)
        expect("200 OK" in page.decode(), False, f"a page for a client that offers no such thing ({said!r})")
        server.wait_for_err("refused")
        server.stop()


def server_logs_keys(certificates, version):
    ours, theirs = certificates.folder / f"server {version} keys", certificates.folder / f"s_client {version} keys"
    option = "-tls1_3" if version == "1.3" else "-tls1_2"
    with serve(certificates, "--keylog", ours) as server:
        s_client(certificates, server, option, "-keylogfile", theirs, wanted={"version": f"TLSv{version}"})
        server.stop()
    expect(secrets_in(ours), secrets_in(theirs), "the secrets of both sides")


def server_staples(certificates, option):
    with serve(certificates, "--ocsp", certificates.ocsp_response("p256")) as server:
        status, out, said = run(*s_client_words(certificates, server, option, "-status"), stdin=b"")
        expect(status, 0, f"exit status of s_client ({said!r})")
        expect_in("OCSP Response Status: successful", out.decode(), "what s_client shows")
        expect(bool(re.search("Cert Status: good", out.decode())), True, "the certificate's status is good")
        server.stop()


def cases(report):
    with Certificates() as certificates:
        report.case("connect to s_server, ticket", client_comes_back, certificates)
        report.case("connect to s_server, early data accepted and rejected", client_sends_early, certificates)
        report.case("connect to s_server, early data before a HelloRetryRequest", client_sends_early_before_retry,
                    certificates)
        report.case("connect to s_server, PSK", client_knows_key, certificates)
        report.case("connect to s_server, post-handshake authentication", client_is_asked_later, certificates)
        for sessions in ("tickets", "ids"):
            report.case(f"s_client to serve, session from {sessions}", server_knows_them, certificates, sessions)
        report.case("s_client to serve, early data accepted", server_takes_early_data, certificates)
        report.case("s_client to serve, early data rejected", server_rejects_early_data, certificates)
        report.case("s_client to serve, PSK", server_knows_key, certificates)
        report.case("s_client to serve, post-handshake authentication", server_asks_later, certificates)
        for version in ("1.3", "1.2"):
            report.case(f"connect to s_server, key log of TLS {version}", client_logs_keys, certificates, version)
            report.case(f"connect to s_server, OCSP staple in TLS {version}", client_sees_staple, certificates, version)
            report.case(f"s_client to serve, key log of TLS {version}", server_logs_keys, certificates, version)
            report.case(f"s_client to serve, OCSP staple in TLS {version}", server_staples, certificates,
                        f"-tls{version.replace('.', '_')}")


if __name__ == "__main__":
    main(cases)
