#!/usr/bin/env python3
"""Builds the Debian packages from a copy of the tree, and a program against what they contain.

  debian_test.py SOURCE_ROOT BUILD_ROOT C++ PROGRAM.cpp

The work lies in a folder of the build that stays, so that a compiler cache knows what it has seen. The packages are
built without optimisation: what is tried is the packaging.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from subproject_test import mint, run

WANTED = {
    "libpavise0": ["libpavise.so.0"],
    "libpavise-dev": ["include/pavise/engine.hpp", "include/pavise/version.hpp", "libpavise.a", "libpavise.so", "pavise.pc",
                      "PaviseConfig.cmake"],
    "pavise": ["bin/pavise", "man1/pavise.1.gz", "man1/pavise-connect.1.gz", "bash-completion/completions/pavise"],
}


def copy_tree(root, target):
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in ("meson.build", "meson_options.txt", "include", "src", "packaging", "debian", "examples", "README.md",
                 "CHANGELOG.md", "LICENSE"):
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name)
        else:
            shutil.copy2(root / name, target / name)
    (target / "subprojects").mkdir()
    for name in ("botan.wrap", "packagefiles", "packagecache"):
        source = root / "subprojects" / name
        if source.is_dir():
            shutil.copytree(source, target / "subprojects" / name)
        elif source.exists():
            shutil.copy2(source, target / "subprojects" / name)


def build(tree, compiler):
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    run("sh", "-c", f"cd '{tree}' && dpkg-buildpackage --build=binary --no-sign --no-check-builddeps",
        DEB_BUILD_OPTIONS=f"noopt nocheck nostrip parallel={os.cpu_count()}", PAVISE_CACHE=str(cache / "pavise"),
        CXX=f"ccache {compiler}" if shutil.which("ccache") else compiler, CCACHE_BASEDIR=str(tree),
        CCACHE_DIR=os.environ.get("CCACHE_DIR") or str(cache / "pavise" / "ccache"))
    return {archive.name.split("_")[0]: archive for archive in tree.parent.glob("*.deb")}


def check(packages, work, compiler, program):
    root = work / "root"
    shutil.rmtree(root, ignore_errors=True)
    for name, files in WANTED.items():
        if name not in packages:
            raise RuntimeError(f"there is no package {name}")
        listing = run("dpkg-deb", "--contents", packages[name])
        missing = [file for file in files if file not in listing]
        if missing:
            raise RuntimeError(f"{packages[name].name} lacks {missing}:\n{listing}")
        run("dpkg-deb", "--extract", packages[name], root)
    libdir = next(root.rglob("libpavise.so")).parent
    flags = run("pkg-config", f"--define-variable=prefix={root}/usr", "--cflags", "--libs", "pavise",
                PKG_CONFIG_PATH=str(libdir / "pkgconfig")).split()
    run(compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", program, "-o", work / "program", *flags)
    said = run(work / "program", *mint(work), LD_LIBRARY_PATH=str(libdir)).strip()
    if said != "works":
        raise RuntimeError(f"the program said {said!r}")
    command = run(root / "usr/bin/pavise", "--version").strip()
    version = run("dpkg-deb", "--field", packages["pavise"], "Version").strip()
    if command != f"pavise {version}":
        raise RuntimeError(f"the package is {version}, its command {command}")


def main():
    root, build_root, compiler, program = sys.argv[1:]
    needed = [tool for tool in ("dpkg-buildpackage", "dh") if shutil.which(tool) is None]
    if needed:
        print(f"skip  Debian packages: there is no {needed[0]} here\n0 passed, 0 failed, 1 skipped")
        return 77
    work = Path(build_root) / "install-test" / "debian"
    shutil.rmtree(work, ignore_errors=True)
    try:
        copy_tree(Path(root), work / "pavise")
        check(build(work / "pavise", compiler), work, compiler, program)
    except RuntimeError as problem:
        print(f"FAIL  Debian packages: {problem}\n0 passed, 1 failed")
        return 1
    print("pass  Debian packages\n1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
