"""pavise against the openssl program in TLS 1.2: every suite that both know, in both roles, full and resumed."""

import re

from certificates import Certificates
from harness import PAVISE, PaviseServer, Process, expect, expect_in, main, negotiated, run
from openssl_interop import OpensslServer, connect_words, s_client_words
from tls12_suites import PSK, PSK_IDENTITY, PSK_SUITES, SUITES, leaf_for, psk_file

REQUEST = b"GET / HTTP/1.0\r\n\r\n"
# OpenSSL takes the 8-byte tags of CCM_8 for too weak at its default level, and TLS 1.0 altogether.
ANY_LEVEL = "@SECLEVEL=0"
HANDSHAKE_FAILED = 3


class Server12(OpensslServer):
    version = "-tls1_2"


class Server10(OpensslServer):
    version = "-tls1"


def check_rows(rows, wanted):
    for name, value in {"version": "TLSv1.2", **wanted}.items():
        expect(rows.get(name), value, name)


def knows_what_openssl_knows(*_):
    """The tables are complete: of what --ciphers takes, they have all that OpenSSL knows."""
    _, _, said = run(PAVISE, "connect", "localhost:1", "--ciphers", "none")
    ours = set(re.findall(r"[A-Z0-9]+(?:-[A-Z0-9]+)+", said.partition("known are")[2]))
    status, listed, said = run("openssl", "ciphers", "-s", "-psk", "-tls1_2", f"ALL:COMPLEMENTOFALL:{ANY_LEVEL}")
    expect(status, 0, f"openssl ciphers ({said!r})")
    expect(ours & set(listed.decode().strip().split(":")), {*SUITES, *PSK_SUITES}, "the suites that both know")


def dh_parameters_file(certificates):
    """The 2048-bit group of RFC 3526 §3."""
    path = certificates.folder / "dh.pem"
    status, _, said = run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:modp_2048", "-out",
                          path)
    expect(status, 0, f"openssl genpkey ({said!r})")
    return path


# ---- our client, their server

def connect_page(certificates, server, client_options, wanted):
    status, page, said = run(*connect_words(certificates, server, *client_options), stdin=REQUEST)
    expect(status, 0, f"exit status ({said!r})")
    expect_in("HTTP/1.0 200 ok", page.decode(), "the page")
    check_rows(negotiated(said), wanted)
    return said


def client_gets_page(certificates, leaf, server_options, client_options, wanted):
    with Server12(certificates, leaf, "-www", "-cipher", f"ALL:PSK:{ANY_LEVEL}", *server_options) as server:
        said = connect_page(certificates, server, client_options, wanted)
        expect_in("the certificate was verified", said, "what connect says")


def client_comes_back(certificates, suite, server_options):
    """Full, then resumed, in the same suite."""
    kept = certificates.folder / f"session of {suite}{''.join(server_options)}"
    with Server12(certificates, leaf_for(suite), "-www", "-cipher", f"{suite}:{ANY_LEVEL}", *server_options) as server:
        options = ["--ciphers", suite]
        wanted = {"cipher suite": SUITES[suite]}
        connect_page(certificates, server, [*options, "--session-out", kept], {**wanted, "session": "new"})
        connect_page(certificates, server, [*options, "--session-in", kept], {**wanted, "session": "resumed"})


def client_authenticates(certificates, leaf, server_options):
    kept = certificates.folder / f"session of client {leaf}{''.join(server_options)}"
    with Server12(certificates, "p256", "-www", "-Verify", "2", "-CAfile", certificates.ca, "-verify_return_error",
                  *server_options) as server:
        options = ["--cert", certificates.chain(leaf), "--key", certificates.key(leaf)]
        connect_page(certificates, server, [*options, "--session-out", kept], {"session": "new"})
        server.wait_for_err(f"CN = Test leaf {leaf}")
        connect_page(certificates, server, [*options, "--session-in", kept], {"session": "resumed"})


def client_has_no_certificate(certificates):
    with Server12(certificates, "p256", "-Verify", "2", "-CAfile", certificates.ca, "-verify_return_error") as server:
        status, _, said = run(*connect_words(certificates, server), stdin=b"")
        expect(status, HANDSHAKE_FAILED, f"exit status ({said!r})")
        expect_in("handshake_failure (40)", said, "what connect says")


def client_knows_key(certificates, suite, hint):
    # By itself s_server would take a field of 1024 bits with 128-bit ciphers.
    with Server12(certificates, "p256", "-www", "-nocert", "-psk", PSK, "-psk_identity", PSK_IDENTITY, "-cipher",
                  f"{suite}:{ANY_LEVEL}", "-dhparam", dh_parameters_file(certificates), *hint) as server:
        connect_page(certificates, server, ["--psk", psk_file(certificates.folder), "--ciphers", suite],
                     {"cipher suite": PSK_SUITES[suite], "PSK identity": PSK_IDENTITY})


def client_has_another_key(certificates):
    with Server12(certificates, "p256", "-www", "-nocert", "-psk", f"{PSK}ff", "-psk_identity", PSK_IDENTITY, "-cipher",
                  "PSK") as server:
        status, _, said = run(*connect_words(certificates, server, "--psk", psk_file(certificates.folder), "--ciphers",
                                             "PSK-AES128-GCM-SHA256"), stdin=b"")
        expect(status, HANDSHAKE_FAILED, f"exit status ({said!r})")
        expect_in("bad_record_mac (20)", said, "what connect says")


def client_is_refused(certificates, server_type, server_options, client_options, wanted):
    with server_type(certificates, "p256", *server_options) as server:
        status, _, said = run(*connect_words(certificates, server, *client_options), stdin=b"")
        expect(status, HANDSHAKE_FAILED, f"exit status ({said!r})")
        expect_in(wanted, said, "what connect says")


def client_does_not_renegotiate(certificates):
    """s_server's r sends a HelloRequest: the answer is a warning, and the connection is still there."""
    with Server12(certificates, "p256", "-msg") as server, Process(*connect_words(certificates, server)) as client:
        client.write(b"before\n")
        server.wait_for_out("before")
        server.write(b"r\n")
        server.wait_for_out(r">>> TLS 1\.2, Handshake \[length 0004\], HelloRequest")
        server.wait_for_out(r"<<< TLS 1\.2, Alert \[length 0002\], warning no_renegotiation")


def client_cases(report, certificates):
    for suite in SUITES:
        report.case(f"connect to s_server, {suite}, ticket", client_comes_back, certificates, suite, [])
        report.case(f"connect to s_server, {suite}, session ID", client_comes_back, certificates, suite, ["-no_ticket"])
    for suite in PSK_SUITES:
        report.case(f"connect to s_server, {suite}", client_knows_key, certificates, suite, [])
    for suite in ("PSK-AES128-GCM-SHA256", "DHE-PSK-AES128-GCM-SHA256", "ECDHE-PSK-CHACHA20-POLY1305"):
        report.case(f"connect to s_server, {suite} with a hint", client_knows_key, certificates, suite,
                    ["-psk_hint", "which key"])
    report.case("connect to s_server, another key", client_has_another_key, certificates)
    for leaf in ("p256", "p384", "p521", "rsa", "ed25519"):
        report.case(f"connect to s_server, certificate {leaf}", client_gets_page, certificates, leaf, [], [], {})
        for how in ([], ["-no_ticket"]):
            report.case(f"connect to s_server, client certificate {leaf}{''.join(how)}", client_authenticates,
                        certificates, leaf, how)
    for theirs, ours in {"X25519": "x25519", "P-256": "secp256r1", "P-384": "secp384r1", "P-521": "secp521r1"}.items():
        report.case(f"connect to s_server, group {theirs}", client_gets_page, certificates, "rsa", ["-groups", theirs],
                    [], {"group": ours})
    report.case("connect to s_server, ALPN", client_gets_page, certificates, "p256", ["-alpn", "b,a"],
                ["--alpn", "a,b"], {"ALPN": "b"})
    report.case("connect to s_server that wants a certificate, without one", client_has_no_certificate, certificates)
    report.case("connect to s_server that renegotiates", client_does_not_renegotiate, certificates)
    # Without encrypt-then-MAC there is no CBC (RFC 7366).
    report.case("connect refuses s_server, CBC without encrypt-then-MAC", client_is_refused, certificates, Server12,
                ["-no_etm", "-cipher", "ECDHE-ECDSA-AES128-SHA"], ["--ciphers", "ECDHE-ECDSA-AES128-SHA"],
                "encrypt_then_mac")
    report.case("connect of TLS 1.2 alone to s_server of TLS 1.2 alone", client_gets_page, certificates, "p256", [],
                ["--tls", "1.2"], {})
    report.case("connect of TLS 1.3 alone to s_server of TLS 1.2 alone", client_is_refused, certificates, Server12, [],
                ["--tls", "1.3"], "protocol_version (70)")
    report.case("connect of TLS 1.2 alone to s_server of TLS 1.3 alone", client_is_refused, certificates,
                OpensslServer, [], ["--tls", "1.2"], "protocol_version (70)")
    report.case("connect to s_server of TLS 1.0", client_is_refused, certificates, Server10,
                ["-cipher", f"ALL:{ANY_LEVEL}"], [], "protocol_version (70)")


# ---- their client, our server

def serve(certificates, leaf, *options):
    return PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf), *options)


def s_client_page(certificates, server, options, wanted):
    status, page, said = run(*s_client_words(certificates, server, "-quiet", "-tls1_2", *options), stdin=REQUEST)
    expect(status, 0, f"exit status of s_client ({said!r})")
    expect_in("HTTP/1.1 200 OK", page.decode(), "the page")
    check_rows(negotiated(page.decode()), wanted)
    return page.decode()


def server_shows_page(certificates, leaf, server_options, client_options, wanted):
    with serve(certificates, leaf, *server_options) as server:
        s_client_page(certificates, server, ["-cipher", f"ALL:{ANY_LEVEL}", *client_options], wanted)
        server.stop()


def server_knows_them(certificates, suite, sessions, client_options):
    kept = certificates.folder / f"s_client's session of {suite}, {sessions}"
    options = ["-cipher", f"{suite}:{ANY_LEVEL}", *client_options]
    wanted = {"cipher suite": SUITES[suite]}
    with serve(certificates, leaf_for(suite), "--ciphers", suite, "--sessions", sessions) as server:
        s_client_page(certificates, server, [*options, "-sess_out", kept], {**wanted, "session": "new"})
        s_client_page(certificates, server, [*options, "-sess_in", kept], {**wanted, "session": "resumed"})
        server.stop()


def server_demands_certificate(certificates, leaf, sessions):
    kept = certificates.folder / f"s_client's session with {leaf}, {sessions}"
    options = ["-cert", certificates.chain(leaf), "-key", certificates.key(leaf)]
    with serve(certificates, "p256", "--client-ca", certificates.ca, "--require-client-cert", "--sessions", sessions) as server:
        s_client_page(certificates, server, [*options, "-sess_out", kept], {"session": "new"})
        page = s_client_page(certificates, server, [*options, "-sess_in", kept], {"session": "resumed"})
        expect_in(f"CN=Test leaf {leaf}", page, "the page: the certificate of the session's first handshake")
        _, _, said = run(*s_client_words(certificates, server, "-quiet", "-tls1_2"), stdin=REQUEST)
        expect_in("alert number 40", said, "what s_client without a certificate says")
        server.stop()


def server_knows_key(certificates, suite, server_options):
    with PaviseServer("--psk", psk_file(certificates.folder), "--ciphers", suite, *server_options) as server:
        s_client_page(certificates, server, ["-psk", PSK, "-psk_identity", PSK_IDENTITY, "-cipher",
                                             f"{suite}:{ANY_LEVEL}"],
                      {"cipher suite": PSK_SUITES[suite], "PSK identity": PSK_IDENTITY})
        server.stop()


def server_refuses(certificates, server_options, client_options, theirs, ours):
    with serve(certificates, "p256", *server_options) as server:
        status, _, said = run(*s_client_words(certificates, server, "-quiet", *client_options), stdin=REQUEST)
        expect(status != 0, True, f"s_client failed ({said!r})")
        expect_in(theirs, said, "what s_client says")
        server.wait_for_err(re.escape(ours))
        server.stop()


def server_does_not_renegotiate(certificates):
    """s_client's R sends a ClientHello: it is told no, and takes that for the end."""
    with serve(certificates, "p256", "--echo") as server:
        with Process(*s_client_words(certificates, server, "-tls1_2", "-msg")) as client:
            client.write(b"before\n")
            client.wait_for_out("\nbefore")
            client.write(b"R\n")
            client.wait_for_out(r"<<< TLS 1\.2, Alert \[length 0002\], warning no_renegotiation")
        server.stop()


def server_sends_short_records(certificates, length):
    """s_client refuses longer ones (RFC 6066 §4)."""
    with serve(certificates, "p256") as server:
        s_client_page(certificates, server, ["-maxfraglen", length], {})
        server.stop()


def fallback_of_a_newer_client(certificates):
    """A client that came down to TLS 1.2 because a first attempt failed (RFC 7507)."""
    down = ["-tls1_2", "-fallback_scsv"]
    with serve(certificates, "p256", "--tls", "1.2") as server:
        s_client_page(certificates, server, ["-fallback_scsv"], {})
        server.stop()
    server_refuses(certificates, [], down, "alert number 86", "fell back")


def server_has_its_own_field(certificates):
    """A client that names no finite field gets ours (RFC 7919 §4)."""
    with serve(certificates, "rsa", "--ciphers", "DHE-RSA-AES128-GCM-SHA256", "--dhparams",
               dh_parameters_file(certificates)) as server:
        status, said, _ = run(*s_client_words(certificates, server, "-tls1_2", "-groups", "P-256", "-msg"), stdin=b"")
        expect(status, 0, "exit status of s_client")
        expect_in("Server Temp Key: DH, 2048 bits", said.decode(), "what s_client says")
        # The prime of RFC 3526 §3 differs from ffdhe2048's in its third word.
        prime = re.sub(r"\s", "", "".join(re.findall(r"^    ((?:[0-9a-f]{2} ?)+)", said.decode(), re.MULTILINE)))
        expect_in("ffffffffffffffffc90fdaa22168c234", prime, "the ServerKeyExchange")
        server.stop()


def server_cases(report, certificates):
    for suite in SUITES:
        report.case(f"s_client to serve, {suite}, ticket", server_knows_them, certificates, suite, "tickets", [])
        report.case(f"s_client to serve, {suite}, session ID", server_knows_them, certificates, suite, "ids",
                    ["-no_ticket"])
    for suite in PSK_SUITES:
        report.case(f"s_client to serve, {suite}", server_knows_key, certificates, suite, [])
        report.case(f"s_client to serve, {suite} with a hint", server_knows_key, certificates, suite,
                    ["--psk-hint", "which key"])
    for leaf in ("p256", "p384", "p521", "rsa", "rsa-pss", "ed25519"):
        report.case(f"s_client to serve, certificate {leaf}", server_shows_page, certificates, leaf, [], [], {})
    for leaf in ("p256", "rsa", "ed25519"):
        for sessions in ("tickets", "ids"):
            report.case(f"s_client to serve, client certificate {leaf}, {sessions}", server_demands_certificate,
                        certificates, leaf, sessions)
    report.case("s_client to serve, ALPN", server_shows_page, certificates, "p256", ["--alpn", "b,a"],
                ["-alpn", "a,b"], {"ALPN": "b"})
    report.case("s_client to serve, finite field of our own", server_has_its_own_field, certificates)
    report.case("s_client to serve, renegotiation", server_does_not_renegotiate, certificates)
    for length in (512, 1024, 2048, 4096):
        report.case(f"s_client to serve, fragments of {length}", server_sends_short_records, certificates, str(length))
    report.case("s_client to serve, fallback", fallback_of_a_newer_client, certificates)
    report.case("s_client refused by serve, CBC without encrypt-then-MAC", server_refuses, certificates,
                ["--ciphers", "ECDHE-ECDSA-AES128-SHA"], ["-tls1_2", "-no_etm", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
                "alert number 40", "no cipher suite is common")
    report.case("s_client refused by serve, RSA key transport", server_refuses, certificates, [],
                ["-tls1_2", "-cipher", "AES128-GCM-SHA256"], "alert number 40", "no cipher suite is common")
    report.case("s_client of TLS 1.3 alone refused by serve of TLS 1.2 alone", server_refuses, certificates,
                ["--tls", "1.2"], ["-tls1_3"], "alert number 70", "version")
    report.case("s_client of TLS 1.2 alone refused by serve of TLS 1.3 alone", server_refuses, certificates,
                ["--tls", "1.3"], ["-tls1_2"], "alert number 70", "version")
    for version in ("-tls1", "-tls1_1"):
        report.case(f"s_client refused by serve, {version}", server_refuses, certificates, [],
                    [version, "-cipher", f"ALL:{ANY_LEVEL}"], "alert number 70", "version")


def cases(report):
    with Certificates() as certificates:
        report.case("the suites of openssl", knows_what_openssl_knows)
        client_cases(report, certificates)
        server_cases(report, certificates)


if __name__ == "__main__":
    main(cases)
