"""What a newcomer gets wrong: each is refused with words that name what is wrong, on what, and leaves nothing behind."""

import pathlib
import re
import subprocess
import tempfile

from certificates import Certificates
from harness import DEADLINE, PAVISE, PaviseServer, Process, expect, expect_in, main, run

USAGE, CERTIFICATE = 2, 4


def refused(wanted, *words, status=USAGE):
    got, out, said = run(PAVISE, *words)
    expect((got, out), (status, b""), f"exit status and output of {words} ({said!r})")
    expect_in(wanted, said, "the complaint")


def shown(*words):
    status, out, said = run(PAVISE, *words)
    expect((status, said), (0, ""), f"exit status and error output of {words}")
    return out.decode()


def help_of_verbs():
    several = shown("cert", "--help")
    for line in ("  cert show            print certificates\n", "  cert make-ech-key    make a key for Encrypted Client Hello\n"):
        expect_in(line, several, "the verbs of cert")
    for words in (["cert", "-h"], ["cert", "help"], ["help", "cert"]):
        expect(shown(*words), several, f"pavise {' '.join(words)}")
    for verb in (["connect"], ["cert", "make-ca"], ["conform"], ["conform", "server"]):
        expect(shown("help", *verb), shown(*verb, "--help"), f"pavise help {' '.join(verb)}")
    refused("unknown verb 'fly'", "help", "fly")


# ---- cert

def both_files_or_neither(folder):
    taken = folder / "taken"
    taken.write_text("mine")
    for ours in (["--out", taken, "--key-out", folder / "key"], ["--out", folder / "certificate", "--key-out", taken]):
        refused(f"{taken}: cannot be made: File exists", "cert", "make-ca", *ours)
    refused("cannot be made: No such file or directory", "cert", "make-ca", "--out", folder / "nowhere" / "x", "--key-out", folder / "key")
    refused("--out and --key-out name the same file", "cert", "make-ca", "--out", folder / "x", "--key-out", folder / "x")
    # A disk that is full: here a limit of the system's, in blocks.
    script = 'trap "" XFSZ; ulimit -f 0; exec "$@"'
    status, _, said = run("sh", "-c", script, "sh", PAVISE, "cert", "make-ca", "--out", folder / "certificate", "--key-out", folder / "key")
    expect(status, USAGE, "exit status with a full disk")
    expect_in(f"{folder / 'key'}: cannot be written: File too large", said, "the complaint")
    expect([path.name for path in folder.iterdir()], ["taken"], "what is left")
    expect(taken.read_text(), "mine", "what was there")


def names_of_certificates(folder):
    def path(name):
        return folder / name
    authority = ["cert", "make-ca", "--out", path("ca.pem"), "--key-out", path("ca.key"), "--name"]
    # RFC 5280 appendix A.1: ub-common-name is 64.
    refused("an authority's name has 1 to 64 bytes", *authority, "x" * 65)
    refused("an authority's name has 1 to 64 bytes", *authority, "")
    shown(*authority, "x" * 64)
    long = "a" * 60 + ".example"
    for name, given, names in (("dot", ["localhost."], "DNS:localhost\n"), ("long", [long], f"DNS:{long}\n"),
                               ("many", ["localhost", "::1", "*.example.org"], "DNS:localhost, IP:::1, DNS:*.example.org\n")):
        said = shown("cert", "make-leaf", "--out", path(f"{name}.pem"), "--key-out", path(f"{name}.key"), "--ca", path("ca.pem"),
                     "--ca-key", path("ca.key"), *(word for each in given for word in ("--name", each)))
        expect_in(f"names          {names}", said, "the names")
        status, _, said = run("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", path("ca.pem"), path(f"{name}.pem"))
        expect(status, 0, f"exit status of openssl verify for {given} ({said!r})")
    _, out, _ = run("openssl", "x509", "-in", path("long.pem"), "-noout", "-subject")
    expect(out.decode(), "subject=CN = Development certificate\n", "a subject that would be too long")
    path("empty").write_bytes(b"")
    refused(f"{path('empty')}: the file is empty", "cert", "show", path("empty"))


# ---- serve

def listening_addresses(pair):
    for address in ("", "[]", "localhost", "example.org", "::g"):
        refused(f"--bind wants an address of this machine in digits, 127.0.0.1 or ::1, not '{address}'", "serve", "--port", "0",
                "--bind", address, *pair)
    # TEST-NET-1 (RFC 5737): nobody's.
    refused("192.0.2.1:0: the address could not be listened on: Cannot assign", "serve", "--port", "0", "--bind", "192.0.2.1", *pair,
            status=1)
    with Process(PAVISE, "serve", "--port", "0", "--bind", "[::1]", *pair) as server:
        found = server.out.wait(lambda data: server.child.poll() is not None or b"\n" in data, "a line, or the end")
        if found and server.child.poll() is None:
            expect(bool(re.match(rb"listening on \[::1\]:\d+\n", bytes(server.out.data))), True, "the address")
        server.terminate()
        server.exit_status()


def files_of_the_server(certificates, folder, pair):
    wrong = folder / "wrong"
    for contents in (b"", certificates.chain("p256").read_bytes(), b"\x30\x03\x0a\x01\x06"):  # OCSPResponseStatus unauthorized
        wrong.write_bytes(contents)
        refused(f"--ocsp {wrong}: is not a successful OCSP response", "serve", "--port", "0", *pair, "--ocsp", wrong)
    refused("--sigalgs: none of our keys can sign with these schemes", "serve", "--port", "0", *pair, "--sigalgs", "ed25519,ed448")
    refused("there is no block 'DH PARAMETERS' in it", "serve", "--port", "0", *pair, "--dhparams", certificates.chain("p256"))
    for option, words in (("--post-handshake-auth", ["--client-ca", certificates.ca]), ("--update-keys", ["both"]),
                          ("--max-early-data", ["16384"])):
        given = [option, *words] if option != "--post-handshake-auth" else [*words, option]
        refused(f"{option} is of TLS 1.3, and --tls 1.2 leaves that out", "serve", "--port", "0", *pair, *given, "--tls", "1.2")


def secrets_that_all_can_read(certificates, folder):
    key = folder / "shared.key"
    key.write_bytes(certificates.key("p256").read_bytes())
    psk = folder / "psk"
    psk.write_text("alice:00112233445566778899aabbccddeeff\n")
    log = folder / "key log"
    log.write_text("")
    warning = "warning: {}: every user of this machine can read this secret\n"
    for mode, warned in ((0o644, True), (0o604, True), (0o640, False), (0o600, False)):
        key.chmod(mode)
        psk.chmod(mode)
        log.chmod(mode)
        with PaviseServer("--cert", certificates.chain("p256"), "--key", key, "--psk", psk) as server:
            status, _, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, "--psk", psk, "--get", "/",
                                  "--keylog", log)
            expect(status, 0, f"exit status ({said!r})")
            server.stop()
        for path, text in ((key, server.err.text()), (psk, server.err.text()), (psk, said), (log, said)):
            expect(warning.format(path) in text, warned, f"a warning for {path} of mode {mode:o} in {text!r}")


# ---- connect

def a_name_that_it_is_not_for(certificates, pair):
    with PaviseServer(*pair) as server:
        refused("it was asked for 'elsewhere.example'; if you meant another name, give it with --servername", "connect",
                f"localhost:{server.port}", "--cafile", certificates.ca, "--servername", "elsewhere.example", status=CERTIFICATE)
        server.stop()


def a_session_that_did_not_come(certificates, folder, pair):
    kept = folder / "session"
    with PaviseServer(*pair, "--sessions", "none") as server:
        status, _, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, "--get", "/", "--session-out", kept)
        expect((status, kept.exists()), (0, False), f"exit status and file ({said!r})")
        expect_in(f"the server gave no session: {kept} was not made\n", said, "what it says")
        server.stop()


def early_data_that_is_too_much(folder):
    large = folder / "large"
    large.write_bytes(bytes((8 << 20) + 1))
    refused(f"{large}: is larger than 8 MiB", "connect", "localhost:1", "--insecure", "--session-in", large)


# ---- the others

def scan_trace_and_conform(folder):
    refused("'a b': the host name is neither an IP address nor a DNS name", "scan", "localhost:1", "--servername", "a b")
    empty, text = folder / "nothing", folder / "text"
    empty.write_bytes(b"")
    text.write_text("some text\n")
    refused(f"{empty}: the file is empty", "trace", empty)
    refused(f"{text}: neither a capture (pcap, pcapng) nor a transcript: line 1", "trace", text)
    refused("--list and --explain do not go together", "conform", "--list", "--explain", "x")
    server = ["conform", "server", "localhost:1"]
    refused("--http-get and --send do not go together", *server, "--http-get", "/", "--send", "x")
    refused("--http-get wants a path that begins with '/', not 'x'", *server, "--http-get", "x")
    for bytes_sent in (r"a\q", "a\\"):
        refused("--send: a backslash goes before r, n or another one", *server, "--send", bytes_sent)


def reports(certificates, folder, pair):
    """A report is whole, or not there."""
    report = folder / "report"
    words = ["conform", "server"]
    refused("completes no handshake", *words, "localhost:1", "--json", report, status=1)
    expect(report.exists(), False, "a report about nobody")
    with PaviseServer(*pair) as server:
        only = [f"localhost:{server.port}", "--only", "s13-first-*", "--quiet", "--json", report]
        script = 'trap "" XFSZ; ulimit -f 1; exec "$@"'
        status, _, said = run("sh", "-c", script, "sh", PAVISE, *words, *only)
        expect(status, USAGE, f"exit status with a full disk ({said!r})")
        expect_in(f"'{report}' cannot be written: File too large", said, "the complaint")
        expect(report.exists(), False, "half of a report")
        expect(run(PAVISE, *words, *only)[0], 0, "exit status")
        expect(report.exists(), True, "a report")
        server.stop()


def completed_words():
    """bash completes what it is shown: files for files, folders too, pages and shells for those who print them."""
    script = shown("completion", "bash")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.pem", "a.key"):
            (pathlib.Path(folder) / name).write_text("")
        (pathlib.Path(folder) / "authorities").mkdir()
        files = {"a.pem", "a.key", "authorities"}
        for words, wanted in ((["connect", "--cafile", "a"], files), (["connect", "--capath", "a"], files), (["connect", "--ech", "a"], files),
                              (["connect", "--get", "a"], set()), (["connect", "--servername", "a"], set()),
                              (["completion", ""], {"bash", "zsh", "fish"}), (["manual", "pavise-cert-s"], {"pavise-cert-show"}),
                              (["cert", "make-l"], {"make-leaf"}), (["serve", "--ech-"], {"--ech-key"}), (["sp"], {"speed"})):
            quoted = " ".join(f"'{word}'" for word in ["pavise", *words])
            lines = f"{script}\nCOMP_WORDS=({quoted})\nCOMP_CWORD={len(words)}\n_pavise\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
            done = subprocess.run(["bash", "-c", lines], capture_output=True, cwd=folder, timeout=DEADLINE, check=False)
            expect(set(done.stdout.decode().split()), wanted, f"what completes {words} ({done.stderr!r})")


def cases(report):
    report.case("help of a verb, and of several", help_of_verbs)
    report.case("what bash completes", completed_words)
    with Certificates() as certificates, tempfile.TemporaryDirectory() as name:
        pair = ["--cert", certificates.chain("p256"), "--key", certificates.key("p256")]

        def folder(part):
            made = pathlib.Path(name) / part
            made.mkdir()
            return made

        report.case("cert writes both files or neither", both_files_or_neither, folder("both"))
        report.case("names in certificates", names_of_certificates, folder("names"))
        report.case("addresses to listen on", listening_addresses, pair)
        report.case("files of the server", files_of_the_server, certificates, folder("files"), pair)
        report.case("secrets that all can read", secrets_that_all_can_read, certificates, folder("secrets"))
        report.case("a name that the certificate is not for", a_name_that_it_is_not_for, certificates, pair)
        report.case("a session that did not come", a_session_that_did_not_come, certificates, folder("sessions"), pair)
        report.case("a file that is too large", early_data_that_is_too_much, folder("large"))
        report.case("reports of conform", reports, certificates, folder("reports"), pair)
        report.case("scan, trace and conform", scan_trace_and_conform, folder("others"))


if __name__ == "__main__":
    main(cases)
