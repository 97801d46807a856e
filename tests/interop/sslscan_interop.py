"""What sslscan says of pavise serve, and whether pavise scan says the same of it and of openssl."""

import json
import shutil
import xml.etree.ElementTree
from typing import NamedTuple

from certificates import Certificates
from harness import PAVISE, PaviseServer, Process, Skip, expect, free_port, main, run, wait_until_listening

OURS = ("TLSv1.2", "TLSv1.3")
VERSIONS = {("ssl", "2"): "SSLv2", ("ssl", "3"): "SSLv3", ("tls", "1.0"): "TLSv1", ("tls", "1.1"): "TLSv1.1",
            ("tls", "1.2"): "TLSv1.2", ("tls", "1.3"): "TLSv1.3"}


class Findings(NamedTuple):
    versions: dict  # whether each is spoken
    suites: dict  # the numbers, by version
    groups: dict  # the names, by version


def by_sslscan(port):
    """Its findings, and its whole report."""
    status, out, said = run("sslscan", "--no-colour", "--xml=-", f"127.0.0.1:{port}")
    expect(status, 0, f"exit status of sslscan ({said!r})")
    report = xml.etree.ElementTree.fromstring(out).find("ssltest")
    versions = {VERSIONS[row.get("type"), row.get("version")]: row.get("enabled") == "1"
                for row in report.findall("protocol")}
    suites, groups = {name: [] for name in OURS}, {name: [] for name in OURS}
    for row in report.findall("cipher"):
        suites[row.get("sslversion")].append(int(row.get("id"), 16))
    for row in report.findall("group"):
        groups[row.get("sslversion")].append(row.get("name").split()[0])  # "secp256r1 (NIST P-256)"
    return Findings(versions, suites, groups), report


def by_scan(port):
    status, out, said = run(PAVISE, "scan", f"127.0.0.1:{port}", "--json")
    expect(status, 0, f"exit status of pavise scan ({said!r})")
    found = json.loads(out)
    versions = {row["name"]: row["supported"] for row in found["versions"]}
    suites = {row["name"]: [suite["value"] for suite in row["cipher_suites"]] for row in found["versions"]
              if row["name"] in OURS}
    groups = {name: [row["name"] for row in found[f"groups_tls{name[-3:].replace('.', '')}"]] for name in OURS}
    return Findings(versions, suites, groups)


def agree(port):
    """What sslscan found, having compared it with what pavise scan finds."""
    theirs, report = by_sslscan(port)
    ours = by_scan(port)
    expect(ours.versions, theirs.versions, "the versions")
    for name in OURS:
        expect(sorted(ours.suites[name]), sorted(theirs.suites[name]), f"the suites of {name}")
        # sslscan does not know the hybrid groups.
        known = [group for group in ours.groups[name] if "MLKEM" not in group]
        # It tries groups of TLS 1.2 by suites with RSA certificates alone, so that it may find none.
        if theirs.groups[name] or name == "TLSv1.3":
            expect(sorted(known), sorted(theirs.groups[name]), f"the groups of {name}")
    return theirs, report


def serve(certificates, *options):
    words = []
    for leaf in ("p256", "rsa"):
        words += ["--cert", certificates.chain(leaf), "--key", certificates.key(leaf)]
    return PaviseServer(*words, *options)


def sslscan_of_serve(certificates, versions, options):
    with serve(certificates, *options) as server:
        found, report = agree(server.port)
        expect([name for name, enabled in found.versions.items() if enabled], versions, "the versions of serve")
        expect([row.get("vulnerable") for row in report.findall("heartbleed")], ["0"] * len(versions), "Heartbleed")
        expect(report.find("renegotiation").get("supported"), "0", "renegotiation")
        compression = report.find("compression")
        expect(compression is None or compression.get("supported") == "0", True, "no compression")
        server.stop()


def scans_of_openssl(certificates, options):
    port = free_port()
    words = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificates.chain("rsa"), "-key",
             certificates.key("rsa"), "-quiet", *options]
    with Process(*words) as server:
        wait_until_listening(port, server)
        agree(port)
        server.terminate()


def cases(report):
    if shutil.which("sslscan") is None:
        raise Skip("sslscan is not installed")
    both = ["TLSv1.2", "TLSv1.3"]
    with Certificates() as certificates:
        report.case("sslscan of serve", sslscan_of_serve, certificates, both, [])
        report.case("sslscan of serve, TLS 1.3 alone", sslscan_of_serve, certificates, ["TLSv1.3"], ["--tls", "1.3"])
        report.case("sslscan of serve, TLS 1.2 alone", sslscan_of_serve, certificates, ["TLSv1.2"], ["--tls", "1.2"])
        report.case("sslscan of serve, few suites and one group", sslscan_of_serve, certificates, both,
                    ["--ciphers", "ECDHE-RSA-AES128-SHA,ECDHE-RSA-CHACHA20-POLY1305", "--ciphersuites",
                     "TLS_CHACHA20_POLY1305_SHA256", "--groups", "secp384r1"])
        report.case("scan and sslscan agree about openssl", scans_of_openssl, certificates, [])
        report.case("scan and sslscan agree about openssl, few suites", scans_of_openssl, certificates,
                    ["-cipher", "AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384", "-ciphersuites", "TLS_AES_256_GCM_SHA384"])
        report.case("scan and sslscan agree about openssl, TLS 1.2 alone", scans_of_openssl, certificates, ["-tls1_2"])


if __name__ == "__main__":
    main(cases)
