#!/usr/bin/env python3
"""Drives the fuzz program.

  fuzz.py PROGRAM --list
  fuzz.py PROGRAM TARGET SECONDS       fuzzes one target, from its corpus and its seeds
  fuzz.py PROGRAM --smoke SECONDS      each target for that long; N passed, N failed

What is found lies in build/findings, with the line that runs it again; new inputs gather in build/fuzz-corpus/TARGET,
and `--merge TARGET` moves those that reach something new into fuzz/corpus/TARGET.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "fuzz" / "corpus"
GROWN = ROOT / "build" / "fuzz-corpus"
FINDINGS = ROOT / "build" / "findings"
LONGEST_INPUT = 8192
# Of a corpus that is kept: a file above is not worth its place.
LONGEST_KEPT = 4096


def environment(target):
    return {**os.environ, "PAVISE_FUZZ_TARGET": target}


def targets(program):
    listing = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout
    return [line.split()[0] for line in listing.splitlines()]


def seeds(program, target, folder):
    subprocess.run([program, "--write-seeds", folder], check=True, env=environment(target))


def fuzz(program, target, seconds, quiet=False):
    """libFuzzer's exit status: 0 where nothing was found."""
    grown = GROWN / target
    grown.mkdir(parents=True, exist_ok=True)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seeds(program, target, folder)
        corpora = [str(grown), folder] + ([str(KEPT / target)] if (KEPT / target).is_dir() else [])
        command = [program, *corpora, f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT}", "-timeout=10",
                   "-rss_limit_mb=2048", "-use_value_profile=1", "-print_final_stats=1",
                   f"-artifact_prefix={FINDINGS}/{target}-"]
        output = subprocess.PIPE if quiet else None
        before = set(FINDINGS.iterdir())
        done = subprocess.run(command, env=environment(target), stdout=output, stderr=output and subprocess.STDOUT,
                              text=True, errors="replace", check=False)
    if done.returncode != 0:
        if quiet:
            print("\n".join(done.stdout.splitlines()[-40:]))
        for finding in sorted(set(FINDINGS.iterdir()) - before):
            print(f"    to run it again: PAVISE_FUZZ_TARGET={target} {program} {finding}")
    return done.returncode


def merge(program, target):
    """The smallest set of inputs that reaches what all of them reach."""
    with tempfile.TemporaryDirectory() as folder:
        seeds(program, target, folder)
        (KEPT / target).mkdir(parents=True, exist_ok=True)
        (GROWN / target).mkdir(parents=True, exist_ok=True)
        subprocess.run([program, "-merge=1", f"-max_len={LONGEST_KEPT}", "-timeout=10", str(KEPT / target), folder,
                        str(GROWN / target)], env=environment(target), check=True, capture_output=True)
    kept = list((KEPT / target).iterdir())
    print(f"{target}: {len(kept)} inputs, {sum(file.stat().st_size for file in kept)} bytes")


def smoke(program, seconds):
    failed = [target for target in targets(program) if fuzz(program, target, seconds, quiet=True) != 0]
    for target in failed:
        print(f"FAIL {target}")
    print(f"{len(targets(program)) - len(failed)} passed, {len(failed)} failed")
    return bool(failed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("target", nargs="?")
    parser.add_argument("seconds", nargs="?", type=int, default=60)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--smoke", type=int, metavar="SECONDS")
    parser.add_argument("--merge", metavar="TARGET", help="or `all`")
    options = parser.parse_args()
    if options.list:
        return subprocess.run([options.program, "--list"], check=False).returncode
    if options.smoke:
        return smoke(options.program, options.smoke)
    known = targets(options.program)
    if options.merge:
        for target in known if options.merge == "all" else [options.merge]:
            merge(options.program, target)
        return 0
    if options.target not in known:
        print(f"there is no target {options.target}; ./dev fuzz --list has them", file=sys.stderr)
        return 2
    return fuzz(options.program, options.target, options.seconds)


if __name__ == "__main__":
    sys.exit(main())
