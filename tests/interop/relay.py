"""A relay between a client and a server that keeps what each says, and writes it down as a capture (pcap)."""

import socket
import struct
import threading

from harness import DEADLINE, Failure


class Relay:
    """One connection, from `port` to `server_port`; the bytes of both sides, and the order in which they went."""

    def __init__(self, server_port):
        self.server_port = server_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.segments = []  # (from the client?, bytes)
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    @property
    def from_client(self):
        return b"".join(data for of_client, data in self.segments if of_client)

    @property
    def from_server(self):
        return b"".join(data for of_client, data in self.segments if not of_client)

    def wait(self):
        """Until both sides have closed."""
        self.thread.join(DEADLINE)
        if self.thread.is_alive():
            raise Failure("the relayed connection did not end")

    def _run(self):
        self.listener.settimeout(DEADLINE)
        client, _ = self.listener.accept()
        with client, socket.create_connection(("127.0.0.1", self.server_port)) as server:
            back = threading.Thread(target=self._copy, args=(server, client, False), daemon=True)
            back.start()
            self._copy(client, server, True)
            back.join(DEADLINE)

    def _copy(self, source, sink, of_client):
        source.settimeout(DEADLINE)
        try:
            while data := source.recv(1 << 16):
                with self.lock:
                    self.segments.append((of_client, data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one side is gone; the other will see it


def record_lengths(stream):
    """(content type, length) of every record (RFC 8446 §5.1)."""
    records = []
    while len(stream) >= 5:
        kind, _, length = struct.unpack(">BHH", stream[:5])
        records.append((kind, length))
        stream = stream[5 + length:]
    return records


# ---- a capture, as if the bytes had gone over a network of their own

CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 443)
FIN, SYN, PSH, ACK = 1, 2, 8, 16
LINKTYPE_RAW = 101  # packets begin with their IP header
LARGEST_SEGMENT = 32768


def _checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def _packet(source, target, sequence, acknowledged, flags, payload):
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(target[0])

    def tcp(checksum):
        return struct.pack(">HHIIBBHHH", source[1], target[1], sequence, acknowledged, 5 << 4, flags, 65535, checksum, 0)
    segment = tcp(0) + payload
    pseudo = addresses + struct.pack(">BBH", 0, socket.IPPROTO_TCP, len(segment))
    segment = tcp(_checksum(pseudo + segment)) + payload

    def ip(checksum):
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), 1, 0, 64, socket.IPPROTO_TCP, checksum) + addresses
    return ip(_checksum(ip(0))) + segment


def write_capture(path, segments):
    """A pcap file of one TCP connection with these segments."""
    sequence = {True: 1000, False: 2000}
    packets = []

    def send(of_client, flags, payload=b""):
        source, target = (CLIENT, SERVER) if of_client else (SERVER, CLIENT)
        acknowledged = sequence[not of_client] if flags & ACK else 0
        packets.append(_packet(source, target, sequence[of_client], acknowledged, flags, payload))
        sequence[of_client] += len(payload) + (1 if flags & (SYN | FIN) else 0)

    send(True, SYN)
    send(False, SYN | ACK)
    send(True, ACK)
    for of_client, data in segments:
        for start in range(0, len(data), LARGEST_SEGMENT):
            send(of_client, PSH | ACK, data[start:start + LARGEST_SEGMENT])
    send(True, FIN | ACK)
    send(False, FIN | ACK)
    send(True, ACK)
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 1 << 18, LINKTYPE_RAW))
        for number, packet in enumerate(packets):
            file.write(struct.pack("<IIII", 1_000_000_000, number * 1000, len(packet), len(packet)) + packet)
