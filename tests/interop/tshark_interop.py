"""Wireshark's tshark reads what went over a connection with the help of our key logs. The capture is written by the test,
from the bytes that went through a relay: no privileges are needed."""

import shutil

from certificates import Certificates
from harness import PAVISE, PaviseServer, Skip, expect, expect_in, main, negotiated, run
from relay import Relay, write_capture

SUITES = {"1.3": ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
          "1.2": ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-SHA256"]}


def read_capture(capture, keys):
    """Path of the request, code of the response, and the body, as tshark reads them."""
    options = ["-o", f"tls.keylog_file:{keys}"] if keys else []
    status, out, said = run("tshark", "-r", capture, *options, "-d", "tcp.port==443,tls", "-Y", "http", "-T", "fields",
                            "-e", "http.request.uri", "-e", "http.response.code", "-e", "http.file_data")
    expect(status, 0, f"exit status of tshark ({said!r})")
    return out.decode()


def captured(certificates, server, client_keys, *options):
    """A GET of /what-we-ask-for through a relay; the capture and what connect printed."""
    capture = certificates.folder / "capture.pcap"
    with Relay(server.port) as relay:
        status, _, said = run(PAVISE, "connect", f"localhost:{relay.port}", "--cafile", certificates.ca, "--keylog",
                              client_keys, "--get", "/what-we-ask-for", *options)
        expect(status, 0, f"exit status ({said!r})")
        relay.wait()
        write_capture(capture, relay.segments)
    return capture, said


def expect_plaintext(text):
    expect_in("/what-we-ask-for", text, "the request as tshark reads it")
    expect_in("200", text, "the response as tshark reads it")


def serve(certificates, *options):
    return PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), *options)


def reads(certificates, version, suite):
    ours, theirs = certificates.folder / f"client {suite}", certificates.folder / f"server {suite}"
    option = "--ciphersuites" if version == "1.3" else "--ciphers"
    with serve(certificates, "--keylog", theirs, option, suite) as server:
        capture, said = captured(certificates, server, ours, "--tls", version, option, suite)
        server.stop()
    expect(negotiated(said).get("version"), f"TLSv{version}", "the version")
    for keys in (ours, theirs):
        expect_plaintext(read_capture(capture, keys))
    expect(read_capture(capture, None), "", "what tshark reads without keys")


def reads_after_key_updates(certificates):
    """tshark computes the later keys from the first ones."""
    ours = certificates.folder / "client with key updates"
    with serve(certificates, "--update-keys", "both") as server:
        capture, _ = captured(certificates, server, ours, "--update-keys", "both")
        server.stop()
    expect_plaintext(read_capture(capture, ours))


def reads_resumed(certificates, version):
    kept, ours = certificates.folder / f"session {version}", certificates.folder / f"client resumed {version}"
    with serve(certificates) as server:
        captured(certificates, server, ours, "--tls", version, "--session-out", kept)
        capture, said = captured(certificates, server, ours, "--tls", version, "--session-in", kept)
        server.stop()
    expect(negotiated(said).get("session"), "resumed", "the session")
    expect_plaintext(read_capture(capture, ours))


def cases(report):
    if shutil.which("tshark") is None:
        raise Skip("tshark is not installed")
    with Certificates() as certificates:
        for version, suites in SUITES.items():
            for suite in suites:
                report.case(f"tshark reads TLS {version}, {suite}", reads, certificates, version, suite)
            report.case(f"tshark reads a resumed connection of TLS {version}", reads_resumed, certificates, version)
        report.case("tshark reads on after key updates", reads_after_key_updates, certificates)


if __name__ == "__main__":
    main(cases)
