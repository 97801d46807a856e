#!/usr/bin/env python3
"""Makes the API reference of the public headers with Doxygen, which must have nothing to warn of.

  reference_test.py SOURCE_ROOT BUILD_ROOT     the reference: BUILD_ROOT/reference/html
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

# What has to be in it, with a piece of its comment: the filter and the headers speak the same language.
WANTED = {"classpavise_1_1Connection.html": "The first flight is in output() on return",
          "structpavise_1_1ServerConfig.html": "by preference; the server",
          "classpavise_1_1SessionStore.html": "of two callers one gets it"}


def main():
    root, build = Path(sys.argv[1]), Path(sys.argv[2])
    if shutil.which("doxygen") is None:
        print("skip  API reference: there is no doxygen here\n0 passed, 0 failed, 1 skipped")
        return 77
    target = build / "reference"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    settings = (root / "docs/Doxyfile").read_text() + "\n".join([
        "", f"OUTPUT_DIRECTORY = {target}", f"INPUT = {root}/include/pavise {root}/docs/guide.md",
        f"USE_MDFILE_AS_MAINPAGE = {root}/docs/guide.md", f"STRIP_FROM_PATH = {root}/include", f"INCLUDE_PATH = {root}/include",
        f"FILTER_PATTERNS = \"*.hpp={sys.executable} {root}/docs/doxygen_filter.py\"", ""])
    done = subprocess.run(["doxygen", "-"], input=settings, capture_output=True, text=True, check=False)
    problems = [line for line in done.stderr.splitlines() if line.strip()]
    for page, text in WANTED.items():
        file = target / "html" / page
        words = re.sub(r"<[^>]*>", "", file.read_text()) if file.exists() else ""
        if text not in " ".join(words.split()):
            problems.append(f"{page} does not say {text!r}")
    if done.returncode != 0 or problems:
        print("FAIL  API reference:", *problems[:40], "0 passed, 1 failed", sep="\n")
        return 1
    print("pass  API reference, without a warning\n1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
