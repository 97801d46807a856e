#!/usr/bin/env python3
"""Holds the tree against the rules of the house that a compiler does not check, and shows that each rule can fail.

  house_rules.py ROOT
"""
import re
import sys
import tempfile
from pathlib import Path

# The arrows between the rooms: what a room may include besides itself. handshake never sees record, which is what
# lets QUIC and the fuzzers use it; nothing sees the facade but the command.
ENGINE_ROOMS = "base wire compress crypto trust record schedule quic messages handshake engine"
ARROWS = {
    "base": "",
    "wire": "base",
    "crypto": "base",
    "trust": "base crypto",
    "record": "base wire crypto",
    "schedule": "base wire crypto",
    "quic": "base wire crypto schedule",
    "messages": "base wire",
    "compress": "base",
    "handshake": "base wire crypto schedule messages",
    "engine": "base wire compress crypto trust record schedule quic messages handshake",
    "net": "base",
    "ssl": f"{ENGINE_ROOMS} net",
    "redis": "",  # on the public headers alone, as an application does
    "peer": f"{ENGINE_ROOMS} net",
    "conform": f"{ENGINE_ROOMS} net peer",
    "cli": f"{ENGINE_ROOMS} net ssl peer conform",
}
BOTAN_ROOMS = {"crypto", "trust"}
# Where an exception may be thrown or caught: the wrapper around Botan's, the engine's outermost entry (an allocation
# that failed), and the facade, whose users expect exceptions.
EXCEPTION_PLACES = ("src/crypto/guard.", "src/crypto/botan_rng.", "src/engine/outermost.", "src/ssl/")
LONGEST_FILE = 700
CODE = {".cpp", ".hpp", ".py", ".sh", ".build", ""}
FOLDERS = ("src", "include", "tests", "tools", "bench", "fuzz", "examples", "subprojects/packagefiles", ".ci", "docs")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
# Comments and the contents of literals, so that words in them are not taken for code.
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def cpp_files(root, *folders):
    return [path for folder in folders for path in sorted((root / folder).rglob("*"))
            if path.suffix in (".cpp", ".hpp", ".def")]


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found[1]


def arrows_between_rooms(root):
    for path in cpp_files(root, "src"):
        room = path.relative_to(root / "src").parts[0]
        if room not in ARROWS:
            yield f"{path.relative_to(root)}: src/{room} is not a room of the table"
            continue
        allowed = {room, *ARROWS[room].split()}
        for number, name in includes(path):
            other = name.split("/")[0]
            if other in ARROWS and "/" in name and other not in allowed:
                yield f"{path.relative_to(root)}:{number}: {room} may not include {name}"


def public_headers_stand_alone(root):
    for path in cpp_files(root, "include"):
        for number, name in includes(path):
            if name.startswith("botan") or name.split("/")[0] in ARROWS:
                yield f"{path.relative_to(root)}:{number}: a public header may not include {name}"


def botan_stays_in_its_rooms(root):
    for path in cpp_files(root, "src"):
        if path.relative_to(root / "src").parts[0] in BOTAN_ROOMS:
            continue
        for number, name in includes(path):
            if name.startswith("botan"):
                yield f"{path.relative_to(root)}:{number}: only {' and '.join(sorted(BOTAN_ROOMS))} include Botan"


def exceptions_stay_in_their_places(root):
    for path in cpp_files(root, "src", "include"):
        place = path.relative_to(root).as_posix()
        if place.startswith(EXCEPTION_PLACES):
            continue
        code = NOT_CODE.sub(lambda match: "\n" * match[0].count("\n"), path.read_text())
        for number, line in enumerate(code.splitlines(), 1):
            word = re.search(r"\b(throw|catch)\b", line)
            if word:
                yield f"{place}:{number}: {word[1]} outside its places"


def every_source_is_built(root):
    for path in cpp_files(root, "src", "tests", "bench", "fuzz", "examples"):
        builds = [root / folder / "meson.build" for folder in path.relative_to(root).parents]
        # A loop over tests may leave the common ending of their names to itself.
        name = re.escape(path.stem.removesuffix("_test"))
        if path.suffix == ".cpp" and not any(re.search(rf"\b{name}(_test)?\b", build.read_text())
                                             for build in builds if build.exists()):
            yield f"{path.relative_to(root)}: no meson.build names it"


def maintained_files(root):
    yield root / "dev"
    for folder in FOLDERS:
        yield from (path for path in sorted((root / folder).rglob("*"))
                    if path.is_file() and "__pycache__" not in path.parts)


def files_are_short(root):
    for path in maintained_files(root):
        if path.is_file() and path.suffix in CODE:
            lines = len(path.read_bytes().splitlines())
            if lines > LONGEST_FILE:
                yield f"{path.relative_to(root)}: {lines} lines, more than {LONGEST_FILE}: it has more than one subject"


def nothing_is_left_unfinished(root):
    for path in maintained_files(root):
        if path.suffix not in CODE | {".def", ".md"} or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if UNFINISHED.search(line):
                yield f"{path.relative_to(root)}:{number}: {line.strip()}"


RULES = [arrows_between_rooms, public_headers_stand_alone, botan_stays_in_its_rooms, exceptions_stay_in_their_places,
         every_source_is_built, files_are_short, nothing_is_left_unfinished]

# For each rule, files that break it, and files that come close without breaking it.
PLANTED = [
    (arrows_between_rooms, "src/handshake/a.cpp", '#include "record/protection.hpp"\n', 1),
    (arrows_between_rooms, "src/wire/a.hpp", '#  include "messages/hello.hpp"\n', 1),
    (arrows_between_rooms, "src/attic/a.cpp", "", 1),
    (arrows_between_rooms, "src/engine/a.cpp", '#include "handshake/a.hpp"\n#include <memory>\n', 0),
    (public_headers_stand_alone, "include/pavise/a.hpp", "#include <botan/hash.h>\n", 1),
    (public_headers_stand_alone, "include/pavise/a.hpp", '#include "base/secret.hpp"\n', 1),
    (public_headers_stand_alone, "include/pavise/a.hpp", "#include <pavise/error.hpp>\n", 0),
    (botan_stays_in_its_rooms, "src/record/a.cpp", "#include <botan/aead.h>\n", 1),
    (botan_stays_in_its_rooms, "src/crypto/a.cpp", "#include <botan/aead.h>\n", 0),
    (exceptions_stay_in_their_places, "src/wire/a.cpp", "void f() { throw 1; }\n", 1),
    (exceptions_stay_in_their_places, "src/wire/a.cpp", "/* */ try { f(); } catch (...) {}\n", 1),
    (exceptions_stay_in_their_places, "src/wire/a.cpp", '// throw\nauto s = "catch";\n/* throw\n */ int rethrow;\n', 0),
    (exceptions_stay_in_their_places, "src/ssl/a.cpp", "void f() { throw 1; }\n", 0),
    (every_source_is_built, "src/wire/a.cpp", "", 1),
    (every_source_is_built, "tests/wire/meson.build", "executable('a', 'a.cpp')", 0),
    (files_are_short, "src/wire/a.cpp", "int i;\n" * (LONGEST_FILE + 1), 1),
    (files_are_short, "src/wire/a.cpp", "int i;\n" * LONGEST_FILE, 0),
    (nothing_is_left_unfinished, "src/wire/a.cpp", "// TO" "DO: the rest\n", 1),
    (nothing_is_left_unfinished, "src/wire/a.cpp", "int TO" "DOs;\n", 0),
]


def main():
    root = Path(sys.argv[1])
    passed = failed = 0

    def count(holds, text, details=()):
        nonlocal passed, failed
        passed, failed = passed + bool(holds), failed + (not holds)
        print(f"{'pass' if holds else 'FAIL'}  {text}", *details, sep="\n    ")

    for rule in RULES:
        broken = list(rule(root))
        count(not broken, rule.__name__.replace("_", " "), broken)
    for rule, name, text, expected in PLANTED:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).parent.mkdir(parents=True)
            (Path(folder) / name).write_text(text)
            found = list(rule(Path(folder)))
            count(len(found) == expected, f"{rule.__name__.replace('_', ' ')}: {expected} in {name}", found)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
