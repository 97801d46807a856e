"""Secrets in files that several programs share: imported pre-shared keys, and the keys of tickets."""

import os
import re
import signal

from certificates import Certificates
from connect_test import HANDSHAKE, USAGE, connect, expect_rows, page, serve
from harness import PAVISE, PaviseServer, expect, expect_in, main, run

KEY = "000102030405060708090a0b0c0d0e0f"


def file_of(certificates, name, *lines):
    path = certificates.folder / name
    path.write_text("".join(line + "\n" for line in lines))
    return path


# ---- imported pre-shared keys

def imported(certificates):
    """The same key for suites of both hashes (RFC 9258 §4.1), whatever its own is."""
    for number, words in enumerate(("", " context=0a0B", " hash=sha384", " hash=sha384 context=00")):
        file = file_of(certificates, f"imported {number}", "# comment", f"some body:{KEY}{words}")
        with PaviseServer("--imported-psk", file) as server:
            for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"):
                rows, _, said = page(certificates, server, "--imported-psk", file, "--ciphersuites", suite, trust=False)
                expect_rows(rows, PSK_identity="some body", cipher_suite=suite)
                expect_in("both sides proved that they know the pre-shared key", said, "what connect says")
            server.stop()


def not_the_same(certificates):
    """What the two sides have to agree on beside the key: the context, the key's hash, and that it is imported at all."""
    ours = file_of(certificates, "ours", f"somebody:{KEY} context=aa")
    with PaviseServer("--imported-psk", ours) as server:
        for option, words in (("--imported-psk", " context=ab"), ("--imported-psk", ""), ("--imported-psk", " context=aa hash=sha384"),
                              ("--psk", "")):
            theirs = file_of(certificates, "theirs", f"somebody:{KEY}{words}")
            status, _, said = connect(certificates, server, option, theirs, trust=False)
            expect(status, HANDSHAKE, f"exit status with {option} and {words!r} ({said!r})")
        server.stop()


def hash_of_a_plain_key(certificates):
    file = file_of(certificates, "sha384", f"somebody:{KEY} hash=sha384")
    with PaviseServer("--psk", file, "--ciphersuites", "TLS_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256") as server:
        rows, _, _ = page(certificates, server, "--psk", file, trust=False)
        expect_rows(rows, PSK_identity="somebody", cipher_suite="TLS_AES_256_GCM_SHA384")
        status, _, said = connect(certificates, server, "--psk", file, "--ciphersuites", "TLS_AES_128_GCM_SHA256", trust=False)
        expect(status != 0, True, f"a failure with a suite of another hash ({said!r})")
        server.stop()


def both_kinds(certificates):
    plain = file_of(certificates, "plain", f"plain:{KEY}")
    other = file_of(certificates, "imported", f"imported:{KEY}")
    with PaviseServer("--psk", plain, "--imported-psk", other) as server:
        for option, file, identity in (("--psk", plain, "plain"), ("--imported-psk", other, "imported")):
            rows, _, _ = page(certificates, server, option, file, trust=False)
            expect_rows(rows, PSK_identity=identity)
        server.stop()


def wrong_lines(certificates):
    for option, line, wanted in (
            ("--imported-psk", "name", "line 2 is not IDENTITY:KEY, with the key in hexadecimal"),
            ("--imported-psk", "name:00 hash=md5", "line 2: hash= wants sha256 or sha384"),
            ("--imported-psk", "name:00 context=0", "line 2: context= wants hexadecimal digits"),
            ("--imported-psk", "name:00 hash=sha256 hash=sha256", "line 2 is not IDENTITY:KEY"),
            ("--psk", "first:01", "line 2: another key has this name"),
            ("--imported-psk", "first:00 hash=sha384", "line 2: another key has this name"),
            ("--psk", "name:00 context=00", "line 2: a context is for keys that are imported: --imported-psk")):
        file = file_of(certificates, "wrong", "first:00", line)
        status, _, said = run(PAVISE, "serve", "--port", "0", option, file)
        expect(status, USAGE, f"exit status for {line!r} ({said!r})")
        expect_in(f"{file}: {wanted}", said, "the complaint")
    # What a peer can tell apart.
    for option, line in (("--psk", "first:01 hash=sha384"), ("--imported-psk", "first:01 context=00"), ("--imported-psk", "first :01")):
        with PaviseServer(option, file_of(certificates, "alike", "first:00", line)) as server:
            server.stop()


def limits(certificates):
    """What no handshake can use is told with its line; what one alone could, but not with the rest, with the options."""
    long_key = "ab" * 65536
    for option, line, wanted in (
            ("--psk", "i" * 65536 + ":" + KEY, "line 1: the identity is longer than 65535 bytes"),
            ("--psk", "name:" + long_key, "line 1: the key is longer than 65535 bytes"),
            ("--imported-psk", "i" * 65528 + ":" + KEY, "line 1: identity and context are together longer than 65527 bytes"),
            ("--imported-psk", "i" * 65527 + ":" + KEY + " context=00", "line 1: identity and context are together longer than 65527"),
            ("--psk", "i" * 65535 + ":" + KEY, None), ("--psk", "name:" + long_key[2:], None),
            ("--imported-psk", "i" * 65527 + ":" + KEY, None), ("--imported-psk", "i" * 65526 + ":" + KEY + " context=00", None)):
        file = file_of(certificates, "long", line)
        if wanted is None:
            with PaviseServer(option, file) as server:
                server.stop()
            continue
        status, _, said = run(PAVISE, "serve", "--port", "0", option, file)
        expect(status, USAGE, f"exit status ({said[:200]!r})")
        expect_in(f"{file}: {wanted}", said, "the complaint")
    many = file_of(certificates, "many", *[f"name {n}:{KEY}" for n in range(5000)])
    for option in ("--psk", "--imported-psk"):
        status, _, said = run(PAVISE, "connect", "localhost:1", "--insecure", option, many)
        expect(status, USAGE, f"exit status with many keys ({said!r})")
        expect_in("does not fit into one ClientHello", said, "the complaint")
        expect_in("give fewer or shorter ones with --psk, --imported-psk and --alpn", said, "the complaint")


# ---- the keys of tickets

def ticket_key(number):
    return f"{number:032x}:{number:064X}"


def resumes(certificates, server, kept, version="1.3"):
    rows, _, _ = page(certificates, server, "--tls", version, "--session-in", kept)
    return {"resumed": True, "new": False}[rows["session"]]


def kept_session(certificates, server, version="1.3"):
    kept = certificates.folder / f"session {os.urandom(8).hex()}"
    page(certificates, server, "--tls", version, "--session-out", kept)
    return kept


def fleet(certificates):
    shared = file_of(certificates, "shared", "# the fleet's", ticket_key(1), ticket_key(2))
    later = file_of(certificates, "later", ticket_key(3), ticket_key(1))
    others = file_of(certificates, "others", ticket_key(4))
    with serve(certificates, "--ticket-keys", shared) as one, serve(certificates, "--ticket-keys", shared) as two, \
            serve(certificates, "--ticket-keys", later) as three, serve(certificates, "--ticket-keys", others) as four, \
            serve(certificates) as five:
        for version in ("1.3", "1.2"):
            for server, wanted in ((one, True), (two, True), (three, True), (four, False), (five, False)):
                expect(resumes(certificates, server, kept_session(certificates, one, version), version), wanted,
                       f"a session of TLS {version} is resumed")
        for server in (one, two, three, four, five):
            server.stop()


def rotation(certificates):
    file = file_of(certificates, "rotating", ticket_key(1))
    with serve(certificates, "--ticket-keys", file) as server:
        def reread(*lines):
            file_of(certificates, "rotating", *lines)
            before = len(server.err.data)
            server.child.send_signal(signal.SIGHUP)
            return server.err.wait(lambda data: re.search(r"(?s).*ticket key.*\n", data[before:].decode()), "what became of it")[0]
        old = [kept_session(certificates, server) for _ in range(2)]
        expect_in(f"{file}: 2 ticket keys\n", reread(ticket_key(2), ticket_key(1)), "what serve says")
        expect(resumes(certificates, server, old[0]), True, "a session of the old key is resumed")
        new = kept_session(certificates, server)
        # A file that is wrong changes nothing.
        said = reread(ticket_key(3), "nonsense")
        expect_in("line 2 is not NAME:SECRET", said, "what serve says")
        expect_in("the ticket keys are as they were", said, "what serve says")
        expect(resumes(certificates, server, new), True, "a session of the new key is resumed")
        expect_in(f"{file}: 1 ticket key\n", reread(ticket_key(3)), "what serve says")
        expect(resumes(certificates, server, old[1]), False, "a session is resumed whose key is gone")
        server.stop()


def wrong_keys(certificates):
    pair = ["--cert", certificates.chain("p256"), "--key", certificates.key("p256")]
    for lines, wanted in (
            (["# nothing"], "there is no key in it"),
            (["00:00"], "line 1 is not NAME:SECRET, 32 hexadecimal digits and 64"),
            ([ticket_key(1)[:-1]], "line 1 is not NAME:SECRET"),
            ([ticket_key(1)[1:]], "line 1 is not NAME:SECRET"),
            ([ticket_key(1) + "00"], "line 1 is not NAME:SECRET"),
            ([ticket_key(1), ticket_key(1)], "line 2: another key has this name"),
            ([ticket_key(0)], "line 1: a secret of zeros is none"),
            ([ticket_key(n) for n in range(1, 18)], "line 17: there are more than 16 keys")):
        file = file_of(certificates, "wrong keys", *lines)
        status, _, said = run(PAVISE, "serve", "--port", "0", *pair, "--ticket-keys", file)
        expect(status, USAGE, f"exit status for {lines} ({said!r})")
        expect_in(f"{file}: {wanted}", said, "the complaint")
    file = file_of(certificates, "sixteen", *[ticket_key(n) for n in range(1, 17)])
    with serve(certificates, "--ticket-keys", file) as server:
        server.stop()
    for kind in ("ids", "none"):
        status, _, said = run(PAVISE, "serve", "--port", "0", *pair, "--ticket-keys", file, "--sessions", kind)
        expect(status, USAGE, f"exit status with --sessions {kind} ({said!r})")
        expect_in("--ticket-keys goes with --sessions tickets alone", said, "the complaint")


def cases(report):
    with Certificates() as certificates:
        for name, function in (
                ("--imported-psk", imported), ("keys that are imported otherwise", not_the_same),
                ("--psk with a hash", hash_of_a_plain_key), ("--psk and --imported-psk", both_kinds),
                ("lines that are no keys", wrong_lines), ("keys at their limits", limits), ("--ticket-keys, shared", fleet),
                ("--ticket-keys, read again", rotation), ("ticket keys that are none", wrong_keys)):
            report.case(name, function, certificates)


if __name__ == "__main__":
    main(cases)
