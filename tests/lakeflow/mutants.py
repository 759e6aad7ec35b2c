"""How strict is the parser? Breaks valid statements and counts who notices.

Every statement of `accept/*.sql` that a reference parser takes is mutated: a word is dropped, misspelt, doubled, or
swapped with the next one. Of the mutants that the reference refuses, `gen sql parse` should refuse 95 %.

Usage: mutants.py GEN [--sqlfluff] [--show]      needs pyspark 4.3.0, or sqlfluff 4.5 with --sqlfluff
"""

import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PER_STATEMENT = 12
ACCEPT = Path(__file__).parent / "accept"
# Strings, quoted names, `$$` texts and comments are never touched; words are.
PIECE = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|\$\$.*?\$\$|--[^\n]*|/\*.*?\*/|[A-Za-z_]\w*|.", re.S)
WORD = re.compile(r"[A-Za-z_]\w*\Z")


def verdicts(gen, texts):
    """For each text, whether `gen` takes all of it."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            Path(folder, f"{number:06}.sql").write_text(text)
        lines = subprocess.run([gen, "sql", "parse", "--json", folder], capture_output=True, text=True).stdout
    taken = [True] * len(texts)
    for line in lines.splitlines():
        row = json.loads(line)
        taken[int(Path(row["file"]).stem)] &= row["ok"]
    return taken


def statements(gen):
    """The statements of the corpus, as they stand between one beginning and the next."""
    lines = subprocess.run([gen, "sql", "parse", "--json", str(ACCEPT)], capture_output=True, text=True).stdout
    places = {}
    for line in lines.splitlines():
        row = json.loads(line)
        places.setdefault(row["file"], []).append((row["line"], row["column"]))
    for file, starts in places.items():
        if Path(file).stem in ("notebook", "template"):
            continue  # the references know neither cells nor `${key}`
        text = Path(file).read_text()
        ends = [0]
        for line in text.splitlines(keepends=True):
            ends.append(ends[-1] + len(line))
        offsets = [ends[line - 1] + column - 1 for line, column in starts] + [len(text)]
        for begin, end in zip(offsets, offsets[1:]):
            yield text[begin:end].strip().removesuffix(";")


def mutants(text, dice):
    pieces = PIECE.findall(text)
    words = [at for at, piece in enumerate(pieces) if WORD.match(piece)]
    for _ in range(PER_STATEMENT if len(words) > 1 else 0):
        nth = dice.randrange(len(words))
        at, copy, kind = words[nth], list(pieces), dice.choice(["drop", "misspell", "double", "swap"])
        if kind == "drop":
            copy[at] = ""
        elif kind == "double":
            copy[at] += " " + copy[at]
        elif kind == "misspell":
            cut = dice.randrange(len(copy[at]))
            copy[at] = copy[at][:cut] + copy[at][cut + 1:] or "q"
        else:
            other = words[nth + 1 if nth + 1 < len(words) else nth - 1]
            copy[at], copy[other] = copy[other], copy[at]
        mutant = "".join(copy)
        if mutant != text:
            yield kind, mutant


def spark():
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    parser = session._jsparkSession.sessionState().sqlParser()

    def takes(text):
        try:
            parser.parsePlan(text)
            return True
        except Exception:
            return False

    return takes


def sqlfluff():
    from sqlfluff.core import Linter

    linter = Linter(dialect="databricks")

    def takes(text):
        parsed = linter.parse_string(text)
        tree = parsed.tree
        return not parsed.violations and tree is not None and "unparsable" not in tree.type_set()

    return takes


def main():
    gen, dice = sys.argv[1], random.Random(4)
    takes = sqlfluff() if "--sqlfluff" in sys.argv else spark()
    valid = [text for text in statements(gen) if takes(text)]
    broken = [(kind, text) for valid_text in valid for kind, text in mutants(valid_text, dice)]
    broken = [(kind, text) for kind, text in broken if not takes(text)]
    taken = verdicts(gen, [text for _, text in broken])
    missed = [(kind, text) for (kind, text), ours in zip(broken, taken) if ours]
    if "--show" in sys.argv:
        for kind, text in missed:
            print(f"{kind}: {text}\n")
    refused = len(broken) - len(missed)
    print(f"{len(valid)} valid statements, {len(broken)} mutants refused by the reference, {refused} of them by gen:"
          f" {100 * refused / max(1, len(broken)):.1f} %")
    return 0 if refused >= 0.95 * len(broken) else 1


if __name__ == "__main__":
    sys.exit(main())
