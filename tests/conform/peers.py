#!/usr/bin/env python3
"""pavise conform against other implementations, and what it finds held against what is known of that version.

  peers.py PAVISE [--write]

findings.json names, for each version of a program, the checks that it fails, each explained in
docs/conformance-findings.md. A version that is not there is reported and fails nothing; --write adds what was found.
"""

import argparse
import contextlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))

from certificates import Certificates  # noqa: E402: it lies beside the other interop tests

FINDINGS = HERE / "findings.json"
# Patient enough for s_server -www, which sleeps for a second where a read has to be repeated.
PATIENCE = "3000"


def version_of(*words):
    if shutil.which(words[0]) is None:
        return None
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    return (said.stdout + said.stderr).splitlines()[0].strip()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def server(words, port):
    process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError(f"{words[0]} does not listen") from None
                time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()
        process.stdin.close()


def conform(pavise, *words):
    role, *rest = words
    done = subprocess.run([pavise, "conform", role, "--json", "-", "--patience", PATIENCE, *rest], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=1200)
    if not done.stdout.startswith("{"):
        raise RuntimeError(f"pavise conform {' '.join(words)}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return json.loads(done.stdout)


def openssl_server(pavise, certificates):
    port = free_port()
    words = ("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificates.chain("p256"), "-key",
             certificates.key("p256"), "-www", "-quiet")
    with server(words, port):
        return conform(pavise, "server", f"127.0.0.1:{port}", "--servername", "localhost")


def gnutls_server(pavise, certificates):
    port = free_port()
    words = ("gnutls-serv", "--port", port, "--x509certfile", certificates.chain("p256"), "--x509keyfile",
             certificates.key("p256"), "--http", "--quiet")
    with server(words, port):
        return conform(pavise, "server", f"127.0.0.1:{port}", "--servername", "localhost")


def openssl_client(pavise, _):
    return conform(pavise, "client", "--listen", "0", "--", "openssl", "s_client", "-connect", "127.0.0.1:{port}", "-CAfile",
                   "{cafile}", "-servername", "localhost", "-verify_return_error", "-quiet", "-alpn", "http/1.1")


def gnutls_client(pavise, _):
    return conform(pavise, "client", "--listen", "0", "--", "gnutls-cli", "--port", "{port}", "--x509cafile", "{cafile}",
                   "--sni-hostname", "localhost", "--verify-hostname", "localhost", "127.0.0.1")


PEERS = [("openssl server", ("openssl", "version"), openssl_server),
         ("openssl client", ("openssl", "version"), openssl_client),
         ("gnutls server", ("gnutls-serv", "--version"), gnutls_server),
         ("gnutls client", ("gnutls-cli", "--version"), gnutls_client)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pavise")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    known = json.loads(FINDINGS.read_text())
    passed = failed = 0
    with Certificates() as certificates:
        for name, words, examine in PEERS:
            version = version_of(*words)
            if version is None:
                print(f"skip  {name}: it is not installed")
                continue
            key = f"{name}, {re.sub(r' *[(].*', '', version)}"
            report = examine(arguments.pavise, certificates)
            found = sorted(check["id"] for check in report["checks"] if check["verdict"] == "fail")
            if arguments.write:
                known[key] = found
            elif key not in known:
                print(f"pass  {key}: not known yet, {len(found)} findings: {' '.join(found)}")
            new, gone = sorted(set(found) - set(known.get(key, found))), sorted(set(known.get(key, found)) - set(found))
            passed, failed = passed + (not new), failed + bool(new)
            print(f"{'FAIL' if new else 'pass'}  {key}: {report['totals']['passed']} passed, {len(found)} findings"
                  + (f", new: {' '.join(new)}" if new else "") + (f", gone: {' '.join(gone)}" if gone else ""), flush=True)
    if arguments.write:
        FINDINGS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
