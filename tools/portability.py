#!/usr/bin/env python3
"""Builds the unit tests for another processor and runs them under qemu's user emulation.

  portability.py TARGET --build DIR [--jobs N] [--programs PROGRAM…]

TARGET is aarch64, whose characters are unsigned and whose vector instructions are others, or s390x, whose bytes are in the other
order. Debian's cross compiler g++-TARGET-linux-gnu, qemu-user and GoogleTest's source (googletest) must be there. PROGRAM…: these
test programs alone (part of their names).
Prints `FAIL NAME` for each program that failed, and `N passed, N failed` with the count of their test cases.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOOGLETEST = Path("/usr/src/googletest")
ENDIANNESS = {"aarch64": "little", "s390x": "big"}
# The rooms below I/O. What is above them (sockets, processes, the command) passes bytes on.
FOLDERS = ("base", "wire", "crypto", "trust", "record", "schedule", "quic", "messages", "handshake", "engine", "peer", "regress")
TIME_LIMIT = 1800  # seconds for one program: the emulation is some twenty times as slow


class Failure(Exception):
    """What is missing or went wrong, for the person who reads it."""


def run(command, what, **more):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          **more)
    if done.returncode != 0:
        raise Failure(f"{what} failed: {' '.join(map(str, command))[:200]}\n{done.stdout[-4000:]}")
    return done.stdout


def needed(target):
    for program in (f"{target}-linux-gnu-g++", f"qemu-{target}", "meson", "ninja"):
        if shutil.which(program) is None:
            raise Failure(f"{program} is not installed")
    if not GOOGLETEST.is_dir():
        raise Failure(f"{GOOGLETEST}, GoogleTest's source, is not there: Debian's package googletest has it")


def build_googletest(target, folder):
    """The libraries for the target, and what pkg-config says of them."""
    folder.mkdir(parents=True, exist_ok=True)
    compiler, archiver = f"{target}-linux-gnu-g++", f"{target}-linux-gnu-ar"
    tests, mocks = GOOGLETEST / "googletest", GOOGLETEST / "googlemock"
    includes = [f"-I{tests}", f"-I{mocks}", f"-I{tests}/include", f"-I{mocks}/include"]
    sources = {"gtest": tests / "src/gtest-all.cc", "gtest_main": tests / "src/gtest_main.cc", "gmock": mocks / "src/gmock-all.cc",
               "gmock_main": mocks / "src/gmock_main.cc"}
    for name, source in sources.items():
        archive = folder / f"lib{name}.a"
        if not archive.exists():
            run([compiler, "-std=c++17", "-O1", "-pthread", *includes, "-c", source, "-o", folder / f"{name}.o"], name)
            run([archiver, "rcs", archive, folder / f"{name}.o"], name)
        needs = {"gtest_main": "gtest", "gmock": "gtest", "gmock_main": "gmock"}.get(name, "")
        (folder / f"{name}.pc").write_text(
            f"Name: {name}\nDescription: GoogleTest\nVersion: 1.12.1\nRequires: {needs}\n"
            f"Libs: -L{folder} -l{name} -pthread\nCflags: -isystem {tests}/include -isystem {mocks}/include -pthread\n")


def cross_file(target, folder):
    """How meson makes programs for the target. Before meson 1.3 it knew pkg-config by the name without a hyphen alone."""
    path = folder / "cross.ini"
    ccache = "'ccache', " if shutil.which("ccache") else ""
    path.write_text(f"""[binaries]
cpp = [{ccache}'{target}-linux-gnu-g++']
ar = '{target}-linux-gnu-ar'
strip = '{target}-linux-gnu-strip'
pkg-config = 'pkg-config'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-{target}', '-L', '/usr/{target}-linux-gnu']

[properties]
pkg_config_libdir = '{folder}'

[host_machine]
system = 'linux'
cpu_family = '{target}'
cpu = '{target}'
endian = '{ENDIANNESS[target]}'
""")
    return path


def configure(target, build):
    support = build.parent / f"{build.name}-support"
    build_googletest(target, support)
    if not (build / "build.ninja").exists():
        shutil.rmtree(build, ignore_errors=True)
        options = ["-Doptimization=0", "-Ddebug=false", "-Dlibrary=false", "-Dredis=disabled"]
        options += [f"-D{library}=disabled" for library in ("zlib", "brotli", "zstd")]
        run(["meson", "setup", build, "--cross-file", cross_file(target, support), *options], "meson setup", cwd=ROOT)


def test_programs(build, wanted):
    listed = run(["ninja", "-C", build, "-t", "targets", "all"], "ninja").splitlines()
    programs = [line.split(":")[0] for line in listed if line.endswith(": cpp_LINKER")]
    programs = [p for p in programs if p.startswith(tuple(f"tests/{folder}/" for folder in FOLDERS)) and p.endswith("-test")]
    return sorted(p for p in programs if not wanted or any(part in p for part in wanted))


def run_program(target, build, program):
    """(passed, failed, what it said)"""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        try:
            done = subprocess.run([f"qemu-{target}", "-L", f"/usr/{target}-linux-gnu", str(build / program), "--gtest_brief=1",
                                   f"--gtest_output=xml:{report}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  errors="replace", timeout=TIME_LIMIT, check=False)
        except subprocess.TimeoutExpired:
            return 0, 1, f"did not end within {TIME_LIMIT} s"
        if not report.exists():
            return 0, 1, f"exit status {done.returncode}\n{done.stdout}"
        suite = xml.etree.ElementTree.parse(report).getroot()
        ran = sum(case.get("status") == "run" for case in suite.iter("testcase"))
        failed = int(suite.get("failures")) + int(suite.get("errors"))
        if done.returncode != 0 and failed == 0:
            failed = 1
        return ran - failed, failed, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=sorted(ENDIANNESS))
    parser.add_argument("--programs", nargs="+", default=[])
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    build = options.build.resolve()
    passed = failed = 0
    try:
        needed(options.target)
        configure(options.target, build)
        programs = test_programs(build, options.programs)
        if not programs:
            raise Failure("there is no such test program")
        run(["ninja", "-C", build, "-j", options.jobs, *programs], "building")
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            work = {program: pool.submit(run_program, options.target, build, program) for program in programs}
            for program, done in work.items():
                good, bad, said = done.result()
                passed, failed = passed + good, failed + bad
                print(f"  {Path(program).name}: {good} passed, {bad} failed", flush=True)
                if bad:
                    print(f"FAIL {Path(program).name}\n{said[-3000:]}", flush=True)
    except Failure as failure:
        failed += 1
        print(f"FAIL portability-{options.target}: {failure}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
