#!/usr/bin/env python3
"""Runs clang-tidy over the sources of the product; a file that was clean is not looked at again until it, one of the
project's headers that it includes, or the configuration changes.

  tidy.py BUILD_DIR [--jobs N] [--analyzer]

--analyzer: the checks of clang's analyzer instead of those of .clang-tidy. They take several times as long.
"""
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLEAN = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pavise" / "tidy"
TOOL = "clang-tidy-19"
ANALYZER = "--checks=-*,clang-analyzer-core.*,clang-analyzer-cplusplus.*,clang-analyzer-deadcode.*,clang-analyzer-security.*"
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<(pavise/[^>]+)>)', re.M)


@functools.lru_cache(maxsize=None)
def includes(path):
    """The project's files that a file includes, itself among them, all the way down."""
    seen, waiting = set(), [path]
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for quoted, angled in INCLUDE.findall(file.read_text()):
            for folder in (file.parent, ROOT / "src", ROOT / "include"):
                if (folder / (quoted or angled)).is_file():
                    waiting.append((folder / (quoted or angled)).resolve())
                    break
    return frozenset(seen)


def fingerprint(path, version, checks):
    digest = hashlib.sha256(version + " ".join(checks).encode() + (ROOT / ".clang-tidy").read_bytes())
    for file in sorted(includes(path)):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def findings(output):
    """The findings in clang-tidy's output, each with the lines that explain it."""
    return [block for block in re.split(r"^(?=\S+:\d+:\d+: (?:error|warning): )", output, flags=re.M) if block.strip()]


def examine(build, path, checks):
    return subprocess.run([TOOL, "-p", build, "--quiet", *checks, str(path)], capture_output=True, text=True, check=False,
                          cwd=ROOT)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build_dir")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--analyzer", action="store_const", const=[ANALYZER], default=[], dest="checks")
    options = parser.parse_args()
    build = Path(options.build_dir).resolve()
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {(Path(entry["directory"]) / entry["file"]).resolve() for entry in commands}
    files = sorted(file for file in files if file.is_relative_to(ROOT / "src") and file.is_file())
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    CLEAN.mkdir(parents=True, exist_ok=True)
    marks = {file: CLEAN / fingerprint(file, version, options.checks) for file in files}
    waiting = [file for file in files if not marks[file].exists()]
    print(f"    {len(files)} files, {len(files) - len(waiting)} of them known to be clean", flush=True)
    dirty, shown = 0, set()  # what is found in a header is found by all who include it, and shown once
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for file, result in zip(waiting, pool.map(lambda file: examine(build, file, options.checks), waiting)):
            if result.returncode == 0:
                marks[file].touch()
            else:
                dirty += 1
                for finding in findings(result.stdout) or [result.stderr]:
                    if finding not in shown:
                        shown.add(finding)
                        print(finding, flush=True)
    print(f"    {dirty} of {len(files)} files with findings")
    print(f"{len(files) - dirty} passed, {dirty} failed")
    return 1 if dirty or not files else 0


if __name__ == "__main__":
    sys.exit(main())
