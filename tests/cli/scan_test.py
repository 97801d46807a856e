"""pavise scan: what it says of servers whose configuration is known, and of what is no TLS server at all."""

import contextlib
import json
import os
import pty
import socket
import subprocess
import threading

from certificates import Certificates
from harness import PAVISE, Failure, PaviseServer, Process, expect, expect_in, free_port, main, run, wait_until_listening


def scan(port, *options):
    status, out, err = run(PAVISE, "scan", f"127.0.0.1:{port}", *options)
    return status, out.decode(), err


def scan_json(port, *options):
    status, out, err = scan(port, "--json", *options)
    expect((status, err), (0, ""), "exit status and error output of scan")
    return json.loads(out)


@contextlib.contextmanager
def openssl_server(certificates, name, *options):
    port = free_port()
    with Process("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificates.chain(name), "-key",
                 certificates.key(name), "-quiet", *options) as server:
        wait_until_listening(port, server)
        yield port


@contextlib.contextmanager
def answering(answer):
    """A listener that says `answer` to whatever comes, and then waits for the other side to end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=converse, args=(connection,), daemon=True).start()

        def converse(connection):
            with connection, contextlib.suppress(OSError):
                if connection.recv(1 << 16) and answer:
                    connection.sendall(answer)
                while connection.recv(1 << 16):
                    pass

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def version(result, name):
    return next(row for row in result["versions"] if row["name"] == name)


def suites(result, name):
    return [row["name"] for row in version(result, name)["cipher_suites"]]


def of_pavise(certificates):
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256")) as server:
        result = scan_json(server.port, "--servername", "localhost", "--cafile", certificates.ca)
        expect([row["name"] for row in result["versions"] if row["supported"]], ["TLSv1.2", "TLSv1.3"], "versions")
        expect(result["findings"], [], "findings")
        expect(result["certificates"][0]["trusted"], True, "the certificate is trusted")
        expect("X25519MLKEM768" in [row["name"] for row in result["groups_tls13"]], True, "the hybrid group was found")
        for row in result["versions"]:
            expect([suite["name"] for suite in row.get("cipher_suites", []) if suite["grade"] != "good"], [], "weak suites")
        server.stop()


def finds_exactly_what_openssl_was_told(certificates):
    names = {"ECDHE-RSA-AES128-GCM-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
             "AES128-SHA": "TLS_RSA_WITH_AES_128_CBC_SHA", "AECDH-NULL-SHA": "TLS_ECDH_anon_WITH_NULL_SHA",
             "ECDHE-RSA-CHACHA20-POLY1305": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"}
    with openssl_server(certificates, "rsa", "-tls1_2", "-cipher", ":".join(names) + ":@SECLEVEL=0", "-serverpref",
                        "-curves", "P-384:P-256") as port:
        result = scan_json(port)
    expect([row["name"] for row in result["versions"] if row["supported"]], ["TLSv1.2"], "versions")
    expect(suites(result, "TLSv1.2"), list(names.values()), "suites, in the server's order")
    expect(version(result, "TLSv1.2")["server_preference"], True, "that the order is the server's")
    expect([row["name"] for row in result["groups_tls12"]], ["secp384r1", "secp256r1"], "groups")
    texts = " ".join(finding["text"] for finding in result["findings"])
    for fault in ("TLS_ECDH_anon_WITH_NULL_SHA: no encryption", "issuer"):
        expect_in(fault, texts, "the findings")


def finds_old_versions(certificates):
    with openssl_server(certificates, "rsa", "-cipher", "ALL:@SECLEVEL=0") as port:
        result = scan_json(port)
    expect([row["name"] for row in result["versions"] if row["supported"]], ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
           "versions")
    expect(version(result, "TLSv1")["cipher_suites"] != [], True, "suites of TLS 1.0")
    expect_in("TLSv1 is offered", " ".join(finding["text"] for finding in result["findings"]), "the findings")


def faults_of_certificates(certificates):
    for name, options, fault in (("expired", ("--servername", "localhost"), "expired on 2002-01-01"),
                                 ("elsewhere", ("--servername", "localhost"), "not for 'localhost'"),
                                 ("p256", ("--servername", "other.example"), "not for 'other.example'")):
        with openssl_server(certificates, name) as port:
            found = scan_json(port, "--cafile", certificates.ca, *options)["certificates"]
        expect(len(found), 1, "certificates")
        expect_in(fault, " ".join(found[0]["faults"]), f"the faults of {name}")
        expect(len(found[0]["faults"]), 1, f"the faults of {name}: {found[0]['faults']}")


def two_certificates(certificates):
    """One for each kind of key, in TLS 1.3 too."""
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--cert",
                      certificates.chain("rsa"), "--key", certificates.key("rsa")) as server:
        found = scan_json(server.port, "--cafile", certificates.ca)["certificates"]
        server.stop()
    expect(len(found), 2, "certificates")


def no_server_and_no_tls(_):
    status, _, err = scan(free_port())
    expect(status, 1, f"exit status without a server ({err})")
    with answering(b"SSH-2.0-nobody\r\n") as port:
        status, out, _ = scan(port, "--timeout", "2")
        expect(status, 3, "exit status of a server that speaks no TLS")
        expect_in("not TLS", out, "the table")
    with answering(b"\x15\x03\x01\x00\x02\x02\x28") as port:  # handshake_failure
        status, out, _ = scan(port)
        expect(status, 3, "exit status of a server that refuses everything")
        expect_in("alert handshake_failure", out, "the table")
    with answering(b"\x16\x03\x03\x00\x04\x02\xff\xff\xff") as port:  # a ServerHello of 16 MiB that never comes
        status, out, _ = scan(port, "--timeout", "1")
        expect(status, 3, "exit status of a server that never ends its answer")


def colours_on_a_terminal_alone(certificates):
    def on_terminal(**environment):
        main_end, terminal = pty.openpty()
        with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256")) as server:
            child = subprocess.Popen([PAVISE, "scan", f"127.0.0.1:{server.port}"], stdout=terminal, stderr=terminal,
                                     stdin=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm", **environment})
            os.close(terminal)
            text = b""
            with contextlib.suppress(OSError):  # EIO is the end of a terminal
                while block := os.read(main_end, 1 << 16):
                    text += block
            os.close(main_end)
            expect(child.wait(), 0, "exit status")
            server.stop()
        return text

    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    os.environ.clear()
    os.environ.update(environment)
    if b"\033[" not in on_terminal():
        raise Failure("there is no colour on a terminal")
    for variable in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        if b"\033[" in on_terminal(**variable):
            raise Failure(f"there is colour with {variable}")
    with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256")) as server:
        if "\033[" in scan(server.port)[1]:
            raise Failure("there is colour in a pipe")
        server.stop()


def cases(report):
    with Certificates() as certificates:
        report.case("scan of pavise serve finds nothing wrong", of_pavise, certificates)
        report.case("scan finds exactly what openssl was told", finds_exactly_what_openssl_was_told, certificates)
        report.case("scan finds old versions", finds_old_versions, certificates)
        report.case("scan tells the faults of certificates", faults_of_certificates, certificates)
        report.case("scan sees a certificate for each kind of key", two_certificates, certificates)
        report.case("scan of no server, and of what is no TLS", no_server_and_no_tls, certificates)
        report.case("scan has colours on a terminal alone", colours_on_a_terminal_alone, certificates)


if __name__ == "__main__":
    main(cases)
