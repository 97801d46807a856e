#!/usr/bin/env python3
"""Runs the cases of secrets.cpp under valgrind: it complains of the controls, and of nothing else.

  constant_time_test.py VALGRIND PROGRAM [whole]

`whole`: the program must have the cases that want a Botan built for valgrind.
"""
import subprocess
import sys

COMPLAINED = 42
OF_BOTAN = ("record-13-aes-128-gcm", "ticket", "control-of-tag")  # some of them, to know them by


def run(valgrind, program, case):
    return subprocess.run([valgrind, "--quiet", f"--error-exitcode={COMPLAINED}", program, case], capture_output=True,
                          text=True, timeout=240, check=False)


def main():
    valgrind, program, *whole = sys.argv[1:]
    listed = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    cases = dict(zip(listed[1::2], listed[::2]))
    passed = failed = 0
    for case, kind in cases.items():
        wanted = COMPLAINED if kind == "control" else 0
        result = run(valgrind, program, case)
        if result.returncode == wanted:
            passed += 1
        else:
            failed += 1
            print(f"FAIL {case}: exit status {result.returncode}, not {wanted}\n{result.stderr}")
    lacking = [case for case in OF_BOTAN if case not in cases]
    if lacking and whole:
        failed += 1
        print(f"FAIL constant-time: no {', '.join(lacking)} here: this Botan was not built for valgrind")
    elif lacking:
        print("the cases of records and tickets want a Botan that is built for valgrind: ./dev nightly has one")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
