"""pavise trace: captures, made here of what went through a proxy, and transcripts."""

import contextlib
import pathlib
import random
import re
import socket
import struct
import tempfile
import threading

from certificates import Certificates
from harness import DEADLINE, PAVISE, PaviseServer, expect, expect_in, main, run

CLIENT, SERVER = 40000, 443


class Proxy:
    """Between a client and a server; keeps what went, in its order: (from_client, bytes)."""

    def __init__(self, port):
        self.port, self.log, self.lock = port, [], threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)
        back = threading.Thread(target=self._pump, args=(server, client, False), daemon=True)
        back.start()
        self._pump(client, server, True)
        back.join(DEADLINE)
        client.close()
        server.close()

    def _pump(self, source, target, from_client):
        with contextlib.suppress(OSError):
            while block := source.recv(1 << 16):
                with self.lock:
                    self.log.append((from_client, block))
                target.sendall(block)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def finish(self):
        self.thread.join(DEADLINE)
        self.listener.close()
        return self.log


def segment(from_client, sequence, flags, payload):
    ports = (CLIENT, SERVER) if from_client else (SERVER, CLIENT)
    return struct.pack("!HHIIBBHHH", *ports, sequence & 0xffffffff, 0, 5 << 4, flags, 65535, 0, 0) + payload


def ipv4(from_client, packet):
    ends = (b"\x0a\x00\x00\x01", b"\x0a\x00\x00\x02")
    source, target = ends if from_client else ends[::-1]
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(packet), 0, 0, 64, 6, 0) + source + target + packet


def ipv6(from_client, packet):
    ends = (bytes(15) + b"\x01", bytes(15) + b"\x02")
    source, target = ends if from_client else ends[::-1]
    return struct.pack("!IHBB", 6 << 28, len(packet), 6, 64) + source + target + packet


def packets(log, piece=1000, shuffle=None):
    """The conversation as TCP segments, near the end of the sequence numbers; shuffled ones come twice as well."""
    sequence = {True: 0xfffff000, False: 77}
    out = [segment(True, sequence[True] - 1, 0x02, b""), segment(False, sequence[False] - 1, 0x12, b"")]
    for from_client, block in log:
        run_of = []
        for at in range(0, len(block), piece):
            run_of.append(segment(from_client, sequence[from_client], 0x18, block[at:at + piece]))
            sequence[from_client] += len(block[at:at + piece])
        if shuffle:
            run_of += run_of[:2]
            shuffle.shuffle(run_of)
        out += run_of
    return [(struct.unpack("!H", packet[:2])[0] == CLIENT, packet) for packet in out]


def pcap(frames, link, order="<"):
    out = struct.pack(order + "IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link)
    for frame in frames:
        out += struct.pack(order + "IIII", 1, 2, len(frame), len(frame)) + frame
    return out


def pcapng(frames, link):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    out = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)) + block(1, struct.pack("<HHI", link, 0, 0))
    for frame in frames:
        out += block(6, struct.pack("<IIIII", 0, 1, 2, len(frame), len(frame)) + frame)
    return out


ETHERNET = bytes(12) + b"\x08\x00"


class Talk:
    """One connection of openssl to pavise serve, captured."""

    def __init__(self, certificates, folder, *options):
        self.key_log = folder / f"keys-{'-'.join(options).replace('/', '_')}"
        with PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256")) as server:
            proxy = Proxy(server.port)
            run("openssl", "s_client", "-connect", f"127.0.0.1:{proxy.listener.getsockname()[1]}", "-keylogfile", self.key_log,
                "-quiet", "-no_ign_eof", *options, stdin=b"GET / HTTP/1.0\n\n")
            self.log = proxy.finish()
            server.stop()


def trace(folder, capture, *options):
    file = folder / "capture"
    file.write_bytes(capture)
    status, out, err = run(PAVISE, "trace", file, *options)
    return status, out.decode(), err


def messages(text):
    """The arrows with the first word of each line: ["--> client_hello", …]."""
    return re.findall(r"^((?:-->|<--) \w+)", text, re.M)


TLS13 = ["--> client_hello", "<-- server_hello", "<-- change_cipher_spec", "<-- encrypted_extensions", "<-- certificate",
         "<-- certificate_verify", "<-- finished"]
TLS12 = ["--> client_hello", "<-- server_hello", "<-- certificate", "<-- server_key_exchange", "<-- server_hello_done",
         "--> client_key_exchange", "--> change_cipher_spec", "--> finished"]


def every_form(certificates, folder):
    talk = Talk(certificates, folder, "-tls1_3")
    log = ("--keylog", talk.key_log)
    plain = packets(talk.log)
    mixed = packets(talk.log, piece=100, shuffle=random.Random(1))
    texts = set()
    for name, capture in (("pcap", pcap([ETHERNET + ipv4(*packet) for packet in plain], 1)),
                          ("the other byte order", pcap([ipv4(*packet) for packet in plain], 101, ">")),
                          ("pcapng", pcapng([ETHERNET + ipv4(*packet) for packet in plain], 1)),
                          ("segments out of order, and twice", pcap([ipv4(*packet) for packet in mixed], 101))):
        status, out, err = trace(folder, capture, *log)
        expect((status, err), (0, ""), f"exit status and error output for {name}")
        expect(messages(out)[:7], TLS13, f"the messages of {name}")
        expect("sealed" in out, False, f"something of {name} stayed sealed: {out}")
        expect_in("application_data", out, name)
        texts.add(out)
    expect(len(texts), 1, "texts")
    status, out, _ = trace(folder, pcapng([ipv6(*packet) for packet in plain], 101), *log)
    expect(messages(out)[:7], TLS13, "the messages over IPv6")
    expect_in("[::1]:40000 --> [::2]:443", out, "the ends")


def without_key_log(certificates, folder):
    talk = Talk(certificates, folder, "-tls1_3")
    status, out, _ = trace(folder, pcap([ipv4(*packet) for packet in packets(talk.log)], 101))
    expect(status, 0, "exit status")
    expect(messages(out)[:3], TLS13[:3], "what is in the clear")
    expect_in("records stayed sealed: no key log was given", out, "the end")
    expect("certificate" in " ".join(messages(out)), False, "a certificate without keys")


def tls12(certificates, folder):
    for suite in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"):
        talk = Talk(certificates, folder, "-tls1_2", "-cipher", suite)
        status, out, _ = trace(folder, pcap([ipv4(*packet) for packet in packets(talk.log)], 101), "--keylog", talk.key_log)
        expect(status, 0, "exit status")
        expect(messages(out)[:8], TLS12, f"the messages of {suite}")
        expect("sealed" in out, False, f"something stayed sealed: {out}")
        expect_in("application_data", out, "the data")


def gaps_and_damage(certificates, folder):
    talk = Talk(certificates, folder, "-tls1_3")
    frames = [ipv4(*packet) for packet in packets(talk.log, piece=200)]
    status, out, _ = trace(folder, pcap(frames[:5] + frames[6:], 101), "--keylog", talk.key_log)
    expect(status, 0, "exit status with a packet missing")
    expect_in("packets are missing", out, "the end")
    for whole in (pcap(frames, 101), pcapng(frames, 101)):
        for size in (*range(0, 120), len(whole) - 1):
            status, _, err = trace(folder, whole[:size], "--keylog", talk.key_log)
            expect(status in (0, 2), True, f"exit status {status} of the first {size} bytes ({err})")
    status, _, err = trace(folder, pcap([b"\x45" + bytes(50)], 101))
    expect((status, "there is no TLS in it" in err), (2, True), "what is said of no TLS")


def transcripts(_, folder):
    # RFC 8446's KeyUpdate, an alert, and data; what is there twice (records, handshake contents) is said once.
    text = ("sent record plaintext 160303\nsent content handshake 1800000101\nsent message key_update 1800000101\n"
            "received content alert 0228\nreceived content application_data 0102\nsecret X 00\ntransition 0 0 2\n")
    status, out, err = trace(folder, text.encode())
    expect((status, err), (0, ""), "exit status and error output")
    expect(messages(out), ["--> key_update", "<-- alert", "<-- application_data"], f"the messages of {out!r}")
    expect_in("handshake_failure", out, "the alert")
    status, _, err = trace(folder, b"sent message key_update 18000001zz\n")
    expect((status, "line 1" in err), (2, True), "what is said of a line that is none")


def cases(report):
    with Certificates() as certificates, tempfile.TemporaryDirectory(prefix="pavise-trace-") as name:
        folder = pathlib.Path(name)
        report.case("trace reads every form of capture", every_form, certificates, folder)
        report.case("trace without a key log says what is in the clear", without_key_log, certificates, folder)
        report.case("trace opens TLS 1.2", tls12, certificates, folder)
        report.case("trace takes gaps and damage", gaps_and_damage, certificates, folder)
        report.case("trace reads transcripts", transcripts, certificates, folder)


if __name__ == "__main__":
    main(cases)
