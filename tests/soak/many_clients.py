"""pavise serve and very many clients: idle ones, slow ones, and ones with hellos that never end.

  many_clients.py IDLE_CLIENTS COUNT [CASE]     (environment: PAVISE)
"""

import contextlib
import re
import resource
import socket
import ssl
import sys

import harness
from certificates import Certificates
from harness import PaviseServer, Process, expect, main

harness.DEADLINE = 600  # thousands of handshakes take their time
IDLE_CLIENTS, COUNT = sys.argv[1], int(sys.argv[2])
# What a connection may cost the server while nothing happens: the state of two directions, keys, the peer's chain.
MOST_MEMORY = 40 << 10


def resident(process):
    with open(f"/proc/{process.child.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) << 10


def serve(certificates, *options):
    return PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--quiet", *options)


def still_answers(certificates, server):
    context = ssl.create_default_context(cafile=certificates.ca)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as client:
            client.sendall(b"hello")
            expect(client.recv(100), b"hello", "the echo for another client")


def idle(certificates):
    with serve(certificates, "--echo") as server:
        still_answers(certificates, server)
        before = resident(server)
        with Process(IDLE_CLIENTS, server.port, COUNT, certificates.ca) as clients:
            clients.wait_for_out("connected\n")
            each = (resident(server) - before) // COUNT
            print(f"      {COUNT} idle connections: {each} bytes of the server's memory for each")
            still_answers(certificates, server)
            clients.end_input()
            clients.wait_for_out("all there\n")
            expect(clients.exit_status(), 0, f"exit status of the clients ({clients.err.text()})")
        expect(each < MOST_MEMORY, True, f"a connection costs {each} bytes, less than {MOST_MEMORY}")
        server.stop()


def slow_and_oversized(certificates):
    """Half of them drip a byte, half send 60,000 bytes of a hello that would have 65,535 and stop."""
    count = min(COUNT, 2000)
    with serve(certificates, "--echo") as server, contextlib.ExitStack() as stack:
        before = resident(server)
        # 0x03: five records' worth of a ClientHello whose header says 65,531 bytes.
        record = b"\x16\x03\x01\x3a\x98"
        hello = record + b"\x01\x00\xff\xfb" + bytes(14996) + (record + bytes(15000)) * 3
        for number in range(count):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            client.sendall(b"\x16" if number % 2 else hello)
        still_answers(certificates, server)
        each = (resident(server) - before) // (count // 2)
        print(f"      {count // 2} hellos that never end: {each} bytes of the server's memory for each")
        expect(each < 200_000, True, f"a hello that never ends costs {each} bytes, less than 200,000")
        server.stop()


def cases(report):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    if limit < COUNT + 100:
        raise harness.Skip(f"a process may have {limit} descriptors here, and {COUNT + 100} are wanted")
    with Certificates() as certificates:
        report.case("serve keeps idle connections for little", idle, certificates)
        report.case("serve is not starved by slow and oversized hellos", slow_and_oversized, certificates)


if __name__ == "__main__":
    del sys.argv[1:3]
    main(cases)
