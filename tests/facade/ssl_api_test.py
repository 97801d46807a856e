"""The table of Python's names: complete, written down in docs/ssl-api.md, and proven by tests that pass.

  ssl_api_test.py ROOT FACADE_TEST
"""
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
root, program = Path(sys.argv[1]), sys.argv[2]
sys.path.insert(0, str(root / "tools"))
import ssl_api  # noqa: E402

TABLE = root / "tests/facade/ssl_api.tsv"
NAMES = 237
# What is compiled only is built for Windows by a test of its own; everything else has a test here.
VERDICTS = {"same", "different", "compiled only"}


def passing_tests(tests):
    run = subprocess.run([program, "--gtest_filter=" + ":".join(sorted(tests))], capture_output=True, text=True)
    return {line.split("] ")[1].split(" (")[0] for line in run.stdout.splitlines() if line.startswith("[       OK ] ")}


def check():
    rows = list(ssl_api.rows(TABLE))
    names = [row[0] for row in rows]
    yield "every name has one row", len(set(names)) == len(names) == NAMES and names == sorted(names)
    yield "every row has four cells and a verdict", all(
        len(row) == 4 and row[3].split(":")[0] in VERDICTS for row in rows)
    yield "what is compiled only has a test that compiles it", all(
        (root / row[2]).is_file() if row[3].startswith("compiled only") else "." in row[2] for row in rows)
    yield "what differs says why", all(len(row[3].split(": ")) > 1 for row in rows if not row[3].startswith("same"))
    document = (root / "docs/ssl-api.md").read_text()
    yield "docs/ssl-api.md is what tools/ssl_api.py makes", document == ssl_api.document(TABLE)
    tests = {row[2] for row in rows if not row[3].startswith("compiled only")}
    passed = passing_tests(tests)
    yield f"every test of the table passes {sorted(tests - passed)}", tests <= passed
    yield "a test that does not exist does not pass", not passing_tests({"No.such_test"})


def main():
    passed = failed = 0
    for text, holds in check():
        passed, failed = passed + bool(holds), failed + (not holds)
        print(f"{'pass' if holds else 'FAIL'}  {text}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
