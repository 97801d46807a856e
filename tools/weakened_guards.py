#!/usr/bin/env python3
"""Whether the tests of docs/pitfalls.md can fail: each guard is weakened, and the tests that hold it must say so.

  weakened_guards.py BUILD_DIR [ROW...] [--jobs N]

tests/regress/weakened.txt holds the changes. For each, one source is copied, changed, compiled as BUILD_DIR compiles it, and
linked in the place of the original; the tree is not touched. The change is found when exactly the tests that the table
names fail. A build with ThreadSanitizer tries those that are told to be seen by it alone. The last line is `N passed, N failed`.
"""
import argparse
import concurrent.futures
import dataclasses
import fnmatch
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import planted

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "regress" / "weakened.txt"
LONGEST_RUN = 300  # seconds: a weakened guard may make a test wait for ever, which is a failure of that test too


@dataclasses.dataclass
class Change:
    row: str
    what: str
    source: str = ""
    through: list = dataclasses.field(default_factory=list)  # what is compiled: a header is changed for its includers
    lines: list = dataclasses.field(default_factory=list)  # pairs of old and new lines
    program: str = ""
    tests: list = dataclasses.field(default_factory=list)  # patterns of the tests that then fail
    among: str = "*"  # the tests that are run, where the change may disturb others by chance
    under: str = ""  # the sanitizer without which nothing would be seen


def read_table():
    changes = []
    for line in TABLE.read_text().splitlines():
        word, _, rest = line.partition(" ")
        if line.startswith("#") or not line:
            continue
        if word == "row":
            number, _, what = rest.partition(" ")
            changes.append(Change(number, what))
        elif word == "in":
            changes[-1].source = rest
        elif word == "through":
            changes[-1].through = rest.split()
        elif word == "among":
            changes[-1].among = rest
        elif word == "under":
            changes[-1].under = rest
        elif word == "fails":
            changes[-1].program, *changes[-1].tests = rest.split()
        elif line[0] in "-+":
            planted.add_line(changes[-1].lines, line)
        else:
            raise SystemExit(f"{TABLE}: what is `{line}`?")
    return changes


def changed_source(change):
    return planted.replaced(ROOT / change.source, change.lines)


class Build:
    """How sources are compiled and programs linked."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.compile = {}
        for entry in json.loads((self.folder / "compile_commands.json").read_text()):
            source = os.path.relpath(os.path.normpath(self.folder / entry["file"]), ROOT)
            self.compile.setdefault(source, [word for word in shlex.split(entry["command"]) if word != "ccache"])
        flags = next(iter(self.compile.values()))
        self.sanitizer = next((flag.partition("=")[2] for flag in flags if flag.startswith("-fsanitize=")), "")

    def _run(self, command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)[:200]} …\n{done.stderr[-2000:]}")

    def _link_command(self, program):
        commands = subprocess.run(["ninja", "-C", str(self.folder), "-t", "commands", "-s", program], check=True,
                                  capture_output=True, text=True).stdout.splitlines()
        return [word for word in shlex.split(commands[-1]) if word != "ccache"]

    def with_change(self, change, work):
        """The program with the change. A changed header comes first where the compiler looks for headers."""
        source = Path(change.source)
        room = source.relative_to("include" if source.parts[0] == "include" else "src")
        copy = work / room
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(changed_source(change))
        objects = []
        for compiled in change.through or [change.source]:
            command = list(self.compile[compiled])
            objects.append(str(work / f"{len(objects)}.o"))
            command[command.index("-o") + 1] = objects[-1]
            if compiled == change.source:
                command[command.index("-c") + 1] = str(copy)
            command[1:1] = [f"-I{work}"]
            command += ["-Wno-error", "-w", "-MF", str(work / "d")]
            self._run(command)
        program = work / "program"
        command = self._link_command(change.program)
        at = command.index("-o")
        command[at + 1] = str(program)
        # Before the archives: a member whose symbols are all there already is not taken out of them.
        self._run(command[:at + 2] + objects + command[at + 2:])
        return str(program)


def failed_tests(program, among, folder):
    """Names of the tests that failed; with the one that was running when the program came to its end."""
    at_once = {**os.environ, "TSAN_OPTIONS": "halt_on_error=1"}  # a race ends the program in the test that has it
    try:
        done = subprocess.run([program, "--gtest_color=no", f"--gtest_filter={among}"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=folder, env=at_once, text=True, errors="replace", check=False,
                              timeout=LONGEST_RUN)
        said = done.stdout
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode(errors="replace")
    failed = set(re.findall(r"^\[  FAILED  \] ([\w/]+\.[\w/]+)", said, re.M))
    begun = re.findall(r"^\[ RUN      \] ([\w/]+\.[\w/]+)", said, re.M)
    ended = set(re.findall(r"^\[ +(?:OK|FAILED|SKIPPED) +\] ([\w/]+\.[\w/]+)", said, re.M))
    return failed | {name for name in begun if name not in ended}


def try_change(build, change):
    """What is to be said, and whether the change was found by the tests that the table names, and by no others."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            failed = failed_tests(build.with_change(change, Path(folder)), change.among, build.folder)
        except (RuntimeError, KeyError) as problem:
            return f"row {change.row}: {change.what}: it does not build: {problem}", False
    missing = [pattern for pattern in change.tests if not fnmatch.filter(failed, pattern)]
    others = [name for name in sorted(failed) if not any(fnmatch.fnmatchcase(name, pattern) for pattern in change.tests)]
    seconds = time.monotonic() - started
    found = not missing and not others
    line = f"    row {change.row}: {'found in' if found else 'NOT FOUND AS TOLD in'} {seconds:.0f} s: {change.what}"
    if missing:
        line += f"\n        passes: {' '.join(missing)}"
    if others:
        line += f"\n        fails too: {' '.join(others)}"
    return line, found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    build = Build(options.build)
    changes = [change for change in read_table()
               if change.under == build.sanitizer and (not options.rows or change.row in options.rows)]
    subprocess.run(["ninja", "-C", options.build, *sorted({change.program for change in changes})], check=True,
                   stdout=subprocess.DEVNULL)
    missed = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for change, (line, found) in zip(changes, pool.map(lambda one: try_change(build, one), changes)):
            print(line, flush=True)
            if not found:
                missed.append(change)
    for change in missed:
        print(f"FAIL row {change.row}: {change.what}")
    print(f"{len(changes) - len(missed)} passed, {len(missed)} failed")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
