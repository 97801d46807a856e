"""What the benchmarks have to reach, and whether they do. Used by bench.py."""

CIPHERS = ["AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305"]
KIB = 1024


class Rows:
    """Collects the targets with what was measured, and prints them."""

    def __init__(self, results):
        self.results = results
        self.missed = 0
        self.met = 0

    def judge(self, title, value, target, good, form):
        verdict = "met" if good else "MISSED"
        self.met += good
        self.missed += not good
        print(f"  {verdict:7}{title:74}{form(value):>10}   {form(target)}")

    def at_least(self, title, value, target, form):
        if value is not None:
            self.judge(title, value, target, value >= target, lambda number: form.format(number))

    def at_most(self, title, value, target, form):
        if value is not None:
            self.judge(title, value, target, value <= target, lambda number: form.format(number))

    def times(self, scenario, subject, counter, of="pavise", of_scenario=None):
        """How many times as fast Pavise is, where both were measured."""
        mine = self.results.speed(of_scenario or scenario, of, counter)
        other = self.results.speed(scenario, subject, counter)
        return mine / other if mine and other else None


def short(scenario):
    return scenario.partition("/")[2]


def bulk_against_bare(rows):
    print("\nrecords against the bare calls: at least")
    for version in ("", "TLS1.2-"):
        for cipher in CIPHERS:
            for size, kept, copied in ((16384, 0.97, 0.88), (1400, 0.90, 0.84)):
                for direction, subject, target in (("open", "connection", kept), ("seal", "reserved", kept),
                                                   ("seal", "copied", copied)):
                    scenario = f"{direction}/{version}{cipher}/{size}"
                    rows.at_least(f"{scenario} {subject}", rows.times(scenario, "bare", "each", of=subject), target,
                                  "{:.1%}")


def handshakes_against_limit(rows):
    print("\nfull handshakes against the sum of their bare calls: at least")
    for version, target in (("TLS1.3", 0.90), ("TLS1.2", 0.92)):
        for key in ("P-256", "RSA-2048"):
            scenario = f"handshake/{version}/{key}"
            rows.at_least(f"{version} {key}: server", rows.times(scenario, "limit", "server"), target, "{:.1%}")
            rows.at_least(f"{version} {key}: client that validates the chain",
                          rows.times(f"{scenario}/cold", "limit", "client"), target, "{:.1%}")
            rows.at_least(f"{version} {key}: client that remembers the chain",
                          rows.times(scenario, "limit", "client"), target, "{:.1%}")


def facade_against_engine(rows):
    print("\nechoes through the facade against the bare engine: at least")
    for size in (64, 1024, 16384):
        rows.at_least(f"{size} bytes", rows.times(f"echo/{size}", "bare", "each", of="facade"), 0.90, "{:.1%}")


def against_botan(rows):
    print("\nagainst Botan::TLS, times as fast: at least")
    for scenario in rows.results.scenarios("handshake"):
        target = 3.0 if "TLS1.2" in scenario and "resumed" in scenario else 1.0
        for side in ("client", "server"):
            rows.at_least(f"{short(scenario)}: {side}", rows.times(scenario, "botan", side), target, "{:.2f}")
    for scenario in rows.results.scenarios("bulk"):
        for way in ("send", "receive"):
            fast = "TLS1.3" in scenario and ("AES" in scenario or way == "receive") and scenario.endswith("/16384")
            rows.at_least(f"{short(scenario)}: {way}", rows.times(scenario, "botan", way), 4.0 if fast else 1.0, "{:.2f}")


def against_openssl(rows):
    print("\nagainst OpenSSL, times as fast: at least")
    for scenario in rows.results.scenarios("bulk"):
        if "AES" in scenario:
            for way in ("send", "receive"):
                rows.at_least(f"{short(scenario)}: {way}", rows.times(scenario, "openssl", way), 1.0, "{:.2f}")
    for version in ("TLS1.3", "TLS1.2"):
        for side in ("client", "server"):
            rows.at_least(f"{version}/P-256: {side}" + (" that remembers the chain" if side == "client" else ""),
                          rows.times(f"handshake/{version}/P-256", "openssl", side), 1.0, "{:.2f}")
    for scenario in rows.results.scenarios("handshake"):
        if "resumed" in scenario:
            for side in ("client", "server"):
                rows.at_least(f"{short(scenario)}: {side}", rows.times(scenario, "openssl", side), 1.5, "{:.2f}")
    for scenario in rows.results.scenarios("memory"):
        for state in ("client_idle", "server_idle", "client_most", "server_most"):
            rows.at_least(f"{short(scenario)}: {state}", byte_ratio(rows, scenario, state), 1.0, "{:.2f}")


def shown_beside(rows):
    """Limits of the primitives, and what a first meeting costs: shown, not judged."""
    print("\nbeside OpenSSL, times as fast, not judged")
    for version in ("TLS1.3", "TLS1.2"):
        cold = rows.times(f"handshake/{version}/P-256", "openssl", "client", of_scenario=f"handshake/{version}/P-256/cold")
        if cold:
            print(f"         {version}/P-256: client that validates the chain: {cold:.2f}")
        for side in ("client", "server"):
            ratio = rows.times(f"handshake/{version}/RSA-2048", "openssl", side)
            if ratio:
                print(f"         {version}/RSA-2048: {side}: {ratio:.2f}")
    for cipher in CIPHERS[2:]:
        for version in ("TLS1.3", "TLS1.2"):
            for way in ("send", "receive"):
                ratio = rows.times(f"bulk/{version}/{cipher}/16384", "openssl", way)
                if ratio:
                    print(f"         {version}/{cipher}/16384: {way}: {ratio:.2f}")


def byte_ratio(rows, scenario, counter):
    """How many times as much OpenSSL takes."""
    mine = rows.results.get(scenario, "pavise", counter)
    theirs = rows.results.get(scenario, "openssl", counter)
    return theirs.median / mine.median if mine and theirs else None


def memory(rows):
    print("\nmemory, allocations, threads: at most, at least")
    for scenario in rows.results.scenarios("memory"):
        chain = rows.results.get(scenario, "pavise", "chain")
        for side in ("client", "server"):
            idle = rows.results.get(scenario, "pavise", f"{side}_idle")
            most = rows.results.get(scenario, "pavise", f"{side}_most")
            own = rows.results.get(scenario, "pavise", f"{side}_own_allocations")
            if idle and chain:
                beside = chain.median if side == "client" else 0
                rows.at_most(f"{short(scenario)}: {side}, idle, beside the peer's chain", idle.median - beside, 6 * KIB,
                             "{:,.0f}")
            if most:
                rows.at_most(f"{short(scenario)}: {side}, in its handshake", most.median, 40 * KIB, "{:,.0f}")
            if own:
                rows.at_most(f"{short(scenario)}: {side}, own allocations of a full handshake", own.median, 60, "{:,.0f}")
    bare = next((rows.results.get(scenario, "limit", "scaling") for scenario in rows.results.scenarios("parallel")
                 if rows.results.get(scenario, "limit", "scaling")), None)
    for scenario in rows.results.scenarios("parallel"):
        scaling = rows.results.get(scenario, "pavise", "scaling")
        if scaling:
            rows.at_least(f"{short(scenario)}: two threads to one", scaling.median, 1.9, "{:.2f}")
            if bare:
                rows.at_least(f"{short(scenario)}: of what the bare calls gain here, which share nothing",
                              scaling.median / bare.median, 0.95, "{:.1%}")
    if bare:
        print(f"         the bare calls themselves: two threads to one {bare.median:.2f}")


def print_targets(results):
    rows = Rows(results)
    for part in (bulk_against_bare, handshakes_against_limit, facade_against_engine, against_botan, against_openssl, memory):
        part(rows)
    shown_beside(rows)
    print(f"\ntargets: {rows.met} met, {rows.missed} missed")
    return rows.missed
