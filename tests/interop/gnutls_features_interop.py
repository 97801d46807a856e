"""pavise against gnutls-serv and gnutls-cli: sessions, early data, pre-shared keys, authentication after the handshake,
stapling, record_size_limit, raw public keys, certificate compression and key logs, in both roles."""

import subprocess

from certificates import Certificates
from gnutls_interop import TLS13, GnutlsServer, cli_words, connect_words, require_tools
from harness import (PAVISE, PaviseServer, Process, Skip, expect, expect_in, free_port, main, negotiated, run,
                     wait_until_listening)
from relay import Relay, record_lengths

REQUEST = b"GET / HTTP/1.0\r\n\r\n"
EARLY = b"GET / HTTP/1.0\r\nX-Early: yes\r\n\r\n"
TLS12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2"
PRIORITIES = {"1.3": TLS13, "1.2": TLS12}
PSK_IDENTITY, PSK = "somebody", "000102030405060708090a0b0c0d0e0f"
RAW_KEYS = "+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK"


def public_key(certificates, leaf):
    path = certificates.folder / f"{leaf}.pub"
    subprocess.run(["openssl", "pkey", "-in", certificates.key(leaf), "-pubout", "-out", path], check=True)
    return path


def psk_file(certificates):
    path = certificates.folder / "psk"
    path.write_text(f"{PSK_IDENTITY}:{PSK}\n")
    return path


def secrets_in(path):
    return {line for line in path.read_text().splitlines() if line and not line.startswith("#")}


def expect_known(theirs, ours, version):
    """What the peer logged we logged too, and the peer logged what a connection needs."""
    expect(secrets_in(theirs) - secrets_in(ours), set(), "secrets that the peer alone logged")
    expect(len(secrets_in(theirs)) >= (4 if version == "1.3" else 1), True, f"the peer's secrets {secrets_in(theirs)}")


def expect_rows(rows, wanted):
    for name, value in wanted.items():
        expect(rows.get(name), value, name)


class RawKeyServer(Process):
    """gnutls-serv with a raw public key and no certificate."""

    def __init__(self, certificates, leaf, priority, *options):
        self.port = free_port()
        super().__init__("stdbuf", "-oL", "gnutls-serv", "--port", self.port, "--rawpkkeyfile", certificates.key(leaf),
                         "--rawpkfile", public_key(certificates, leaf), "--priority", f"{priority}:{RAW_KEYS}", *options)

    def __enter__(self):
        wait_until_listening(self.port, self)
        return self


# ---- our client, their server

def connect(certificates, server, *options, wanted, stdin=REQUEST):
    status, page, said = run(*connect_words(certificates, server, *options), stdin=stdin)
    expect(status, 0, f"exit status ({said!r})")
    expect_rows(negotiated(said), wanted)
    return page.decode(errors="replace"), said


def client_comes_back(certificates):
    kept = certificates.folder / "client's session"
    with GnutlsServer(certificates, "p256", TLS13, "--http") as server:
        connect(certificates, server, "--session-out", kept, wanted={"session": "new"})
        connect(certificates, server, "--session-in", kept, wanted={"session": "resumed"})


def client_sends_early(certificates, verdict):
    """Accepted by the server that gave the ticket; another one cannot open it, and the data goes again."""
    kept = certificates.folder / f"client's session for early data {verdict}"
    data = certificates.folder / "early"
    data.write_bytes(EARLY)

    def serve_early():
        return GnutlsServer(certificates, "p256", TLS13, "--http", "--earlydata", "--maxearlydata", "1000")
    if verdict == "accepted":
        became = []
        with serve_early() as server:
            # An age is in whole milliseconds, so that a ticket can seem one older to the client than to the server, and
            # GnuTLS then rejects what it would else accept: another ticket gets another chance.
            while verdict not in became and len(became) < 3:
                fresh = kept.with_suffix(f".{len(became)}")
                connect(certificates, server, "--session-out", fresh, wanted={"session": "new"})
                _, said = connect(certificates, server, "--session-in", fresh, "--early-data", data,
                                  wanted={"session": "resumed"})
                became.append(negotiated(said).get("early data"))
        expect(became[-1], verdict, f"early data ({became})")
        return
    with serve_early() as server:
        connect(certificates, server, "--session-out", kept, wanted={"session": "new"})
    with serve_early() as server:
        page, _ = connect(certificates, server, "--session-in", kept, "--early-data", data, stdin=b"",
                          wanted={"session": "new", "early data": verdict})
        expect_in("<TD>TLS1.3</TD>", page, "the page for the data that went again")


def no_early_data_after_retry():
    """GnuTLS 3.7 and 3.8 send the ClientHello that answers a HelloRetryRequest under the keys of the early data, and expect
    it so: RFC 8446 §4.2.10 has it in plaintext."""
    raise Skip("GnuTLS does not do early data before a HelloRetryRequest as RFC 8446 §4.2.10 says")


def require_compression(peer, algorithm):
    """Debian 12 builds GnuTLS without compression."""
    if "Unknown compression method" in peer.out.text() + peer.err.text():
        raise Skip(f"this GnuTLS is built without {algorithm}")


def client_knows_key(certificates):
    path = certificates.folder / "gnutls-psk"
    path.write_text(f"{PSK_IDENTITY}:{PSK}\n")
    with GnutlsServer(certificates, "p256", f"{TLS13}:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK", "--http", "--pskpasswd",
                      path) as server:
        connect(certificates, server, "--psk", psk_file(certificates), wanted={"PSK identity": PSK_IDENTITY})


def client_is_asked_later(certificates):
    """gnutls-serv's echo takes the line **REAUTH** for a wish to ask for a certificate."""
    with GnutlsServer(certificates, "p256", TLS13, "--echo", "--verify-client-cert", "--x509cafile",
                      certificates.ca, "--disable-client-cert") as server:
        with Process(*connect_words(certificates, server, "--post-handshake-auth", "--msg", "--cert",
                                    certificates.chain("p256"), "--key", certificates.key("p256"))) as client:
            client.write(b"**REAUTH**\n")
            client.wait_for_err(r"<-- certificate_request[\s\S]+--> certificate,[\s\S]+--> certificate_verify")
            client.write(b"after\n")
            client.wait_for_out("after")
            client.end_input()
            expect(client.exit_status(), 0, f"exit status ({client.err.text()!r})")


def client_sees_staple(certificates, version):
    with GnutlsServer(certificates, "p256", PRIORITIES[version], "--http", "--ocsp-response",
                      certificates.ocsp_response("p256")) as server:
        connect(certificates, server, "--get", "/", "--ocsp", "required",
                wanted={"version": f"TLSv{version}", "OCSP staple": "good"})


def client_limits_records(certificates, version):
    with GnutlsServer(certificates, "p256", PRIORITIES[version], "--http") as server, Relay(server.port) as relay:
        connect(certificates, relay, "--get", "/", "--record-size-limit", "512", wanted={"version": f"TLSv{version}"})
        relay.wait()
    # RFC 8449 §4: the limit is of the plaintext, with TLS 1.3's content type; beyond it the tag, and TLS 1.2's nonce.
    overhead = 16 if version == "1.3" else 8 + 16
    lengths = [length for kind, length in record_lengths(relay.from_server) if kind == 23]
    expect(len(lengths) > 1, True, "the page takes several records")
    expect(max(lengths) <= 512 + overhead, True, f"no record of the server is longer than allowed: {lengths}")


def client_knows_raw_key(certificates, version):
    with RawKeyServer(certificates, "p256", PRIORITIES[version], "--http") as server:
        words = [PAVISE, "connect", f"localhost:{server.port}", "--get", "/"]
        status, page, said = run(*words, "--trusted-key", public_key(certificates, "p256"))
        expect(status, 0, f"exit status ({said!r})")
        expect_in("the public key is one that is trusted", said, "what connect says")
        expect_in(f"<TD>TLS{version}</TD>", page.decode(), "the page")
        status, _, said = run(*words, "--trusted-key", public_key(certificates, "ed25519"))
        expect(status, 4, f"exit status for a key that is not trusted ({said!r})")


def client_decompresses(certificates, algorithm):
    with GnutlsServer(certificates, "rsa", TLS13, "--http", "--compress-cert", algorithm) as server:
        _, said = connect(certificates, server, "--compress-certificates", "--msg", wanted={})
    require_compression(server, algorithm)  # all that it said has been read when it has ended
    expect_in("<-- compressed_certificate", said, "what came")
    expect_in(f"algorithm                 {algorithm}", said, "what came")


def client_logs_keys(certificates, version):
    ours, theirs = certificates.folder / f"client {version} keys", certificates.folder / f"gnutls-serv {version} keys"
    with GnutlsServer(certificates, "p256", PRIORITIES[version], "--http",
                      launcher=("env", f"SSLKEYLOGFILE={theirs}")) as server:
        connect(certificates, server, "--get", "/", "--keylog", ours, wanted={"version": f"TLSv{version}"})
    expect_known(theirs, ours, version)


# ---- their client, our server

def serve(certificates, *options, leaf="p256"):
    return PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf), *options)


def cli_page(certificates, server, *options, priority=TLS13, wanted, launcher=()):
    """gnutls-cli's input stays open until it is done."""
    with Process(*launcher, *cli_words(certificates, server, "--priority", priority, *options)) as client:
        client.write_in_background(REQUEST, then_close=False)
        expect(client.exit_status(), 0, f"exit status of gnutls-cli ({client.out.text()!r} {client.err.text()!r})")
        text = client.out.text()
    expect_in("Your connection", text, "what gnutls-cli shows")
    expect_rows(negotiated(text[text.rindex("Your connection"):]), wanted)
    return text


def server_knows_them(certificates, sessions):
    with serve(certificates, "--sessions", sessions) as server:
        cli_page(certificates, server, "--resume", "--waitresumption", wanted={"session": "resumed"})
        server.stop()


def server_takes_early_data(certificates):
    data = certificates.folder / "early"
    data.write_bytes(b"GET / HTTP/1.0\r\nX-Early: yes\r\n")
    with serve(certificates, "--max-early-data", "1000") as server:
        cli_page(certificates, server, "--resume", "--waitresumption", "--earlydata", data,
                 wanted={"session": "resumed", "early data": "accepted"})
        server.stop()


def server_knows_key(certificates):
    with PaviseServer("--psk", psk_file(certificates)) as server:
        cli_page(certificates, server, "--pskusername", PSK_IDENTITY, "--pskkey", PSK,
                 priority=f"{TLS13}:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK", wanted={"PSK identity": PSK_IDENTITY})
        server.stop()


def server_asks_later(certificates):
    with serve(certificates, "--client-ca", certificates.ca, "--post-handshake-auth", "--require-client-cert") as server:
        text = cli_page(certificates, server, "--post-handshake-auth", "--x509certfile", certificates.chain("rsa"),
                        "--x509keyfile", certificates.key("rsa"), wanted={})
        expect_in("CN=Test leaf rsa", text.partition("Your certificate")[2], "the page")
        server.stop()


def server_staples(certificates, version):
    saved = certificates.folder / f"saved {version}"
    response = certificates.ocsp_response("p256")
    with serve(certificates, "--ocsp", response) as server:
        cli_page(certificates, server, "--save-ocsp", saved, priority=PRIORITIES[version], wanted={})
        server.stop()
    done = subprocess.run(["ocsptool", "--response-info", "--infile", saved], capture_output=True, text=True, check=False)
    same = saved.read_bytes() == response.read_bytes()
    expect(same or "Certificate Status: good" in done.stdout, True, f"the response came ({done.stdout!r} {done.stderr!r})")


def server_limits_records(certificates, version):
    with serve(certificates, "--discard", "--record-size-limit", "512") as server, Relay(server.port) as relay:
        status, _, said = run(*cli_words(certificates, relay, "--priority", PRIORITIES[version]), stdin=b"y" * 4000 + b"\n")
        expect(status, 0, f"exit status of gnutls-cli ({said!r})")
        relay.wait()
        server.stop()
    overhead = 16 if version == "1.3" else 8 + 16
    # Of a line that does not fit gnutls-cli sends the first record alone.
    lengths = [length for kind, length in record_lengths(relay.from_client) if kind == 23]
    expect(max(lengths), 512 + overhead, "the longest record of the client")


def server_knows_raw_key(certificates, version):
    with PaviseServer("--raw-key", certificates.key("p256"), "--trusted-key", public_key(certificates, "ed25519"),
                      "--require-client-cert") as server:
        words = ["gnutls-cli", "--insecure", "--port", server.port, "--priority", f"{PRIORITIES[version]}:{RAW_KEYS}",
                 "--rawpkkeyfile", certificates.key("ed25519"), "--rawpkfile", public_key(certificates, "ed25519"),
                 "localhost"]
        with Process(*words) as client:
            client.write_in_background(REQUEST, then_close=False)
            client.exit_status()
            expect_in("Your key, which is trusted", client.out.text(), f"the page ({client.err.text()!r})")
        server.stop()


def server_compresses(certificates, algorithm):
    with serve(certificates, "--compress-certificates", leaf="rsa") as server:
        words = cli_words(certificates, server, "--priority", TLS13, "--compress-cert", algorithm, "-d", "4")
        with Process(*words) as client:
            client.write_in_background(REQUEST, then_close=False)
            expect(client.exit_status(), 0, f"exit status of gnutls-cli ({client.err.text()!r})")
            require_compression(client, algorithm)
            expect_in("COMPRESSED CERTIFICATE", client.err.text().upper(), "what gnutls-cli logs")
            expect_in("- Status: The certificate is trusted.", client.out.text(), "what gnutls-cli says")
        server.stop()


def server_logs_keys(certificates, version):
    ours, theirs = certificates.folder / f"server {version} keys", certificates.folder / f"gnutls-cli {version} keys"
    with serve(certificates, "--keylog", ours) as server:
        cli_page(certificates, server, priority=PRIORITIES[version], wanted={"version": f"TLSv{version}"},
                 launcher=("env", f"SSLKEYLOGFILE={theirs}"))
        server.stop()
    expect_known(theirs, ours, version)


def cases(report):
    require_tools()
    with Certificates() as certificates:
        report.case("connect to gnutls-serv, ticket", client_comes_back, certificates)
        for verdict in ("accepted", "rejected"):
            report.case(f"connect to gnutls-serv, early data {verdict}", client_sends_early, certificates, verdict)
        report.case("GnuTLS, early data rejected by HelloRetryRequest", no_early_data_after_retry)
        report.case("connect to gnutls-serv, PSK", client_knows_key, certificates)
        report.case("connect to gnutls-serv, post-handshake authentication", client_is_asked_later, certificates)
        for algorithm in ("zlib", "brotli", "zstd"):
            report.case(f"connect to gnutls-serv, {algorithm}", client_decompresses, certificates, algorithm)
            report.case(f"gnutls-cli to serve, {algorithm}", server_compresses, certificates, algorithm)
        for sessions in ("tickets", "ids"):
            report.case(f"gnutls-cli to serve, session from {sessions}", server_knows_them, certificates, sessions)
        report.case("gnutls-cli to serve, early data accepted", server_takes_early_data, certificates)
        report.case("gnutls-cli to serve, PSK", server_knows_key, certificates)
        report.case("gnutls-cli to serve, post-handshake authentication", server_asks_later, certificates)
        for version in ("1.3", "1.2"):
            report.case(f"connect to gnutls-serv, OCSP staple in TLS {version}", client_sees_staple, certificates, version)
            report.case(f"connect to gnutls-serv, record_size_limit in TLS {version}", client_limits_records, certificates,
                        version)
            report.case(f"connect to gnutls-serv, raw public key in TLS {version}", client_knows_raw_key, certificates,
                        version)
            report.case(f"gnutls-cli to serve, OCSP staple in TLS {version}", server_staples, certificates, version)
            report.case(f"gnutls-cli to serve, record_size_limit in TLS {version}", server_limits_records, certificates,
                        version)
            report.case(f"gnutls-cli to serve, raw public keys in TLS {version}", server_knows_raw_key, certificates, version)
            report.case(f"connect to gnutls-serv, key log of TLS {version}", client_logs_keys, certificates, version)
            report.case(f"gnutls-cli to serve, key log of TLS {version}", server_logs_keys, certificates, version)


if __name__ == "__main__":
    main(cases)
