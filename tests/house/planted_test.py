#!/usr/bin/env python3
"""What is planted to prove that tests and fuzz targets can fail still fits the sources: each replaced line is there once.

  planted_test.py ROOT

The proofs themselves take long (./dev nightly); a table that no longer fits is seen here.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(sys.argv[1]) / "tools"))
# pylint: disable=wrong-import-position
import planted_faults
import weakened_guards


def main():
    passed, complaints = 0, []
    entries = [(f"row {change.row}, {change.what}", weakened_guards.changed_source, change)
               for change in weakened_guards.read_table()]
    entries += [(f"fault for {' '.join(fault.targets)}", planted_faults.faulty_source, fault)
                for fault in planted_faults.read_table()]
    for name, apply, entry in entries:
        try:
            apply(entry)
            passed += 1
        except (RuntimeError, SystemExit, OSError) as problem:
            complaints.append(f"FAIL {name}: {problem}")
    print("\n".join(complaints + [f"{passed} passed, {len(complaints)} failed"]))
    return bool(complaints) or passed == 0


if __name__ == "__main__":
    sys.exit(main())
