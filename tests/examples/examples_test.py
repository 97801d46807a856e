"""The programs in examples/, run against `pavise serve`."""

import os

from certificates import Certificates
from harness import PaviseServer, expect, expect_in, main, run

FETCH = os.environ["FETCH"]


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


def cases(report):
    with Certificates() as certificates:
        report.case("fetch gets a page from a verified server", fetch_gets_a_page_from_a_verified_server, certificates)
        report.case("fetch refuses a server that nobody vouches for", fetch_refuses_a_server_that_nobody_vouches_for,
                    certificates)


if __name__ == "__main__":
    main(cases)
