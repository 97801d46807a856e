#!/usr/bin/env python3
"""For each name of Python's `ssl`: does its row's test fail when the name is stubbed?

  ssl_api_mutants.py BUILD [NAME]...

BUILD is a build folder with tests/facade/facade-test in it. What is done:

  functions and methods   a copy of src/ssl is compiled in which every public function asks at its beginning whether it
                          is to be a stub; one binary, in which an environment variable says which one. A stub gives a
                          value of its type that holds nothing, or does nothing. Each spelling of the row is stubbed by
                          itself (`x()`, then `set_x(v)`), and the row's test has to fail each time.
  exceptions              the same copy throws SSLError in the place of the one that is stubbed
  constants               every constant of a copy of the header is given another value; the static_asserts of
                          tests/facade/constants_test.cpp have to fail, one for each
  types                   without the name the row's test does not compile: it has to use it

Prints what survives; the exit status is 1 where something does.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import ssl_api  # noqa: E402

# Where a method of these is not found, it is the one that they have in common.
COMMON = {"SSLSocket": "SSLConnection", "SSLObject": "SSLConnection"}

STUB_HEADER = """#include <cstdlib>
#include <stdexcept>
#include <string_view>
namespace pavise {
inline bool stubbed(std::string_view name) {
    const char* const wanted = std::getenv("PAVISE_STUB");
    return wanted != nullptr && name == wanted;
}
}
"""

DEFINITION = re.compile(r"^(?P<type>[A-Za-z_][\w:<>,&* ]*?[\w>&*])\s+(?P<name>(?:\w+::)?\w+)\(", re.MULTILINE)
# Types that hold nothing by `return {}`; of others no value can be had, and the stub throws.
WITHOUT_VALUE = {"SSLSocket", "SSLObject", "AcceptedSSLSocket", "AcceptedSocket", "SSLSession"}
# Those that give nothing in any case: a stub that did the same would be no stub.
ALWAYS_NOTHING = {"SSLConnection::compression", "SSLConnection::selected_npn_protocol"}
VALUES = {"void": "return;", "SSLContext": "return SSLContext(PROTOCOL_TLS);", "Socket": "return Socket::from_fd(-1);"}


def body_of(text, start):
    """Where the body of the definition that has its parameters at `start` begins; None for a declaration."""
    depth = 0
    for place in range(start, len(text)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
        elif depth == 0 and text[place] == ";":
            return None
        elif depth == 0 and text[place] == "{":
            return place + 1
    return None


def with_stubs(text, wanted):
    """The source with a question at the beginning of every wanted function, and the names that can be stubbed."""
    names, pieces, last = set(), [], 0
    for found in DEFINITION.finditer(text):
        kind, name = found["type"], found["name"]
        if name not in wanted or kind.split()[0] in ("return", "throw", "else", "using", "namespace", "static"):
            continue
        start = body_of(text, found.end() - 1)
        if start is None or "[[noreturn]]" in text[max(0, found.start() - 14):found.start()]:
            continue
        if kind.endswith("&"):
            continue
        give = "throw std::logic_error(\"stubbed\");" if kind in WITHOUT_VALUE or name in ALWAYS_NOTHING else VALUES.get(kind, "return {};")
        pieces += [text[last:start], f' if (::pavise::stubbed("{name}")) {{ {give} }} ']
        last = start
        names.add(name)
    pieces.append(text[last:])
    text = "".join(pieces)
    for name in re.findall(r"throw (SSL\w+Error)\(value, details\)", text):
        text = text.replace(f"throw {name}(value, details)",
                            f'throw ::pavise::stubbed("{name}") ? static_cast<void>(throw SSLError(value, details)), '
                            f"{name}(value, details) : {name}(value, details)")
        names.add(name)
    verification = "throw SSLCertVerificationError(static_cast<int>(number), details)"
    if verification in text:
        text = text.replace(verification, 'if (::pavise::stubbed("SSLCertVerificationError")) '
                            "throw SSLError(static_cast<int>(number), details); else " + verification)
        names.add("SSLCertVerificationError")
    for constant, other in (("OPENSSL_VERSION", '"other"'), ("OPENSSL_VERSION_NUMBER", "0")):
        changed = re.sub(rf"^(const [\w:]+ {constant} =\s*)(.*?);", rf'\1::pavise::stubbed("{constant}") ? {other} : (\2);',
                         text, flags=re.MULTILINE | re.DOTALL)
        if changed != text:
            text = changed
            names.add(constant)
    return STUB_HEADER + text, names


class Build:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        commands = json.loads((self.folder / "compile_commands.json").read_text())
        self.commands = {(self.folder / entry["file"]).resolve(): entry["command"] for entry in commands}

    def compile(self, original, source, target, *more):
        words = shlex.split(self.commands[original])
        output = words.index("-o")
        words[output + 1] = str(target)
        words[words.index("-MF") + 1] = str(target) + ".d"
        words[-1] = str(source)
        words += ["-I", str(original.parent), "-Wno-error", "-w", *more]
        return subprocess.run(words, cwd=self.folder, capture_output=True, text=True, check=False)

    def link(self, objects, target):
        last = subprocess.run(["ninja", "-C", self.folder, "-t", "commands", "tests/facade/facade-test"],
                              capture_output=True, text=True, check=True).stdout.splitlines()[-1]
        words = shlex.split(last)
        words[words.index("-o") + 1] = str(target)
        # Before the archive, so that what they define is not taken from it.
        first = next(i for i, word in enumerate(words) if word.endswith("libpavise_ssl.a"))
        words[first:first] = [str(one) for one in objects]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr[-3000:])


def make_binary(build, folder, wanted):
    """The test program whose functions can be stubbed, and their names."""
    names, objects = set(), []
    for original in sorted((ROOT / "src/ssl").glob("*.cpp")):
        if original not in build.commands:
            continue
        text, found = with_stubs(original.read_text(), wanted)
        if not found:
            continue
        source = folder / original.name
        source.write_text(text)
        target = folder / (original.stem + ".o")
        done = build.compile(original, source, target)
        if done.returncode != 0:
            sys.exit(f"{original.name} does not compile with its stubs:\n{done.stderr[:3000]}")
        objects.append(target)
        names |= found
        print(f"    {original.name}: {len(found)} functions", flush=True)
    build.link(objects, folder / "facade-test")
    return folder / "facade-test", names


def changed_constants(text):
    # An alias follows what it stands for.
    text = re.sub(r"^(    \w+ = )(-?\d\w*)(,)", r"\1(\2) ^ 1\3", text, flags=re.MULTILINE)
    text = re.sub(r"\{ CERT_NONE = 0, CERT_OPTIONAL = 1, CERT_REQUIRED = 2 \}",
                  "{ CERT_NONE = 7, CERT_OPTIONAL = 8, CERT_REQUIRED = 9 }", text)
    text = re.sub(r"^(inline constexpr bool \w+ = )(true|false);", r"\1!\2;", text, flags=re.MULTILINE)
    return text.replace('{"tls-unique", ', '{"tls-other", ')


def caught_constants(build, folder):
    """The lines of constants_test.cpp that do not compile when every constant has another value."""
    header = folder / "include/pavise/ssl/constants.hpp"
    header.parent.mkdir(parents=True)
    header.write_text(changed_constants((ROOT / "include/pavise/ssl/constants.hpp").read_text()))
    test = ROOT / "tests/facade/constants_test.cpp"
    words = shlex.split(build.commands[test])
    command = [words[0], *(words[1:2] if words[0].endswith("ccache") else []), "-I", str(folder / "include"), "-I",
               str(ROOT / "include"), "-I", str(ROOT / "src"), "-std=c++20", "-fsyntax-only", "-fmax-errors=0", "-w",
               str(test)]
    errors = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}).stderr
    lines = test.read_text().splitlines()
    numbers = {int(n) for n in re.findall(r"constants_test\.cpp:(\d+):\d+: error: static assertion failed", errors)}
    return "\n".join(lines[number - 1] for number in numbers)


def spellings(row):
    """What is to be stubbed of a row: names as with_stubs() has them."""
    name, text = row[0], row[1]
    found = re.findall(r"(?:(\w+)::)?(\w+|set_…)(?:<Class>)?\(", text)
    owner = None
    for given, function in found:
        owner = given or owner
        if function == "set_…":
            function = "set_" + name.rsplit(".", 1)[-1]
        yield f"{owner}::{function}" if owner else function


def wanted_of(rows):
    wanted = {"object_of"}
    for row in rows:
        if "(" in row[1]:
            wanted |= set(spellings(row))
    for name in list(wanted):
        owner, _, function = name.partition("::")
        if owner in COMMON:
            wanted.add(f"{COMMON[owner]}::{function}")
    return wanted


def fails(program, test, stub):
    environment = {**os.environ, "PAVISE_STUB": stub, "LC_ALL": "C"}
    try:
        run = subprocess.run([program, f"--gtest_filter={test}"], capture_output=True, text=True, check=False,
                             env=environment, timeout=10, errors="replace")
    except subprocess.TimeoutExpired:
        return True
    return run.returncode != 0


def source_of(test):
    """The file of a test, from its name: types are used there."""
    suite, name = test.split(".")
    for file in sorted((ROOT / "tests/facade").glob("*_test.cpp")):
        text = file.read_text()
        if f"TEST({suite}, {name})" in text:
            return text
    return ""


def judge(row, program, stubs, constants):
    """(what was done, whether the row's test fails) for each part of a row."""
    name, spelling, test, _ = row
    plain = name.rsplit(".", 1)[-1]
    if test.endswith(".py"):
        yield "compiled only", True
    elif spelling.startswith(("class SSL", "CertificateError")) and plain in stubs:
        yield f"stub {plain}", fails(program, test, plain)
    elif spelling.startswith(("class", "struct", "enum class")) or plain == "CertificateError":
        yield "type", re.search(rf"\b{plain}\b", source_of(test)) is not None
    elif "(" in spelling:
        for function in spellings(row):
            if "::" not in function and row[0].startswith("SSLError."):
                function = f"SSLError::{function}"
            owner = function.split("::")[0]
            if function not in stubs and owner in COMMON:
                function = COMMON[owner] + "::" + function.split("::")[1]
            if function in stubs:
                yield f"stub {function}", fails(program, test, function)
            else: # defined in a header: the test has to use it
                yield f"inline {function}", re.search(rf"\b{function.split('::')[-1]}\(", source_of(test)) is not None
    elif plain in stubs:
        yield f"stub {plain}", fails(program, test, plain)
    elif name.startswith("Purpose."):
        yield "stub object_of", fails(program, test, "object_of")
    elif plain == "OPENSSL_VERSION_INFO":
        yield "held together with OPENSSL_VERSION", fails(program, test, "OPENSSL_VERSION")
    else:
        yield "other value", re.search(rf"\b{plain}\b", constants) is not None


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build, only = Build(sys.argv[1]), set(sys.argv[2:])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        constants = caught_constants(build, folder)
        rows = [row for row in ssl_api.rows(ROOT / "tests/facade/ssl_api.tsv") if not only or row[0] in only]
        program, stubs = make_binary(build, folder, wanted_of(rows))
        survivors = mutants = 0
        if any(fails(program, row[2], "") for row in rows[:1] if not row[2].endswith(".py")):
            sys.exit("a test fails without any stub")
        for row in rows:
            for what, failed in judge(row, program, stubs, constants):
                mutants += 1
                survivors += not failed
                if not failed:
                    print(f"SURVIVES  {row[0]}: {what}; {row[2]} does not notice", flush=True)
    print(f"{len(rows)} names, {mutants} mutants, {survivors} survive")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
