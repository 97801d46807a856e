#!/usr/bin/env python3
"""Whether each fuzz target finds a fault that was planted for it, from the committed corpus, within a minute.

  planted_faults.py BUILD_DIR [TARGET...] [--jobs N] [--seconds N]

For each fault of fuzz/faults.txt one source is copied, changed, compiled as BUILD_DIR (of `./dev fuzz`) compiles it, and
linked in the place of the original; the tree is not touched. A target that does not find its fault, and one that has none,
has failed. The last line is `N passed, N failed`.
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fuzz
import planted

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "fuzz" / "faults.txt"
PROGRAM = "fuzz/pavise-fuzz"


@dataclasses.dataclass
class Fault:
    what: str
    targets: list = dataclasses.field(default_factory=list)
    source: str = ""
    through: list = dataclasses.field(default_factory=list)
    changes: list = dataclasses.field(default_factory=list)  # pairs of old and new lines
    prints: str = ""  # for targets that report instead of stopping: what they then print


def read_table():
    faults = []
    for line in TABLE.read_text().splitlines():
        word, _, rest = line.partition(" ")
        if line.startswith("#") or not line:
            continue
        if word == "fault":
            faults.append(Fault(rest))
        elif word == "for":
            faults[-1].targets = rest.split()
        elif word == "in":
            faults[-1].source = rest
        elif word == "through":
            faults[-1].through = rest.split()
        elif word == "prints":
            faults[-1].prints = rest
        elif line[0] in "-+":
            planted.add_line(faults[-1].changes, line)
        else:
            raise SystemExit(f"{TABLE}: what is `{line}`?")
    return faults


def faulty_source(fault):
    return planted.replaced(ROOT / fault.source, fault.changes)


class Build:
    """How the program is compiled and linked."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.compile = {}
        for entry in json.loads((self.folder / "compile_commands.json").read_text()):
            source = os.path.relpath(os.path.normpath(self.folder / entry["file"]), ROOT)
            self.compile.setdefault(source, shlex.split(entry["command"]))
        commands = subprocess.run(["ninja", "-C", str(self.folder), "-t", "commands", "-s", PROGRAM], check=True,
                                  capture_output=True, text=True).stdout.splitlines()
        self.link = shlex.split(commands[-1])

    def _run(self, command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)[:300]} …\n{done.stderr[-2000:]}")

    def with_fault(self, fault, work):
        """The program with the fault; its source is laid over the original where the compiler looks for that."""
        copy = work / "faulty"
        copy.write_text(faulty_source(fault))
        overlay = work / "overlay.yaml"
        overlay.write_text(json.dumps({"version": 0, "use-external-names": False, "roots": [
            {"type": "file", "name": str(ROOT / fault.source), "external-contents": str(copy)}]}))
        objects = []
        for source in fault.through or [fault.source]:
            command = [word for word in self.compile[source] if word != "ccache"]
            at = command.index("-o")
            objects.append(str(work / f"{len(objects)}.o"))
            command[at + 1] = objects[-1]
            command += ["-ivfsoverlay", str(overlay), "-Wno-error", "-w", "-MF", str(work / "d")]
            self._run(command)
        program = work / "pavise-fuzz"
        command = [word for word in self.link if word != "ccache"]
        at = command.index("-o")
        command[at + 1] = str(program)
        # Before the archives: a member whose symbols are all there already is not taken out of them.
        self._run(command[:at] + objects + command[at:])
        return str(program)


def find(program, fault, target, seconds):
    """(found, seconds that it took, what was said)"""
    with tempfile.TemporaryDirectory() as folder:
        begin, grown = Path(folder) / "begin", Path(folder) / "grown"
        grown.mkdir()
        # The seeds too are made by the faulty program. A fault that does not let it start proves nothing of a corpus.
        started = time.monotonic()
        try:
            fuzz.lay_out(program, target, begin)
        except subprocess.CalledProcessError:
            return False, time.monotonic() - started, "it does not even start"
        command = [program, str(grown), str(begin), f"-max_total_time={seconds}", f"-max_len={fuzz.LONGEST_INPUT}",
                   *fuzz.LIMITS, "-use_value_profile=1", f"-artifact_prefix={folder}/",
                   *fuzz.dictionary(program, target, folder)]
        said, found = "", False
        with subprocess.Popen(command, env=fuzz.environment(target), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace") as running:
            for line in running.stdout:
                said += line
                if fault.prints and re.search(fault.prints, line):
                    found = True
                    running.kill()
                    break
        found = found or (not fault.prints and running.returncode != 0)
        return found, time.monotonic() - started, said[-1500:]


def try_fault(build, fault, wanted, seconds):
    """Lines to be shown, and the targets that did not find the fault."""
    lines, missed = [], []
    with tempfile.TemporaryDirectory() as folder:
        try:
            program = build.with_fault(fault, Path(folder))
        except RuntimeError as problem:
            return [f"{fault.source}: {fault.what}: it does not build: {problem}"], list(wanted)
        for target in wanted:
            found, took, said = find(program, fault, target, seconds)
            lines.append(f"    {target}: {'found in' if found else 'NOT FOUND in'} {took:.0f} s: {fault.what} ({fault.source})")
            if not found:
                missed.append(target)
                lines.append(said)
    return lines, missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_intermixed_args()
    build = Build(options.build)
    known = set(fuzz.described_targets(str(build.folder / PROGRAM)))
    faults = read_table()
    tried = set(options.targets) or known
    work = [(fault, [target for target in fault.targets if target in tried]) for fault in faults]
    missed = sorted(tried - {target for _, targets in work for target in targets})
    for target in missed:
        print(f"    {target}: no fault was planted for it")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for lines, failed in pool.map(lambda one: try_fault(build, one[0], one[1], options.seconds),
                                      [one for one in work if one[1]]):
            print("\n".join(lines), flush=True)
            missed += failed
    for target in missed:
        print(f"FAIL {target}")
    print(f"{len(tried) - len(missed)} passed, {len(missed)} failed")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
