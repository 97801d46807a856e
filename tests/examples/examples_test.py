"""The programs in examples/, run against `pavise serve`."""

import os

from certificates import Certificates
from harness import PaviseServer, expect, expect_in, main, run

FETCH = os.environ["FETCH"]
SSL_CLIENT = os.environ["SSL_CLIENT"]


def serve(certificates, kind="p256"):
    return PaviseServer("--cert", certificates.chain(kind), "--key", certificates.key(kind))


def fetch_gets_a_page_from_a_verified_server(certificates):
    with serve(certificates) as server:
        status, out, err = run(FETCH, "localhost", server.port, certificates.ca)
        expect(status, 0, f"exit status ({err})")
        expect_in(b"HTTP/1.1 200 OK", out, "the page")
        expect_in("verified", err, "what fetch says")


def fetch_refuses_a_server_that_nobody_vouches_for(certificates):
    with serve(certificates) as server:
        status, out, err = run(FETCH, "localhost", server.port, certificates.other_ca)
        expect(status, 1, "exit status")
        expect(out, b"", "output")
        expect_in("issue", err, "the reason")


def ssl_client_prints_the_version_and_the_certificate(certificates):
    with serve(certificates) as server:
        os.environ["SSL_CERT_FILE"] = str(certificates.ca)
        status, out, err = run(SSL_CLIENT, "localhost", server.port)
        expect(status, 0, f"exit status ({err})")
        expect_in(b"TLSv1.3\n{'subject': ((('", out, "the version, and the certificate as Python prints it")
        expect_in(b"('DNS', 'localhost')", out, "the certificate's name")
        os.environ["SSL_CERT_FILE"] = str(certificates.other_ca)
        status, out, err = run(SSL_CLIENT, "localhost", server.port)
        expect(status, 1, "exit status")
        expect_in("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", err, "the reason")


def cases(report):
    with Certificates() as certificates:
        report.case("fetch gets a page from a verified server", fetch_gets_a_page_from_a_verified_server, certificates)
        report.case("fetch refuses a server that nobody vouches for", fetch_refuses_a_server_that_nobody_vouches_for,
                    certificates)
        report.case("ssl_client prints the version and the certificate",
                    ssl_client_prints_the_version_and_the_certificate, certificates)


if __name__ == "__main__":
    main(cases)
