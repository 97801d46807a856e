#!/usr/bin/env python3
"""Holds path validation against the public cases of x509-limbo, and says what became of them.

  limbo.py --file PATH --judge PATH [--accept]
  limbo.py --check-table

PATH of --file is a limbo.json, which is not part of this project. Every case is judged twice: as a config judges by
default, and as a context of the facade does (OpenSSL's strict flag, and anchors that need not be self-signed). verdicts.tsv
holds id, what the case expects, our two verdicts, and for a verdict that is not the expected one its reason. A verdict
that differs from the table, or a difference without a reason, makes the exit status 1; --accept writes the verdicts of the
cases that PATH holds into the table, and keeps the reasons.
"""
import argparse
import base64
import datetime
import json
import re
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parent / "verdicts.tsv"
COLUMNS = ("id", "expected", "usual", "strict", "reason")
# A case with one of these asks for what a caller cannot say here.
NOT_ASKED = {"max-chain-depth": "the depth of chains is a constant"}


def read_table():
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1:] if TABLE.exists() else []
    return {line.split("\t")[0]: dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines}


def write_table(rows):
    lines = ["\t".join(COLUMNS)] + ["\t".join(rows[name][column] for column in COLUMNS) for name in sorted(rows)]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def der_of(pem):
    """The DER, in hexadecimal, of every block of a PEM text."""
    blocks = re.findall(r"-----BEGIN [A-Z0-9 ]+-----(.*?)-----END", pem, re.S)
    return [base64.b64decode("".join(block.split())).hex() for block in blocks]


def paragraph(case, profile, now):
    lines = [f"trusted {der}" for pem in case["trusted_certs"] for der in der_of(pem)]
    for pem in [case["peer_certificate"], *case["untrusted_intermediates"]]:
        lines += [f"presented {der}" for der in der_of(pem)]
    lines += [f"crl {der}" for pem in case.get("crls") or [] for der in der_of(pem)]
    time = datetime.datetime.fromisoformat(case["validation_time"]) if case["validation_time"] else now
    lines += [f"time {int(time.timestamp())}", f"purpose {case['validation_kind'].lower()}"]
    if case["expected_peer_name"]:
        lines.append(f"name {case['expected_peer_name']['value']}")
    if profile == "strict":
        lines.append("profile strict")
    return "".join(line + "\n" for line in lines) + "\n"


def verdicts(cases, profile, judge):
    now = datetime.datetime.now(datetime.timezone.utc)
    text = "".join(paragraph(case, profile, now) for case in cases)
    said = subprocess.run([judge], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    if len(said) != len(cases):
        sys.exit(f"limbo.py: {len(said)} verdicts on {len(cases)} cases")
    return said


def is_expected(expected, verdict):
    return (verdict == "accepted") == (expected == "SUCCESS")


def run(options):
    suite = json.loads(options.file.read_text(encoding="utf-8"))["testcases"]
    left_out = {case["id"]: NOT_ASKED[feature] for case in suite for feature in case["features"] or [] if feature in NOT_ASKED}
    cases = [case for case in suite if case["id"] not in left_out]
    usual, strict = (verdicts(cases, profile, options.judge) for profile in ("usual", "strict"))
    table = read_table()
    complaints = 0
    for case, *said in zip(cases, usual, strict, strict=True):
        old = table.get(case["id"])
        row = dict(zip(COLUMNS, (case["id"], case["expected_result"], *said, old["reason"] if old else ""), strict=True))
        if old != row:
            print(f"{'NEW' if old is None else 'CHANGED'} {row['id']}: expected {row['expected']}, usual {said[0]}, strict {said[1]}"
                  + (f" (was {old['usual']}, {old['strict']})" if old else ""))
            complaints += 1
        table[case["id"]] = row
    if options.accept:
        write_table(table)
    for profile in ("usual", "strict"):
        good = sum(is_expected(table[case["id"]]["expected"], table[case["id"]][profile]) for case in cases)
        print(f"{profile}: {good} of {len(cases)} verdicts as expected")
    print(f"{len(left_out)} cases left out: {', '.join(sorted(set(left_out.values())))}")
    return 1 if complaints and not options.accept else 0


def check_table():
    """The table by itself: whoever differs from what is expected says why."""
    rows = read_table()
    wrong = [name for name, row in rows.items() if not row["reason"]
             and not all(is_expected(row["expected"], row[profile]) for profile in ("usual", "strict"))]
    idle = [name for name, row in rows.items() if row["reason"]
            and all(is_expected(row["expected"], row[profile]) for profile in ("usual", "strict"))]
    for name in wrong:
        print(f"{name}: another verdict than expected, and no reason")
    for name in idle:
        print(f"{name}: a reason, and nothing to explain")
    print(f"{len(rows)} rows, {len(wrong) + len(idle)} complaints")
    return 1 if wrong or idle or not rows else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", type=Path)
    parser.add_argument("--judge", type=Path)
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--check-table", action="store_true")
    options = parser.parse_args()
    if options.check_table:
        sys.exit(check_table())
    if options.file is None or options.judge is None:
        parser.error("--file and --judge are needed")
    sys.exit(run(options))


if __name__ == "__main__":
    main()
