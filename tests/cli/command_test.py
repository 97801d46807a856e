"""The command's interface: help, versions, mistakes, exit statuses. Nothing but loopback is needed."""

import json
import pathlib
import re
import subprocess
import tempfile

from certificates import Certificates
from harness import DEADLINE, PAVISE, PaviseServer, expect, expect_in, free_port, main, run

KEYS = {"p256": "ECDSA P-256", "p384": "ECDSA P-384", "p521": "ECDSA P-521", "ed25519": "Ed25519", "rsa": "RSA, 2048 bits",
        "rsa-pss": "RSA-PSS, 2048 bits"}
VERBS = ["demo", "connect", "serve", "scan", "trace", "speed", "conform server", "conform client", "conform", "cert show",
         "cert make-ca", "cert make-leaf", "cert make-delegated", "cert make-ech-key", "completion", "manual"]


def overview():
    for words in (["--help"], ["help"], ["-h"]):
        status, out, said = run(PAVISE, *words)
        expect((status, said), (0, ""), "exit status and error output")
        listed = re.findall(r"^  (\S+(?: \S+)?)  ", out.decode(), re.MULTILINE)
        expect(listed, VERBS, "verbs that --help lists")


def version():
    status, out, said = run(PAVISE, "--version")
    expect((status, said), (0, ""), "exit status and error output")
    expect(bool(re.fullmatch(r"pavise \d+\.\d+\.\d+\n", out.decode())), True, f"the version {out!r}")


def verb_help(verb):
    status, out, said = run(PAVISE, *verb.split(), "--help")
    expect((status, said), (0, ""), "exit status and error output")
    expect_in(f"usage: pavise {verb}", out.decode(), "the help")
    # Every option that it shows is one that the parser knows: a known one complains of something else.
    for option in re.findall(r"^  (--\S+)", out.decode(), re.MULTILINE):
        _, _, said = run(PAVISE, *verb.split(), option, "--help")
        expect("unknown option" in said, False, f"{option} is unknown")


def misuse(words, wanted):
    status, out, said = run(PAVISE, *words)
    expect((status, out), (2, b""), f"exit status and output ({said!r})")
    expect_in(wanted, said, "the complaint")


def wrong_files():
    with Certificates() as certificates, tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "text"
        text.write_text("this is no certificate\n")
        missing = pathlib.Path(folder) / "missing"
        pair = ["--cert", certificates.chain("p256"), "--key", certificates.key("p256")]
        for words in (["connect", "localhost:1", "--cafile", missing], ["serve", "--port", "0", *pair[:3], missing],
                      ["serve", "--port", "0", "--cert", missing, *pair[2:]],
                      ["serve", "--port", "0", *pair, "--client-ca", missing]):
            misuse(words, f"{missing}: cannot be read: No such file or directory")
        misuse(["connect", "localhost:1", "--cafile", folder], f"{folder}: cannot be read: Is a directory")
        misuse(["connect", "localhost:1", "--cafile", text], f"{text}: ")
        misuse(["serve", "--port", "0", "--cert", text, *pair[2:]], f"certificate {text} with key")
        misuse(["serve", "--port", "0", *pair[:3], text], f"with key {text}: ")
        misuse(["serve", "--port", "0", *pair[:3], certificates.key("rsa")], f"with key {certificates.key('rsa')}: ")
        misuse(["connect", "localhost:1", "--insecure", "--session-in", text], f"{text}: ")
        for words, wanted in (
                (["--sessions", "some"], "--sessions: there is tickets, ids and none, not 'some'"),
                (["--sessions", "none", "--max-early-data", "1"], "--max-early-data needs sessions"),
                (["--tickets", "17"], "'--tickets' wants a number from 0 to 16, not '17'"),
                (["--max-early-data", "4294967296"], "'--max-early-data' wants a number from 0 to 4294967295"),
                (["--ocsp", text, "--ocsp", text], "each --ocsp goes with a --cert: there are more of the first"),
                (["--ocsp", missing], f"{missing}: cannot be read"),
                (["--trusted-key", text], f"{text}: is no public key (PEM or DER) that is supported"),
                (["--trusted-key", certificates.chain("p256")], "is no public key"),
                (["--raw-key", certificates.chain("p256")], f"{certificates.chain('p256')}: the file holds no private key")):
            misuse(["serve", "--port", "0", *pair, *words], wanted)
        misuse(["serve", "--port", "0", *pair, "--dhparams", text], f"{text}: no Diffie-Hellman parameters")
        for line in ("no colon", ":00", "name:", "name:0", "name:0g"):
            text.write_text(f"# a comment\n\nfirst:00\n{line}\n")
            misuse(["serve", "--port", "0", *pair, "--psk", text], f"{text}: line 4 is not IDENTITY:KEY")
        text.write_text("# a comment\n")
        misuse(["serve", "--port", "0", "--psk", text], f"{text}: there is no key in it")
        large = pathlib.Path(folder) / "large"
        large.write_bytes(b"\n" * ((8 << 20) + 1))
        misuse(["connect", "localhost:1", "--cafile", large], f"{large}: is larger than 8 MiB")


def refused_connection():
    status, _, said = run(PAVISE, "connect", f"127.0.0.1:{free_port()}", "--insecure")
    expect(status, 1, "exit status")
    expect_in("the connection could not be made: Connection refused", said, "the complaint")


def output_that_nobody_reads():
    with Certificates() as certificates:
        with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--echo") as server:
            script = '{ "$@"; echo "status $?" >&2; } | head -c 1'
            _, out, said = run("sh", "-c", script, "sh", PAVISE, "connect", f"localhost:{server.port}", "--cafile",
                               certificates.ca, stdin=b"x" * (1 << 20))
            expect(out, b"x", "what the reader got")
            expect_in("the received data could not be written to the output: Broken pipe", said, "the complaint")
            expect_in("status 1", said, "the exit status")
            server.stop()


def taken_port():
    with Certificates() as certificates:
        pair = ["--cert", certificates.chain("p256"), "--key", certificates.key("p256")]
        with PaviseServer(*pair) as server:
            status, _, said = run(PAVISE, "serve", "--port", server.port, "--bind", "127.0.0.1", *pair)
            expect(status, 1, "exit status")
            expect_in(f"127.0.0.1:{server.port}: the address could not be listened on: Address already in use", said,
                      "the complaint")
            server.stop()


def demo():
    status, out, said = run(PAVISE, "demo")
    expect((status, said), (0, ""), "exit status and error output")
    for wanted in ("a verified TLS connection", "TLSv1.3", "pavise-demo", "CN=localhost", "64 MiB received"):
        expect_in(wanted, out.decode(), "what demo prints")


def development_certificates(key_type):
    """An authority and a leaf of our making: openssl agrees with them, serve and connect work with them."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        authority = ["--out", folder / "ca.pem", "--key-out", folder / "ca.key"]
        leaf = ["--out", folder / "leaf.pem", "--key-out", folder / "leaf.key"]
        issuer = ["--ca", folder / "ca.pem", "--ca-key", folder / "ca.key"]
        names = ["--name", "localhost", "--name", "127.0.0.1", "--name", "*.example.org"]
        status, _, said = run(PAVISE, "cert", "make-ca", *authority, "--key-type", key_type)
        expect((status, said), (0, ""), "exit status and error output of make-ca")
        status, out, said = run(PAVISE, "cert", "make-leaf", *leaf, *issuer, *names, "--key-type", key_type)
        expect((status, said), (0, ""), "exit status and error output of make-leaf")
        expect_in("DNS:localhost, IP:127.0.0.1, DNS:*.example.org", out.decode(), "the leaf's names")
        expect((folder / "leaf.key").stat().st_mode & 0o777, 0o600, "the key file's mode")

        status, _, said = run("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", folder / "ca.pem",
                              folder / "leaf.pem")
        expect(status, 0, f"exit status of openssl verify ({said!r})")
        with PaviseServer("--cert", folder / "leaf.pem", "--key", folder / "leaf.key") as server:
            # The request and our close_notify leave together: the page comes over a half-closed connection.
            status, page, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", folder / "ca.pem",
                                     stdin=b"GET / HTTP/1.0\r\n\r\n")
            expect(status, 0, f"exit status of connect ({said!r})")
            expect_in("HTTP/1.1 200 OK", page.decode(), "the page")
            server.stop()

        for host, wanted in (("a.example.org", 0), ("127.0.0.1", 0), ("example.org", 4)):
            status, _, said = run(PAVISE, "cert", "show", folder / "leaf.pem", "--host", host)
            expect(status, wanted, f"exit status of cert show --host {host} ({said!r})")
            status, out, said = run(PAVISE, "cert", "show", folder / "leaf.pem", "--host", host, "--json")
            expect(status, wanted, f"exit status of cert show --json --host {host} ({said!r})")
            shown = json.loads(out)
            expect((shown["host"], shown["is_for_host"]), (host, wanted == 0), "what --json says of the host")
            certificate = shown["certificates"][0]
            expect(certificate["names"], ["DNS:localhost", "IP:127.0.0.1", "DNS:*.example.org"], "names")
            expect((certificate["key"], certificate["authority"]), (KEYS[key_type], False), "key and authority")
            expect(certificate["pem"], (folder / "leaf.pem").read_text(), "the certificate itself")
        misuse(["cert", "show", folder / "leaf.pem", "--host", ""], "--host ''")
        misuse(["cert", "make-ca", *authority], f"{folder / 'ca.key'}: cannot be made: File exists")
        misuse(["cert", "make-leaf", *leaf, *names, "--ca", folder / "ca.pem", "--ca-key", folder / "leaf.key"],
               "the private key does not belong to the first certificate")
        misuse(["cert", "make-leaf", *leaf, *names, "--ca", folder / "leaf.pem", "--ca-key", folder / "leaf.key"],
               f"{folder / 'leaf.pem'}: is not the certificate of an authority")


def output_that_is_full():
    """What was printed and did not arrive was not done, whatever printed it."""
    with Certificates() as certificates, PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256")) as server:
        to_server = ["connect", f"localhost:{server.port}", "--cafile", certificates.ca, "--quiet"]
        for words in (["--help"], ["--version"], ["connect", "--help"], ["cert", "show", certificates.ca],
                      [*to_server, "--json"], [*to_server, "--showcerts"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([PAVISE, *map(str, words)], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                                      timeout=DEADLINE, check=False)
            expect(done.returncode, 1, f"exit status of {words} ({done.stderr!r})")
            expect_in("standard output could not be written", done.stderr.decode(), "the complaint")
        server.stop()


def closed_descriptors():
    """A closed standard input, output or error is none: the connection does not take its number."""
    with Certificates() as certificates, PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256")) as server:
        words = [PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca]
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            for more in ([], ["--get", "/"]):
                done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", *map(str, words + more)], stdin=subprocess.DEVNULL,
                                      capture_output=True, timeout=DEADLINE, check=False)
                expect(done.returncode, 0, f"exit status with {closed} {more} ({done.stderr!r})")
        server.stop()


def cases(report):
    report.case("--help lists the verbs", overview)
    report.case("--version", version)
    for verb in VERBS:
        report.case(f"{verb} --help is true to its parser", verb_help, verb)
    for words, wanted in (
            ([], "which verb?"),
            (["fly"], "unknown verb 'fly'"),
            (["demo", "--fast"], "unknown option '--fast'"),
            (["demo", "now"], "unexpected argument 'now'"),
            (["connect"], "missing HOST:PORT"),
            (["connect", "localhost"], "'localhost': not of the form HOST:PORT"),
            (["connect", "localhost:99999"], "with a port from 0 to 65535"),
            (["connect", "localhost:1", "--cafile"], "option '--cafile' wants a value: FILE"),
            (["connect", "localhost:1", "--groups", "x25519,p999"], "--groups: there is no 'p999'; known are"),
            (["connect", "localhost:1", "--ciphersuites", "ROT13"], "--ciphersuites: there is no 'ROT13'"),
            # Each version has its suites, and TLS 1.2 here none without forward secrecy.
            (["connect", "localhost:1", "--ciphersuites", "ECDHE-RSA-AES128-GCM-SHA256"], "--ciphersuites: there is no"),
            (["connect", "localhost:1", "--ciphers", "TLS_AES_128_GCM_SHA256"], "known are ECDHE-ECDSA-AES128-GCM-SHA256"),
            (["connect", "localhost:1", "--ciphers", "AES128-SHA"], "--ciphers: there is no 'AES128-SHA'"),
            (["connect", "localhost:1", "--tls", "1.1"], "--tls: there is 1.2 and 1.3, not '1.1'"),
            (["connect", "localhost:1", "--alpn", "a,,b"], "--alpn: a protocol's name has 1 to 255 bytes"),
            (["connect", "localhost:1", "--cert", "x"], "each --cert wants its --key: there are 1 and 0"),
            (["connect", "localhost:1", "--sigalgs", "rot13"], "--sigalgs: there is no 'rot13'; known are"),
            (["connect", "localhost:1", "--psk-modes", "psk"], "--psk-modes: there is no 'psk'; known are psk_dhe_ke, psk_ke"),
            (["connect", "localhost:1", "--ocsp", "maybe"], "--ocsp wants ignored, checked or required, not 'maybe'"),
            (["connect", "localhost:1", "--record-size-limit", "63"], "wants a number from 64 to 16385, not '63'"),
            (["connect", "localhost:1", "--record-size-limit", "16386"], "wants a number from 64 to 16385, not '16386'"),
            (["connect", "localhost:1", "--max-fragment-length", "1000"], "wants 512, 1024, 2048 or 4096, not '1000'"),
            (["connect", "localhost:1", "--update-keys", "theirs"], "--update-keys wants ours or both, not 'theirs'"),
            (["serve", "--port", "0", "--starttls", "nntp"], "--starttls: there is smtp, imap, pop3, ftp, xmpp, ldap, "
             "postgres, mysql, sieve, not 'nntp'"),
            (["connect", "localhost:1", "--starttls", "nntp"], "--starttls: there is smtp, imap, pop3, ftp, xmpp, ldap, "
             "postgres, mysql, sieve, not 'nntp'"),
            (["connect", "localhost:1", "--get", "a"], "--get wants a path that begins with '/' and has no spaces: 'a'"),
            (["connect", "localhost:1", "--get", "/a b"], "and has no spaces: '/a b'"),
            (["connect", "localhost:1", "--get", "/", "--showcerts"], "--get and --showcerts do not go together"),
            (["connect", "localhost:1", "--json", "--showcerts"], "--showcerts and --json do not go together"),
            (["connect", "localhost:1", "--early-data", "x"], "--early-data goes with --session-in"),
            (["connect", "localhost:1", "--capath", "/nonexistent"], "/nonexistent: is no directory"),
            (["connect", "localhost:1", "--insecure", "--keylog", "/nonexistent/x"],
             "/nonexistent/x: the key log file cannot be opened: No such file or directory"),
            (["connect", "localhost:1", "--timeout", "0"], "'--timeout' wants a number from 1 to"),
            (["serve"], "missing option --port N"),
            (["serve", "--port", "70000"], "--port wants a number from 0 to 65535, not '70000'"),
            (["serve", "--port", "0"], "a server needs a certificate"),
            (["serve", "--port", "0", "--echo", "--discard"], "--http, --echo and --discard do not go together"),
            (["serve", "--port", "0", "--require-client-cert"], "--require-client-cert goes with --client-ca"),
            (["serve", "--port", "0", "--post-handshake-auth"], "--post-handshake-auth goes with --client-ca"),
            (["serve", "--port", "0", "--sessions", "some"], "a server needs a certificate"),
            (["cert"], "'cert' goes on:\n\n  cert show "),
            (["cert", "fly"], "'cert' goes on:"),
            (["cert", "make-ca", "--out", "x", "--key-out", "y", "--key-type", "dsa"], "--key-type wants p256, "),
            (["cert", "make-ca", "--out", "x", "--key-out", "y", "--days", "0"], "'--days' wants a number from 1 to"),
            (["cert", "make-leaf", "--out", "x", "--key-out", "y", "--ca", "z", "--ca-key", "z"], "--name localhost"),
            (["cert", "make-leaf", "--out", "x", "--key-out", "y", "--ca", "z", "--ca-key", "z", "--name", "a b"],
             "--name 'a b': neither a DNS name nor an IP address"),
            (["cert", "show", "/nonexistent"], "/nonexistent: cannot be read: No such file or directory")):
        report.case(f"pavise {' '.join(words)}", misuse, words, wanted)
    report.case("files that are missing or wrong are named", wrong_files)
    report.case("connect to a port where nobody listens", refused_connection)
    report.case("connect with an output that nobody reads", output_that_nobody_reads)
    report.case("output that does not arrive", output_that_is_full)
    report.case("closed standard descriptors", closed_descriptors)
    report.case("serve on a port that is taken", taken_port)
    for key_type in ("p256", "ed25519", "rsa"):
        report.case(f"cert make-ca and make-leaf, {key_type}", development_certificates, key_type)
    report.case("demo", demo)


if __name__ == "__main__":
    main(cases)
