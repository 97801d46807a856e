#!/usr/bin/env python3
"""Runs the tests that meson knows and counts what each runner really ran.

  run_tests.py run BUILD_DIR --label NAME --results FILE [--tiers test,check] [--only-gtest] [--suite NAME] [--filter TEXT]
  run_tests.py programs BUILD_DIR --suite NAME     the test programs of a suite, as targets to build
  run_tests.py sum FILE... [--budget SECONDS]

GoogleTest suites report through XML. Every other test prints a line of its own, `N passed, N failed` with or without
`, N skipped`, above it a line `FAIL NAME` for each failed test and `skip NAME: REASON` for each skipped one; a test that
prints no count has failed.
A test of meson's suite `check` or `nightly` belongs to that tier, any other to the tier `test`; one of the suite
`no-sanitizers` is left out of --only-gtest, which is what the sanitized builds run. The suite `threads` is what
ThreadSanitizer has something to say about.
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree
from pathlib import Path

COUNT_LINE = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
SKIP_LINE = re.compile(r"^skip(?:ped:)? +(.+)$", re.M)
FAILURE_LINE = re.compile(r"^FAIL(?:ED:)? +(.+)$", re.M)
LATER_TIERS = ("check", "nightly")
SLOWEST_SHOWN = 10
PASS_LINE = re.compile(r"(?:pass|ok|skip) +\S")
FAILURE_LINES_SHOWN = 60


@dataclasses.dataclass
class Outcome:
    """What one suite said. `slow` holds (seconds, test) pairs."""
    name: str
    passed: int = 0
    failed: list = dataclasses.field(default_factory=list)
    skipped: list = dataclasses.field(default_factory=list)
    slow: list = dataclasses.field(default_factory=list)
    seconds: float = 0
    output: str = ""
    messages: str = ""


def tier_of(test):
    suites = [suite.split(":")[-1] for suite in test["suite"]]
    return next((tier for tier in LATER_TIERS if tier in suites), "test")


def in_suite(test, name):
    return any(suite.split(":")[-1] == name for suite in test["suite"])


def selected(tests, options):
    tests = [test for test in tests if tier_of(test) in options.tiers.split(",")]
    if options.suite:
        tests = [test for test in tests if in_suite(test, options.suite)]
    if options.only_gtest:
        tests = [test for test in tests if test["protocol"] == "gtest"
                 and not any(suite.endswith(":no-sanitizers") for suite in test["suite"])]
    if not options.filter:
        return tests, None
    named = [test for test in tests if options.filter in test["name"]]
    if named:
        return named, None
    # No suite of that name: the filter is the name of GoogleTest tests.
    pattern = options.filter if "*" in options.filter else f"*{options.filter}*"
    return [test for test in tests if test["protocol"] == "gtest"], pattern


def read_gtest_xml(path, outcome):
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        failures = case.findall("failure")
        skip = case.find("skipped")
        if failures:
            outcome.failed.append(name)
            outcome.messages += "".join(f"{name}\n{failure.get('message')}\n" for failure in failures)
        elif skip is not None or case.get("result") == "skipped":
            reason = " ".join((skip.get("message") or skip.text or "").split()) if skip is not None else ""
            outcome.skipped.append(f"{name}: {reason or 'no reason given'}")
        elif case.get("status") == "notrun":
            if case.get("name").startswith("DISABLED_"):
                outcome.skipped.append(f"{name}: disabled")
        else:
            outcome.passed += 1
        outcome.slow.append((float(case.get("time") or 0), name))


def read_count_line(outcome):
    counts = COUNT_LINE.findall(outcome.output)
    if not counts:
        outcome.failed.append("it printed no line `N passed, N failed`")
        return
    passed, failed, skipped = (int(number or 0) for number in counts[-1])
    outcome.passed = passed
    outcome.failed += (FAILURE_LINE.findall(outcome.output) + ["a test that it does not name"] * failed)[:failed]
    outcome.skipped = (SKIP_LINE.findall(outcome.output) + ["a test that it does not name"] * skipped)[:skipped]


def run_one(test, pattern, folder, time_factor):
    """Runs one suite in a process group of its own, so that nothing it started outlives its time limit."""
    outcome = Outcome(test["name"])
    stem = re.sub(r"[^\w.-]+", "_", test["name"])
    report = folder / f"{stem}.xml"
    is_gtest = test["protocol"] == "gtest"
    command = test["cmd"] + ([f"--gtest_output=xml:{report}"] if is_gtest else [])
    if is_gtest and pattern:
        command.append(f"--gtest_filter={pattern}")
    limit = test["timeout"] * time_factor if test["timeout"] > 0 else None
    started = time.monotonic()
    log = folder / f"{stem}.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(command, cwd=test["workdir"], env={**os.environ, **test["env"]}, stdout=output,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            status = process.wait(limit)
            problem = f"it ended by {signal.Signals(-status).name}" if status < 0 else f"it ended with status {status}"
        except subprocess.TimeoutExpired:
            status, problem = None, f"it did not end within {limit:.0f} s"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
    outcome.seconds = time.monotonic() - started
    outcome.output = log.read_text(errors="replace")
    if is_gtest and report.exists():
        read_gtest_xml(report, outcome)
    elif not is_gtest and status is not None and status >= 0:
        read_count_line(outcome)
        outcome.slow.append((outcome.seconds, test["name"]))
    if status != 0 and not outcome.failed:
        outcome.failed.append(problem)
    return outcome


def what_failed(outcome):
    """The lines that say what failed and how: without those of the cases that passed, of which there may be hundreds."""
    if outcome.messages:
        return outcome.messages.splitlines()[-FAILURE_LINES_SHOWN:]
    lines = outcome.output.splitlines()
    if FAILURE_LINE.search(outcome.output):
        lines = [line for line in lines if not PASS_LINE.match(line)]
    return lines[-FAILURE_LINES_SHOWN:]


def show(outcome, verdict_lock):
    with verdict_lock:
        counts = f"{outcome.passed} passed"
        if outcome.failed:
            counts += f", {len(outcome.failed)} failed"
        if outcome.skipped:
            counts += f", {len(outcome.skipped)} skipped"
        print(f"  {'FAIL' if outcome.failed else 'ok':4}  {outcome.name:28} {counts:32} {outcome.seconds:7.1f} s", flush=True)
        if outcome.failed:
            for line in what_failed(outcome):
                print(f"        {line}")
            sys.stdout.flush()


def run(options):
    build = Path(options.build_dir)
    tests = json.loads((build / "meson-info" / "intro-tests.json").read_text())
    chosen, pattern = selected(tests, options)
    folder = build / "test-results"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    folder = folder.resolve()
    lock = threading.Lock()
    outcomes = []

    def work(test):
        outcome = run_one(test, pattern, folder, options.time_factor)
        if outcome.passed or outcome.failed or outcome.skipped:
            show(outcome, lock)
        return outcome

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        # Longest first, as far as their limits tell, so that none is left alone at the end.
        together = sorted((test for test in chosen if test["is_parallel"]), key=lambda test: -test["timeout"])
        outcomes += pool.map(work, together)
    outcomes += [work(test) for test in chosen if not test["is_parallel"]]
    result = {
        "label": options.label, "seconds": time.monotonic() - started,
        "passed": sum(outcome.passed for outcome in outcomes),
        "failed": [f"{outcome.name}: {name}" for outcome in outcomes for name in outcome.failed],
        "skipped": [f"{outcome.name}: {name}" for outcome in outcomes for name in outcome.skipped],
        "slow": sorted((item for outcome in outcomes for item in outcome.slow), reverse=True)[:SLOWEST_SHOWN],
    }
    Path(options.results).write_text(json.dumps(result))
    print(f"  {options.label}: {result['passed']} passed, {len(result['failed'])} failed, in {result['seconds']:.0f} s; "
          f"output of every suite in {os.path.relpath(folder)}", flush=True)
    return 1 if result["failed"] else 0


def programs(options):
    build = Path(options.build_dir).resolve()
    for test in json.loads((build / "meson-info" / "intro-tests.json").read_text()):
        if in_suite(test, options.suite):
            print(Path(test["cmd"][0]).resolve().relative_to(build))
    return 0


def total(options):
    results = [json.loads(Path(file).read_text()) for file in options.files]
    passed = sum(result["passed"] for result in results)
    failed = [f"[{result['label']}] {name}" for result in results for name in result["failed"]]
    skipped = [f"[{result['label']}] {name}" for result in results for name in result["skipped"]]
    for name in skipped:
        print(f"skipped: {name}")
    for name in failed:
        print(f"failed: {name}")
    if options.budget and options.elapsed > options.budget:
        print(f"this took {options.elapsed:.0f} s, more than the {options.budget:.0f} s meant for it; the slowest tests:")
        slow = sorted(((seconds, f"[{result['label']}] {name}") for result in results
                       for seconds, name in result["slow"]), reverse=True)
        for seconds, name in slow[:SLOWEST_SHOWN]:
            print(f"  {seconds:7.1f} s  {name}")
    if passed + len(failed) == 0:
        print("no test was run: that is a failure")
    print(f"{passed} passed, {len(failed)} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 0 if passed and not failed else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    runner = commands.add_parser("run")
    runner.set_defaults(action=run)
    runner.add_argument("build_dir")
    runner.add_argument("--label", required=True)
    runner.add_argument("--results", required=True)
    runner.add_argument("--tiers", default="test")
    runner.add_argument("--only-gtest", action="store_true")
    runner.add_argument("--suite", default="")
    runner.add_argument("--filter", default="")
    runner.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    runner.add_argument("--time-factor", type=float, default=1)
    lister = commands.add_parser("programs")
    lister.set_defaults(action=programs)
    lister.add_argument("build_dir")
    lister.add_argument("--suite", required=True)
    adder = commands.add_parser("sum")
    adder.set_defaults(action=total)
    adder.add_argument("files", nargs="*")
    adder.add_argument("--budget", type=float, default=0)
    adder.add_argument("--elapsed", type=float, default=0)
    options = parser.parse_args()
    return options.action(options)


if __name__ == "__main__":
    sys.exit(main())
