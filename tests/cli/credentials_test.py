"""Delegated credentials, and what a server wants of a client's certificate, by pavise cert, connect and serve."""

import json
import pathlib
import re
import tempfile

from certificates import Certificates
from connect_test import HANDSHAKE, REQUEST, USAGE, expect_rows, page, serve
from harness import PAVISE, PaviseServer, expect, expect_in, main, negotiated, run


def made(*words):
    status, out, said = run(PAVISE, "cert", *words)
    expect((status, said), (0, ""), f"exit status and error output of cert {words[0]}")
    return out.decode()


class World:
    """An authority, a leaf that may delegate and one that may not, and delegated credentials of the first."""

    def __init__(self, folder):
        self.folder = folder
        made("make-ca", "--out", self["ca.pem"], "--key-out", self["ca.key"])
        for name, more in (("leaf", ["--may-delegate"]), ("plain", []), ("rsa", ["--may-delegate", "--key-type", "rsa"])):
            made("make-leaf", "--out", self[f"{name}.pem"], "--key-out", self[f"{name}.key"], "--ca", self["ca.pem"],
                 "--ca-key", self["ca.key"], "--name", "localhost", *more)
        self.delegate("leaf", "server.pem")
        self.delegate("leaf", "client.pem", "--for", "client", "--key-type", "ed25519")
        self.delegate("rsa", "rsa-server.pem", "--key-type", "ed25519", "--days", "7")

    def __getitem__(self, name):
        return self.folder / name

    def delegate(self, leaf, out, *more):
        return made("make-delegated", "--cert", self[f"{leaf}.pem"], "--key", self[f"{leaf}.key"], "--out", self[out], *more)

    def pair(self, leaf):
        return ["--cert", self[f"{leaf}.pem"], "--key", self[f"{leaf}.key"]]

    def connect(self, server, *options):
        status, out, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", self["ca.pem"], "--get", "/",
                                *options)
        return status, out.decode(), said

    def page(self, server, *options):
        status, out, said = self.connect(server, *options)
        expect(status, 0, f"exit status ({said!r})")
        return negotiated(said), out


# ---- delegated credentials

def is_made(world):
    said = world.delegate("leaf", "another.pem", "--key-type", "p384")
    expect_in("a delegated credential for a server, which signs with ecdsa_secp384r1_sha384 until 20", said, "what it says")
    expect(world["another.pem"].stat().st_mode & 0o777, 0o600, "the file's mode")
    text = world["another.pem"].read_text()
    expect_in(world["leaf.pem"].read_text(), text, "the certificate in the file")
    for label in ("DELEGATED CREDENTIAL", "PRIVATE KEY"):
        expect(text.count(f"-----BEGIN {label}-----"), 1, f"blocks {label}")
    # The certificate's own key is not among what is in the file.
    expect(world["leaf.key"].read_text() in text, False, "the certificate's key in the file")


def of_the_server(world):
    with PaviseServer(*world.pair("rsa"), "--delegated-credential", world["rsa-server.pem"]) as server:
        rows, _ = world.page(server, "--accept-delegated")
        expect_rows(rows, peer_signed="ed25519")
        expect_in("rsa_pss_rsae_sha256 of its certificate, until 20", rows.get("delegated by", ""), "the row")
        # Who takes none, or not with this scheme, or speaks TLS 1.2, gets the certificate's own signature.
        for options in ([], ["--tls", "1.2", "--accept-delegated"],
                        ["--accept-delegated", "--sigalgs", "rsa_pss_rsae_sha256,ecdsa_secp256r1_sha256"]):
            rows, _ = world.page(server, *options)
            expect_rows(rows, peer_signed="rsa_pss_rsae_sha256")
            expect("delegated by" in rows, False, f"a delegated credential with {options}")
        status, out, _ = world.connect(server, "--accept-delegated")
        expect(status, 0, "exit status")
        server.stop()


def without_the_certificates_key(world):
    with PaviseServer("--delegated-credential", world["server.pem"]) as server:
        rows, _ = world.page(server, "--accept-delegated")
        expect_rows(rows, peer_signed="ecdsa_secp256r1_sha256")
        expect("delegated by" in rows, True, "a delegated credential")
        for options in ([], ["--accept-delegated", "--tls", "1.2"]):
            status, _, said = world.connect(server, *options)
            expect(status, HANDSHAKE, f"exit status with {options} ({said!r})")
        server.stop()


def with_staples(world):
    """What is stapled to the certificate goes along with the credential that stands in for it."""
    staple = world["staple"]
    # RFC 6962 §3.3: a list with one timestamp, of a version that nobody knows.
    staple.write_bytes(b"\0\3\0\1\1")
    with PaviseServer(*world.pair("leaf"), "--delegated-credential", world["server.pem"], "--sct", staple) as server:
        for options in (["--accept-delegated"], []):
            rows, _ = world.page(server, "--sct", *options)
            expect("delegated by" in rows, bool(options), "a delegated credential")
            expect_rows(rows, timestamp="from the server: not judged: of an unknown version")
        server.stop()


def of_the_client(world):
    ours = [*world.pair("leaf"), "--delegated-credential", world["client.pem"]]
    with PaviseServer(*world.pair("plain"), "--client-ca", world["ca.pem"], "--require-client-cert",
                      "--accept-delegated") as server:
        rows, shown = world.page(server, *ours)
        expect_rows(rows, we_signed="ed25519")
        expect_in("ecdsa_secp256r1_sha256 of its certificate, until 20", negotiated(shown).get("delegated by", ""), "the page")
        rows, _ = world.page(server, "--delegated-credential", world["client.pem"])
        expect_rows(rows, we_signed="ed25519")
        server.stop()
    with PaviseServer(*world.pair("plain"), "--client-ca", world["ca.pem"], "--require-client-cert") as server:
        rows, shown = world.page(server, *ours)
        expect_rows(rows, we_signed="ecdsa_secp256r1_sha256")
        expect("delegated by" in negotiated(shown), False, "a delegated credential that nobody asked for")
        server.stop()


def in_json(world):
    with PaviseServer(*world.pair("rsa"), "--delegated-credential", world["rsa-server.pem"]) as server:
        for options, wanted in ((["--accept-delegated"], "rsa_pss_rsae_sha256"), ([], None)):
            _, out, _ = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", world["ca.pem"], "--json", *options)
            shown = json.loads(out)["delegated_credential"]
            expect(shown and shown["signed_with"], wanted, "the scheme of the certificate's key")
            expect_in("UTC", shown["not_after"] if shown else "UTC", "the time")
        server.stop()


def wrong_use(world):
    making = ["cert", "make-delegated", "--out", world["x"]]
    serving = ["serve", "--port", "0", "--delegated-credential"]
    mixed = world["mixed.pem"]
    # The credential of one certificate with another's certificate.
    mixed.write_text(world["plain.pem"].read_text() + world["server.pem"].read_text().split("-----END CERTIFICATE-----\n")[1])
    no_key = world["no key.pem"]
    no_key.write_text(world["server.pem"].read_text().split("-----BEGIN PRIVATE KEY")[0])
    broken = world["broken.pem"]
    label = "DELEGATED CREDENTIAL-----"
    broken.write_text(re.sub(f"(BEGIN {label}\n).*?\n(-----END {label})", r"\1AAAA\n\2", world["server.pem"].read_text(), flags=re.DOTALL))
    for words, wanted in (
            ([*serving, broken], f"{broken}: the delegated credential in it is malformed"),
            ([*making, *world.pair("plain")], "does not allow its key to sign delegated credentials"),
            ([*making, *world.pair("plain")], "'pavise cert make-leaf --may-delegate'"),
            ([*making, *world.pair("leaf"), "--key-type", "rsa"], "--key-type rsa: such a key must not be delegated to"),
            ([*making, *world.pair("leaf"), "--days", "8"], "'--days' wants a number from 1 to 7, not '8'"),
            ([*making, *world.pair("leaf"), "--for", "both"], "--for wants server or client, not 'both'"),
            ([*making, "--cert", world["leaf.pem"], "--key", world["plain.key"]], "the private key does not belong to"),
            (["cert", "make-delegated", *world.pair("leaf"), "--out", world["server.pem"]], "File exists"),
            ([*serving, world["leaf.pem"]], f"{world['leaf.pem']}: there is no delegated credential in it"),
            ([*serving, world["client.pem"]], "the signature of the delegated credential does not verify"),
            ([*serving, world["client.pem"]], "was it made for the other role?"),
            ([*serving, mixed], "does not allow its key to sign delegated credentials"),
            ([*serving, no_key], "the file holds no private key"),
            (["connect", "localhost:1", "--delegated-credential", world["server.pem"]], "made for the other role?")):
        status, _, said = run(PAVISE, *words)
        expect(status, USAGE, f"exit status of {words} ({said!r})")
        expect_in(wanted, said, f"what {words} says")
    expect(world["x"].exists(), False, "a file that was made all the same")


# ---- what a server wants of a client's certificate

def chosen_by_filter(certificates):
    """Of two certificates, the client shows the one that the server's filters let through."""
    def options(*leaves):
        return [word for leaf in leaves for word in ("--cert", certificates.chain(leaf), "--key", certificates.key(leaf))]
    both = options("elsewhere", "rsa")  # the first is for servers alone
    asking = ["--client-ca", certificates.ca, "--require-client-cert"]
    with serve(certificates, *asking, "--client-purpose", "clientAuth", "--client-key-usage", "digitalSignature") as server:
        _, shown, said = page(certificates, server, *both, "--msg")
        expect_in("CN=Test leaf rsa", shown["text"], "the page")
        expect_in("oid_filters", said, "the server's CertificateRequest")
        server.stop()
    with serve(certificates, *asking) as server:
        status, _, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, *both, stdin=REQUEST)
        expect(status, HANDSHAKE, f"exit status where nothing steers the choice ({said!r})")
        server.stop()


def refused_by_filter(certificates, option, value):
    ours = ["--cert", certificates.chain("rsa"), "--key", certificates.key("rsa")]
    with serve(certificates, "--client-ca", certificates.ca, option, value) as server:
        # The client has nothing that fits, and may come without.
        _, shown, _ = page(certificates, server, *ours)
        expect("subject" in shown, False, "a certificate")
        # A client of TLS 1.2 cannot be told; what it shows is measured all the same.
        status, _, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, "--tls", "1.2", *ours,
                              stdin=REQUEST)
        expect(status, HANDSHAKE, f"exit status in TLS 1.2 ({said!r})")
        server.wait_for_err("oid_filters")
        server.stop()


def wrong_filters(certificates):
    pair = ["--cert", certificates.chain("p256"), "--key", certificates.key("p256")]
    asking = ["--client-ca", certificates.ca]
    for words, wanted in (
            (["--client-purpose", "clientAuth"], "--client-purpose goes with --client-ca: no certificate is asked for"),
            (["--client-key-usage", "keyAgreement"], "--client-key-usage goes with --client-ca"),
            ([*asking, "--client-key-usage", "digitalSignature,"], "there is no ''; known are digitalSignature, nonRepudiation"),
            ([*asking, "--client-purpose", "lunch"], "there is no 'lunch'; known are serverAuth, clientAuth"),
            ([*asking, "--client-purpose", "1.2.x"], "there is no '1.2.x'; known are serverAuth"),
            ([*asking, "--client-purpose", "anyExtendedKeyUsage"], "anyExtendedKeyUsage must not be asked for"),
            ([*asking, "--client-purpose", "2.5.29.37.0"], "anyExtendedKeyUsage must not be asked for")):
        status, _, said = run(PAVISE, "serve", "--port", "0", *pair, *words)
        expect(status, USAGE, f"exit status of {words} ({said!r})")
        expect_in(wanted, said, f"what {words} says")


def cases(report):
    with tempfile.TemporaryDirectory() as name:
        world = World(pathlib.Path(name))
        for title, function in (
                ("cert make-delegated", is_made), ("a server's delegated credential", of_the_server),
                ("a delegated credential without the certificate's key", without_the_certificates_key),
                ("a delegated credential with staples", with_staples), ("a client's delegated credential", of_the_client),
                ("delegated credentials in JSON", in_json), ("delegated credentials, used wrongly", wrong_use)):
            report.case(title, function, world)
    with Certificates() as certificates:
        report.case("--client-purpose and --client-key-usage", chosen_by_filter, certificates)
        for option, value in (("--client-purpose", "emailProtection"), ("--client-purpose", "clientAuth,1.3.6.1.4.1.311.20.2.2"),
                              ("--client-key-usage", "digitalSignature,keyAgreement"), ("--client-key-usage", "decipherOnly")):
            report.case(f"{option} {value}", refused_by_filter, certificates, option, value)
        report.case("filters that are none", wrong_filters, certificates)


if __name__ == "__main__":
    main(cases)
