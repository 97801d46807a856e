"""Manual pages and completions say what --help says: every verb and every option, and none that does not exist."""

import re

from harness import PAVISE, expect, main, run

SHELLS = ("bash", "zsh", "fish")


def said(*words):
    status, out, err = run(PAVISE, *words)
    expect((status, err), (0, ""), f"exit status and error output of pavise {' '.join(words)}")
    return out.decode()


def verbs():
    found = re.findall(r"^  (\w[\w-]*(?: \w[\w-]*)?)  ", said("--help"), re.M)
    expect(len(found) > 5, True, f"there are verbs: {found}")
    return found


def options_of(verb):
    return set(re.findall(r"^  (--[\w-]+)", said(*verb.split(), "--help"), re.M))


def manual_pages():
    overview = said("manual", "pavise").replace("\\-", "-")
    for verb in verbs():
        page = "pavise-" + verb.replace(" ", "-")
        text = said("manual", page).replace("\\-", "-")
        expect(set(re.findall(r"^\\fB(--[\w-]+)\\fR", text, re.M)), options_of(verb), f"the options in {page}(1)")
        expect(f"\\fB{page}\\fR(1)" in overview, True, f"pavise(1) names {page}(1)")


def completions():
    texts = {shell: said("completion", shell) for shell in SHELLS}
    for verb in verbs():
        wanted = options_of(verb)
        line = re.search(rf"^        '{verb}'\) options='([^']*)'", texts["bash"], re.M)
        expect(set(line[1].split()), wanted, f"bash: the options of {verb}")
        block = re.search(rf"^        '{verb}'\)\n(.*?)            ;;", texts["zsh"], re.M | re.S)
        expect(set(re.findall(r"'\*?(--[\w-]+)\[", block[1])), wanted, f"zsh: the options of {verb}")
        when = "__fish_seen_subcommand_from " + "; and __fish_seen_subcommand_from ".join(verb.split())
        lines = re.findall(rf"^complete -c pavise -n '{re.escape(when)}' -l ([\w-]+)", texts["fish"], re.M)
        expect({"--" + name for name in lines}, wanted, f"fish: the options of {verb}")


def wrong_names():
    for words in (("manual", "pavise-nothing"), ("completion", "tcsh")):
        status, out, err = run(PAVISE, *words)
        expect((status, out, err != ""), (2, b"", True), f"what pavise {' '.join(words)} says")


def cases(report):
    report.case("manual pages have the options of --help", manual_pages)
    report.case("completions have the options of --help", completions)
    report.case("there is no page and no shell of another name", wrong_names)


if __name__ == "__main__":
    main(cases)
