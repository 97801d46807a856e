#!/usr/bin/env python3
"""Installs into a scratch folder, and builds and runs programs against what lies there then.

  install_test.py BUILD_DIR C++ bundled|system PROGRAM.cpp TESTING_PROGRAM.cpp
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


class Trial(Exception):
    """A command that failed, with what it said."""


def run(*command, **environment):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise Trial(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Installation:
    """One scratch installation, and what is tried on it: each method `try_…` is a test; it raises where it fails."""

    def __init__(self, build, compiler, programs, folder):
        self.compiler, self.folder = compiler, folder
        self.program, self.testing_program = programs
        run("meson", "install", "-C", build, "--no-rebuild", "--destdir", folder)
        self.pc = next(folder.rglob("pavise.pc"))
        self.prefix = folder / run("pkg-config", "--variable=prefix", "pavise", **self._path()).strip().lstrip("/")
        self.libdir = self.pc.parent.parent
        self.archive = self.libdir / "libpavise.a"
        self.shared = self.libdir / "libpavise.so"
        self.files = self._mint()

    def _mint(self):
        """A CA, and a certificate for localhost with its key: the program's arguments."""
        def request(name, subject, *options):
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", subject, "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem", *options)

        request("ca", "/CN=a CA", "-addext", "keyUsage=critical,keyCertSign")
        request("leaf", "/CN=a leaf", "-CA", self.folder / "ca.pem", "-CAkey", self.folder / "ca.key",
                "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE")
        return [self.folder / name for name in ("ca.pem", "leaf.pem", "leaf.key")]

    def _path(self):
        return {"PKG_CONFIG_PATH": str(self.pc.parent)}

    def _flags(self, *options, with_botan_2=False, package="pavise"):
        ours = run("pkg-config", f"--define-variable=prefix={self.prefix}", *options, package, **self._path()).split()
        if with_botan_2:  # always its shared library, whose own dependencies need not be installed
            options = [option for option in options if option != "--static"]
            ours += ["-DWITH_BOTAN_2", *run("pkg-config", *options, "botan-2").split()]
        return ours

    def _build_and_run(self, link, with_botan_2):
        program = self.folder / "program"
        # Botan 2's own headers are C++11, and warn under a newer standard: ours is the only program of the two that
        # is held to -Werror.
        run(self.compiler, "-std=c++20", *([] if with_botan_2 else ["-Wall", "-Wextra", "-Werror"]),
            *self._flags("--cflags", with_botan_2=with_botan_2), self.program, "-o", program, *link)
        said = run(program, *self.files, LD_LIBRARY_PATH=str(self.libdir))
        if said.strip() != "works":
            raise Trial(f"the program said {said!r}")
        return program

    def _static(self, with_botan_2):
        rest = [flag for flag in self._flags("--libs", "--static", with_botan_2=with_botan_2) if flag != "-lpavise"]
        program = self._build_and_run([self.archive, *rest], with_botan_2)
        if "libpavise" in run("readelf", "-d", program):
            raise Trial("the program was linked with the shared library, not with the archive")

    def try_static_program(self):
        self._static(with_botan_2=False)

    def try_static_program_with_botan_2(self):
        self._static(with_botan_2=True)

    def try_shared_program(self):
        self._build_and_run(self._flags("--libs"), False)

    def try_shared_program_with_botan_2(self):
        self._build_and_run(self._flags("--libs", with_botan_2=True), True)

    def try_static_program_with_hooks(self):
        program = self.folder / "testing_program"
        run(self.compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", self.testing_program, "-o", program,
            *self._flags("--cflags", "--libs", "--static", package="pavise-testing"))
        said = run(program)
        if said.strip() != "works":
            raise Trial(f"the program said {said!r}")

    def try_no_hooks_in_the_product(self):
        for library, option in ((self.shared, "-D"), (self.archive, "--extern-only")):
            listing = run("nm", option, "--defined-only", library)
            # The Tap's own name is that of an interface that connections know; who attaches one is not there.
            hooks = [line for line in listing.splitlines() if re.search(r"7testing(6client|6server|15null_credential)", line)]
            if hooks:
                raise Trial("\n".join(hooks))

    def try_shared_library_exports_only_pavise(self):
        symbols = [line.split()[-1] for line in run("nm", "-D", "--defined-only", self.shared).splitlines()]
        foreign = [name for name in symbols if not re.match(r"_Z\w*?N?K?6pavise", name)]
        if foreign or not symbols:
            raise Trial(f"it exports {foreign or 'nothing'}")

    def try_archive_shows_no_symbol_of_botan(self):
        listing = run("nm", "--defined-only", "--extern-only", self.archive)
        foreign = [line for line in listing.splitlines() if "5Botan" in line]
        if foreign or "6pavise" not in listing:
            raise Trial("\n".join(foreign[:10]) or "it shows nothing of Pavise either")

    def try_archive_wants_nothing_of_botan(self):
        wanted = [line for line in run("nm", "--undefined-only", self.archive).splitlines() if "5Botan" in line]
        if wanted:
            raise Trial("\n".join(wanted[:10]))

    def try_shared_library_is_hardened(self):
        dynamic = run("readelf", "-dW", self.shared)
        segments = run("readelf", "-lW", self.shared)
        if "BIND_NOW" not in dynamic or "GNU_RELRO" not in segments:
            raise Trial("relocations stay writable")
        if re.search(r"GNU_STACK.*RWE", segments):
            raise Trial("the stack is executable")
        needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
        if any("botan" in name for name in needed):
            raise Trial(f"it needs {needed}")

    def try_each_header_alone(self):
        headers = sorted((self.prefix / "include" / "pavise").rglob("*.hpp"))
        if not headers:
            raise Trial("no header was installed")
        for header in headers:
            name = header.relative_to(self.prefix / "include")
            source = self.folder / "header.cpp"
            source.write_text(f"#include <{name}>\n#include <{name}>\n")
            for standard in ("c++20", "c++2b"):
                run(self.compiler, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                    *self._flags("--cflags"), source)


def main():
    build, compiler, botan, *programs = sys.argv[1:]
    have_botan_2 = subprocess.run(["pkg-config", "--exists", "botan-2"], check=False).returncode == 0
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="pavise-install-") as folder:
        installation = Installation(build, compiler, programs, Path(folder))
        for name in [name for name in dir(Installation) if name.startswith("try_")]:
            title = name[len("try_"):].replace("_", " ")
            reason = ""
            if "botan_2" in name and not have_botan_2:
                reason = "the distribution's libbotan-2-dev is not installed"
            elif botan == "system" and ("static" in name or "archive" in name or "hardened" in name):
                reason = "the system's Botan is not merged into the libraries"
            if reason:
                skipped += 1
                print(f"skip  {title}: {reason}")
                continue
            try:
                getattr(installation, name)()
                passed += 1
                print(f"pass  {title}")
            except Trial as trial:
                failed += 1
                print(f"FAIL  {title}: {trial}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
