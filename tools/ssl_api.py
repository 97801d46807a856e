#!/usr/bin/env python3
"""Makes docs/ssl-api.md of the table of names.

  ssl_api.py TABLE > docs/ssl-api.md
"""
import sys
from pathlib import Path

HEAD = """# Python's `ssl`, name by name

Made by `tools/ssl_api.py` of `tests/facade/ssl_api.tsv`; a test holds both together and runs every test that is named
here. All names live in the namespace `pavise::ssl`; `#include <pavise/ssl.hpp>` brings them. How names are translated:

- an attribute `x` is `x()` and `set_x(v)`; keyword arguments are a struct filled by designated initializers;
- `None` is an empty `Optional`, which prints as `None`; bytes go in as any contiguous range of bytes or a string, and
  come out as `std::vector<std::uint8_t>`; `binary_form=True` is a method of its own that ends in `_der`;
- flags are typed enums with operators; `repr()` and `str()` of every enumeration are Python's;
- objects that Python shares (`SSLContext`, `MemoryBIO`, `SSLSession`) are handles: a copy is the same object;
- every operation that can want I/O has an overload that takes a `std::error_code&` and does not throw.

Two more looks at it: `tests/facade/differential_test.py` runs one table of situations here and in Python's own `ssl`, and
`tests/facade/situations.py` lists every difference with its reason; `tools/ssl_api_mutants.py BUILD` puts a stub in the
place of each name and tells whose test does not notice.

"""

BEYOND = """
## What Python does not have

Each has a test in `tests/facade/beyond_test.cpp`, but where another is named.

| in C++ | what for |
|-|-|
| `SSLContext::load_cert_chain_from_memory(certificates, key, password)` | chains and keys that are in no file (`context_test.cpp`) |
| `SSLContext::load_cert_chain(p12, {.password})` | PKCS#12 files, with chain and key |
| `SSLContext::set_ciphersuites(names)`, `ignored_ciphers()` | the suites of TLS 1.3; what `set_ciphers()` did not know |
| `SSLContext::set_groups(…)`, `groups()`; `SSLConnection::group()` | key exchange groups by preference; the one that was used |
| `SSLContext::set_sigalgs(…)`, `sigalgs()`, `set_client_sigalgs(…)`, `client_sigalgs()`; `SSLConnection::peer_sigalg()`, `local_sigalg()` | signature schemes, and those of clients; what was used |
| `SSLContext::set_verify_callback(…)`, `verify_callback()` | the last word on a peer's certificates |
| `SSLContext::set_ocsp_response(der)`, `set_ocsp_policy(…)`, `ocsp_policy()`; `SSLConnection::ocsp_response()` | stapling (RFC 6066 §8), and what a client makes of it |
| `SSLContext::set_ticket_keys(…)`, `ticket_keys()`, `set_session_store(…)`, `session_store()` | sessions that several servers share |
| `SSLSession::serialise()`, `SSLSession::deserialise(context, bytes)` | sessions that outlive the process (`object_test.cpp`) |
| `SSLContext::set_max_early_data(bytes)`, `max_early_data()`; `SSLConnection::set_early_data(…)`, `early_data()`, `early_data_accepted()`; `SSLSession::max_early_data()` | early data (RFC 8446 §2.3) |
| `SSLConnection::certificate_requests()` | how many answers to `verify_client_post_handshake()` are awaited (`extension_test.cpp`) |
| `SSLConnection::update_keys(scope)` | KeyUpdate (RFC 8446 §4.6.3) |
| `SSLConnection::export_keying_material(label, size, context)` | exporters (RFC 8446 §7.5, RFC 5705) (`object_test.cpp`) |
| `SSLSocket::close_sending()`, `SSLObject::close_sending()` | half-close: says goodbye and goes on reading |
| `SSLSocket::refuse(alert)`, `SSLObject::refuse(alert)` | gives the connection up and tells the peer why (`extension_test.cpp`) |
| `SSLSocket::release_idle()`, `SSLObject::release_idle()` | the memory of empty buffers, given back (`extension_test.cpp`) |
| `wrap_socket(socket, options, code)`, `wrap_bio(incoming, outgoing, options, code)`, `SSLSession::deserialise(context, bytes, code)` | the same without exceptions (`extension_test.cpp`) |
| overloads with a `std::error_code&` | loops that do not unwind |

And the ways down to the engine, for what a context has no setting for; all of them in `tests/facade/extension_test.cpp`:

| in C++ | what for |
|-|-|
| `SSLContext::set_client_config_hook(…)`, `client_config_hook()`, `set_server_config_hook(…)`, `server_config_hook()` | the last word over the engine's config: raw public keys, certificate compression, record sizes, external keys, ECH keys, padding … |
| `SSLContext::set_msg_callback(…)`, `msg_callback()` | every message, decrypted, as it goes and comes: Python's `_msg_callback` |
| `WrapSocketOptions::ech_configs`, `WrapBioOptions::ech_configs` | Encrypted Client Hello (RFC 9849) |
| `SSLConnection::negotiated()` | all that was agreed, and after a rejected ECH what to try again with |
| `SSLError::error()`, `error_of(code)` | the engine's error: the check that failed, its section, the alert, and whose fault it is |
"""


def rows(table):
    for line in Path(table).read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def document(table):
    lines = ["| name | in C++ | test | difference |", "|-|-|-|-|"]
    count = {}
    for name, spelling, test, verdict in rows(table):
        kind = verdict.split(":")[0]
        count[kind] = count.get(kind, 0) + 1
        cells = [f"`{name}`", f"`{spelling}`" if spelling != "-" else "", f"`{test}`" if test != "-" else "", verdict]
        lines.append("| " + " | ".join(cells) + " |")
    summary = ", ".join(f"{number} {kind}" for kind, number in sorted(count.items(), key=lambda item: -item[1]))
    return f"{HEAD}{sum(count.values())} names: {summary}.\n\n" + "\n".join(lines) + "\n" + BEYOND


if __name__ == "__main__":
    sys.stdout.write(document(sys.argv[1]))
