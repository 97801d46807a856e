#!/usr/bin/env python3
"""Runs the cases of secrets.cpp under valgrind: it complains of the controls, and of nothing else.

  constant_time_test.py VALGRIND PROGRAM
"""
import subprocess
import sys

CASES = ("comparison", "finished", "binder", "padding")
CONTROLS = ("control-of-comparison", "control-of-result", "control-of-padding")
COMPLAINED = 42


def run(valgrind, program, case):
    return subprocess.run([valgrind, "--quiet", f"--error-exitcode={COMPLAINED}", program, case], capture_output=True,
                          text=True, timeout=120, check=False)


def main():
    valgrind, program = sys.argv[1:]
    failed = 0
    for case in CASES + CONTROLS:
        wanted = COMPLAINED if case in CONTROLS else 0
        result = run(valgrind, program, case)
        if result.returncode != wanted:
            failed += 1
            print(f"FAIL {case}: exit status {result.returncode}, not {wanted}\n{result.stderr}")
    print(f"{len(CASES + CONTROLS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
