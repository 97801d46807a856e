#!/usr/bin/env python3
"""Installs into a scratch folder, and builds and runs programs against what lies there then.

  install_test.py BUILD_DIR C++ bundled|system SOURCE_ROOT PROGRAM.cpp TESTING_PROGRAM.cpp
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import public_symbols


class Trial(Exception):
    """A command that failed, with what it said."""


class Untried(Exception):
    """What is tried needs something that is not on this machine: the text names it."""


def need(program):
    if shutil.which(program) is None:
        raise Untried(f"there is no {program} here")


def run(*command, **environment):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise Trial(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Installation:
    """One scratch installation, and what is tried on it: each method `try_…` is a test; it raises where it fails."""

    def __init__(self, build, compiler, root, programs, folder):
        self.compiler, self.root, self.folder = compiler, Path(root), folder
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

    def _build_and_run(self, link, with_botan_2, *options):
        program = self.folder / "program"
        # Botan 2's own headers are C++11, and warn under a newer standard: ours is the only program of the two that
        # is held to -Werror.
        run(self.compiler, "-std=c++20", *options, *([] if with_botan_2 else ["-Wall", "-Wextra", "-Werror"]),
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

    def try_shared_program_without_rtti(self):
        self._build_and_run(self._flags("--libs"), False, "-fno-rtti")

    def try_static_program_without_rtti(self):
        rest = [flag for flag in self._flags("--libs", "--static") if flag != "-lpavise"]
        self._build_and_run([self.archive, *rest], False, "-fno-rtti")

    def _cmake(self, target, *programs):
        need("cmake")
        project = Path(tempfile.mkdtemp(prefix="cmake-", dir=self.folder))
        listed = " ".join(str(Path(program).resolve()) for program in programs)
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.16)\nproject(uses CXX)\nfind_package(Pavise REQUIRED)\n"
            "set(CMAKE_CXX_STANDARD 20)\nset(CMAKE_CXX_STANDARD_REQUIRED ON)\nset(CMAKE_CXX_EXTENSIONS OFF)\n"
            f"add_executable(program {listed})\ntarget_compile_options(program PRIVATE -Wall -Wextra -Werror)\n"
            f"target_link_libraries(program PRIVATE Pavise::{target})\n")
        run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DCMAKE_CXX_COMPILER={self.compiler}", f"-DPavise_DIR={self.libdir}/cmake/Pavise")
        run("cmake", "--build", project / "build")
        return project / "build" / "program"

    def try_shared_program_by_cmake(self):
        said = run(self._cmake("pavise", self.program), *self.files)
        if said.strip() != "works":
            raise Trial(f"the program said {said!r}")

    def try_static_program_by_cmake(self):
        program = self._cmake("pavise-static", self.program)
        if run(program, *self.files).strip() != "works" or "libpavise" in run("readelf", "-d", program):
            raise Trial("it does not work, or was linked with the shared library")

    def try_static_program_with_hooks_by_cmake(self):
        said = run(self._cmake("pavise-testing", self.testing_program))
        if said.strip() != "works":
            raise Trial(f"the program said {said!r}")

    def try_cmake_refuses_a_version_that_does_not_fit(self):
        need("cmake")
        project = Path(tempfile.mkdtemp(prefix="cmake-", dir=self.folder))
        version = run("pkg-config", "--modversion", "pavise", **self._path()).strip()
        for wanted, fits in ((version, True), ("99.0", False), ("", True)):
            (project / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.16)\nproject(uses CXX)\n"
                                                    f"find_package(Pavise {wanted} REQUIRED)\n")
            shutil.rmtree(project / "build", ignore_errors=True)
            found = True
            try:
                run("cmake", "-S", project, "-B", project / "build", f"-DPavise_DIR={self.libdir}/cmake/Pavise",
                    f"-DCMAKE_CXX_COMPILER={self.compiler}")
            except Trial:
                found = False
            if found != fits:
                raise Trial(f"find_package(Pavise {wanted}) {'finds' if found else 'does not find'} version {version}")

    def try_one_version_everywhere(self):
        version = run("pkg-config", "--modversion", "pavise", **self._path()).strip()
        if not re.fullmatch(r"\d+\.\d+\.\d+", version):
            raise Trial(f"{version!r} is no semantic version")
        header = (self.prefix / "include/pavise/version.hpp").read_text()
        command = run(self.prefix / "bin/pavise", "--version").strip()
        debian = (self.root / "debian/changelog").read_text()
        log = (self.root / "CHANGELOG.md").read_text()
        for holds, where in ((f'PAVISE_VERSION "{version}"' in header, "version.hpp"), (command == f"pavise {version}", command),
                             (debian.startswith(f"pavise ({version}"), "debian/changelog"),
                             (re.search(rf"^## {re.escape(version)}\b", log, re.M), "CHANGELOG.md"),
                             ((self.libdir / f"libpavise.so.{version}").exists(), "the shared library's name")):
            if not holds:
                raise Trial(f"{where} does not have the version {version}")

    def _verbs(self):
        return re.findall(r"^  (\w[\w-]*(?: \w[\w-]*)?)  ", run(self.prefix / "bin/pavise", "--help"), re.M)

    def try_manual_pages(self):
        need("groff")
        verbs = self._verbs()
        pages = {page.stem for page in (self.prefix / "share/man/man1").iterdir()}
        wanted = {"pavise", *("pavise-" + verb.replace(" ", "-") for verb in verbs)}
        if pages != wanted or len(verbs) < 6:
            raise Trial(f"there are {sorted(pages)}, wanted {sorted(wanted)}")
        for page in sorted((self.prefix / "share/man/man1").iterdir()):
            done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", page], capture_output=True, text=True, check=False)
            if done.returncode != 0 or done.stderr or len(done.stdout) < 200:
                raise Trial(f"{page.name}: {done.stderr}")

    def try_completions(self):
        for shell, name in (("bash", "bash-completion/completions/pavise"), ("zsh", "zsh/site-functions/_pavise"),
                            ("fish", "fish/vendor_completions.d/pavise.fish")):
            file = self.prefix / "share" / name
            for verb in self._verbs():
                if not re.search(rf"\b{verb.split()[-1]}\b", file.read_text()):
                    raise Trial(f"{name} does not know the verb {verb}")
            if shutil.which(shell):
                run(shell, "-n" if shell != "fish" else "--no-execute", file)
        # What bash makes of it: options of a verb whose name has two words, and the verbs themselves.
        script = (f"source {self.prefix}/share/bash-completion/completions/pavise; compopt() {{ :; }}; "
                  "COMP_WORDS=($1 $2 $3 $4); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _pavise; echo ${COMPREPLY[@]}")
        for words, wanted in ((["pavise", "conn"], "connect"), (["pavise", "cert", "make-l"], "make-leaf"),
                              (["pavise", "cert", "make-leaf", "--key-t"], "--key-type"),
                              (["pavise", "connect", "--servern"], "--servername")):
            said = run("bash", "-c", script, "bash", *words).strip()
            if said != wanted:
                raise Trial(f"{' '.join(words)} is completed to {said!r}")

    def try_public_symbols_are_those_listed(self):
        found = public_symbols.differences(self.shared)
        if found:
            raise Trial("\n".join([*found[:20], "if that is meant: python3 tests/install/public_symbols.py LIBRARY --accept"]))

    def try_code_of_the_documents(self):
        """What README.md and the guide show as whole programs compiles against what is installed."""
        for document, at_least in (("README.md", 2), ("docs/guide.md", 4)):
            text = (self.root / document).read_text()
            programs = [code for code in re.findall(r"^```cpp\n(.*?)^```", text, re.M | re.S) if "int main(" in code]
            if len(programs) < at_least:
                raise Trial(f"{document} shows {len(programs)} whole programs, not {at_least}")
            for number, code in enumerate(programs):
                source = self.folder / f"shown-{number}.cpp"
                source.write_text(code)
                run(self.compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", source, "-o", self.folder / "shown",
                    *self._flags("--cflags", "--libs"))

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
            hooks = [line for line in listing.splitlines() if re.search(r"7testing(6client|6server|12ScriptedPeer|15null_credential)", line)]
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

    def _headers(self):
        headers = sorted((self.prefix / "include" / "pavise").rglob("*.hpp"))
        if not headers:
            raise Trial("no header was installed")
        return [header.relative_to(self.prefix / "include") for header in headers]

    def try_each_header_alone(self):
        for name in self._headers():
            source = self.folder / "header.cpp"
            source.write_text(f"#include <{name}>\n#include <{name}>\n")
            for standard in ("c++20", "c++2b"):
                run(self.compiler, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                    *self._flags("--cflags"), source)

    def try_headers_without_rtti_and_exceptions(self):
        """The facade throws, as Python's does; the engine does not need exceptions in the program that uses it."""
        facade = ("pavise/ssl", "pavise/socket.hpp", "pavise/exceptions.hpp")
        engine = [name for name in self._headers() if not str(name).startswith(facade)]
        for names, options in ((engine, ["-fno-exceptions", "-fno-rtti"]), (self._headers(), ["-fno-rtti"])):
            source = self.folder / "headers.cpp"
            source.write_text("".join(f"#include <{name}>\n" for name in names))
            run(self.compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *options,
                *self._flags("--cflags"), source)


def main():
    build, compiler, botan, root, *programs = sys.argv[1:]
    have_botan_2 = subprocess.run(["pkg-config", "--exists", "botan-2"], check=False).returncode == 0
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="pavise-install-") as folder:
        installation = Installation(build, compiler, root, programs, Path(folder))
        for name in [name for name in dir(Installation) if name.startswith("try_")]:
            title = name[len("try_"):].replace("_", " ")
            reason = ""
            if "botan_2" in name and not have_botan_2:
                reason = "the distribution's libbotan-2-dev is not installed"
            elif botan == "system" and ("static" in name or "archive" in name or "hardened" in name):
                reason = "the system's Botan is not merged into the libraries"
            try:
                if reason:
                    raise Untried(reason)
                getattr(installation, name)()
                passed += 1
                print(f"pass  {title}")
            except Untried as why:
                skipped += 1
                print(f"skip  {title}: {why}")
            except Trial as trial:
                failed += 1
                print(f"FAIL  {title}: {trial}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
