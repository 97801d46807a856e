"""What exists on Windows alone compiles and links there, in the opinion of a cross compiler (mingw-w64).

  windows_test.py ROOT
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

COMPILER = "x86_64-w64-mingw32-g++"

# Uses every name, so that one that is missing is missed.
PROGRAM = """
#include <pavise/ssl/windows.hpp>
#include <cstdio>
int main() {
    for (const auto& [bytes, encoding, trust] : pavise::ssl::enum_certificates("ROOT"))
        std::printf("%zu %s %zu\\n", bytes.size(), encoding.c_str(), trust ? trust->size() : 0);
    for (const auto& [bytes, encoding] : pavise::ssl::enum_crls("CA"))
        std::printf("%zu %s\\n", bytes.size(), encoding.c_str());
}
"""


def build(root, folder, program):
    source = folder / "main.cpp"
    source.write_text(program)
    return subprocess.run(
        [COMPILER, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-I", root / "include", "-I", root / "src",
         root / "src/ssl/windows_stores.cpp", root / "src/ssl/exceptions.cpp", source, "-lcrypt32", "-o", folder / "stores.exe"],
        capture_output=True, text=True, check=False)


def main():
    if shutil.which(COMPILER) is None:
        print(f"skip  everything: there is no {COMPILER} here")
        return 77
    root = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        built = build(root, folder, PROGRAM)
        good = built.returncode == 0 and (folder / "stores.exe").read_bytes()[:2] == b"MZ"
        print(f"{'pass' if good else 'FAIL'}  enum_certificates() and enum_crls() become a program of Windows{built.stderr}")
        wrong = subprocess.run([COMPILER, "-std=c++20", "-fsyntax-only", "-I", root / "include", "-x", "c++", "-"],
                               input=PROGRAM.replace("enum_crls", "enum_nothing"), capture_output=True, text=True,
                               check=False)
        bad = "enum_nothing" in wrong.stderr
        print(f"{'pass' if bad else 'FAIL'}  a name that does not exist does not")
    failed = [good, bad].count(False)
    print(f"{2 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
