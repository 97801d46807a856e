"""Certificate Transparency: pavise serve --sct, pavise connect --sct and --ct-log. The logs are made here, after RFC 6962."""

import base64
import hashlib
import json
import struct

from certificates import Certificates
from connect_test import CERTIFICATE, connect, expect_rows, openssl, page, public_key, serve
from harness import PAVISE, PaviseServer, expect, expect_in, main, run

BEFORE = 1_100_000_000_000  # milliseconds: in 2004, when the certificates of these tests were valid
AFTER = 4_000_000_000_000
ECDSA, RSA = 0x0403, 0x0401  # with SHA-256, as SignatureAndHashAlgorithm
EMBEDDED = bytes.fromhex("060a2b06010401d679020402")  # the OID, in DER


def vector(width, content):
    return len(content).to_bytes(width, "big") + content


class Log:
    def __init__(self, folder, name, algorithm=ECDSA):
        self.key, self.public = folder / f"{name}.key", folder / f"{name}.pub"
        kind = ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"] if algorithm == ECDSA else ["RSA"]
        openssl("genpkey", "-algorithm", *kind, "-out", self.key)
        openssl("pkey", "-in", self.key, "-pubout", "-out", self.public)
        self.id = hashlib.sha256(openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")).digest()
        self.algorithm = algorithm
        self.folder = folder

    def timestamp(self, entry, time=BEFORE, extensions=b""):
        """A SignedCertificateTimestamp (§3.2) over an entry: its type with what follows it."""
        content = self.folder / "signed"
        content.write_bytes(b"\0\0" + struct.pack(">Q", time) + entry + vector(2, extensions))
        signature = openssl("dgst", "-sha256", "-sign", self.key, content)
        return (b"\0" + self.id + struct.pack(">Q", time) + vector(2, extensions) + struct.pack(">H", self.algorithm)
                + vector(2, signature))


def timestamp_list(*timestamps):
    return vector(2, b"".join(vector(2, timestamp) for timestamp in timestamps))


def der_of(pem):
    return openssl("x509", "-in", pem, "-outform", "DER")


def x509_entry(certificate):
    return b"\0\0" + vector(3, certificate)


def precertificate_entry(tbs, issuer):
    public = openssl("x509", "-in", issuer, "-pubkey", "-noout")
    key = base64.b64decode(b"".join(public.splitlines()[1:-1]))
    return b"\0\1" + hashlib.sha256(key).digest() + vector(3, tbs)


# ---- just enough DER

def der(tag, content):
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def elements(content):
    """The elements that one after the other make up the contents of a constructed type: (tag, encoding, contents)."""
    found = []
    while content:
        head, length = 2, content[1]
        if length >= 128:
            head += length - 128
            length = int.from_bytes(content[2:head], "big")
        found.append((content[0], content[:head + length], content[head:head + length]))
        content = content[head + length:]
    return found


def with_embedded(certificates, certificate, timestamps):
    """The certificate, signed anew, with a list of timestamps among its extensions."""
    (_, tbs, fields), (_, algorithm, _), _ = elements(elements(certificate)[0][2])
    extension = der(0x30, EMBEDDED + der(0x04, der(0x04, timestamps)))
    out = b""
    for tag, encoding, contents in elements(fields):
        if tag == 0xa3:
            extensions = [each for _, each, _ in elements(elements(contents)[0][2])]
            extensions.insert(1, extension)
            encoding = der(0xa3, der(0x30, b"".join(extensions)))
        out += encoding
    tbs = der(0x30, out)
    signed = certificates.folder / "tbs"
    signed.write_bytes(tbs)
    signature = openssl("dgst", "-sha256", "-sign", certificates.folder / "ca.key", signed)
    return der(0x30, tbs + algorithm + der(0x03, b"\0" + signature))


# ---- cases

class World:
    def __init__(self, certificates):
        self.certificates = certificates
        self.folder = certificates.folder
        self.log = Log(self.folder, "log")
        self.rsa_log = Log(self.folder, "rsa log", RSA)
        self.stranger = Log(self.folder, "stranger")
        self.certificate = der_of(certificates.chain("p256"))

    def list_file(self, *timestamps):
        file = self.folder / "list.sct"
        file.write_bytes(timestamp_list(*timestamps))
        return file


def sent(world, version):
    entry = x509_entry(world.certificate)
    file = world.list_file(world.stranger.timestamp(entry), world.rsa_log.timestamp(entry, extensions=b"x"),
                           world.log.timestamp(entry))
    with serve(world.certificates, "--sct", file) as server:
        for log in (world.log, world.rsa_log):
            _, _, said = page(world.certificates, server, "--tls", version, "--ct-log", log.public)
            for one in (world.log, world.rsa_log, world.stranger):
                verdict = "good" if one is log else "not judged: its log's key is not known"
                expect_in(f"from the server, 2004-11-09 11:33:20 UTC, log {one.id.hex()}: {verdict}\n", said, "the rows")
        rows, _, _ = page(world.certificates, server, "--tls", version)
        expect([name for name in rows if name.startswith("timestamp")], [], "timestamps that nobody asked for")
        # Enough is one of them.
        page(world.certificates, server, "--tls", version, "--ct-log", world.stranger.public, "--ct-log", world.log.public)
        status, out, said = connect(world.certificates, server, "--tls", version, "--ct-log",
                                    Log(world.folder, "another").public, "--get", "/")
        expect((status, out), (CERTIFICATE, b""), f"exit status and output with the key of another log ({said!r})")
        expect_in("it has no good timestamp of a log of --ct-log", said, "the complaint")
        server.wait_for_err(r"bad_certificate \(42\)")
        server.stop()


def not_good(world, timestamp, verdict):
    with serve(world.certificates, "--sct", world.list_file(timestamp)) as server:
        status, _, said = connect(world.certificates, server, "--ct-log", world.log.public)
        expect(status, CERTIFICATE, f"exit status ({said!r})")
        expect_in(f": {verdict}\n", said, "the row")
        # Who only looks is shown them, and goes on.
        _, _, said = page(world.certificates, server, "--sct")
        expect_in("timestamp ", said, "the row")
        server.stop()


def none_sent(world):
    with serve(world.certificates) as server:
        rows, _, _ = page(world.certificates, server, "--sct")
        expect_rows(rows, timestamps="(none)")
        status, _, said = connect(world.certificates, server, "--ct-log", world.log.public)
        expect(status, CERTIFICATE, f"exit status ({said!r})")
        server.stop()


def without_a_certificate(world):
    """Whoever proves himself by a key that was shared, or that is known, shows no certificate that a log could know."""
    psk = world.folder / "psk"
    psk.write_text("alice:00112233445566778899aabbccddeeff\n")
    psk.chmod(0o600)
    public = public_key(world.certificates, "p256")
    for server_options, ours, wanted in (
            (["--psk", psk], ["--psk", psk], "the server showed no certificate, of which --ct-log wants a timestamp"),
            (["--raw-key", world.certificates.key("p256")], ["--trusted-key", public], "the server showed a public key without a")):
        with PaviseServer(*server_options) as server:
            status, _, said = connect(world.certificates, server, *ours, "--ct-log", world.log.public)
            expect(status, CERTIFICATE, f"exit status ({said!r})")
            expect_in(wanted, said, "the complaint")
            expect("certificate was not accepted" in said, False, f"words of a certificate in {said!r}")
            server.stop()


def embedded(world):
    tbs = elements(elements(world.certificate)[0][2])[0][1]
    good = world.log.timestamp(precertificate_entry(tbs, world.certificates.ca))
    others = world.log.timestamp(precertificate_entry(tbs, world.certificates.other_ca))
    whole = world.log.timestamp(x509_entry(world.certificate))
    file = world.folder / "embedded.der"
    for timestamp, status, verdict in ((good, 0, "good"), (others, CERTIFICATE, "NOT good: its signature does not verify"),
                                       (whole, CERTIFICATE, "NOT good: its signature does not verify")):
        file.write_bytes(with_embedded(world.certificates, world.certificate, timestamp_list(timestamp)))
        with PaviseServer("--cert", file, "--key", world.certificates.key("p256")) as server:
            got, _, said = connect(world.certificates, server, "--ct-log", world.log.public)
            expect(got, status, f"exit status ({said!r})")
            expect_in(f"in the certificate, 2004-11-09 11:33:20 UTC, log {world.log.id.hex()}: {verdict}\n", said, "the row")
            # Nobody was verified and the server does not send it: the issuer is not known.
            _, _, said = page(world.certificates, server, "--sct", "--insecure", trust=False)
            expect_in("in the certificate, ", said, "the row")
            got, _, said = connect(world.certificates, server, "--ct-log", world.log.public, "--insecure", trust=False)
            expect(got, CERTIFICATE, f"exit status without an issuer ({said!r})")
            expect_in("not judged: the issuer's certificate is not known", said, "the row")
            server.stop()


def in_json(world):
    timestamp = world.log.timestamp(x509_entry(world.certificate))
    with serve(world.certificates, "--sct", world.list_file(timestamp)) as server:
        _, out, _ = connect(world.certificates, server, "--json", "--ct-log", world.log.public)
        expect(json.loads(out)["certificate_timestamps"],
               [{"source": "server", "log": world.log.id.hex(), "time": "2004-11-09 11:33:20 UTC", "verdict": "good"}],
               "the timestamps")
        status, out, _ = connect(world.certificates, server, "--json", "--ct-log", world.stranger.public)
        expect((status, json.loads(out)["exit_status"]), (CERTIFICATE, CERTIFICATE), "exit status for another log")
        server.stop()


def wrong_files(world):
    pair = ["--cert", world.certificates.chain("p256"), "--key", world.certificates.key("p256")]
    certificate = world.certificates.chain("p256")
    for words, wanted in (
            (["serve", "--port", "0", *pair, "--sct", certificate], f"--sct {certificate}: is not a SignedCertificateTimestampList"),
            (["serve", "--port", "0", *pair, "--sct", certificate, "--sct", certificate], "each --sct goes with a --cert"),
            (["connect", "localhost:1", "--ct-log", certificate], f"{certificate}: is no public key")):
        status, _, said = run(PAVISE, *words)
        expect(status, 2, f"exit status of {words} ({said!r})")
        expect_in(wanted, said, "the complaint")


def cases(report):
    with Certificates() as certificates:
        world = World(certificates)
        entry = x509_entry(world.certificate)
        for version in ("1.3", "1.2"):
            report.case(f"timestamps from the server, TLS {version}", sent, world, version)
        for name, timestamp, verdict in (
                ("of another certificate", world.log.timestamp(x509_entry(der_of(certificates.ca))),
                 "NOT good: its signature does not verify"),
                ("that lies in the future", world.log.timestamp(entry, time=AFTER), "NOT good: it lies in the future"),
                ("that lies beyond all time", world.log.timestamp(entry, time=(1 << 64) - 1), "NOT good: it lies in the future"),
                ("with a byte too many", world.log.timestamp(entry) + b"x", "NOT good: it is malformed"),
                ("that is cut", world.log.timestamp(entry)[:40], "NOT good: it is malformed"),
                ("of another version", b"\1" + world.log.timestamp(entry)[1:], "not judged: of an unknown version")):
            report.case(f"a timestamp {name}", not_good, world, timestamp, verdict)
        report.case("no timestamps", none_sent, world)
        report.case("no certificate", without_a_certificate, world)
        report.case("timestamps in the certificate", embedded, world)
        report.case("timestamps in JSON", in_json, world)
        report.case("wrong files", wrong_files, world)


if __name__ == "__main__":
    main(cases)
