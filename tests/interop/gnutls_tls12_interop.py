"""pavise against gnutls-serv and gnutls-cli in TLS 1.2: every suite that both know, in both roles, full and resumed."""

import re

from certificates import Certificates
from gnutls_interop import GnutlsServer, cli_words, connect_words, require_tools
from harness import PaviseServer, Process, expect, expect_in, main, negotiated, run
from tls12_suites import PSK, PSK_IDENTITY, PSK_SUITES, SUITES, leaf_for, psk_file

REQUEST = b"GET / HTTP/1.0\r\n\r\n"
TLS12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2"
HANDSHAKE_FAILED = 3


def only_suite(ours):
    """GnuTLS's priority string for the suite of that name in the registry, and no other."""
    exchange, _, protection = ours.removeprefix("TLS_").partition("_WITH_")
    cipher, _, mac = protection.partition("_CBC_")
    if mac:
        cipher, mac = cipher + "_CBC", mac.replace("SHA", "SHA1") if mac == "SHA" else mac
    else:
        cipher, mac = re.sub(r"_SHA\d+$", "", cipher), "AEAD"
    return (f"{TLS12}:-KX-ALL:+{exchange.replace('_', '-')}:-CIPHER-ALL:+{cipher.replace('_', '-')}:-MAC-ALL:+{mac}")


def check_rows(rows, wanted):
    for name, value in {"version": "TLSv1.2", **wanted}.items():
        expect(rows.get(name), value, name)


def write_gnutls_psk_file(certificates):
    """gnutls-serv wants an identity with a colon in hexadecimal."""
    path = certificates.folder / "gnutls-psk"
    path.write_text(f"#{PSK_IDENTITY.encode().hex()}:{PSK}\n")
    return path


# ---- our client, their server

def connect_page(certificates, server, client_options, wanted):
    status, page, said = run(*connect_words(certificates, server, *client_options), stdin=REQUEST)
    expect(status, 0, f"exit status ({said!r})")
    expect_in("<TD>TLS1.2</TD>", page.decode(), "the page")
    check_rows(negotiated(said), wanted)
    return page.decode()


def client_gets_page(certificates, leaf, priority, server_options, client_options, wanted):
    with GnutlsServer(certificates, leaf, priority, "--http", *server_options) as server:
        connect_page(certificates, server, client_options, wanted)


def client_comes_back(certificates, suite, server_options):
    kept = certificates.folder / f"gnutls-serv's session of {suite}{''.join(server_options)}"
    with GnutlsServer(certificates, leaf_for(suite), only_suite(SUITES[suite]), "--http", *server_options) as server:
        options = ["--ciphers", suite]
        wanted = {"cipher suite": SUITES[suite]}
        connect_page(certificates, server, [*options, "--session-out", kept], {**wanted, "session": "new"})
        connect_page(certificates, server, [*options, "--session-in", kept], {**wanted, "session": "resumed"})


def client_authenticates(certificates, leaf, server_options):
    kept = certificates.folder / f"gnutls-serv's session with {leaf}{''.join(server_options)}"
    with GnutlsServer(certificates, "p256", TLS12, "--http", "--require-client-cert", "--verify-client-cert",
                      "--x509cafile", certificates.ca, *server_options) as server:
        options = ["--cert", certificates.chain(leaf), "--key", certificates.key(leaf)]
        page = connect_page(certificates, server, [*options, "--session-out", kept], {"session": "new"})
        expect_in(f"Test leaf {leaf}", page, "the page")
        connect_page(certificates, server, [*options, "--session-in", kept], {"session": "resumed"})


def client_knows_key(certificates, suite, hint):
    with GnutlsServer(certificates, "p256", only_suite(PSK_SUITES[suite]), "--http", "--pskpasswd",
                      write_gnutls_psk_file(certificates), *hint) as server:
        connect_page(certificates, server, ["--psk", psk_file(certificates.folder), "--ciphers", suite],
                     {"cipher suite": PSK_SUITES[suite], "PSK identity": PSK_IDENTITY})


def client_is_refused(certificates, priority, client_options, wanted):
    with GnutlsServer(certificates, "p256", priority) as server:
        status, _, said = run(*connect_words(certificates, server, *client_options), stdin=b"")
        expect(status, HANDSHAKE_FAILED, f"exit status ({said!r})")
        expect_in(wanted, said, "what connect says")


def client_cases(report, certificates):
    for suite in SUITES:
        report.case(f"connect to gnutls-serv, {suite}, ticket", client_comes_back, certificates, suite, [])
        report.case(f"connect to gnutls-serv, {suite}, session ID", client_comes_back, certificates, suite,
                    ["--noticket"])
    for suite in PSK_SUITES:
        report.case(f"connect to gnutls-serv, {suite}", client_knows_key, certificates, suite, [])
        report.case(f"connect to gnutls-serv, {suite} with a hint", client_knows_key, certificates, suite,
                    ["--pskhint", "which key"])
    for leaf in ("p256", "p384", "p521", "rsa", "rsa-pss", "ed25519"):
        report.case(f"connect to gnutls-serv, certificate {leaf}", client_gets_page, certificates, leaf, TLS12, [], [],
                    {"subject": f"CN=Test leaf {leaf}"})
    for leaf in ("p256", "rsa", "ed25519"):
        for how in ([], ["--noticket"]):
            report.case(f"connect to gnutls-serv, client certificate {leaf}{''.join(how)}", client_authenticates,
                        certificates, leaf, how)
    report.case("connect to gnutls-serv, ALPN", client_gets_page, certificates, "p256", TLS12, ["--alpn", "b"],
                ["--alpn", "a,b"], {"ALPN": "b"})
    report.case("connect of TLS 1.2 alone to gnutls-serv of TLS 1.2 alone", client_gets_page, certificates, "p256",
                TLS12, [], ["--tls", "1.2"], {})
    report.case("connect refuses gnutls-serv, no secure renegotiation", client_is_refused, certificates,
                f"{TLS12}:%DISABLE_SAFE_RENEGOTIATION", [], "renegotiation")
    report.case("connect refuses gnutls-serv, CBC without encrypt-then-MAC", client_is_refused, certificates,
                f"{only_suite(SUITES['ECDHE-ECDSA-AES128-SHA'])}:%NO_ETM", ["--ciphers", "ECDHE-ECDSA-AES128-SHA"],
                "encrypt_then_mac")
    # Instead of protocol_version it says that there is nothing in common.
    report.case("connect of TLS 1.3 alone to gnutls-serv of TLS 1.2 alone", client_is_refused, certificates, TLS12,
                ["--tls", "1.3"], "handshake_failure (40)")
    report.case("connect of TLS 1.2 alone to gnutls-serv of TLS 1.3 alone", client_is_refused, certificates,
                "NORMAL:-VERS-ALL:+VERS-TLS1.3", ["--tls", "1.2"], "handshake_failure (40)")
    report.case("connect to gnutls-serv of TLS 1.0", client_is_refused, certificates, "NORMAL:-VERS-ALL:+VERS-TLS1.0",
                [], "handshake_failure (40)")


# ---- their client, our server

def serve(certificates, leaf, *options):
    return PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf), *options)


def page_of(text):
    expect_in("Your connection", text, "what gnutls-cli shows")
    return text[text.rindex("Your connection"):]


def cli_page(certificates, server, priority, options, wanted):
    # Its input stays open: a close_notify behind the request would call the answer off (RFC 5246 §7.2.1).
    with Process(*cli_words(certificates, server, "--priority", priority, *options)) as client:
        client.write_in_background(REQUEST, then_close=False)
        expect(client.exit_status(), 0, f"exit status of gnutls-cli ({client.out.text()!r} {client.err.text()!r})")
        page = page_of(client.out.text())
    check_rows(negotiated(page), wanted)
    return page


def server_shows_page(certificates, leaf, priority, server_options, client_options, wanted):
    with serve(certificates, leaf, *server_options) as server:
        cli_page(certificates, server, priority, client_options, wanted)
        server.stop()


def server_knows_them(certificates, suite, sessions, client_options):
    """gnutls-cli -r connects twice, and sends its request over the resumed connection."""
    with serve(certificates, leaf_for(suite), "--ciphers", suite, "--sessions", sessions) as server:
        cli_page(certificates, server, only_suite(SUITES[suite]), ["--resume", *client_options],
                 {"cipher suite": SUITES[suite], "session": "resumed"})
        server.stop()


def server_demands_certificate(certificates, leaf, sessions):
    options = ["--x509certfile", certificates.chain(leaf), "--x509keyfile", certificates.key(leaf)]
    with serve(certificates, "p256", "--client-ca", certificates.ca, "--require-client-cert", "--sessions", sessions) as server:
        cli_page(certificates, server, TLS12, options, {"session": "new"})
        page = cli_page(certificates, server, TLS12, [*options, "--resume"], {"session": "resumed"})
        expect_in(f"CN=Test leaf {leaf}", page, "the page: the certificate of the session's first handshake")
        server.stop()


def server_knows_key(certificates, suite, server_options):
    with PaviseServer("--psk", psk_file(certificates.folder), "--ciphers", suite, *server_options) as server:
        if "DHE-PSK" in suite:
            # After the handshake, gnutls-cli 3.7 dies of describing the parameters.
            run(*cli_words(certificates, server, "--priority", only_suite(PSK_SUITES[suite]), "--pskusername",
                           PSK_IDENTITY, "--pskkey", PSK), stdin=REQUEST)
            server.wait_for_err(rf"TLSv1\.2, {PSK_SUITES[suite]}")
            server.stop()
            return
        cli_page(certificates, server, only_suite(PSK_SUITES[suite]), ["--pskusername", PSK_IDENTITY, "--pskkey", PSK],
                 {"cipher suite": PSK_SUITES[suite], "PSK identity": PSK_IDENTITY})
        server.stop()


def server_refuses(certificates, server_options, priority, theirs, ours):
    with serve(certificates, "p256", *server_options) as server:
        status, output, said = run(*cli_words(certificates, server, "--priority", priority), stdin=REQUEST)
        expect(status, 1, f"exit status of gnutls-cli ({output!r})")
        expect_in(theirs, output.decode() + said, "what gnutls-cli says")
        server.wait_for_err(re.escape(ours))
        server.stop()


def server_does_not_renegotiate(certificates):
    with serve(certificates, "p256", "--echo") as server:
        words = cli_words(certificates, server, "--priority", TLS12, "--inline-commands")
        with Process("stdbuf", "-oL", *words) as client:
            client.write(b"before\n")
            client.wait_for_out("\nbefore")
            client.write(b"^renegotiate^\n")
            client.wait_for_out("No renegotiation")
        server.stop()


def server_cases(report, certificates):
    for suite in SUITES:
        report.case(f"gnutls-cli to serve, {suite}, ticket", server_knows_them, certificates, suite, "tickets", [])
        report.case(f"gnutls-cli to serve, {suite}, session ID", server_knows_them, certificates, suite, "ids",
                    ["--noticket"])
    for suite in PSK_SUITES:
        report.case(f"gnutls-cli to serve, {suite}", server_knows_key, certificates, suite, [])
    report.case("gnutls-cli to serve, PSK with a hint", server_knows_key, certificates, "PSK-AES128-GCM-SHA256",
                ["--psk-hint", "which key"])
    for leaf in ("p256", "p384", "p521", "rsa", "rsa-pss", "ed25519"):
        report.case(f"gnutls-cli to serve, certificate {leaf}", server_shows_page, certificates, leaf, TLS12, [], [],
                    {})
    for leaf in ("p256", "rsa", "ed25519"):
        for sessions in ("tickets", "ids"):
            report.case(f"gnutls-cli to serve, client certificate {leaf}, {sessions}", server_demands_certificate,
                        certificates, leaf, sessions)
    report.case("gnutls-cli to serve, ALPN", server_shows_page, certificates, "p256", TLS12, ["--alpn", "b,a"],
                ["--alpn", "a", "--alpn", "b"], {"ALPN": "b"})
    report.case("gnutls-cli to serve, records of 512", server_shows_page, certificates, "p256", TLS12, [],
                ["--recordsize", "512"], {})
    report.case("gnutls-cli to serve, renegotiation", server_does_not_renegotiate, certificates)
    report.case("gnutls-cli to serve, fallback", server_shows_page, certificates, "p256", f"{TLS12}:%FALLBACK_SCSV",
                ["--tls", "1.2"], [], {})
    report.case("gnutls-cli refused by serve, fallback", server_refuses, certificates, [], f"{TLS12}:%FALLBACK_SCSV",
                "Inappropriate fallback", "fell back")
    report.case("gnutls-cli refused by serve, RSA key transport", server_refuses, certificates, [],
                f"{TLS12}:-KX-ALL:+RSA", "Handshake failed", "no cipher suite is common")
    report.case("gnutls-cli refused by serve, CBC without encrypt-then-MAC", server_refuses, certificates,
                ["--ciphers", "ECDHE-ECDSA-AES128-SHA"], f"{only_suite(SUITES['ECDHE-ECDSA-AES128-SHA'])}:%NO_ETM",
                "Handshake failed", "no cipher suite is common")
    report.case("gnutls-cli of TLS 1.3 alone refused by serve of TLS 1.2 alone", server_refuses, certificates,
                ["--tls", "1.2"], "NORMAL:-VERS-ALL:+VERS-TLS1.3", "protocol version", "version")
    report.case("gnutls-cli of TLS 1.2 alone refused by serve of TLS 1.3 alone", server_refuses, certificates,
                ["--tls", "1.3"], TLS12, "protocol version", "version")
    report.case("gnutls-cli of TLS 1.0 refused by serve", server_refuses, certificates, [],
                "NORMAL:-VERS-ALL:+VERS-TLS1.0", "protocol version", "version")


def cases(report):
    require_tools()
    with Certificates() as certificates:
        client_cases(report, certificates)
        server_cases(report, certificates)


if __name__ == "__main__":
    main(cases)
