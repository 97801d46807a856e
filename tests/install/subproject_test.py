#!/usr/bin/env python3
"""Builds a program of somebody else's that has Pavise as a meson subproject, and runs it.

  subproject_test.py SOURCE_ROOT BUILD_ROOT C++ PROGRAM.cpp

The work lies in a folder of the build that stays, so that a compiler cache knows what it has seen.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = """project('uses', 'cpp', default_options: ['cpp_std=c++20', 'warning_level=3', 'werror=true'])
pavise = dependency('pavise', fallback: ['pavise', 'pavise_dep'],
  default_options: ['default_library=static', 'library=false', 'tests=disabled'])
executable('program', 'program.cpp', dependencies: pavise)
"""


def run(*command, **environment):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def mint(folder):
    def request(name, subject, *options):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            subject, "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", *options)

    request("ca", "/CN=a CA", "-addext", "keyUsage=critical,keyCertSign")
    request("leaf", "/CN=a leaf", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-addext",
            "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE")
    return [folder / name for name in ("ca.pem", "leaf.pem", "leaf.key")]


def lay(root, project):
    """Pavise's tree without what was built: as a release's archive has it."""
    target = project / "subprojects" / "pavise"
    for name in ("meson.build", "meson_options.txt", "include", "src", "packaging", "subprojects"):
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("botan", "googletest-*", "benchmark-*", "*.wraplock")
                            if name == "subprojects" else None)
            if name == "subprojects":  # the pattern is meant for the unpacked source, not for its overlay
                shutil.copytree(source / "packagefiles", target / name / "packagefiles", dirs_exist_ok=True)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


def main():
    root, build, compiler, program = sys.argv[1:]
    work = Path(build) / "install-test" / "subproject"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        lay(Path(root), work)
        (work / "meson.build").write_text(PROJECT)
        shutil.copy2(program, work / "program.cpp")
        cxx = f"ccache {compiler}" if shutil.which("ccache") else compiler
        run("meson", "setup", work / "build", work, "-Dbuildtype=plain", "-Doptimization=0", CXX=cxx)
        run("ninja", "-C", work / "build", "program", CCACHE_BASEDIR=str(work))
        said = run(work / "build" / "program", *mint(work)).strip()
        if said != "works":
            raise RuntimeError(f"the program said {said!r}")
    except RuntimeError as problem:
        print(f"FAIL  program with Pavise as a subproject: {problem}\n0 passed, 1 failed")
        return 1
    print("pass  program with Pavise as a subproject\n1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
