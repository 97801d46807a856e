"""One table of situations, run by Python's own ssl and by the facade; where they differ, the table says so and why.

  differential_test.py SITUATIONS_PROGRAM [FILTER]
"""

import contextlib
import io
import pathlib
import ssl
import subprocess
import sys
import tempfile

from python_side import World
from situations import differences, situations

LEAST = 150  # situations


def made_by_openssl(folder):
    """What Pavise does not write: encrypted keys, a hashed directory, DH parameters."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    openssl("pkcs8", "-topk8", "-in", "server.key", "-passout", "pass:secret", "-out", "encrypted.key")
    openssl("ec", "-in", "server.key", "-aes128", "-passout", "pass:secret", "-out", "traditional.key")
    openssl("crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem")
    (folder / "hashed").mkdir()
    (folder / "hashed" / "ca.pem").write_text((folder / "ca.pem").read_text())
    openssl("rehash", "hashed")
    (folder / "not_pem").write_text("this is no PEM\n")
    (folder / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (folder / "empty").write_text("")
    (folder / "combined_chain.pem").write_text(
        "".join((folder / name).read_text() for name in ("below.key", "below_chain.pem")))
    (folder / "ca_and_crl.pem").write_text("".join((folder / name).read_text() for name in ("ca.pem", "crl.pem")))


def escaped(word):
    return word.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\0", "\\0")


class Facade:
    """The program that does the steps with the facade."""

    def __init__(self, program, folder):
        self.child = subprocess.Popen([program, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      text=True, encoding="utf-8", errors="backslashreplace")
        self.common_ciphers = None
        self.answer()

    def answer(self):
        line = self.child.stdout.readline()
        if not line:
            sys.exit(f"the program of situations died with status {self.child.wait()}")
        return line.rstrip("\n")

    def run(self, words):
        answer = self.say(words)
        # Suites that OpenSSL has not are no difference: they cannot be compared.
        if words[0] == "names" and self.common_ciphers is not None and answer.startswith("["):
            return repr([name for name in eval(answer) if name in self.common_ciphers])
        return answer

    def say(self, words):
        self.child.stdin.write("\t".join(escaped(word) for word in words) + "\n")
        self.child.stdin.flush()
        return self.answer()

    def forget(self):
        self.child.stdin.write("\n")

    def ciphers(self):
        """All that it has."""
        self.run(["context", "all", "17"])
        self.run(["ciphers", "all", "ALL"])
        names = []
        for protocol in ("TLSv1.3", "TLSv1.2"):
            names += eval(self.run(["names", "all", protocol]))  # a list of strings, as Python writes it
        self.forget()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:COMPLEMENTOFALL")
        self.common_ciphers = {cipher["name"] for cipher in context.get_ciphers()} & set(names)
        return frozenset(self.common_ciphers)


def compare(name, steps, facade, world, expected):
    """The differences that the table does not know, and those of its own that are none any more."""
    problems = []
    unused = dict(expected)
    for place, step in enumerate(steps):
        ours, theirs = facade.run(step), world.run(step)
        wanted = theirs
        if place in expected:
            wanted, _ = unused.pop(place)
            if wanted == theirs:
                problems.append(f"step {place} does not differ: {theirs}")
        if not (ours == wanted or (wanted.startswith("…") and ours.endswith(wanted[1:]))):
            problems.append(f"step {place} {' '.join(step)!r}:\n    Python {theirs}\n    here   {ours}"
                            + (f"\n    table  {wanted}" if place in expected else ""))
    problems += [f"there is no step {place}" for place in unused]
    facade.forget()
    return problems


def main():
    if not ssl.OPENSSL_VERSION.startswith("OpenSSL 3.0."):
        print(f"skip  everything: this Python stands on {ssl.OPENSSL_VERSION}, and the table is of OpenSSL 3.0")
        return 77
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="pavise-situations-") as name:
        folder = pathlib.Path(name)
        facade = Facade(sys.argv[1], folder)
        made_by_openssl(folder)
        known = facade.ciphers()
        table = situations(folder)
        listed = differences()
        names = [title for title, _ in table]
        for wrong in sorted(set(listed) - set(names)):
            print(f"FAIL  the differences of {wrong!r}, which is no situation")
            failed += 1
        if len(set(names)) != len(names) or len(names) < LEAST:
            print(f"FAIL  {len(names)} situations, {len(set(names))} different ones; at least {LEAST} are wanted")
            failed += 1
        for title, steps in table:
            if only not in title:
                continue
            # An exception in a callback is told to sys.unraisablehook, which writes it to stderr.
            with contextlib.redirect_stderr(io.StringIO()):
                problems = compare(title, steps, facade, World(known), listed.get(title, {}))
            failed, passed = failed + bool(problems), passed + (not problems)
            why = sorted({reason for _, reason in listed.get(title, {}).values()})
            verdict = "FAIL" if problems else "pass"
            print(f"{verdict}  {title}" + (f" (differs: {'; '.join(why)})" if why else ""))
            for problem in problems:
                print("  " + problem)
        facade.child.stdin.close()
        if facade.child.wait() != 0:
            print(f"FAIL  the program of situations ended with status {facade.child.returncode}")
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
