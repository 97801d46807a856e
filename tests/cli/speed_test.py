"""pavise speed: every row is measured, and says so. How fast is nobody's business here."""

import json

from harness import PAVISE, expect, main, run


def rows():
    status, out, err = run(PAVISE, "speed", "--milliseconds", "1", "--json")
    expect((status, err), (0, ""), "exit status and error output")
    result = json.loads(out)
    expect({name: len(rows) for name, rows in result.items()}, {"handshakes": 6, "records": 3}, "rows")
    for row in result["handshakes"] + result["records"]:
        expect(all(number > 0 for name, number in row.items() if name != "name"), True, f"the numbers of {row}")


def table():
    status, out, err = run(PAVISE, "speed", "--milliseconds", "1")
    expect((status, err, len(out.decode().splitlines())), (0, "", 11), "exit status, error output and lines")


def cases(report):
    report.case("speed measures every row", rows)
    report.case("speed prints a table", table)


if __name__ == "__main__":
    main(cases)
