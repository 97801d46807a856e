"""Changes that are planted in a source, to prove that somebody notices: what weakened_guards.py and planted_faults.py share."""


def add_line(pairs, line):
    """A line of a table: `-old` or `+new`. `pairs` holds old lines and those that replace them."""
    if line[0] == "-":
        if not pairs or pairs[-1][1]:
            pairs.append(([], []))
        pairs[-1][0].append(line[1:])
    else:
        pairs[-1][1].append(line[1:])


def replaced(path, pairs):
    """The text of a source with its lines replaced; RuntimeError where old lines are not there exactly once."""
    text = path.read_text()
    for old, new in pairs:
        before = "\n".join(old) + "\n"
        if text.count(before) != 1:
            raise RuntimeError(f"{path}: these lines are there {text.count(before)} times, not once:\n{before}")
        text = text.replace(before, "\n".join(new) + "\n")
    return text
