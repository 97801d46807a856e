#!/usr/bin/env python3
"""pavise conform against other implementations, and what it finds held against what is known of that version.

  peers.py PAVISE [--write] [--reports FOLDER] [--only TEXT] [--jobs N]

findings.json names, for each version of a program and of its library, the checks that it fails, each explained in
docs/conformance-findings.md. A version that is not there is reported and fails nothing; --write adds what was found. A
program that is not there is skipped. PAVISE_NGINX and PAVISE_LIGHTTPD name programs that are not in the path.
"""

import argparse
import concurrent.futures
import contextlib
import json
import os
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
PATIENCE = 3000
# s_server -www sleeps for a second wherever a read has to be repeated, after each KeyUpdate say.
PATIENCE_WITH_WWW = 7000
# A whole run is shorter by far; more is a run that does not end.
LONGEST_RUN = 900


class Absent(Exception):
    """Why a peer cannot be examined here."""


def first_line(*words):
    if shutil.which(words[0]) is None:
        raise Absent(f"there is no {pathlib.Path(words[0]).name}")
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    line = (said.stdout + said.stderr).splitlines()[0]
    return re.sub(r" *[(].*| built on .*| +\d+ [A-Z][a-z]{2} \d{4}.*", "", line).strip()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(words, port):
    """The server, with its standard input open: some end with it."""
    process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise Absent(f"{pathlib.Path(words[0]).name} ended at once") from None
                if time.monotonic() > give_up:
                    raise RuntimeError(f"{words[0]} does not listen") from None
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdin.close()


def conform(pavise, *words, patience=PATIENCE):
    role, *rest = words
    done = subprocess.run([pavise, "conform", role, "--json", "-", "--patience", str(patience), *rest], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=LONGEST_RUN)
    if not done.stdout.startswith("{"):
        raise RuntimeError(f"pavise conform {' '.join(words)}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return json.loads(done.stdout)


def examine_server(pavise, port, *options, patience=PATIENCE):
    return conform(pavise, "server", f"127.0.0.1:{port}", "--servername", "localhost", *options, patience=patience)


# A key that both sides are given, and the checks of it alone: the others are made without.
PSK_IDENTITY, PSK = "shared", "4b" * 32
WITH_PSK = ("--psk", f"{PSK_IDENTITY}:{PSK}", "--only", "external-psk")


# ---- servers: each gives the version, and then the report


def openssl_server(*options):
    def examine(pavise, certificates):
        yield first_line("openssl", "version")
        port = free_port()
        with running(("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificates.chain("p256"), "-key",
                      certificates.key("p256"), "-quiet", *options), port):
            yield examine_server(pavise, port, *(WITH_PSK if "-psk" in options else ()),
                                 patience=PATIENCE_WITH_WWW if "-www" in options else PATIENCE)
    return examine


def gnutls_server(*options):
    def examine(pavise, certificates):
        yield first_line("gnutls-serv", "--version")
        port, keys = free_port(), certificates.folder / "psk.txt"
        keys.write_text(f"{PSK_IDENTITY}:{PSK}\n")
        with running(("gnutls-serv", "--port", port, "--x509certfile", certificates.chain("p256"), "--x509keyfile",
                      certificates.key("p256"), "--http", "--quiet", *(str(option).format(keys=keys) for option in options)), port):
            yield examine_server(pavise, port, *(WITH_PSK if "--pskpasswd" in options else ()))
    return examine


NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr crit;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {chain};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_early_data on;
        location / {{ return 200 "hello"; }}
    }}
}}
"""


def nginx_server(pavise, certificates):
    nginx = os.environ.get("PAVISE_NGINX") or "nginx"
    version = first_line(nginx, "-v").replace("nginx version: ", "")
    said = subprocess.run((nginx, "-V"), capture_output=True, text=True, check=False).stderr
    library = re.search(r"running with (OpenSSL [\w.]+)", said) or re.search(r"built with (OpenSSL [\w.]+)", said)
    yield f"{version} with {library[1] if library else 'a library that it does not name'}"
    folder, port = certificates.folder / "nginx", free_port()
    folder.mkdir()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, chain=certificates.chain("p256"),
                                                    key=certificates.key("p256")))
    with running((nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"), port):
        yield examine_server(pavise, port)


LIGHTTPD = """
server.modules = ("mod_{module}")
server.document-root = "{folder}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "/dev/null"
index-file.names = ("index.html")
ssl.engine = "enable"
ssl.pemfile = "{chain}"
ssl.privkey = "{key}"
{ciphers}
"""
# In TLS 1.2: what lighttpd takes by itself, and CBC. Modules read these lists in ways of their own.
WITH_CBC = ":".join(("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256",
                     "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA"))
LIGHTTPD_CIPHERS = {"openssl": WITH_CBC, "wolfssl": WITH_CBC, "nss": "HIGH", "mbedtls": "HIGH"}
# Where a library says which version it is.
LIBRARIES = {"openssl": ("libcrypto.so", rb"OpenSSL (3\.\d+\.\d+)"), "gnutls": ("libgnutls.so", rb"\0(3\.\d+\.\d+)\0"),
             "wolfssl": ("libwolfssl.so", rb"\0([45]\.\d+\.\d+)\0"), "mbedtls": ("libmbedcrypto.so", rb"mbed TLS (\d+\.\d+\.\d+)"),
             "nss": ("libnss3.so", rb"Version: NSS ([\d.]+)")}


def lighttpd_modules(lighttpd):
    """The folder of its modules, which lies beside an unpacked program."""
    root = pathlib.Path(lighttpd).resolve().parent / "root"
    for place in (root / "usr/lib/lighttpd", pathlib.Path("/usr/lib/lighttpd"), pathlib.Path("/usr/lib64/lighttpd")):
        if place.is_dir():
            return place
    raise Absent("there are no modules of lighttpd")


def library_version(binary, library, folders=()):
    name, version = LIBRARIES[library]
    loaded = subprocess.run(("ldd", binary), capture_output=True, text=True, check=False,
                            env={**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders))}).stdout
    path = re.search(rf"=> (\S*/{re.escape(name)}\S*)", loaded)
    found = re.search(version, pathlib.Path(path[1]).read_bytes()) if path else None
    if found:
        return found[1].decode()
    # Its file's name is what is left.
    return pathlib.Path(path[1]).resolve().name if path else "of a version that is not known"


def lighttpd_server(module):
    def examine(pavise, certificates):
        lighttpd = os.environ.get("PAVISE_LIGHTTPD") or shutil.which("lighttpd") or "/usr/sbin/lighttpd"
        version = first_line(lighttpd, "-v").split(" ")[0]
        modules = lighttpd_modules(lighttpd)
        if not (modules / f"mod_{module}.so").exists():
            raise Absent(f"lighttpd has no mod_{module}")
        library = library_version(modules / f"mod_{module}.so", module, modules.parent.glob("*-linux-gnu*"))
        yield f"{version} with {module} {library}"
        folder, port = certificates.folder / f"lighttpd-{module}", free_port()
        folder.mkdir()
        (folder / "index.html").write_text("hello\n")
        ciphers = LIGHTTPD_CIPHERS.get(module)
        (folder / "lighttpd.conf").write_text(LIGHTTPD.format(
            ciphers=f'ssl.openssl.ssl-conf-cmd = ("CipherString" => "{ciphers}")' if ciphers else "",
            module=module, folder=folder, port=port, chain=certificates.chain("p256"), key=certificates.key("p256")))
        with running((lighttpd, "-D", "-m", modules, "-f", folder / "lighttpd.conf"), port):
            yield examine_server(pavise, port)
    return examine


# ---- clients


def client(program, *options, over=None):
    def examine(pavise, _certificates):
        version = first_line(program, "version" if program == "openssl" else "--version")
        yield f"{version} with {over} {library_version(shutil.which(program), over)}" if over else version
        yield conform(pavise, "client", "--listen", "0", *(WITH_PSK if PSK in options else ()), "--", program, *options)
    return examine


S_CLIENT = ("s_client", "-connect", "127.0.0.1:{port}", "-CAfile", "{cafile}", "-servername", "localhost", "-verify_return_error",
            "-quiet", "-alpn", "http/1.1")
GNUTLS_CLI = ("--port", "{port}", "--x509cafile", "{cafile}", "--sni-hostname", "localhost", "--verify-hostname", "localhost")
GNUTLS_PSK = ("--priority", "NORMAL:+ECDHE-PSK:+DHE-PSK:+PSK")
def returning_client(pavise, certificates):
    """Comes back with the first session that it was given, and early data."""
    yield first_line("openssl", "version")
    session, data = certificates.folder / "session.pem", certificates.folder / "early-data"
    data.write_text("GET / HTTP/1.0\r\n\r\n")
    without_alpn = f"exec openssl {' '.join(S_CLIENT[:-2])}"
    script = f"if [ -s {session} ]; then {without_alpn} -sess_in {session} -early_data {data}; else {without_alpn} -sess_out {session}; fi"
    yield conform(pavise, "client", "--listen", "0", "--only", "early-data", "--only", "ticket-psk", "--", "sh", "-c", script)


PEERS = {
    "openssl s_server -www": openssl_server("-www"),
    "openssl s_server": openssl_server(),
    "openssl s_server -www -verify": openssl_server("-www", "-verify", "2"),
    "openssl s_server -psk": openssl_server("-psk", PSK, "-psk_identity", PSK_IDENTITY, "-allow_no_dhe_kex"),
    "gnutls-serv": gnutls_server(),
    "gnutls-serv --pskpasswd": gnutls_server("--pskpasswd", "{keys}", *GNUTLS_PSK),
    "nginx": nginx_server,
    **{f"lighttpd mod_{module}": lighttpd_server(module) for module in LIBRARIES},
    "openssl s_client": client("openssl", *S_CLIENT),
    "openssl s_client -psk": client("openssl", *S_CLIENT, "-psk", PSK, "-psk_identity", PSK_IDENTITY),
    "openssl s_client -early_data": returning_client,
    "gnutls-cli": client("gnutls-cli", *GNUTLS_CLI, "127.0.0.1"),
    "gnutls-cli --pskkey": client("gnutls-cli", *GNUTLS_CLI, "127.0.0.1", "--pskusername", PSK_IDENTITY, "--pskkey", PSK,
                                  *GNUTLS_PSK),
    "curl": client("curl", "-s", "--cacert", "{cafile}", "https://localhost:{port}/", over="openssl"),
    "wget": client("wget", "-q", "-O", "/dev/null", "--tries=1", "--ca-certificate={cafile}", "https://localhost:{port}/",
                   over="gnutls"),
}


def examined(name, pavise, certificates):
    """The key in findings.json, and the report; or why there is none."""
    examination = PEERS[name](pavise, certificates)
    try:
        key = f"{name}, {next(examination)}"
        report = next(examination)
    except Absent as absent:
        return name, str(absent)
    finally:
        examination.close()
    return key, report


def judged(key, report, known):
    """Whether nothing new was found, which is printed."""
    found = sorted(check["id"] for check in report["checks"] if check["verdict"] == "fail")
    totals = report["totals"]
    line = f"{key}: {totals['passed']} passed, {len(found)} failed, {totals['inconclusive']} inconclusive, {report['seconds']:.0f} s"
    if key not in known:
        print(f"pass  {line}; this version is not known yet: {' '.join(found)}", flush=True)
        return True
    new, gone = sorted(set(found) - set(known[key])), sorted(set(known[key]) - set(found))
    print(f"{'FAIL' if new else 'pass'}  {line}" + (f"; new: {' '.join(new)}" if new else "")
          + (f"; gone: {' '.join(gone)}" if gone else ""), flush=True)
    return not new


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pavise")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--reports", type=pathlib.Path, metavar="FOLDER", help="keep what was sent and what came")
    parser.add_argument("--only", default="", metavar="TEXT", help="peers whose names hold TEXT")
    parser.add_argument("--jobs", type=int, default=4, metavar="N", help="peers at a time: a run mostly waits")
    arguments = parser.parse_args()
    known = json.loads(FINDINGS.read_text())
    passed = failed = 0
    with Certificates() as certificates, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        names = [name for name in PEERS if arguments.only in name]
        certificates.chain("p256")  # made before there are several who want it
        for key, report in pool.map(lambda name: examined(name, arguments.pavise, certificates), names):
            if isinstance(report, str):
                print(f"skip  {key}: {report}", flush=True)
                continue
            if arguments.reports:
                arguments.reports.mkdir(parents=True, exist_ok=True)
                (arguments.reports / f"{re.sub('[^A-Za-z0-9.]+', '-', key)}.json").write_text(json.dumps(report, indent=1))
            if arguments.write:
                known[key] = sorted(check["id"] for check in report["checks"] if check["verdict"] == "fail")
            good = judged(key, report, known)
            passed, failed = passed + good, failed + (not good)
    if arguments.write:
        FINDINGS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
