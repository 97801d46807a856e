"""pavise connect and pavise serve with each other: every option does what --help says."""

import contextlib
import json
import os
import pathlib
import pty
import re
import socket
import subprocess

from certificates import Certificates
from harness import DEADLINE, PAVISE, Failure, PaviseServer, expect, expect_in, main, negotiated, run
from relay import Relay, record_lengths

REQUEST = b"GET / HTTP/1.0\r\n\r\n"
USAGE, HANDSHAKE, CERTIFICATE = 2, 3, 4


def serve(certificates, *options, leaf="p256"):
    return PaviseServer("--cert", certificates.chain(leaf), "--key", certificates.key(leaf), *options)


def connect(certificates, server, *options, stdin=REQUEST, trust=True):
    trusting = ["--cafile", certificates.ca] if trust else []
    return run(PAVISE, "connect", f"localhost:{server.port}", *trusting, *options, stdin=stdin)


def page(certificates, server, *options, **more):
    """The rows of both sides: what connect printed, and what is on the page. By --get: in TLS 1.2 the end of a relayed
    input would call the answer off."""
    status, out, said = connect(certificates, server, "--get", "/", *options, **more)
    expect(status, 0, f"exit status ({said!r})")
    expect_in("HTTP/1.1 200 OK", out.decode(), "the page")
    return negotiated(said), {"text": out.decode(), **negotiated(out.decode())}, said


def expect_rows(rows, **wanted):
    for name, value in wanted.items():
        name = name.replace("_", " ")
        expect(rows.get(name), value, f"row {name!r} of {rows}")


def openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False)
    expect(done.returncode, 0, f"openssl {words} ({done.stderr!r})")
    return done.stdout


def public_key(certificates, leaf):
    path = certificates.folder / f"{leaf}.pub"
    openssl("pkey", "-in", certificates.key(leaf), "-pubout", "-out", path)
    return path


# ---- what the handshake is made of

def signature_schemes(certificates):
    with serve(certificates, "--sigalgs", "rsa_pss_rsae_sha512,rsa_pss_rsae_sha256", leaf="rsa") as server:
        rows, _, _ = page(certificates, server)
        expect_rows(rows, peer_signed="rsa_pss_rsae_sha512")
        rows, _, _ = page(certificates, server, "--sigalgs", "RSA_PSS_RSAE_SHA256,ecdsa_secp256r1_sha256")
        expect_rows(rows, peer_signed="rsa_pss_rsae_sha256")
        status, _, said = connect(certificates, server, "--sigalgs", "ed25519,ecdsa_secp256r1_sha256")
        expect(status, HANDSHAKE, f"exit status ({said!r})")
        server.stop()


def groups_beyond_the_defaults(certificates):
    for group in ("x448", "ffdhe2048", "MLKEM768", "SecP256r1MLKEM768"):
        with serve(certificates, "--groups", group) as server:
            rows, _, _ = page(certificates, server, "--groups", group)
            expect(rows.get("group"), group, "the group")
            server.stop()


def trust_in_a_directory(certificates):
    folder = certificates.folder / "hashed"
    folder.mkdir()
    name = openssl("x509", "-in", certificates.ca, "-noout", "-subject_hash").decode().strip()
    (folder / f"{name}.0").write_bytes(pathlib.Path(certificates.ca).read_bytes())
    with serve(certificates) as server:
        _, _, said = page(certificates, server, "--capath", folder, trust=False)
        expect_in("the certificate was verified", said, "what connect says")
        # Both are trusted where both are named.
        page(certificates, server, "--capath", folder, "--cafile", certificates.other_ca, trust=False)
        status, _, said = connect(certificates, server, "--capath", certificates.folder, trust=False)
        expect(status, CERTIFICATE, f"exit status with a directory without the authority ({said!r})")
        server.stop()


def name_by_option(certificates):
    with serve(certificates, leaf="elsewhere") as server:
        status, _, said = connect(certificates, server)
        expect(status, CERTIFICATE, f"exit status ({said!r})")
        _, rows, _ = page(certificates, server, "--servername", "elsewhere.example")
        expect_rows(rows, server_name="elsewhere.example")
        _, _, said = page(certificates, server, "--insecure", trust=False)
        expect_in("the certificate was NOT verified (--insecure)", said, "what connect says")
        server.stop()


def certificate_by_name_and_type(certificates):
    options = []
    for leaf in ("p256", "rsa", "elsewhere"):
        options += ["--cert", certificates.chain(leaf), "--key", certificates.key(leaf)]
    with PaviseServer(*options) as server:
        for name, more, wanted in (("localhost", [], "CN=Test leaf p256"),
                                   ("elsewhere.example", [], "CN=Test leaf elsewhere"),
                                   ("localhost", ["--tls", "1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256"],
                                    "CN=Test leaf rsa"),
                                   ("elsewhere.example", ["--tls", "1.2"], "CN=Test leaf elsewhere")):
            rows, _, _ = page(certificates, server, "--servername", name, *more)
            expect_rows(rows, subject=wanted)
        # Nobody's name: the first certificate, which the client then refuses.
        status, _, said = connect(certificates, server, "--servername", "nobody.example")
        expect(status, CERTIFICATE, f"exit status for a name that no certificate has ({said!r})")
        # A session of the one name is none of the other's.
        kept = certificates.folder / "session by name"
        page(certificates, server, "--session-out", kept)
        rows, _, _ = page(certificates, server, "--session-in", kept)
        expect_rows(rows, session="resumed")
        server.stop()


def key_update(certificates, scope, messages):
    with serve(certificates, "--update-keys", scope) as server:
        _, _, said = page(certificates, server, "--update-keys", scope, "--msg")
        expect(said.count("--> key_update"), messages, "KeyUpdates sent")
        expect(said.count("<-- key_update"), messages, "KeyUpdates received")
        status, _, said = connect(certificates, server, "--update-keys", scope, "--tls", "1.2")
        expect(status, 1, f"exit status in TLS 1.2 ({said!r})")
        expect_in("keys cannot be updated in TLS 1.2", said, "the complaint")
        server.stop()


def certificates_compressed(certificates):
    client = ["--cert", certificates.chain("rsa"), "--key", certificates.key("rsa")]
    with serve(certificates, "--compress-certificates", "--client-ca", certificates.ca) as server:
        _, _, said = page(certificates, server, *client, "--compress-certificates", "--msg")
        expect_in("<-- compressed_certificate", said, "what came")
        expect_in("--> compressed_certificate", said, "what went")
        _, _, said = page(certificates, server, *client, "--msg")
        expect("compressed_certificate," in said, False, "compression that nobody asked for")
        server.stop()


def record_sizes(certificates, option, limit, version):
    data = bytes(5000)
    with serve(certificates, "--echo", *([option, limit] if option == "--record-size-limit" else [])) as server, \
            Relay(server.port) as relay:
        status, out, said = run(PAVISE, "connect", f"localhost:{relay.port}", "--cafile", certificates.ca, "--tls", version,
                                option, limit, stdin=data)
        expect((status, out == data), (0, True), f"exit status and echo ({said!r})")
        relay.wait()
        # Beyond the content: RFC 8449 §4 counts the content type of TLS 1.3, and of TLS 1.2 the content alone.
        overhead = 16 if version == "1.3" else 8 + 16
        for side, bytes_sent in (("server", relay.from_server), ("client", relay.from_client)):
            if side == "client" and option == "--max-fragment-length":
                continue
            lengths = [length for kind, length in record_lengths(bytes_sent) if kind == 23]
            expect(max(lengths), int(limit) + overhead, f"the longest record of the {side}")
        server.stop()


def raw_public_keys(certificates, version):
    with PaviseServer("--raw-key", certificates.key("p256"), "--trusted-key", public_key(certificates, "ed25519"),
                      "--require-client-cert") as server:
        ours = ["--raw-key", certificates.key("ed25519"), "--tls", version]
        trusting = ["--trusted-key", public_key(certificates, "p256")]
        _, out, said = page(certificates, server, *ours, *trusting, trust=False)
        expect_in("raw public key", said, "what connect says")
        expect_in("the public key is one that is trusted", said, "what connect says")
        expect_in("SHA-256", out["text"], "the page about the client's key")
        status, _, said = connect(certificates, server, *ours, "--trusted-key", public_key(certificates, "rsa"),
                                  trust=False)
        expect(status, CERTIFICATE, f"exit status for a key that is not trusted ({said!r})")
        # Without a key of its own the client is refused, and so is one with another.
        status, _, said = connect(certificates, server, "--tls", version, *trusting, trust=False)
        expect(status, HANDSHAKE, f"exit status without a key ({said!r})")
        status, _, said = connect(certificates, server, "--raw-key", certificates.key("rsa"), "--tls", version, *trusting,
                                  trust=False)
        expect(status, HANDSHAKE, f"exit status with another key ({said!r})")
        server.stop()


# ---- who the client is

def client_certificates(certificates, version):
    client = ["--cert", certificates.chain("rsa"), "--key", certificates.key("rsa"), "--tls", version]
    with serve(certificates, "--client-ca", certificates.ca) as server:
        rows, shown, _ = page(certificates, server, *client)
        expect_rows(rows, we_signed="rsa_pss_rsae_sha256")
        expect_in("CN=Test leaf rsa", shown["text"], "the page")
        _, shown, _ = page(certificates, server, "--tls", version)
        expect("subject" in shown, False, "a page about nobody's certificate")
        server.stop()
    with serve(certificates, "--client-ca", certificates.ca, "--require-client-cert") as server:
        page(certificates, server, *client)
        status, _, said = connect(certificates, server, "--tls", version)
        expect(status, HANDSHAKE, f"exit status without a certificate ({said!r})")
        server.stop()
    with serve(certificates, "--client-ca", certificates.other_ca) as server:
        status, _, said = connect(certificates, server, *client)
        expect(status, HANDSHAKE, f"exit status with a stranger's certificate ({said!r})")
        expect_in("unknown_ca (48)", said, "what connect says")
        server.stop()


def asked_later(certificates):
    client = ["--cert", certificates.chain("rsa"), "--key", certificates.key("rsa")]
    later = ["--client-ca", certificates.ca, "--post-handshake-auth"]
    with serve(certificates, *later) as server:
        _, shown, said = page(certificates, server, *client, "--post-handshake-auth", "--msg")
        expect_in("CN=Test leaf rsa", shown["text"], "the page")
        expect(said.index("<-- certificate_request") > said.index("--> finished"), True, "the request came later")
        # Who does not offer it, or has no certificate, is answered all the same.
        for options in (client, ["--post-handshake-auth"], ["--tls", "1.2", *client]):
            _, shown, _ = page(certificates, server, *options)
            expect("subject" in shown, False, f"a certificate of a client with {options}")
        server.stop()
    with serve(certificates, *later, "--require-client-cert") as server:
        page(certificates, server, *client, "--post-handshake-auth")
        for options in (client, ["--post-handshake-auth"]):
            # By --get: behind the end of a relayed input a client could not answer the request any more.
            status, out, said = connect(certificates, server, "--get", "/", *options)
            expect((status, out), (HANDSHAKE, b""), f"exit status and output with {options} ({said!r})")
            expect_in("certificate_required (116)", said, "what connect says")
        server.stop()


def asked_later_when_echoing(certificates):
    """The certificate comes behind data that flows."""
    client = ["--cert", certificates.chain("rsa"), "--key", certificates.key("rsa"), "--post-handshake-auth"]
    data = bytes(100_000)
    with serve(certificates, "--echo", "--client-ca", certificates.ca, "--post-handshake-auth",
               "--require-client-cert") as server:
        status, out, said = connect(certificates, server, *client, stdin=data)
        expect((status, out == data), (0, True), f"exit status and echo ({said!r})")
        server.stop()


# ---- sessions, early data, pre-shared keys

def tickets(certificates):
    for count in (0, 1, 5):
        with serve(certificates, "--tickets", str(count)) as server:
            _, _, said = page(certificates, server, "--msg")
            expect(said.count("<-- new_session_ticket"), count, f"tickets of --tickets {count}")
            server.stop()


def early_data(certificates):
    kept = certificates.folder / "session for early data"
    request = certificates.folder / "request"
    request.write_bytes(REQUEST)
    options = ["--session-in", kept, "--early-data", request]

    def answer(server):
        status, out, said = connect(certificates, server, *options, stdin=b"")
        expect(status, 0, f"exit status ({said!r})")
        expect_in("HTTP/1.1 200 OK", out.decode(), "the page")
        return negotiated(said), negotiated(out.decode())
    with serve(certificates, "--max-early-data", str(len(REQUEST))) as server:
        page(certificates, server, "--session-out", kept)
        rows, shown = answer(server)
        expect_rows(rows, session="resumed", early_data="accepted")
        expect_rows(shown, early_data="accepted")
        server.stop()
    # Another server, with other keys: a full handshake, and the data after it.
    with serve(certificates) as server:
        rows, shown = answer(server)
        expect_rows(rows, session="new", early_data="rejected")
        server.stop()


def replayed_early_data(certificates):
    """An attacker sends the first flight again, byte for byte: the server does not take the data a second time."""
    kept = certificates.folder / "session for a replay"
    data = certificates.folder / "data for a replay"
    data.write_bytes(bytes(10_000))
    with serve(certificates, "--echo", "--max-early-data", "10000") as server:
        connect(certificates, server, "--session-out", kept, stdin=b"x")
        with Relay(server.port) as relay:
            status, out, said = run(PAVISE, "connect", f"localhost:{relay.port}", "--cafile", certificates.ca,
                                    "--session-in", kept, "--early-data", data)
            expect((status, len(out)), (0, 10_000), f"exit status and length of the echo ({said!r})")
            expect_rows(negotiated(said), early_data="accepted")
            relay.wait()
        expect(len(relay.from_server) > 10_000, True, "the echo came through the relay")
        with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE) as attacker:
            attacker.sendall(relay.from_client)
            attacker.shutdown(socket.SHUT_WR)
            answered = b"".join(iter(lambda: attacker.recv(1 << 16), b""))
        expect(b"" < answered, True, "the replay was answered by a handshake")
        expect(len(answered) < 10_000, True, f"no echo of the replay, {len(answered)} bytes")
        server.stop()


def early_data_beyond_the_limit(certificates):
    """As much as the server allows goes early, the rest after the handshake: the echo has it all, once."""
    kept = certificates.folder / "session for much early data"
    data = certificates.folder / "much"
    data.write_bytes(bytes(range(256)) * 400)
    with serve(certificates, "--echo", "--max-early-data", "50000") as server:
        status, _, said = connect(certificates, server, "--session-out", kept, stdin=b"x")
        expect(status, 0, f"exit status ({said!r})")
        status, out, said = connect(certificates, server, "--session-in", kept, "--early-data", data, stdin=b"end")
        expect(status, 0, f"exit status ({said!r})")
        expect_rows(negotiated(said), early_data="accepted")
        expect(out == data.read_bytes() + b"end", True, "the echo")
        server.stop()


def pre_shared_keys(certificates):
    ours = certificates.folder / "psk"
    ours.write_text("# comment\nsomebody:000102030405060708090a0b0c0d0e0f\n")
    others = certificates.folder / "other psk"
    others.write_text("somebody:ff0102030405060708090a0b0c0d0e0f\n")
    with PaviseServer("--psk", ours, "--psk-modes", "psk_dhe_ke,psk_ke") as server:
        rows, shown, said = page(certificates, server, "--psk", ours, trust=False)
        expect_rows(rows, PSK_identity="somebody", group="X25519MLKEM768")
        expect_in("both sides proved that they know the pre-shared key", said, "what connect says")
        rows, _, _ = page(certificates, server, "--psk", ours, "--psk-modes", "psk_ke", trust=False)
        expect("group" in rows, False, "a group in psk_ke")
        status, _, said = connect(certificates, server, "--psk", others, trust=False)
        expect(status, HANDSHAKE, f"exit status with another key ({said!r})")
        server.stop()


# ---- what is shown

def get_and_certificates(certificates):
    with serve(certificates) as server:
        status, out, said = connect(certificates, server, "--get", "/a?b", stdin=b"this is not sent")
        expect(status, 0, f"exit status ({said!r})")
        expect_in("HTTP/1.1 200 OK", out.decode(), "the page")
        kept = certificates.folder / "session of --showcerts"
        status, out, said = connect(certificates, server, "--showcerts", "--quiet", "--session-out", kept)
        expect((status, said), (0, ""), "exit status and error output")
        expect(out.decode(), certificates.chain("p256").read_text(), "the certificates")
        rows, _, _ = page(certificates, server, "--session-in", kept)
        expect_rows(rows, session="resumed")
        server.stop()


def in_json(certificates):
    with serve(certificates, "--alpn", "a", "--ocsp", certificates.ocsp_response("p256")) as server:
        options = ["--json", "--ocsp", "checked", "--alpn", "a"]
        status, out, said = connect(certificates, server, *options)
        expect((status, said), (0, ""), "exit status and error output")
        shown = json.loads(out)
        chain = shown.pop("certificates")
        expect(shown, {"server": f"localhost:{server.port}", "connected": True, "version": "TLSv1.3",
                       "cipher_suite": "TLS_AES_128_GCM_SHA256", "group": "X25519MLKEM768", "hello_retry_request": False,
                       "peer_signature": "ecdsa_secp256r1_sha256", "delegated_credential": None, "local_signature": None,
                       "resumed": False, "certificate_timestamps": None,
                       "early_data": "not_offered", "psk_identity": None, "alpn": "a", "server_name": "localhost",
                       "verified": True, "ocsp_staple": "good"}, "the object")
        expect(len(chain), 1, "certificates")
        expect((chain[0]["subject"], chain[0]["names"]), ("CN=Test leaf p256", ["DNS:localhost", "IP:127.0.0.1"]),
               "the certificate")
        expect(chain[0]["pem"], certificates.chain("p256").read_text(), "the certificate in PEM")
        digest = openssl("x509", "-in", certificates.chain("p256"), "-noout", "-fingerprint", "-sha256").decode()
        expect(chain[0]["sha256"], digest.partition("=")[2].strip().replace(":", "").lower(), "its SHA-256")

        status, out, _ = run(PAVISE, "connect", f"localhost:{server.port}", "--json", "--cafile", certificates.other_ca)
        expect(status, CERTIFICATE, "exit status for a server that is not trusted")
        shown = json.loads(out)
        expect((shown["connected"], shown["exit_status"], shown["error"], shown["alert_sent"]),
               (False, CERTIFICATE, "unknown_issuer", "unknown_ca"), f"the object {shown}")
        status, out, _ = connect(certificates, server, "--json", "--alpn", "b")
        expect(json.loads(out).get("alert_received"), "no_application_protocol", f"the alert that came, in {out!r}")
        server.stop()
    with PaviseServer("--raw-key", certificates.key("p256")) as server:
        key = public_key(certificates, "p256")
        status, out, said = connect(certificates, server, "--json", "--trusted-key", key, trust=False)
        expect(status, 0, f"exit status ({said!r})")
        expect(json.loads(out)["raw_public_keys"], [key.read_text()], "the raw public key")
        server.stop()


def colours_on_a_terminal(certificates):
    """Where a person looks, and has not said no (no-color.org)."""
    def said_on_terminal(server, options, environment):
        ours, theirs = pty.openpty()
        with subprocess.Popen([PAVISE, "connect", f"localhost:{server.port}", *options], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=theirs,
                              env={**os.environ, "TERM": "xterm", **environment}) as child:
            os.close(theirs)
            said = b""
            with contextlib.suppress(OSError):  # the terminal's end is an error on Linux
                while block := os.read(ours, 4096):
                    said += block
            child.wait(DEADLINE)
        os.close(ours)
        return said.decode()
    with serve(certificates, "--discard") as server:
        verified, insecure = ["--cafile", certificates.ca], ["--insecure"]
        expect_in("\033[32mthe certificate was verified\033[0m", said_on_terminal(server, verified, {}), "on a terminal")
        expect_in("\033[31mthe certificate was NOT verified", said_on_terminal(server, insecure, {}), "on a terminal")
        expect("\033" in said_on_terminal(server, verified, {"NO_COLOR": "1"}), False, "a colour with NO_COLOR")
        _, _, said = connect(certificates, server, stdin=b"")
        expect("\033" in said, False, "a colour in a pipe")
        server.stop()


def messages_of(certificates, version, wanted):
    with serve(certificates) as server:
        _, _, said = page(certificates, server, "--msg", "--tls", version, "--alpn", "a")
        got = re.findall(r"^(?:-->|<--) [a-z_]+", said, re.MULTILINE)
        # What both sides have under way at a time may cross: change_cipher_spec, the data, the tickets of TLS 1.3.
        expect([message for message in got if "change_cipher_spec" not in message][:len(wanted)], wanted, "the messages in their order")
        for row in (r"      server_name +localhost\n", r"      cipher suites +GREASE, TLS_", r"      random +[0-9a-f]{64}\n",
                    r"      certificate +CN=Test leaf p256, \d+ bytes\n", r"      signature +ecdsa_secp256r1_sha256, \d+ bytes\n",
                    r"alert, warning: close_notify \(0\)"):
            expect(bool(re.search(row, said)), True, f"{row!r} in {said!r}")
        server.stop()


MESSAGES_13 = ["--> client_hello", "<-- server_hello", "<-- encrypted_extensions", "<-- certificate",
               "<-- certificate_verify", "<-- finished", "--> finished"]
MESSAGES_12 = ["--> client_hello", "<-- server_hello", "<-- certificate", "<-- server_key_exchange",
               "<-- server_hello_done", "--> client_key_exchange", "--> finished", "<-- new_session_ticket",
               "<-- finished", "--> application_data", "<-- application_data"]


def key_log(certificates, version):
    logs = [certificates.folder / f"{side}-{version}.keys" for side in ("client", "server")]
    with serve(certificates, "--keylog", logs[1]) as server:
        for _ in range(2):  # it is appended to
            page(certificates, server, "--tls", version, "--keylog", logs[0])
        server.stop()
    lines = [{line for line in log.read_text().splitlines() if not line.startswith("#")} for log in logs]
    expect(lines[0], lines[1], "the secrets of both sides")
    expect(len(lines[0]), 2 * (5 if version == "1.3" else 1), "secrets")
    for log in logs:
        expect(log.stat().st_mode & 0o777, 0o600, "the file's mode")


def ocsp(certificates):
    good, revoked = certificates.ocsp_response("p256"), certificates.ocsp_response("revoked")
    with serve(certificates, "--ocsp", good) as server:
        for policy in ("ignored", "checked", "required"):
            rows, _, _ = page(certificates, server, "--ocsp", policy)
            expect_rows(rows, OCSP_staple="good")
        rows, _, _ = page(certificates, server)
        expect("OCSP staple" in rows, False, "a staple that nobody asked for")
        rows, _, _ = page(certificates, server, "--ocsp", "checked", "--insecure", trust=False)
        expect_rows(rows, OCSP_staple="not judged: no issuer was verified")
        server.stop()
    with serve(certificates, "--ocsp", revoked, leaf="revoked") as server:
        rows, _, _ = page(certificates, server, "--ocsp", "ignored")
        expect_in("NOT good: a certificate is revoked", rows.get("OCSP staple", ""), "the verdict")
        status, _, said = connect(certificates, server, "--ocsp", "checked")
        expect(status, CERTIFICATE, f"exit status for a revoked certificate ({said!r})")
        server.stop()
    with serve(certificates) as server:
        rows, _, _ = page(certificates, server, "--ocsp", "checked")
        expect_rows(rows, OCSP_staple="(none)")
        status, _, said = connect(certificates, server, "--ocsp", "required")
        expect(status, CERTIFICATE, f"exit status without a staple ({said!r})")
        server.stop()


def no_place_for_the_session(certificates):
    """It is said before there is a connection, and not when what it was for is done."""
    taken = certificates.folder / "taken"
    taken.write_bytes(b"mine")
    for path, reason in ((taken, "File exists"), (certificates.folder, "File exists"),
                         (certificates.folder / "nowhere" / "session", "No such file or directory")):
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            nobody.setblocking(False)
            status, _, said = run(PAVISE, "connect", f"127.0.0.1:{nobody.getsockname()[1]}", "--insecure", "--session-out", path)
            expect(status, USAGE, f"exit status ({said!r})")
            expect_in(f"{path}: cannot be made: {reason}", said, "the complaint")
            try:
                nobody.accept()
                raise Failure("there was a connection")
            except BlockingIOError:
                pass
    expect(taken.read_bytes(), b"mine", "the file that was there")


# ---- services

def discard(certificates):
    with serve(certificates, "--discard") as server:
        status, out, said = connect(certificates, server, stdin=bytes(1 << 20))
        expect((status, out), (0, b""), f"exit status and output ({said!r})")
        server.stop()


def cases(report):
    with Certificates() as certificates:
        for name, function, *arguments in (
                ("--sigalgs", signature_schemes), ("--groups beyond the defaults", groups_beyond_the_defaults),
                ("--capath", trust_in_a_directory), ("--servername and --insecure", name_by_option),
                ("several --cert, by name and type", certificate_by_name_and_type),
                ("--update-keys ours", key_update, "ours", 1), ("--update-keys both", key_update, "both", 2),
                ("--compress-certificates", certificates_compressed),
                ("--record-size-limit, TLS 1.3", record_sizes, "--record-size-limit", "600", "1.3"),
                ("--record-size-limit, TLS 1.2", record_sizes, "--record-size-limit", "600", "1.2"),
                ("--max-fragment-length", record_sizes, "--max-fragment-length", "512", "1.2"),
                ("--raw-key and --trusted-key, TLS 1.3", raw_public_keys, "1.3"),
                ("--raw-key and --trusted-key, TLS 1.2", raw_public_keys, "1.2"),
                ("--client-ca, TLS 1.3", client_certificates, "1.3"), ("--client-ca, TLS 1.2", client_certificates, "1.2"),
                ("--post-handshake-auth", asked_later), ("--post-handshake-auth and --echo", asked_later_when_echoing),
                ("--tickets", tickets), ("--early-data and --max-early-data", early_data),
                ("--early-data, replayed", replayed_early_data),
                ("--early-data beyond the limit", early_data_beyond_the_limit),
                ("--psk and --psk-modes", pre_shared_keys), ("--get and --showcerts", get_and_certificates),
                ("--keylog, TLS 1.3", key_log, "1.3"), ("--keylog, TLS 1.2", key_log, "1.2"), ("--ocsp", ocsp),
                ("--msg, TLS 1.3", messages_of, "1.3", MESSAGES_13), ("--msg, TLS 1.2", messages_of, "1.2", MESSAGES_12),
                ("--json", in_json), ("colours on a terminal", colours_on_a_terminal),
                ("--session-out without a place", no_place_for_the_session), ("--discard", discard)):
            report.case(name, function, certificates, *arguments)


if __name__ == "__main__":
    main(cases)
