"""pavise serve with many idle connections: each costs little memory, and new ones are served as if they were alone.

  idle_test.py [COUNT]    how many (200); 10000 wants that many descriptors
"""

import contextlib
import re
import resource
import socket
import ssl
import sys

from certificates import Certificates
from harness import DEADLINE, PaviseServer, Report, Skip, expect, expect_in

# What a connection may cost when it is quiet: its keys (two AEAD objects hold 4.2 KiB), its states, its place in the loop,
# what was negotiated. Its buffers, of 16 KiB and more each, are given back.
MOST_BYTES_EACH = 16 << 10
# After data the heap has small holes: 11 to 16 KB were measured. One buffer that was kept would make it 32.
MOST_BYTES_EACH_AFTER_DATA = 24 << 10
# Large blocks lie outside of the heap, so that those that are given back leave no holes in it, which would be counted too.
WITHOUT_HOLES = ("env", "GLIBC_TUNABLES=glibc.malloc.mmap_threshold=16384")
FIRST_FEW = 50
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def resident_bytes(process):
    with open(f"/proc/{process.child.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) << 10


def idle_connections(certificates, count, service, version):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = count + FIRST_FEW + 100
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise Skip(f"{needed} descriptors are needed, the system grants {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    context = ssl.create_default_context(cafile=certificates.ca)
    context.minimum_version = context.maximum_version = version

    with contextlib.ExitStack() as stack:
        server = stack.enter_context(PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"),
                                                  "--quiet", "--timeout", "600", service, launcher=WITHOUT_HOLES))

        def connect():
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE)
            return stack.enter_context(context.wrap_socket(connection, server_hostname="localhost"))

        def used(connection):
            # It has done something before it went idle: 64 KiB there, and with an echo back.
            data = bytes(1 << 16)
            if service == "--echo":
                connection.sendall(data)
                while data:
                    data = data[len(connection.recv(len(data))):]
            return connection
        for _ in range(FIRST_FEW):
            used(connect())
        before = resident_bytes(server)
        connections = [used(connect()) for _ in range(count)]
        each = (resident_bytes(server) - before) / count
        print(f"      {count} idle connections of {version.name}, {service}: {each:.0f} bytes each", flush=True)
        most = MOST_BYTES_EACH_AFTER_DATA if service == "--echo" else MOST_BYTES_EACH
        expect(each <= most, True, f"{each:.0f} bytes a connection are at most {most}")
        # The first and the last still work, and a new one does.
        for connection in (connections[0], connections[-1], connect()):
            if service == "--echo":
                connection.sendall(b"hello")
                expect(connection.recv(100), b"hello", "the echo")
            else:
                connection.sendall(REQUEST)
                expect_in(b"HTTP/1.1 200 OK", connection.recv(1 << 16), "the page")
        server.stop()


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    report = Report()
    with Certificates() as certificates:
        for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
            for service in ("--http", "--echo"):
                report.case(f"idle connections, {version.name}, {service}", idle_connections, certificates, count, service,
                            version)
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
