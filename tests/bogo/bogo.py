#!/usr/bin/env python3
"""Runs BoringSSL's test runner against Pavise's shim, and says what became of it.

  bogo.py --runner PATH --shim PATH [--test PATTERNS] [--jobs N] [--log PATH] [--accept | --disabled | --unimplemented]

PATH of the runner is a built ssl/test/runner of BoringSSL. Prints passed, failed, unimplemented and disabled tests by
family, and compares the names of those that passed with expected-pass.txt: a test that stands there and does not pass
is a regression, and the exit status is 1. --accept writes the list anew (after a run of all tests).
--disabled runs those tests too that config.json disables, and names the ones that pass: their pattern is too wide.
--unimplemented says how often each flag was the first that the shim does not know.
"""
import argparse
import collections
import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONFIG = HERE / "config.json"
EXPECTED = HERE / "expected-pass.txt"

# A shim that implements nothing and writes down which tests there are: the runner has no way to list them. It gives
# each test's transport and name to the shim as the place of a transcript, "DIRECTORY/tls/client/NAME-".
LISTING_SHIM = """#!/bin/sh
[ "$1" = -is-handshaker-supported ] && { echo No; exit 0; }
while [ $# -gt 0 ]; do [ "$1" = -write-settings ] && echo "$2" >> "${0%/*}/names"; shift; done
exit 89
"""
# The shim, and what it says of tests that are unimplemented is written down: the runner throws it away.
NOTING_SHIM = """#!/bin/sh
[ "$1" = -is-handshaker-supported ] && exec "{shim}" "$@"
said=$("{shim}" "$@" 2>&1)
code=$?
case " $* " in *" -dtls "*) [ $code = 89 ] && said="not implemented: -dtls" ;; esac
[ $code = 89 ] && echo "$said" >> "${{0%/*}}/reasons"
[ -n "$said" ] && echo "$said" >&2
exit $code
"""
SMALLEST_FAMILY_SHOWN = 16
OLD_VERSIONS = "TLS 1.0 and 1.1 are not spoken"  # as config.json has it
STATES = ("passed", "failed", "unimplemented", "disabled")


def runner(options, *arguments, **how):
    return subprocess.run([options.runner, "-num-workers", str(options.jobs), "-allow-unimplemented", *arguments],
                          check=False, **how)


def all_tests(options):
    """Every test of the runner: its name and its transport."""
    with tempfile.TemporaryDirectory() as folder:
        shim = Path(folder) / "shim"
        shim.write_text(LISTING_SHIM)
        shim.chmod(0o755)
        runner(options, "-shim-path", shim, "-transcript-dir", folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        places = [Path(line[:-1]).parts[-3:] for line in (Path(folder) / "names").read_text().splitlines()]
    return {name: transport for transport, _, name in places}


def run(options):
    """The state of every test that was selected."""
    with tempfile.TemporaryDirectory() as folder, open(options.log, "w", encoding="utf-8") as log:
        results = Path(folder) / "results.json"
        also = ["-include-disabled"] if options.disabled else []
        runner(options, "-shim-path", options.shim, "-shim-config", CONFIG, "-json-output", results, "-test", options.test,
               *also, stdout=log, stderr=log)
        if not results.exists():
            sys.exit(f"bogo.py: the runner did not finish: {options.log}")
        tests = json.loads(results.read_text())["tests"]
    words = {"PASS": "passed", "SKIP": "unimplemented"}
    return {name: words.get(result["actual"], "failed") for name, result in tests.items()}


def unimplemented_because(options):
    """What the shim says of unimplemented tests, and how often."""
    with tempfile.TemporaryDirectory() as folder:
        shim, reasons = Path(folder) / "shim", Path(folder) / "reasons"
        shim.write_text(NOTING_SHIM.format(shim=options.shim))
        shim.chmod(0o755)
        reasons.touch()
        options.shim = shim
        run(options)
        return collections.Counter(reasons.read_text().splitlines())


def disabled_because(name, patterns):
    return next((reason for pattern, reason in patterns.items() if fnmatch.fnmatchcase(name, pattern)), None)


def family(name):
    return re.match(r"[A-Za-z]*", name)[0] or name


def print_table(title, rows, total):
    print(f"{title:32}{'tests':>7}" + "".join(f"{state:>15}" for state in STATES))
    for label, counts in [*rows, ("all", total)]:
        print(f"{label:32}{counts.total():>7}" + "".join(f"{counts[state]:>15}" for state in STATES))
    print()


def report(states, transports):
    total = collections.Counter(states.values())
    by_transport = collections.defaultdict(collections.Counter)
    by_family = collections.defaultdict(collections.Counter)
    for name, state in states.items():
        by_transport[transports[name]][state] += 1
        if transports[name] != "dtls":
            by_family[family(name)][state] += 1
    small = [label for label, counts in by_family.items() if counts.total() < SMALLEST_FAMILY_SHOWN]
    rest = sum((by_family.pop(label) for label in small), collections.Counter())
    rows = sorted(by_family.items(), key=lambda row: -row[1].total())
    if rest:
        rows.append((f"{len(small)} smaller families", rest))
    print_table("family (without DTLS)", rows, sum(by_family.values(), rest))
    print_table("transport", sorted(by_transport.items()), total)


def compare(states, whole):
    """Names that should have passed and did not, and names that pass and are not expected to."""
    expected = set(EXPECTED.read_text().split()) if EXPECTED.exists() else set()
    passed = {name for name, state in states.items() if state == "passed"}
    lost = {name for name in expected - passed if whole or name in states}
    return sorted(lost), sorted(passed - expected), passed


def without_need(states, patterns):
    """Of a run with the disabled tests too: those that pass, and the pattern that disables them."""
    # A peer of TLS 1.0 is refused, which some of its tests want: they say nothing of what they were written for.
    patterns = [pattern for pattern, reason in patterns.items() if reason != OLD_VERSIONS]
    passed = sorted(name for name, state in states.items() if state == "passed")
    patterns_of = {name: [pattern for pattern in patterns if fnmatch.fnmatchcase(name, pattern)] for name in passed}
    return [f"{name} ({', '.join(found)})" for name, found in patterns_of.items() if found]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runner", required=True, type=Path)
    parser.add_argument("--shim", required=True, type=Path)
    parser.add_argument("--test", default="", help="the runner's patterns, separated by semicolons; all tests without")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--log", type=Path, default=Path("bogo.log"))
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--disabled", action="store_true")
    parser.add_argument("--unimplemented", action="store_true")
    options = parser.parse_args()
    options.runner, options.shim = options.runner.resolve(), options.shim.resolve()
    for program in (options.runner, options.shim):
        if not program.is_file() or not os.access(program, os.X_OK):
            sys.exit(f"{program} is no program: tests/bogo/README.md says how the runner is built")

    if options.unimplemented:
        for reason, count in unimplemented_because(options).most_common():
            print(f"{count:5} {reason}")
        return

    patterns = json.loads(CONFIG.read_text())["DisabledTests"]
    transports = all_tests(options)
    states = run(options)
    if options.disabled:
        too_wide = without_need(states, patterns)
        for line in too_wide:
            print(f"PASSES THOUGH DISABLED {line}")
        print(f"{len(too_wide)} pass though disabled; the runner's words: {options.log}")
        sys.exit(1 if too_wide else 0)
    selected = [name for name in transports if not options.test or
                any(fnmatch.fnmatchcase(name, pattern) for pattern in options.test.split(";"))]
    reasons = {name: disabled_because(name, patterns) for name in selected if name not in states}
    states.update((name, "disabled") for name in reasons)

    report(states, transports)
    for reason, count in collections.Counter(reasons.values()).most_common():
        print(f"{count:5} disabled: {reason}")
    for name in sorted(name for name, state in states.items() if state == "failed"):
        print(f"FAILED {name}")
    lost, gained, passed = compare(states, not options.test)
    for name in lost:
        print(f"NO LONGER PASSES {name}")
    if gained:
        print(f"{len(gained)} tests pass that are not in {EXPECTED.name}" + ("" if options.accept else " (--accept adds them)"))
    if options.accept and not options.test:
        EXPECTED.write_text("".join(f"{name}\n" for name in sorted(passed)))
    print(f"{len(passed)} passed, {sum(state == 'failed' for state in states.values())} failed, {len(lost)} lost; "
          f"the runner's words: {options.log}")
    sys.exit(1 if lost and not options.accept else 0)


if __name__ == "__main__":
    main()
