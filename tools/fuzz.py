#!/usr/bin/env python3
"""Drives the fuzz program.

  fuzz.py PROGRAM --list               the targets, with the lines that the corpus of each reaches
  fuzz.py PROGRAM TARGET [SECONDS]     fuzzes one target, from its corpus and its seeds
  fuzz.py PROGRAM TARGET --run FILE    one input once, with all that the sanitizers say
  fuzz.py PROGRAM --smoke SECONDS      each target for that long; N passed, N failed
  fuzz.py PROGRAM --coverage           replays every corpus and writes fuzz/coverage.txt
  fuzz.py PROGRAM --gather FOLDER      takes transcripts of the test suite (PAVISE_TRANSCRIPTS=FOLDER) into build/fuzz-corpus
  fuzz.py PROGRAM --merge TARGET|all   keeps in fuzz/corpus what reaches something, of all that there is
  fuzz.py PROGRAM --write-corpora OUT  for a fuzzing service: OUT/TARGET_seed_corpus.zip and OUT/TARGET.dict
  fuzz.py PROGRAM TARGET --lay-out OUT corpus and seeds of one target as files in OUT, its dictionary as OUT.dict

What is found lies in build/findings, with the line that runs it again; new inputs gather in build/fuzz-corpus/TARGET. A
corpus is kept in one file, fuzz/corpus/TARGET.pack: each input behind its length in four bytes, most significant first.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "fuzz" / "corpus"
COVERAGE = ROOT / "fuzz" / "coverage.txt"
GROWN = ROOT / "build" / "fuzz-corpus"
FINDINGS = ROOT / "build" / "findings"
LONGEST_INPUT = 8192
# Of a corpus that is kept: all corpora together are to stay within 3 MiB.
LARGEST_PACK = 40 << 10
# An input that takes longer, or a run that takes more memory, is a finding. A file may ask for ten million rounds of a
# key derivation, which are seven seconds with the sanitizers where nothing else runs.
LIMITS = ["-timeout=30", "-rss_limit_mb=2048", "-malloc_limit_mb=256"]
# How much smaller than written down a target's coverage may turn out, in points, before --check complains.
COVERAGE_SLACK = 5.0


def llvm(tool):
    return next((path for name in (f"{tool}-19", tool) if (path := shutil.which(name))), None)


def environment(target, profile="/dev/null"):
    more = {"PAVISE_FUZZ_TARGET": target, "LLVM_PROFILE_FILE": str(profile)}
    if symbolizer := llvm("llvm-symbolizer"):
        more["ASAN_SYMBOLIZER_PATH"] = symbolizer
    return {**os.environ, **more}


def described_targets(program):
    listing = subprocess.run([program, "--list"], check=True, capture_output=True, text=True,
                             env=environment("")).stdout
    return dict(line.split(maxsplit=1) for line in listing.splitlines())


# --- corpora ---------------------------------------------------------------------------------------------------------

def unpack(pack):
    inputs, data = [], pack.read_bytes() if pack.exists() else b""
    while data:
        length = int.from_bytes(data[:4], "big")
        inputs.append(data[4:4 + length])
        data = data[4 + length:]
    return inputs


def write_pack(target, inputs):
    """The shortest first, as many as fit: a long one is seldom worth the room of many short ones."""
    data = b""
    for one in sorted(inputs, key=lambda i: (len(i), i)):
        if len(data) + 4 + len(one) <= LARGEST_PACK:
            data += len(one).to_bytes(4, "big") + one
    (KEPT / f"{target}.pack").write_bytes(data)


def put_files(folder, inputs):
    folder.mkdir(parents=True, exist_ok=True)
    for one in inputs:
        (folder / hashlib.sha1(one).hexdigest()).write_bytes(one)


def lay_out(program, target, folder):
    """The kept corpus and the seeds as files."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([program, "--write-seeds", str(folder)], check=True, env=environment(target))
    put_files(folder, unpack(KEPT / f"{target}.pack"))


def dictionary(program, target, folder):
    file = Path(folder) / "words.dict"
    subprocess.run([program, "--write-dictionary", str(file)], check=True, env=environment(target))
    return [f"-dict={file}"] if file.exists() and file.stat().st_size > 0 else []


def merge(program, target):
    """A small set of inputs that reaches what all of them reach."""
    with tempfile.TemporaryDirectory() as folder:
        begin, out = Path(folder) / "in", Path(folder) / "out"
        lay_out(program, target, begin)
        (GROWN / target).mkdir(parents=True, exist_ok=True)
        out.mkdir()
        done = subprocess.run([program, "-set_cover_merge=1", f"-max_len={LONGEST_INPUT}", *LIMITS, str(out), str(begin),
                               str(GROWN / target)], env=environment(target), check=False, capture_output=True)
        if done.returncode != 0:
            print(done.stderr.decode(errors="replace")[-2000:])
            return f"{target}: merging failed"
        write_pack(target, [file.read_bytes() for file in out.iterdir()])
    pack = KEPT / f"{target}.pack"
    return f"{target}: {len(unpack(pack))} inputs, {pack.stat().st_size} bytes"


def write_corpora(program, out):
    out.mkdir(parents=True, exist_ok=True)
    for target in described_targets(program):
        with tempfile.TemporaryDirectory() as folder:
            lay_out(program, target, Path(folder) / "corpus")
            with zipfile.ZipFile(out / f"{target}_seed_corpus.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for file in sorted((Path(folder) / "corpus").iterdir()):
                    archive.write(file, file.name)
            if dictionary(program, target, folder):
                shutil.copy(Path(folder) / "words.dict", out / f"{target}.dict")


# --- what the test suite said ----------------------------------------------------------------------------------------

MESSAGES = {1: ["ClientHello"], 2: ["ServerHello"], 4: ["NewSessionTicket", "NewSessionTicket12"],
            8: ["EncryptedExtensions"], 11: ["Certificate", "Certificate12"], 13: ["CertificateRequest", "CertificateRequest12"],
            15: ["CertificateVerify"], 22: ["CertificateStatus"], 25: ["CompressedCertificate"]}
PIECE = b"\xff"  # the parameter of the targets on raw bytes: all that there is at once


def gather(program, folder):
    """Each transcript's bytes go to the targets that take such bytes; which of them reach something, --merge sees."""
    known = described_targets(program)
    wires = {role: [name for name in known if name.startswith(f"{role}-")] for role in ("client", "server")}
    found = {}
    for file in sorted(Path(folder).iterdir()):
        # ROLE-what-number, as tests/support/transcripts.cpp names them
        role, what, _ = file.name.split("-", 2)
        data = file.read_bytes()
        if what == "wire":
            for name in wires[role]:
                found.setdefault(name, set()).add(PIECE + data[:LONGEST_INPUT - 1])
        elif what == "message" and data:
            for name in MESSAGES.get(data[0], []):
                found.setdefault(f"message-{name}", set()).add(data[4:])
    for name, inputs in found.items():
        put_files(GROWN / name, inputs)
        print(f"{name}: {len(inputs)} inputs")


# --- running ---------------------------------------------------------------------------------------------------------

def fuzz(program, target, seconds, quiet=False):
    """libFuzzer's exit status: 0 where nothing was found; and its output, if quiet."""
    grown = GROWN / target
    grown.mkdir(parents=True, exist_ok=True)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        begin = Path(folder) / "begin"
        lay_out(program, target, begin)
        command = [program, str(grown), str(begin), f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT}", *LIMITS,
                   "-use_value_profile=1", "-print_final_stats=1", f"-artifact_prefix={FINDINGS}/{target}-",
                   *dictionary(program, target, folder)]
        output = subprocess.PIPE if quiet else None
        before = set(FINDINGS.iterdir())
        done = subprocess.run(command, env=environment(target), stdout=output, stderr=output and subprocess.STDOUT,
                              text=True, errors="replace", check=False)
    text = done.stdout if quiet else ""
    if done.returncode != 0:
        for finding in sorted(set(FINDINGS.iterdir()) - before):
            line = f"    to run it again: PAVISE_FUZZ_TARGET={target} {program} {finding}"
            if quiet:
                text += line + "\n"
            else:
                print(line)
    return done.returncode, text


def smoke(program, seconds, jobs):
    names = list(described_targets(program))
    failed, inputs = [], 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for target, (status, text) in zip(names, pool.map(lambda name: fuzz(program, name, seconds, quiet=True), names)):
            executed = re.search(r"stat::number_of_executed_units:\s+(\d+)", text)
            count = int(executed[1]) if executed else 0
            inputs += count
            print(f"    {target}: {count} inputs", flush=True)
            if status != 0 or count == 0:
                print("\n".join(text.splitlines()[-40:]))
                failed.append(target)
    print(f"    {inputs} inputs in all")
    for target in failed:
        print(f"FAIL {target}")
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed")
    return bool(failed)


# --- coverage --------------------------------------------------------------------------------------------------------

def profile(program, target, folder):
    """What the replay of a corpus counts, in the form that llvm-cov reads."""
    begin, raw, data = (Path(folder) / f"{target}.{name}" for name in ("begin", "raw", "profile"))
    lay_out(program, target, begin)
    subprocess.run([program, "-runs=0", str(begin), *LIMITS], env=environment(target, raw), check=True, capture_output=True)
    subprocess.run([llvm("llvm-profdata"), "merge", "-sparse", str(raw), "-o", str(data)], check=True)
    raw.unlink()
    return data


def lines_by_file(program, data):
    """{file below src: (lines that are run, lines)}"""
    exported = subprocess.run([llvm("llvm-cov"), "export", "-summary-only", program, f"-instr-profile={data}"], check=True,
                              capture_output=True, text=True).stdout
    files = {}
    for file in json.loads(exported)["data"][0]["files"]:
        path = Path(os.path.abspath(Path(program).parent.parent / file["filename"]))
        if path.is_relative_to(ROOT / "src"):
            lines = file["summary"]["lines"]
            files[path.relative_to(ROOT / "src")] = (lines["covered"], lines["count"])
    return files


def shares(files):
    """Lines that are run, and their share in per cent."""
    covered, total = (sum(file[i] for file in files) for i in (0, 1))
    return covered, 100.0 * covered / total if total else 0.0


def line_coverage(program, target, folder):
    """Of the files that the corpus enters."""
    files = lines_by_file(program, profile(program, target, folder)).values()
    return shares([file for file in files if file[0]])


def room_coverage(program, folder):
    """Of each room, by all corpora together."""
    data = Path(folder) / "all"
    profiles = [str(file) for file in sorted(Path(folder).glob("*.profile"))]
    subprocess.run([llvm("llvm-profdata"), "merge", "-sparse", *profiles, "-o", str(data)], check=True)
    rooms = {}
    for path, counts in lines_by_file(program, data).items():
        rooms.setdefault(path.parts[0], []).append(counts)
    return {room: shares(files) for room, files in sorted(rooms.items())}


def read_coverage():
    """{target: (lines, per cent)} as written down."""
    rows = {}
    for line in COVERAGE.read_text().splitlines() if COVERAGE.exists() else []:
        if line and not line.startswith("#"):
            target, lines, percent = line.split()
            rows[target] = (int(lines), float(percent))
    return rows


def measure_coverage(program, jobs):
    """{target: (lines, per cent)}, and {room: the same}"""
    names = list(described_targets(program))
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        targets = dict(zip(names, pool.map(lambda name: line_coverage(program, name, folder), names)))
        return targets, room_coverage(program, folder)


def write_coverage(program, jobs):
    text = ("# What the corpus of each target reaches, written by `./dev fuzz --coverage`: lines of src/ that are run, and their\n"
            "# share of the lines of the files that are entered, in per cent.\n")
    targets, rooms = measure_coverage(program, jobs)
    for target, (lines, percent) in targets.items():
        text += f"{target} {lines} {percent:.1f}\n"
    text += "#\n# All corpora together, by room: lines that are run, and their share.\n"
    for room, (lines, percent) in rooms.items():
        text += f"# src/{room} {lines} {percent:.1f}\n"
    COVERAGE.write_text(text)
    show_list(program)
    return 0


def check_coverage(program, jobs):
    """Whether each corpus still reaches what is written down."""
    written, lost = read_coverage(), []
    for target, (lines, percent) in measure_coverage(program, jobs)[0].items():
        if target not in written:
            print(f"    {target} is new: ./dev fuzz --coverage writes down what it reaches")
        elif percent < written[target][1] - COVERAGE_SLACK:
            lost.append(f"{target}: {percent:.1f} %, no longer {written[target][1]:.1f} %")
    for one in lost:
        print(f"FAIL {one}")
    print(f"{len(written) - len(lost)} passed, {len(lost)} failed")
    return bool(lost)


def show_list(program):
    known, coverage = described_targets(program), read_coverage()
    for target, what in known.items():
        lines, percent = coverage.get(target, (0, 0.0))
        inputs = len(unpack(KEPT / f"{target}.pack"))
        print(f"{target:26} {lines:5} lines {percent:5.1f} %  {inputs:4} inputs  {what}")
    print(f"{len(known)} targets; lines of src/ that the corpus runs, and their share of the files that it enters")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("target", nargs="?")
    parser.add_argument("seconds", nargs="?", type=int, default=60)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--run", metavar="FILE")
    parser.add_argument("--smoke", type=int, metavar="SECONDS")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--check-coverage", action="store_true")
    parser.add_argument("--gather", metavar="FOLDER")
    parser.add_argument("--merge", metavar="TARGET", help="or `all`")
    parser.add_argument("--write-corpora", metavar="OUT", type=Path)
    parser.add_argument("--lay-out", metavar="OUT", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_intermixed_args()
    program = str(Path(options.program).resolve())
    if options.list:
        return show_list(program)
    if options.smoke:
        return smoke(program, options.smoke, options.jobs)
    if options.coverage or options.check_coverage:
        return (write_coverage if options.coverage else check_coverage)(program, options.jobs)
    if options.gather:
        return gather(program, options.gather)
    if options.write_corpora:
        return write_corpora(program, options.write_corpora)
    known = described_targets(program)
    if options.merge:
        names = list(known) if options.merge == "all" else [options.merge]
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for line in pool.map(lambda name: merge(program, name), names):
                print(line, flush=True)
        return 0
    if options.target not in known:
        print(f"there is no target {options.target}; ./dev fuzz --list has them", file=sys.stderr)
        return 2
    if options.lay_out:
        lay_out(program, options.target, options.lay_out)
        subprocess.run([program, "--write-dictionary", f"{options.lay_out}.dict"], check=True,
                       env=environment(options.target))
        return 0
    if options.run:
        return subprocess.run([program, options.run], env=environment(options.target), check=False).returncode
    return fuzz(program, options.target, options.seconds)[0]


if __name__ == "__main__":
    sys.exit(main())
