#!/usr/bin/env python3
"""Holds the error table against the code and the tests: the product produces every row, and some test expects it.

  error_rows_test.py ROOT

A row counts as produced where a file of src/ other than the table's own names it, and as expected where a test names it
in code: as ErrorCode::row, bare in a file that says `using enum ErrorCode`, or in quotes. Tests of the command may quote
the row's text instead, which is what they read. What a reason is given for below is left out.
"""
import re
import sys
from pathlib import Path

# Rows that no test can bring about, each with the reason.
NOT_EXPECTED = {}

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)


def rows_of(table):
    """Each row's name and its text."""
    return dict(re.findall(r'^PAVISE_ERROR\((\w+),.*"([^"]+)"\)', table, re.M))


def code_of(path):
    return COMMENT.sub("", path.read_text(errors="replace"))


def names_in(text):
    """The words of a file that can stand for a row."""
    words = set(re.findall(r"ErrorCode::(\w+)", text)) | set(re.findall(r"[\"'](\w+)[\"']", text))
    if re.search(r"using enum (pavise::)?ErrorCode;|using ErrorCode::", text):
        words |= set(re.findall(r"\b[a-z]\w+\b", text))
    return words


def named(folder, suffixes):
    found = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix in suffixes and path.name != Path(__file__).name:
            found |= names_in(code_of(path))
    return found


def judge(rows, produced, expected, excused):
    """Every complaint, as (row, what is wrong)."""
    complaints = [(row, "nothing in src/ produces it") for row in rows if row not in produced]
    complaints += [(row, "no test expects it") for row in rows if row not in expected and row not in excused]
    complaints += [(row, "is excused, but a test expects it") for row in excused if row in expected]
    complaints += [(row, "is excused, but is no row") for row in excused if row not in rows]
    return complaints


# The rule itself, on tables of two rows.
TRIALS = [
    (({"a", "b"}, {"a", "b"}, {}), []),
    (({"a"}, {"a", "b"}, {}), ["b"]),
    (({"a", "b"}, {"a"}, {}), ["b"]),
    (({"a", "b"}, {"a"}, {"b": "cannot be"}), []),
    (({"a", "b"}, {"a", "b"}, {"b": "cannot be"}), ["b"]),
    (({"a", "b"}, {"a", "b"}, {"c": "gone"}), ["c"]),
]


def main():
    root = Path(sys.argv[1])
    rows = rows_of((root / "include/pavise/errors.def").read_text())
    failed = 0
    for inputs, complained_of in TRIALS:
        if [row for row, _ in judge(["a", "b"], *inputs)] != complained_of:
            failed += 1
            print(f"FAILED: the rule misjudges {inputs}")
    produced = named(root / "src", {".cpp", ".hpp"})
    expected = named(root / "tests", {".cpp", ".hpp", ".py"})
    read = "".join(path.read_text() for path in sorted((root / "tests").rglob("*.py")))
    expected |= {row for row, text in rows.items() if text in read}
    complaints = judge(rows, produced, expected, NOT_EXPECTED)
    for row, complaint in complaints:
        print(f"FAILED: {row}: {complaint}")
    wrong = len({row for row, _ in complaints})
    print(f"{len(TRIALS) + len(rows) - failed - wrong} passed, {failed + wrong} failed")
    return 1 if failed or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
