#!/usr/bin/env python3
"""Builds the Botan that Pavise is linked with, and keeps it in a cache outside the tree.

  botan.py lay      make the subproject's folder where that needs neither the network nor a build
  botan.py ensure   get the source, build it where the cache does not have it, print the prefix as the last line

The cache is ${PAVISE_CACHE:-${XDG_CACHE_HOME:-~/.cache}/pavise}/botan-KEY; KEY stands for the version and hash of the source, the
modules, the compiler with its version, and the flags. Botan's own configuration follows CXXFLAGS of the environment; those of them
that decide what objects can be linked with one another (another standard library, sanitizers) are in the key as well.

  botan.py ensure --with-tls       the same with Botan's own TLS in it: a peer of the benchmarks, part of nothing else
  botan.py ensure --for-valgrind   the same with its marks of what is secret: for the tests of constant time
  botan.py ensure --cpu FAMILY     for the other processor that the compiler of --cxx makes programs for
"""
import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import sources

HERE = Path(__file__).resolve().parent
SUBPROJECTS = HERE.parent.parent if HERE.parent.name == "packagefiles" else HERE.parent
OVERLAY = SUBPROJECTS / "packagefiles" / "botan"
SUBPROJECT = SUBPROJECTS / "botan"
CACHE = Path(os.environ.get("PAVISE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pavise")

# Measured: clang 19 makes RSA and P-256 a third faster than g++ 12, so it builds Botan wherever it is installed.
PREFERRED_COMPILER = "clang++-19"
# thread_utils: a signature that hops threads takes several times as long under load. locking_allocator: one global
# mutex around every secret. Neither is in a minimized build; they are named so that no dependency brings them in.
UNWANTED_MODULES = ["thread_utils", "locking_allocator"]
WANTED_FLAGS = ["-fvisibility=hidden", "-fvisibility-inlines-hidden", "-fstack-protector-strong",
                "-fstack-clash-protection", "-fcf-protection=full", "-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"]
# Flags of the environment without which, or only with which, an object fits the others of a program.
DECISIVE_FLAGS = ("-stdlib=", "-fsanitize")
TLS_MODULES = ["tls12", "tls13", "tls13_pqc"]
VALGRIND_OPTIONS = ["--with-valgrind"]
RECIPE = 1  # part of the key: raised when this script builds something else from the same inputs


class Failure(Exception):
    """What went wrong and what to do, for the person who reads it."""


class Say:
    """Progress, on standard error: standard output carries the prefix."""

    def __init__(self, quiet):
        self.quiet = quiet
        self.on_terminal = sys.stderr.isatty()

    def line(self, text):
        if not self.quiet:
            print(f"botan: {text}", file=sys.stderr, flush=True)

    def loudly(self, text):
        print(f"botan: WARNING: {text}", file=sys.stderr, flush=True)

    def step(self, done, total, last_shown):
        """Shows a build's progress: every step on a terminal, every tenth of the way elsewhere."""
        if self.quiet or total == 0:
            return last_shown
        tenth = done * 10 // total
        if self.on_terminal:
            print(f"\rbotan: compiling {done}/{total} ", end="\n" if done == total else "", file=sys.stderr,
                  flush=True)
        elif tenth != last_shown:
            self.line(f"compiling {done}/{total}")
        return tenth


def wanted_modules():
    lines = (line.split("#")[0].split() for line in (HERE / "modules.txt").read_text().splitlines())
    return sorted(fields[0] for fields in lines if fields)


def works(command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


class Recipe:
    """How Botan is built here, whatever its source."""

    def __init__(self, configured_compiler, more_modules=(), more_options=(), cpu=None):
        self.modules = wanted_modules() + list(more_modules)
        self.more_options = list(more_options)
        preferred = PREFERRED_COMPILER
        if cpu:
            preferred = configured_compiler
            archiver = re.sub(r"g\+\+(-\d+)?$", "ar", configured_compiler)
            self.more_options += [f"--cpu={cpu}", f"--ar-command={archiver}"]
        self.compiler = shutil.which(preferred) or shutil.which(configured_compiler)
        if self.compiler is None:
            raise Failure(f"no compiler: neither {PREFERRED_COMPILER} nor {configured_compiler} is on the PATH")
        version = subprocess.run([self.compiler, "--version"], capture_output=True, text=True, check=True).stdout
        self.family = "clang" if "clang" in version else "gcc"
        self.flags = self._supported_flags()
        decisive = [flag for flag in os.environ.get("CXXFLAGS", "").split() if flag.startswith(DECISIVE_FLAGS)]
        identity = [RECIPE, self.modules, UNWANTED_MODULES, self.flags, Path(self.compiler).name,
                    version.splitlines()[0], platform.machine()] + self.more_options + decisive
        self.key = hashlib.sha256(json.dumps(identity).encode()).hexdigest()

    def _supported_flags(self):
        with tempfile.TemporaryDirectory() as folder:
            probe = [self.compiler, "-Werror", "-O2", "-x", "c++", "-c", os.devnull, "-o", f"{folder}/probe.o"]
            if works(probe + " ".join(WANTED_FLAGS).split()):
                return WANTED_FLAGS
            return [flag for flag in WANTED_FLAGS if works(probe + flag.split())]

    def prefix(self, source):
        key = hashlib.sha256(f"{self.key} {source['version']} {source['sha256']}".encode()).hexdigest()
        return CACHE / f"botan-{source['version']}-{key[:16]}"

    def cached(self):
        """A finished build by this recipe: of a source whose hash is known, else of the newest other."""
        for source in sources.KNOWN:
            if (self.prefix(source) / "build.json").exists():
                return source
        others = []
        for record in CACHE.glob("botan-*/build.json"):
            build = json.loads(record.read_text())
            if build["recipe"] == self.key:
                others.append(build["source"])
        return max(others, key=lambda source: sources.version_key(source["version"]), default=None)


def lay_overlay():
    """Makes subprojects/botan out of packagefiles/botan as meson does when it unpacks a wrap, or brings it up to date."""
    for file in OVERLAY.iterdir() if OVERLAY.exists() else []:  # in another project's tree meson alone lays it out
        target = SUBPROJECT / file.name
        if file.is_file() and not (target.exists() and target.read_bytes() == file.read_bytes()):
            SUBPROJECT.mkdir(exist_ok=True)
            shutil.copy(file, target)


def unpacked():
    """The source that lies in the subproject's folder, with its path; None where there is none."""
    configure = next(iter(sorted(SUBPROJECT.glob("*/configure.py"))), None)
    if configure is None:
        return None
    record = SUBPROJECT / "source.json"
    # Without a record meson has unpacked it and compared it with the wrap's hash, which is the first known one.
    source = json.loads(record.read_text()) if record.exists() else sources.KNOWN[0]
    return dict(source, path=str(configure.parent))


def unpack(tarball, source):
    SUBPROJECT.mkdir(exist_ok=True)
    with tarfile.open(tarball) as archive:
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(SUBPROJECT, **safe)
    (SUBPROJECT / "source.json").write_text(json.dumps(source))


def fetch(say):
    found = unpacked()
    if found is None:
        tarball, source = sources.obtain(SUBPROJECTS / "packagecache", CACHE / "sources", say)
        say.line(f"unpacking {tarball.name}")
        unpack(tarball, source)
        found = unpacked()
    if found is None:
        raise Failure(f"the source below {SUBPROJECT} has no configure.py; remove that folder and run this again")
    return found


@contextlib.contextmanager
def locked():
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "botan.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_logged(command, folder, log, on_line=lambda line: None, **environment):
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, env={**os.environ, **environment}) as process:
        for line in process.stdout:
            log.write(line)
            on_line(line)
    if process.returncode != 0:
        log.flush()
        tail = "\n".join(line[:200] for line in Path(log.name).read_text(errors="replace").splitlines()[-30:])
        raise Failure(f"this step failed: {' '.join(map(str, command))[:200]} …\n{tail}\nThe whole log: {log.name}")


def compile_and_stage(recipe, source, prefix, work, jobs, say):
    """Runs Botan's own configuration, build and installation, the last into the folder `staged`, which is returned."""
    ninja = shutil.which("ninja") or shutil.which("ninja-build") or shutil.which("samu")
    with open(CACHE / "botan-build.log", "w", encoding="utf-8") as log:
        configure = [sys.executable, "configure.py", f"--with-build-dir={work}", f"--prefix={prefix}",
                     f"--cc={recipe.family}", f"--cc-bin={recipe.compiler}", "--minimized-build",
                     f"--enable-modules={','.join(recipe.modules)}", f"--disable-modules={','.join(UNWANTED_MODULES)}",
                     "--build-targets=static", f"--build-tool={'ninja' if ninja else 'make'}",
                     "--without-documentation", "--no-install-python-module",
                     f"--extra-cxxflags={' '.join(recipe.flags)}", *recipe.more_options]
        run_logged(configure, source["path"], log)
        shown = 0

        def progress(line):
            nonlocal shown
            step = re.match(r"\[(\d+)/(\d+)\]", line)
            if step:
                shown = say.step(int(step[1]), int(step[2]), shown)

        tool = [ninja, "-f", f"{work}/build.ninja"] if ninja else ["make", "-f", f"{work}/Makefile"]
        run_logged(tool + ["-j", str(jobs), "libs"], source["path"], log, progress)
        staged = work / "staged"
        run_logged([sys.executable, "src/scripts/install.py", f"--build-dir={work}/build"], source["path"], log,
                   DESTDIR=str(staged))
    return Path(f"{staged}{prefix}")


def build(recipe, source, jobs, say):
    """Builds in a folder of its own and moves the result to its place in one step: a prefix is whole or not there."""
    prefix = recipe.prefix(source)
    say.line(f"building Botan {source['version']} with {Path(recipe.compiler).name}, once for this machine "
             f"(about 3 minutes on two cores) …")
    started = time.monotonic()
    for abandoned in CACHE.glob("botan-build-*/"):
        shutil.rmtree(abandoned, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix="botan-build-", dir=CACHE))
    try:
        finished = compile_and_stage(recipe, source, prefix, work, jobs, say)
        record = {"recipe": recipe.key, "source": {k: v for k, v in source.items() if k != "path"}}
        (finished / "build.json").write_text(json.dumps(record, indent=1))
        shutil.rmtree(prefix, ignore_errors=True)
        os.rename(finished, prefix)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    say.line(f"built in {time.monotonic() - started:.0f} s: {prefix}")


def ensure(recipe, jobs, say):
    lay_overlay()
    source = recipe.cached()
    if source is None:
        with locked():  # whoever waited here may find what it wants when it gets in
            source = recipe.cached()
            if source is None:
                source = fetch(say)
                build(recipe, source, jobs, say)
    if source["version"] != sources.PINNED:
        say.loudly(f"this is Botan {source['version']}, not the pinned {sources.PINNED}, which could not be had")
    return recipe.prefix(source)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["lay", "ensure"])
    parser.add_argument("--cxx", default=os.environ.get("CXX", "c++").split()[-1],
                        help=f"the compiler where {PREFERRED_COMPILER} is not installed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--with-tls", action="store_true", help=f"with the modules {', '.join(TLS_MODULES)}")
    parser.add_argument("--cpu", help="the family of another processor, as meson calls it: aarch64, s390x, …")
    parser.add_argument("--for-valgrind", action="store_true", help=f"configured {' '.join(VALGRIND_OPTIONS)}")
    options = parser.parse_args()
    say = Say(options.quiet)
    try:
        if options.command == "lay":
            if SUBPROJECT.exists() or Recipe(options.cxx).cached() is not None:
                lay_overlay()
        else:
            recipe = Recipe(options.cxx, TLS_MODULES if options.with_tls else (),
                            VALGRIND_OPTIONS if options.for_valgrind else (), options.cpu)
            print(ensure(recipe, options.jobs, say))
    except (Failure, sources.NotHad) as failure:
        print(f"botan: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
