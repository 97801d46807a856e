#!/usr/bin/env python3
"""Whether other people's fuzzers can run the targets: fuzz/afl.sh and fuzz/oss-fuzz/build.sh, each to its end.

  fuzz_entries.py [afl] [oss-fuzz]     both, where none is named

AFL++ fuzzes one target for some seconds and must have run inputs. OSS-Fuzz's script builds with the variables that its builder
sets; then every target must be there under its own name with its seeds and options, need no library that a machine without
Pavise's dependencies lacks, and replay its seeds. Both build below build/. The last line is `N passed, N failed`.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import fuzz

ROOT = Path(__file__).resolve().parent.parent
AFL_TARGET = "server-null-tls13"
AFL_SECONDS = 10
# What the base-builder image of OSS-Fuzz sets for libFuzzer with AddressSanitizer.
OSS_FUZZ_FLAGS = ("-O1 -fno-omit-frame-pointer -gline-tables-only -Wno-error=deprecated-declarations "
                  "-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -fsanitize=address -fsanitize-address-use-after-scope "
                  "-fsanitize=fuzzer-no-link")
OSS_FUZZ_STANDARD_LIBRARY = "-stdlib=libc++"
# The builder's libFuzzer needs no library; a distribution's wants the compiler's usual one.
OSS_FUZZ_ENGINE = "-fsanitize=fuzzer -l:libstdc++.so.6"
# libc and what comes with it: what the machines that run the targets have. The builder's own libc++ is static.
EVERYWHERE = re.compile(r"linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\+\+|c\+\+|c\+\+abi|unwind)\.so")


class Failure(Exception):
    pass


def compiler(name):
    """The command of clang or clang++, through ccache where that is there."""
    found = fuzz.llvm(name) or name
    return f"ccache {found}" if shutil.which("ccache") else found


def run(command, **environment):
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failure(f"{Path(command[0]).name} ends with {done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout


def try_afl():
    out = ROOT / "build" / "afl-out" / AFL_TARGET
    shutil.rmtree(out, ignore_errors=True)
    # The sanitizers are in the other entry's build.
    run(["fuzz/afl.sh", AFL_TARGET, str(AFL_SECONDS)], CXX=compiler("clang++"), AFL_SANITIZE="none")
    lines = (out / "default" / "fuzzer_stats").read_text().splitlines()
    stats = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    if int(stats["execs_done"]) == 0 or int(stats["edges_found"]) == 0:
        raise Failure(f"AFL++ has run nothing: {stats}")
    return [f"AFL++ {stats['afl_version']}: {stats['execs_done']} inputs of {AFL_TARGET}, {stats['edges_found']} edges, "
            f"{stats['saved_crashes']} crashes"]


def replay(program, seeds):
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(seeds) as archive:
            archive.extractall(folder)
        count = len(list(Path(folder).iterdir()))
        run([str(program), "-runs=0", folder])
    return count


def try_oss_fuzz():
    work = ROOT / "build" / "oss-fuzz"
    out = work / "out"
    shutil.rmtree(out, ignore_errors=True)
    run(["fuzz/oss-fuzz/build.sh"], SRC=str(ROOT.parent), WORK=str(work), OUT=str(out), CC=compiler("clang"),
        CXX=compiler("clang++"), CFLAGS=OSS_FUZZ_FLAGS, CXXFLAGS=f"{OSS_FUZZ_FLAGS} {OSS_FUZZ_STANDARD_LIBRARY}",
        LIB_FUZZING_ENGINE=OSS_FUZZ_ENGINE)
    targets = sorted(file.name.removesuffix(".options") for file in out.glob("*.options"))
    if not targets:
        raise Failure("there is no target")
    inputs = 0
    for target in targets:
        inputs += replay(out / target, out / f"{target}_seed_corpus.zip")
    lacking = [line.strip() for line in run(["ldd", str(out / targets[0])]).splitlines() if not EVERYWHERE.search(line)]
    if lacking:
        raise Failure("a machine without Pavise's dependencies lacks " + ", ".join(lacking))
    return [f"OSS-Fuzz: {len(targets)} targets, {len(list(out.glob('*.dict')))} dictionaries, {inputs} seeds replayed"]


def main():
    entries = {"afl": try_afl, "oss-fuzz": try_oss_fuzz}
    failed = 0
    wanted = sys.argv[1:] or list(entries)
    for name in wanted:
        try:
            print("\n".join(f"    {line}" for line in entries[name]()), flush=True)
        except (Failure, OSError, KeyError) as problem:
            print(f"{problem}\nFAIL {name}", flush=True)
            failed += 1
    print(f"{len(wanted) - failed} passed, {failed} failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
