#!/usr/bin/env python3
"""Counts instructions under callgrind and compares them with the committed baseline.

  instruction_counts.py PROGRAM BASELINE.json --valgrind PATH --compiler TEXT --botan TEXT [--accept]

Of every region of the program two numbers count: all instructions, and those of Pavise's own functions, without Botan and
the C library. One that has risen beyond its margin fails, and the functions that it rose in are named. A toolchain that is not
the baseline's cannot be compared: it is said which one that is, and the test is skipped. --accept writes a new baseline.
"""
import argparse
import json
import platform
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

# What a change may cost without being asked for a new baseline: a check or an extension more is allowed for, a slip of the kind
# that has been found (a table cleared, a hash made twice) is not.
MARGINS = {"total": 0.03, "own": 0.10}
FUNCTIONS_SHOWN = 8
FUNCTIONS_KEPT = 40  # of each region in the baseline: enough to say where a rise is
SECONDS_ALLOWED = 900


def own(function):
    return "pavise" in function


class Profile:
    """One dump: what each function cost by itself, in instructions."""

    def __init__(self, path):
        self.region = ""
        self.costs = Counter()
        names = {}
        function, call_line = "", False
        for line in path.read_text(errors="replace").splitlines():
            if line.startswith("desc: Trigger: Client Request: "):
                self.region = line.removeprefix("desc: Trigger: Client Request: ")
            elif line.startswith("fn="):
                number, name = re.match(r"fn=\((\d+)\)(?: (.*))?", line).groups()
                function = names.setdefault(number, name)
            elif line.startswith("cfn="):
                number, name = re.match(r"cfn=\((\d+)\)(?: (.*))?", line).groups()
                names.setdefault(number, name)
            elif line.startswith("calls="):
                call_line = True  # the next line is what the callee cost: not ours
            elif line[:1] in "+-*0123456789" and line:
                if not call_line:
                    self.costs[function] += int(line.split()[1]) if len(line.split()) > 1 else 0
                call_line = False

    def summary(self):
        mine = Counter({name: cost for name, cost in self.costs.items() if own(name)})
        return {"total": self.costs.total(), "own": mine.total(), "functions": dict(mine.most_common(FUNCTIONS_KEPT))}


def measure(valgrind, program):
    with tempfile.TemporaryDirectory() as folder:
        command = [valgrind, "--tool=callgrind", "--collect-atstart=no", "--compress-pos=no",
                   f"--callgrind-out-file={folder}/out", program]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_ALLOWED, check=False)
        if done.returncode != 0:
            sys.exit(f"FAIL the program itself\n{done.stdout}{done.stderr}\n0 passed, 1 failed")
        profiles = [Profile(path) for path in Path(folder).glob("out*")]
    return {profile.region: profile.summary() for profile in profiles if profile.region}


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def toolchain(options):
    return {"compiler": options.compiler, "botan": options.botan, "valgrind": first_line(options.valgrind, "--version"),
            "libc": " ".join(platform.libc_ver()), "machine": platform.machine(), "avx2": "avx2" in
            Path("/proc/cpuinfo").read_text().split()}


def rises(before, now):
    """The functions whose cost rose most, in words."""
    grown = Counter(now["functions"])
    grown.subtract(before["functions"])
    for name, more in grown.most_common(FUNCTIONS_SHOWN):
        if more > 0:
            yield f"    +{more:,} in {name[:150]}"


def compare(before, now):
    failed = 0
    for region, old in before.items():
        new = now.get(region)
        if new is None:
            failed += 1
            print(f"FAIL {region}: it is not measured any more")
            continue
        risen = [f"{kind} {old[kind]:,} → {new[kind]:,} ({new[kind] / old[kind] - 1:+.1%})" for kind, margin in MARGINS.items()
                 if new[kind] > old[kind] * (1 + margin)]
        if risen:
            failed += 1
            print(f"FAIL {region}: {', '.join(risen)}", *rises(old, new), sep="\n")
        elif new["own"] < old["own"] * (1 - MARGINS["own"]):
            print(f"  {region}: own instructions fell to {new['own']:,} from {old['own']:,}; accept a new baseline")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("baseline", type=Path)
    parser.add_argument("--valgrind", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--botan", required=True)
    parser.add_argument("--accept", action="store_true")
    options = parser.parse_args()
    here = toolchain(options)
    if not options.accept:
        baseline = json.loads(options.baseline.read_text())
        if "toolchain" not in baseline:
            print("skip instructions: there is no baseline yet: run this with --accept on a quiet machine")
            print("0 passed, 0 failed, 1 skipped")
            return 0
        others = [f"{key} {here[key]} here, {baseline['toolchain'][key]} there" for key in here
                  if here[key] != baseline["toolchain"][key]]
        if others:
            print(f"skip instructions: the baseline is of another toolchain: {'; '.join(others)}")
            print("0 passed, 0 failed, 1 skipped")
            return 0
    now = measure(options.valgrind, options.program)
    for region, counts in now.items():
        print(f"  {region:36} {counts['total']:>12,} of them own {counts['own']:>10,}")
    if options.accept:
        options.baseline.write_text(json.dumps({"toolchain": here, "regions": now}, indent=1) + "\n")
        print(f"accepted: {options.baseline}")
        return 0
    failed = compare(baseline["regions"], now)
    print(f"{len(baseline['regions']) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
