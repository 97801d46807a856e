"""testssl.sh, which tries known attacks and what servers should not offer, against pavise serve."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from certificates import Certificates
from harness import PaviseServer, Skip, expect, main

DEADLINE = 900  # seconds, for what takes about one minute
FAULTS = ("LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL", "WARN")
# What is said of the certificates that the test makes, and of nobody's TLS.
OF_CERTIFICATES = ("cert_", "DNS_CAArecord", "OCSP_stapling", "certificate_transparency")
OFFERED = {"SSLv2": False, "SSLv3": False, "TLS1": False, "TLS1_1": False, "TLS1_2": True, "TLS1_3": True}


def findings(program, port):
    """The rows of its report: {"id", "severity", "finding", …}."""
    with tempfile.TemporaryDirectory(prefix="pavise-testssl-") as folder:
        report = Path(folder) / "report.json"
        # Protocols, forward secrecy, preferences, the hello as it is by default, and attacks; nobody is asked for a name.
        ran = subprocess.run([program, "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "-p", "-f", "-P",
                              "-S", "-U", "--jsonfile", report, f"127.0.0.1:{port}"], timeout=DEADLINE, check=False,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        expect(report.exists(), True, f"whether testssl.sh wrote a report (it said {ran.stdout[-2000:]!r})")
        return json.loads(report.read_text())


def finds_no_fault(program, certificates, options):
    words = []
    for leaf in ("p256", "rsa"):
        words += ["--cert", certificates.chain(leaf), "--key", certificates.key(leaf)]
    with PaviseServer(*words, *options) as server:
        rows = findings(program, server.port)
        server.stop()
    found = {row["id"]: row["finding"] for row in rows}
    for version, offered in OFFERED.items():
        expect(not found[version].startswith("not offered"), offered, f"whether {version} is offered ({found[version]})")
    for attack in ("heartbleed", "CCS", "ticketbleed", "ROBOT", "secure_renego", "secure_client_renego", "LUCKY13"):
        expect(attack in found, True, f"whether {attack} was tried")
    faults = [f"{row['id']}: {row['finding']} ({row['severity']})" for row in rows
              if row["severity"] in FAULTS and not row["id"].startswith(OF_CERTIFICATES)]
    expect(faults, [], "what testssl.sh finds fault with")


def cases(report):
    program = shutil.which("testssl") or shutil.which("testssl.sh")
    if program is None:
        raise Skip("testssl.sh is not installed")
    with Certificates() as certificates:
        report.case("testssl.sh of serve", finds_no_fault, program, certificates, [])
        report.case("testssl.sh of serve with session IDs and ALPN", finds_no_fault, program, certificates,
                    ["--sessions", "ids", "--alpn", "h2,http/1.1"])


if __name__ == "__main__":
    main(cases)
