"""curl, verification on, against pavise serve."""

import shutil

from certificates import KEY_TYPES, Certificates
from harness import PaviseServer, Skip, expect, expect_in, main, negotiated, run


def curl_words(certificates, server, *options):
    return ["curl", "--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--http1.1", "--cacert",
            certificates.ca, *options, f"https://localhost:{server.port}/"]


def fetches(certificates, leaf, server_options, client_options, wanted):
    with PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf), *server_options) as server:
        # Twice: a server that closes badly shows at the second.
        for _ in range(2):
            status, page, said = run(*curl_words(certificates, server, *client_options))
            expect((status, said), (0, ""), "exit status of curl, and its complaints")
            rows = negotiated(page.decode())
            for name, value in {"version": "TLSv1.3", "server name": "localhost", **wanted}.items():
                expect(rows.get(name), value, name)
        server.stop()


def fetches_the_head(certificates):
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256")) as server:
        status, head, said = run(*curl_words(certificates, server, "--head"))
        expect((status, said), (0, ""), "exit status of curl, and its complaints")
        expect_in("HTTP/1.1 200 OK", head.decode(), "the head")
        server.stop()


def refuses(certificates, leaf, cafile, status_wanted, alert):
    with PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf)) as server:
        words = curl_words(certificates, server)
        words[words.index(certificates.ca)] = cafile
        status, _, said = run(*words)
        expect(status, status_wanted, f"exit status of curl ({said!r})")
        if alert:
            server.wait_for_err(alert)
        # It goes on serving.
        if leaf == "p256":
            status, _, said = run(*curl_words(certificates, server))
            expect(status, 0, f"exit status of the next curl ({said!r})")
        server.stop()


def cases(report):
    if shutil.which("curl") is None:
        raise Skip("curl is not installed")
    with Certificates() as certificates:
        for leaf in KEY_TYPES:
            report.case(f"curl to serve, certificate {leaf}", fetches, certificates, leaf, [], [], {})
        report.case("curl to serve, ALPN", fetches, certificates, "p256", ["--alpn", "http/1.1"], [],
                    {"ALPN": "http/1.1"})
        report.case("curl to serve, chosen suite and group", fetches, certificates, "p256", [],
                    ["--tls13-ciphers", "TLS_CHACHA20_POLY1305_SHA256", "--curves", "P-384"],
                    {"cipher suite": "TLS_CHACHA20_POLY1305_SHA256", "group": "secp384r1"})
        report.case("curl to serve, HEAD", fetches_the_head, certificates)
        # 60: "Peer certificate cannot be authenticated with known CA certificates".
        report.case("curl refuses serve, wrong CA", refuses, certificates, "p256", certificates.other_ca, 60,
                    r"unknown_ca \(48\)")
        report.case("curl refuses serve, expired", refuses, certificates, "expired", certificates.ca, 60,
                    r"certificate_expired \(45\)")
        # curl looks at the name after the handshake and sends no alert for it.
        report.case("curl refuses serve, wrong name", refuses, certificates, "elsewhere", certificates.ca, 60, None)


if __name__ == "__main__":
    main(cases)
