"""Processes with deadlines, and a report of cases: what every interop and command test stands on.

A child's output is read by threads as it comes, so that no pipe fills up; waiting is always for something (a line, a
byte count, an exit) and always bounded.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback

DEADLINE = 30  # seconds, for what takes well under one when it works

PAVISE = os.environ.get("PAVISE", "pavise")


class Failure(Exception):
    """A case did not go as it must."""


class Skip(Exception):
    """A case cannot run here; the text says why."""


class Output:
    """What a child writes to one of its streams."""

    def __init__(self, stream):
        self.data = bytearray()
        self.ended = False
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self.thread.start()

    def _read(self, stream):
        while True:
            block = stream.read1(1 << 16)
            with self.changed:
                self.data += block
                self.ended = not block
                self.changed.notify_all()
            if not block:
                stream.close()
                return

    def wait(self, condition, what):
        """Until condition(bytes so far) is true; its value. Fails at the end of the stream or at the deadline."""
        give_up = time.monotonic() + DEADLINE
        with self.changed:
            while True:
                found = condition(bytes(self.data))
                if found:
                    return found
                left = give_up - time.monotonic()
                if self.ended or left <= 0:
                    why = "the output ended" if self.ended else f"{DEADLINE} s passed"
                    raise Failure(f"{why} without {what}; there was: {self.text()[-2000:]!r}")
                self.changed.wait(left)

    def text(self):
        return bytes(self.data).decode("utf-8", "replace")


class Process:
    """A child with its three streams. Killed at the end of the `with` if it is still there."""

    def __init__(self, *words, cwd=None):
        self.words = [str(word) for word in words]
        self.child = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, cwd=cwd)
        self.out = Output(self.child.stdout)
        self.err = Output(self.child.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        with contextlib.suppress(OSError):
            self.child.stdin.close()
        self.out.thread.join(DEADLINE)
        self.err.thread.join(DEADLINE)

    def write(self, data):
        try:
            self.child.stdin.write(data)
            self.child.stdin.flush()
        except OSError as problem:
            raise Failure(f"{self.words[0]} takes no input: {problem}; it said {self.err.text()!r}") from problem

    def write_in_background(self, data, then_close):
        def work():
            with contextlib.suppress(OSError, ValueError):
                self.child.stdin.write(data)
                self.child.stdin.flush()
                if then_close:
                    self.child.stdin.close()
        threading.Thread(target=work, daemon=True).start()

    def end_input(self):
        with contextlib.suppress(OSError):
            self.child.stdin.close()

    def terminate(self):
        self.child.send_signal(signal.SIGTERM)

    def wait_for_out(self, pattern):
        return self.out.wait(lambda data: re.search(pattern, data.decode("utf-8", "replace")), repr(pattern))

    def wait_for_err(self, pattern):
        return self.err.wait(lambda data: re.search(pattern, data.decode("utf-8", "replace")), repr(pattern))

    def wait_for_bytes(self, count):
        self.out.wait(lambda data: len(data) >= count, f"{count} bytes of output")

    def exit_status(self):
        try:
            status = self.child.wait(DEADLINE)
        except subprocess.TimeoutExpired as problem:
            raise Failure(f"{' '.join(self.words)} did not end; it said {self.err.text()[-2000:]!r}") from problem
        self.out.thread.join(DEADLINE)
        self.err.thread.join(DEADLINE)
        return status


def run(*words, stdin=b""):
    """Runs a command to its end: (status, output bytes, error text)."""
    with Process(*words) as process:
        process.write_in_background(stdin, then_close=True)
        status = process.exit_status()
        return status, bytes(process.out.data), process.err.text()


def free_port():
    """A port that nobody has now, for programs that cannot tell which one the system picked for them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_listening(port, process):
    give_up = time.monotonic() + DEADLINE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=DEADLINE).close()
            return
        except ConnectionRefusedError:
            if process.child.poll() is not None or time.monotonic() > give_up:
                raise Failure(f"{process.words[0]} does not listen; it said {process.err.text()!r}") from None
            # Nothing tells when a foreign program calls listen(2) but another attempt.
            with process.err.changed:
                process.err.changed.wait(0.02)


class PaviseServer(Process):
    """`pavise serve` on a port that the system picks."""

    def __init__(self, *options, launcher=()):
        super().__init__(*launcher, PAVISE, "serve", "--port", "0", "--bind", "127.0.0.1", *options)
        self.port = None

    def __enter__(self):
        try:
            self.port = int(self.wait_for_out(r"listening on 127\.0\.0\.1:(\d+)\n")[1])
        except Failure as problem:
            self.__exit__()
            raise Failure(f"{problem}; and the error output was {self.err.text()!r}") from None
        return self

    def stop(self):
        """A clean end: SIGTERM, exit status 0."""
        self.terminate()
        expect(self.exit_status(), 0, "exit status of pavise serve after SIGTERM")


def negotiated(text):
    """The rows that `pavise connect` prints, and the page of `pavise serve` has: {"group": "x25519", …}."""
    return {name: value for name, value in re.findall(r"^  (\S+(?: \S+)*) {2,}(\S.*)$", text, re.MULTILINE)}


def expect(got, wanted, what):
    if got != wanted:
        raise Failure(f"{what}: got {got!r}, wanted {wanted!r}")


def expect_in(part, whole, what):
    if part not in whole:
        raise Failure(f"{what}: {part!r} is not in {whole[-3000:]!r}")


class Report:
    """Runs cases one after the other and counts them."""

    def __init__(self, only=""):
        self.only = only
        self.passed = self.failed = self.skipped = 0

    def case(self, name, function, *arguments):
        if self.only not in name:
            return
        started = time.monotonic()
        try:
            function(*arguments)
        except Skip as reason:
            self.skipped += 1
            print(f"skip  {name}: {reason}", flush=True)
            return
        except Exception as problem:  # a case that breaks is a case that fails; the others still run
            self.failed += 1
            text = str(problem) if isinstance(problem, Failure) else traceback.format_exc()
            print(f"FAIL  {name}: {text}", flush=True)
            return
        self.passed += 1
        print(f"pass  {name} ({(time.monotonic() - started) * 1000:.0f} ms)", flush=True)

    def finish(self):
        """The exit status: meson takes 77 as skipped."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}", flush=True)
        if self.failed == 0 and self.passed == 0:
            print("nothing ran" + (f" for {self.only!r}" if self.only else ""))
            return 77 if self.skipped else 1
        return 1 if self.failed else 0


def main(run_cases):
    if shutil.which(PAVISE) is None:
        sys.exit(f"there is no program {PAVISE!r}: the environment variable PAVISE names the one to test")
    # Under nohup, or behind a shell's "&", these are ignored here, and so they would be in every program that is tested.
    for which, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(which) == signal.SIG_IGN:
            signal.signal(which, usual)
    report = Report(sys.argv[1] if len(sys.argv) > 1 else "")
    try:
        run_cases(report)
    except Skip as reason:  # a peer that is not there is no case at all
        report.skipped += 1
        print(f"skip  everything: {reason}", flush=True)
    sys.exit(report.finish())
