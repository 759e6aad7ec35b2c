"""How strict is the parser? Breaks valid statements and counts who notices.

The words of every statement, mostly its keywords, are dropped, misspelt, doubled, or swapped with the next word. A mutant
counts when Spark or sqlfluff, one that takes the statement itself, refuses it; of those, `gen sql parse` should refuse
95 %. sqlfluff is asked only about what Spark takes or does not know: it is slow.

Usage: mutants.py GEN [FOLDER ..] [--each N] [--least N] [--seed N] [--cache FILE] [--show]
Needs pyspark 4.3 and sqlfluff 4.5. The folders hold statements in `*.sql` (default: `accept/` beside this file); the name of
a file is its class. With fewer mutants that count than `--least` nothing was measured, which is a failure.
"""

import argparse
import json
import logging
import random
import re
import shelve
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

# Strings, quoted names, `$$` texts and comments are never touched; words are.
PIECE = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|\$\$.*?\$\$|--[^\n]*|/\*.*?\*/|[A-Za-z_]\w*|.", re.S)
WORD = re.compile(r"[A-Za-z_]\w*\Z")
KINDS = ["drop", "misspell", "double", "swap"]
SHARE_OF_KEYWORDS = 0.8
GOAL = 0.95


def parse(gen, paths):
    run = subprocess.run([gen, "sql", "parse", "--json", *map(str, paths)], capture_output=True, text=True)
    if run.returncode not in (0, 1):  # a crash is no verdict
        sys.exit(run.stderr)
    return [json.loads(line) for line in run.stdout.splitlines()]


def verdicts(gen, texts):
    """For each text, whether `gen` takes all of it."""
    taken = [True] * len(texts)
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            Path(folder, f"{number:06}.sql").write_text(text)
        for row in parse(gen, [folder]):
            taken[int(Path(row["file"]).stem)] &= row["ok"]
    return taken


def statements(gen, folders):
    """Class and text of each statement, as it stands between one beginning and the next."""
    places = {}
    for row in parse(gen, folders):
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
            yield Path(file).stem, text[begin:end].strip().removesuffix(";")


def misspelt(word, dice):
    at = dice.randrange(len(word))
    before, letter, rest = word[:at], word[at], word[at + 1:]
    changes = [rest, letter * 2 + rest, dice.choice("aeinorst") + rest, rest[:1] + letter + rest[1:]]
    return before + dice.choice(changes) or "q"


def mutants(text, keywords, each, dice):
    """Up to `each` different mutants with their kinds."""
    pieces, found = PIECE.findall(text), {}
    words = [at for at, piece in enumerate(pieces) if WORD.match(piece)]
    keys = [at for at in words if pieces[at].upper() in keywords and pieces[max(at - 1, 0)] != "."]
    for _ in range(each if keys and len(words) > 1 else 0):
        at = dice.choice(keys if dice.random() < SHARE_OF_KEYWORDS else words)
        copy, kind = list(pieces), dice.choice(KINDS)
        if kind == "drop":
            copy[at] = ""
        elif kind == "double":
            copy[at] += " " + copy[at]
        elif kind == "misspell":
            copy[at] = misspelt(copy[at], dice)
        else:
            nth = words.index(at)
            other = words[nth + 1 if nth + 1 < len(words) else nth - 1]
            copy[at], copy[other] = copy[other], copy[at]
        found.setdefault("".join(copy), kind)
    found.pop(text, None)
    return found.items()


def spark():
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    logging.getLogger("SQLQueryContextLogger").disabled = True  # it prints a page a refusal
    parser = session._jsparkSession.sessionState().sqlParser()

    def takes(text):
        try:
            parser.parsePlan(text)
            return True
        except Exception:
            return False

    return takes


def sqlfluff():
    from sqlfluff.core import FluffConfig, Linter

    linter = Linter(config=FluffConfig(overrides={"dialect": "databricks", "templater": "raw"}))

    def takes(text):
        parsed = linter.parse_string(text)
        tree = parsed.tree
        return not parsed.violations and tree is not None and "unparsable" not in tree.type_set()

    return takes


def remembered(cache, name, takes):
    def ask(text):
        key = f"{name} {text}"
        if key not in cache:
            cache[key] = takes(text)
        return cache[key]

    return ask


def keywords_of_sqlfluff():
    from sqlfluff.core.dialects import dialect_selector

    dialect = dialect_selector("databricks")
    return dialect.sets("reserved_keywords") | dialect.sets("unreserved_keywords")


def rows_of(options, cache):
    """(class, kind, who refuses it, text) of each mutant that counts."""
    dice, keywords = random.Random(options.seed), keywords_of_sqlfluff()
    spark_takes, sqlfluff_takes = remembered(cache, "spark", spark()), remembered(cache, "sqlfluff", sqlfluff())
    for name, text in statements(options.gen, options.folders):
        by_spark, by_sqlfluff = spark_takes(text), None
        for mutant, kind in mutants(text, keywords, options.each, dice):
            if by_spark and not spark_takes(mutant):
                yield name, kind, "spark", mutant
                continue
            if by_sqlfluff is None:
                by_sqlfluff = sqlfluff_takes(text)
            if by_sqlfluff and not sqlfluff_takes(mutant):
                yield name, kind, "sqlfluff", mutant


def report(rows, taken, least):
    all_of, refused = Counter(), Counter()
    for (name, kind, reference, _), ours in zip(rows, taken):
        for group in (f"class {name}", f"kind {kind}", f"by {reference}", "all"):
            all_of[group] += 1
            refused[group] += not ours
    for group in sorted(all_of):
        print(f"{group:30} {all_of[group]:6} mutants, {refused[group]:6} refused by gen: {refused[group] / all_of[group]:.1%}")
    if all_of["all"] < least:
        print(f"only {all_of['all']} mutants count, where there should be {least} at least")
    return all_of["all"] >= least and refused["all"] >= GOAL * all_of["all"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gen")
    parser.add_argument("folders", nargs="*", default=[Path(__file__).parent / "accept"])
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--least", type=int, default=1)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--cache")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    cache = shelve.open(options.cache) if options.cache else {}
    rows = list(rows_of(options, cache))
    taken = verdicts(options.gen, [text for *_, text in rows])
    if options.show:
        for (name, kind, reference, text), ours in zip(rows, taken):
            if ours:
                print(f"{name}, {kind}, refused by {reference}: {text}\n")
    return 0 if report(rows, taken, options.least) else 1


if __name__ == "__main__":
    sys.exit(main())
