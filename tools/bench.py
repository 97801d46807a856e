#!/usr/bin/env python3
"""Runs the benchmarks, makes a table of them, and holds them against the targets.

  bench.py run BUILD_DIR --results FOLDER [--quick] [--filter REGEX]   run, then report
  bench.py report FOLDER [--chart FILE.svg]                            of what was measured before

Every value is the median of its repetitions, which are interleaved; its spread is the distance of the quartiles, as a
part of the median. Ratios are speeds: 2.00 means twice as fast as the other one. They are taken from rounds of some
milliseconds in which each had its turn (bench/side_by_side.hpp), not from the medians of the whole run.
"""
import argparse
import dataclasses
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import bench_chart  # noqa: E402
import bench_targets  # noqa: E402

PROGRAMS = ["engine-bench", "facade-bench", "library-bench"]
FULL = ["--benchmark_repetitions=9", "--benchmark_min_time=1"]
QUICK = ["--benchmark_repetitions=5", "--benchmark_min_time=0.2"]
# What a short run leaves out: more sizes of records, and thousands of connections.
NOT_QUICK = r"/256/|/(100|5000)-connections/"
DECORATION = re.compile(r"/(manual_time|real_time|iterations:\d+|repeats:\d+|min_time:[\d.]+)")
SUBJECTS = ["pavise", "limit", "openssl", "gnutls", "botan"]
GOOGLE_FIELDS = {"name", "run_name", "run_type", "family_index", "per_family_instance_index", "repetitions", "threads",
                 "repetition_index", "iterations", "real_time", "cpu_time", "time_unit", "aggregate_name",
                 "aggregate_unit", "bytes_per_second"}


@dataclasses.dataclass(frozen=True)
class Value:
    """What one counter of one scenario came to."""
    median: float
    spread: float


def summary(values):
    values = sorted(values)
    median = statistics.median(values)
    if len(values) < 3 or median == 0:
        return Value(median, 0)
    low, _, high = statistics.quantiles(values, n=4)
    return Value(median, (high - low) / median)


def weigh(build_dir):
    """The sizes of the static clients that were built, as one more file of values."""
    sizes = {path.name.removeprefix("size-"): path.stat().st_size for path in (build_dir / "bench").glob("size-*")
             if path.is_file()}
    return {"context": {}, "benchmarks": [{"run_type": "iteration", "run_name": f"binary/client/{name}", "size": size}
                                          for name, size in sizes.items()]}


class Results:
    """The counters of a run by scenario, subject and name: results["bulk/TLS1.3/…", "openssl", "send"]."""

    def __init__(self):
        self.values = {}
        self.versions = {}

    def read(self, path):
        text = Path(path).read_text()
        if not text:  # of a program without a scenario that the filter matches
            return
        data = json.loads(text)
        for key, version in data["context"].items():
            if key.startswith("library_") and key != "library_build_type":  # that is Google Benchmark's own
                self.versions[key.removeprefix("library_")] = version
        runs = {}
        for entry in data["benchmarks"]:
            if entry["run_type"] != "iteration":
                continue
            name = DECORATION.sub("", entry["run_name"])
            for counter, value in entry.items():
                if counter not in GOOGLE_FIELDS:
                    runs.setdefault(self.key_of(name, counter), []).append(value)
        self.values.update({key: summary(values) for key, values in runs.items()})

    @staticmethod
    def key_of(name, counter):
        """Contestants stand in the counter, NAME:COUNTER, or, of what is not timed side by side, at the name's end."""
        contestant, colon, counter_alone = counter.partition(":")
        if not colon:
            scenario, _, subject = name.rpartition("/")
            return (name, "", counter) if counter == "content" else (scenario, subject, counter)
        if contestant.endswith("-cold"):
            return name + "/cold", contestant.removesuffix("-cold"), counter_alone
        return name, contestant, counter_alone

    def speed(self, scenario, subject, counter):
        """Of one contestant in times of the first one's."""
        times = self.get(scenario, subject, counter + ":times")
        if times:
            return 1 / times.median
        return 1.0 if self.get(scenario, subject, counter) else None

    def get(self, scenario, subject, counter):
        return self.values.get((scenario, subject, counter))

    def scenarios(self, kind):
        return list(dict.fromkeys(scenario for scenario, _, _ in self.values if scenario.startswith(kind + "/")))

    def as_json(self):
        return {"versions": self.versions,
                "values": [{"scenario": scenario, "subject": subject, "counter": counter, "median": value.median,
                            "spread": value.spread} for (scenario, subject, counter), value in self.values.items()]}


# ---- tables

def cell(value, digits):
    return f"{value.median:,.{digits}f} ±{100 * value.spread:.0f} %" if value else "-"


def print_table(results, kind, counters, title, digits=1):
    subjects = [subject for subject in SUBJECTS
                if any(results.get(scenario, subject, counter) for scenario in results.scenarios(kind)
                       for counter in counters)]
    if not subjects:
        return
    print(f"\n{title}")
    print(f"  {'':54}" + "".join(f"{subject:>18}" for subject in subjects))
    for scenario in results.scenarios(kind):
        for counter in counters:
            values = [results.get(scenario, subject, counter) for subject in subjects]
            if any(values):
                name = f"{scenario.removeprefix(kind + '/')} {counter}"
                print(f"  {name:54}" + "".join(f"{cell(value, digits):>18}" for value in values))


def print_bare(results):
    """Records through Connection beside the bare calls of Botan, echoes through the facade beside the bare engine."""
    print("\nrecords through Connection beside Botan's bare calls, and echoes through the facade beside the bare engine, MB/s")
    print(f"  {'':44}{'Pavise':>10}{'bare':>10}{'of it':>8}{'spread':>8}")
    for (scenario, subject, counter), value in results.values.items():
        bare = results.get(scenario, "bare", "each")
        content = results.get(scenario, "", "content")
        if counter == "each" and subject != "bare" and bare and content:
            ratio = results.speed(scenario, subject, "each") / results.speed(scenario, "bare", "each")
            spread = results.get(scenario, "bare", "each:times").spread
            print(f"  {scenario + '/' + subject:44}{content.median / value.median:10,.0f}"
                  f"{content.median / bare.median:10,.0f}{100 * ratio:7.1f}%{100 * spread:6.0f} %")


def report(folder, chart):
    results = Results()
    for path in sorted(folder.glob("*.raw.json")):
        results.read(path)
    print("measured: Pavise" + "".join(f", {name} {version}" for name, version in results.versions.items()
                                       if name != "pavise"))
    for name in ("openssl", "gnutls", "botan"):
        if name not in results.versions:
            print(f"left out: {name}, which is not installed or was not built")
    print_bare(results)
    print_table(results, "handshake", ["client", "server"], "handshakes, µs")
    print_table(results, "first-byte", ["both"], "from nothing to the first byte of an answer, both sides, µs")
    print_table(results, "bulk", ["send", "receive"], "records, with the copy onto and off the wire, µs", 2)
    print_table(results, "echo", ["both"], "one echo over a pair of sockets, both sides, µs")
    print_table(results, "parse", ["each"], "parsing, µs", 2)
    print_table(results, "memory", ["client_idle", "server_idle", "client_most", "server_most", "client_allocations",
                                    "server_allocations", "client_own_allocations", "server_own_allocations"],
                "heap of a connection, bytes, idle and at most; allocations of its handshake", 0)
    print_table(results, "parallel", ["one_thread", "two_threads"], "handshakes a second on one context", 0)
    print_table(results, "binary", ["size"], "a static client program, stripped, bytes", 0)
    missed = bench_targets.print_targets(results)
    (folder / "bench.json").write_text(json.dumps(results.as_json(), indent=1))
    if chart:
        chart.write_text(bench_chart.draw(results))
        print(f"\nthe chart: {chart}")
    print(f"all values: {folder / 'bench.json'}")
    return missed


def measure(options):
    folder = options.results
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.raw.json"):
        old.unlink()
    (folder / "binary.raw.json").write_text(json.dumps(weigh(options.build_dir)))
    for program in PROGRAMS:
        path = options.build_dir / "bench" / program
        command = [str(path), f"--benchmark_out={folder / program}.raw.json", "--benchmark_out_format=json",
                   "--benchmark_enable_random_interleaving=true", *(QUICK if options.quick else FULL)]
        if options.filter:
            command.append(f"--benchmark_filter={options.filter}")
        elif options.quick:
            command.append(f"--benchmark_filter=-{NOT_QUICK}")
        print(f"    {program}", flush=True)
        with open(folder / f"{program}.log", "wb") as log:
            if subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode != 0:
                sys.exit(f"{program} failed: see {log.name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, dest="command")
    runner = commands.add_parser("run")
    runner.add_argument("build_dir", type=Path)
    runner.add_argument("--results", type=Path, required=True)
    runner.add_argument("--quick", action="store_true")
    runner.add_argument("--filter", default="")
    runner.add_argument("--chart", type=Path)
    reporter = commands.add_parser("report")
    reporter.add_argument("results", type=Path)
    reporter.add_argument("--chart", type=Path)
    options = parser.parse_args()
    if options.command == "run":
        measure(options)
    report(options.results, options.chart)
    return 0


if __name__ == "__main__":
    sys.exit(main())
