#!/usr/bin/env python3
"""Holds docs/pitfalls.md against the tests: each row names tests that exist, and each regression test has a row.

  pitfalls_test.py ROOT
"""
import re
import sys
from pathlib import Path

ROWS = 50
# A row may have none of ours where the reason is a part of TLS that we do not have.
NO_TEST = re.compile(r"no test: it needs [\w .]+")
ROW = re.compile(r"^\| (\d+) \|(?:.*)\| (.*) \|$", re.M)
TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", re.M)


def tests_in(text):
    """`Suite` and `Suite.test` for every test of a file."""
    found = set()
    for suite, name in TEST.findall(text):
        found |= {suite, f"{suite}.{name}"}
    return found


def rows_in(text):
    return [(int(number), cell) for number, cell in ROW.findall(text)]


def named_in(cell):
    """(file, suite or test) for everything that a cell names; a file alone is named with nothing."""
    path, named = None, []
    for word in re.findall(r"`([^`]+)`", cell):
        if "/" in word:
            path = word
            named.append((path, ""))
        else:
            named.append((path, word))
    return named


def judge(table, tests, regressions):
    """Every complaint. `tests`: the tests of each file; `regressions`: the files whose tests all need a row."""
    rows = rows_in(table)
    if [number for number, _ in rows] != list(range(1, len(rows) + 1)):
        yield "the rows are not numbered one by one"
    covered = set()
    for number, cell in rows:
        named = named_in(cell)
        if not named and not NO_TEST.fullmatch(cell):
            yield f"row {number} names no test"
        for path, name in named:
            if path not in tests or (name and name not in tests[path]):
                yield f"row {number}: {path} has no {name}"
            covered.add((path, name))
    for path in regressions:
        for test in sorted(name for name in tests[path] if "." in name):
            if (path, test) not in covered and (path, test.split(".")[0]) not in covered:
                yield f"{path}: {test} belongs to no row"


# The rule itself, on small tables.
TRIAL_TESTS = {"tests/a.cpp": {"A", "A.one", "A.two"}, "tests/b.py": set()}
TRIALS = [
    ("| 1 | x | y | `tests/a.cpp` `A` |", 0),
    ("| 1 | x | y | `tests/a.cpp` `A.one` |", 1),
    ("| 1 | x | y | `tests/a.cpp` `A.one` |\n| 2 | x | y | `tests/b.py`, `tests/a.cpp` `A.two` |", 0),
    ("| 1 | x | y | `tests/a.cpp` `A` `B` |", 1),
    ("| 1 | x | y | `tests/c.cpp` |", 3),
    ("| 1 | x | y | `tests/a.cpp` `A` |\n| 3 | x | y | no test: it needs QUIC |", 1),
    ("| 1 | x | y | `tests/a.cpp` `A` |\n| 2 | x | y | soon |", 1),
]


def main():
    root = Path(sys.argv[1])
    paths = [path for path in sorted((root / "tests").rglob("*_test.*")) if path.suffix in (".cpp", ".py")]
    tests = {path.relative_to(root).as_posix(): tests_in(path.read_text()) for path in paths}
    regressions = [path for path in tests if path.startswith("tests/regress/")]
    failed = 0
    for table, wanted in TRIALS:
        if len(list(judge(table, TRIAL_TESTS, ["tests/a.cpp"]))) != wanted:
            failed += 1
            print(f"FAILED: the rule misjudges {table!r}")
    table = (root / "docs/pitfalls.md").read_text()
    complaints = list(judge(table, tests, regressions))
    if len(rows_in(table)) < ROWS:
        complaints.append(f"fewer than {ROWS} rows")
    for complaint in complaints:
        print(f"FAILED: {complaint}")
    print(f"{len(TRIALS) + len(rows_in(table)) - failed} passed, {failed + len(complaints)} failed")
    return 1 if failed or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
