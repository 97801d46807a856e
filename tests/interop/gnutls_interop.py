"""pavise against gnutls-serv and gnutls-cli, verification on, in both roles."""

import hashlib
import os
import shutil

from certificates import KEY_TYPES, Certificates
from harness import (PAVISE, PaviseServer, Process, Skip, expect, expect_in, free_port, main, negotiated, run,
                     wait_until_listening)

TLS13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3"
SUITES = {
    "AES-128-GCM": "TLS_AES_128_GCM_SHA256",
    "AES-256-GCM": "TLS_AES_256_GCM_SHA384",
    "CHACHA20-POLY1305": "TLS_CHACHA20_POLY1305_SHA256",
}
GROUPS = {"X25519": "x25519", "SECP256R1": "secp256r1", "SECP384R1": "secp384r1", "SECP521R1": "secp521r1"}
REQUEST = b"GET / HTTP/1.0\r\n\r\n"
# gnutls-cli moves a few MB a second.
SEVERAL_MIB = 2 << 20


def only_group(group):
    return f"{TLS13}:-GROUP-ALL:+GROUP-{group}"


def only_suite(suite):
    return f"{TLS13}:-CIPHER-ALL:+{suite}"


class GnutlsServer(Process):
    """gnutls-serv with the leaf of that name. It cannot say which port the system picked: it is told one."""

    def __init__(self, certificates, leaf, priority=TLS13, *options, launcher=()):
        self.port = free_port()
        # Into a pipe it would say nothing before its end.
        super().__init__(*launcher, "stdbuf", "-oL", "gnutls-serv", "--port", self.port, "--x509certfile", certificates.chain(leaf),
                         "--x509keyfile", certificates.key(leaf), "--priority", priority, *options)

    def __enter__(self):
        wait_until_listening(self.port, self)
        return self


def connect_words(certificates, server, *options):
    return [PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, *options]


def cli_words(certificates, server, *options):
    return ["gnutls-cli", "--x509cafile", certificates.ca, "--port", server.port, *options, "localhost"]


def require_tools():
    for tool in ("gnutls-serv", "gnutls-cli", "stdbuf"):
        if shutil.which(tool) is None:
            raise Skip(f"{tool} is not installed")


# ---- our client, their server

def client_gets_page(certificates, leaf, priority, server_options, client_options, wanted):
    with GnutlsServer(certificates, leaf, priority, "--http", *server_options) as server:
        status, page, said = run(*connect_words(certificates, server, *client_options), stdin=REQUEST)
        expect(status, 0, f"exit status ({said!r})")
        expect_in("<TD>TLS1.3</TD>", page.decode(), "the page")
        expect_in("the certificate was verified", said, "what connect says")
        rows = negotiated(said)
        for name, value in {"version": "TLSv1.3", "subject": f"CN=Test leaf {leaf}", **wanted}.items():
            expect(rows.get(name), value, name)


def client_is_refused(certificates, leaf, cafile, wanted, alert):
    with GnutlsServer(certificates, leaf) as server:
        status, _, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", cafile)
        expect(status, 4, f"exit status ({said!r})")
        expect_in(wanted, said, "what connect says")
        server.wait_for_out(f"Received alert '{alert}'")


def client_authenticates(certificates, leaf):
    with GnutlsServer(certificates, "p256", TLS13, "--http", "--require-client-cert", "--verify-client-cert",
                      "--x509cafile", certificates.ca) as server:
        status, page, said = run(*connect_words(certificates, server, "--cert", certificates.chain(leaf), "--key",
                                                certificates.key(leaf)), stdin=REQUEST)
        expect(status, 0, f"exit status ({said!r})")
        expect_in(f"Test leaf {leaf}", page.decode(), "the page")


def client_echoes_lines(certificates):
    with GnutlsServer(certificates, "p256", TLS13, "--echo") as server:
        with Process(*connect_words(certificates, server)) as client:
            for line in (b"one\n", b"two\n"):
                client.write(line)
                client.out.wait(lambda data, line=line: data.endswith(line), line)
            client.end_input()
            expect(client.exit_status(), 0, f"exit status ({client.err.text()!r})")


def client_cases(report, certificates):
    for leaf in KEY_TYPES:
        report.case(f"connect to gnutls-serv, certificate {leaf}", client_gets_page, certificates, leaf, TLS13, [], [],
                    {})
    for theirs, ours in SUITES.items():
        report.case(f"connect to gnutls-serv, {theirs}", client_gets_page, certificates, "p256", only_suite(theirs), [],
                    [], {"cipher suite": ours})
    for theirs, ours in GROUPS.items():
        report.case(f"connect to gnutls-serv, group {theirs}", client_gets_page, certificates, "p256",
                    only_group(theirs), [], ["--groups", ours], {"group": ours})
        others = ",".join(name for name in GROUPS.values() if name != ours)
        report.case(f"connect to gnutls-serv, group {theirs} by HelloRetryRequest", client_gets_page, certificates,
                    "p256", only_group(theirs), [], ["--groups", f"{others},{ours}"],
                    {"group": f"{ours} (after a HelloRetryRequest)"})
    report.case("connect to gnutls-serv, ALPN", client_gets_page, certificates, "p256", TLS13, ["--alpn", "b"],
                ["--alpn", "a,b"], {"ALPN": "b"})
    for leaf in ("p256", "rsa", "ed25519"):
        report.case(f"connect to gnutls-serv, client certificate {leaf}", client_authenticates, certificates, leaf)
    report.case("connect to gnutls-serv, echo", client_echoes_lines, certificates)
    report.case("connect refuses gnutls-serv, wrong CA", client_is_refused, certificates, "p256", certificates.other_ca,
                "the issuer of a certificate is not known", 48)
    report.case("connect refuses gnutls-serv, wrong name", client_is_refused, certificates, "elsewhere",
                certificates.ca, "the certificate is not valid for the host name", 42)
    report.case("connect refuses gnutls-serv, expired", client_is_refused, certificates, "expired", certificates.ca,
                "a certificate has expired", 45)


# ---- their client, our server

def server_shows_page(certificates, leaf, priority, server_options, client_options, wanted):
    with PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf), *server_options) as server:
        words = cli_words(certificates, server, "--priority", priority, *client_options)
        status, page, said = run(*words, stdin=REQUEST)
        expect(status, 0, f"exit status of gnutls-cli ({said!r})")
        text = page.decode()
        expect_in("- Status: The certificate is trusted.", text, "what gnutls-cli says")
        rows = negotiated(text[text.index("Your connection"):])
        for name, value in {"version": "TLSv1.3", "server name": "localhost", **wanted}.items():
            expect(rows.get(name), value, name)
        server.stop()


def server_is_refused(certificates, leaf, cafile, wanted):
    with PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf)) as server:
        status, said, _ = run("gnutls-cli", "--x509cafile", cafile, "--port", server.port, "localhost", stdin=REQUEST)
        expect(status, 1, "exit status of gnutls-cli")
        expect_in(wanted, said.decode(), "what gnutls-cli says")
        # It has one alert for every fault.
        server.wait_for_err(r"bad_certificate \(42\)")
        server.stop()


def server_updates_keys(certificates):
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--echo") as server:
        with Process(*cli_words(certificates, server, "--inline-commands")) as client:
            client.write(b"before\n")
            client.wait_for_out("\nbefore")
            client.write(b"^rekey^\n")
            client.wait_for_out("Rekey was completed")
            client.write(b"after\n")
            client.wait_for_out("\nafter")
            client.end_input()
            expect(client.exit_status(), 0, "exit status of gnutls-cli")
        server.stop()


def server_moves_much(certificates):
    # gnutls-cli sends a record for each line.
    lines = b"".join(hashlib.sha256(str(i).encode()).hexdigest().encode() * 32 + b"\n" for i in range(SEVERAL_MIB // 2049))
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--echo") as server:
        with Process(*cli_words(certificates, server)) as client:
            client.write_in_background(lines, then_close=True)
            expect(client.exit_status(), 0, "exit status of gnutls-cli")
            expect(lines in client.out.data, True, "all came back")
        server.stop()


def server_demands_certificate(certificates, leaf):
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--client-ca",
                      certificates.ca, "--require-client-cert") as server:
        words = cli_words(certificates, server, "--x509certfile", certificates.chain(leaf), "--x509keyfile",
                          certificates.key(leaf))
        _, page, said = run(*words, stdin=REQUEST)
        expect_in(f"CN=Test leaf {leaf}", page.decode().partition("Your certificate")[2], f"the page ({said!r})")
        server.stop()


def server_cases(report, certificates):
    for leaf in KEY_TYPES:
        report.case(f"gnutls-cli to serve, certificate {leaf}", server_shows_page, certificates, leaf, TLS13, [], [], {})
    for theirs, ours in SUITES.items():
        report.case(f"gnutls-cli to serve, {theirs}", server_shows_page, certificates, "p256", only_suite(theirs), [], [],
                    {"cipher suite": ours})
    for theirs, ours in GROUPS.items():
        report.case(f"gnutls-cli to serve, group {theirs}", server_shows_page, certificates, "p256", only_group(theirs),
                    [], [], {"group": ours})
    # gnutls-cli sends shares for its first two groups.
    report.case("gnutls-cli to serve, HelloRetryRequest", server_shows_page, certificates, "p256",
                f"{TLS13}:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1",
                ["--groups", "secp521r1"], [], {"group": "secp521r1 (after a HelloRetryRequest)"})
    report.case("gnutls-cli to serve, ALPN", server_shows_page, certificates, "p256", TLS13, ["--alpn", "b,a"],
                ["--alpn", "a", "--alpn", "b"], {"ALPN": "b"})
    for leaf in ("p256", "rsa", "ed25519"):
        report.case(f"gnutls-cli to serve, client certificate {leaf}", server_demands_certificate, certificates, leaf)
    report.case("gnutls-cli to serve, KeyUpdate", server_updates_keys, certificates)
    report.case("gnutls-cli to serve, several MiB there and back", server_moves_much, certificates)
    report.case("gnutls-cli refuses serve, wrong CA", server_is_refused, certificates, "p256", certificates.other_ca,
                "issuer is unknown")
    report.case("gnutls-cli refuses serve, wrong name", server_is_refused, certificates, "elsewhere", certificates.ca,
                "does not match the expected")
    report.case("gnutls-cli refuses serve, expired", server_is_refused, certificates, "expired", certificates.ca,
                "expired")


def cases(report):
    require_tools()
    with Certificates() as certificates:
        client_cases(report, certificates)
        server_cases(report, certificates)


if __name__ == "__main__":
    main(cases)
