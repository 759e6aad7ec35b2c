"""Compare the columns that every output column comes from with what sqlglot's lineage finds.

    compare.py --gen GEN PATH...

Both look at one dataset at a time: at its query, over the columns of the datasets that it reads. Sources of a column
are all columns that its expression names, seen through subqueries and common table expressions. What the two say
differently stands in differences.json with the reason; an entry that no longer holds is a fault, as is any other
difference.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

from sqlglot import exp
from sqlglot.lineage import lineage

HERE = pathlib.Path(__file__).parent
# A statement that defines a dataset, up to the end of its query.
DEFINITION = re.compile(
    r"^CREATE (?:OR REFRESH )?(?:PRIVATE |TEMPORARY )?(?:STREAMING TABLE|MATERIALIZED VIEW|VIEW) (\S+)(.*?);\s*$",
    re.MULTILINE | re.DOTALL,
)
QUERY = re.compile(r"\bAS\n(.*)\Z", re.DOTALL)


def queries(path):
    """The query of each dataset that reads no files."""
    found = {}
    path = pathlib.Path(path)
    for file in sorted(path.rglob("*.sql")) if path.is_dir() else [path]:
        for name, rest in DEFINITION.findall(file.read_text()):
            query = QUERY.search(rest)
            if query and "read_files" not in rest:
                found[name.lower()] = re.sub(r"\bSTREAM\b", "", query.group(1))
    return found


def theirs(column, query, schema):
    """The table columns at the leaves of sqlglot's lineage, or why it finds none."""
    name = exp.to_identifier(column, quoted=True).sql("databricks")
    try:
        nodes = list(lineage(name, query, schema=schema, dialect="databricks").walk())
    except Exception as error:  # sqlglot gives up on a query in many ways
        return [f"fails: {str(error).splitlines()[0]}"]
    leaves = (node for node in nodes if isinstance(node.expression, exp.Table))
    return sorted({f"{node.expression.name}.{node.name.split('.')[-1]}".lower().replace('"', "") for node in leaves})


def ours(edges):
    return sorted({f"{edge['table']}.{edge['column'].split('.')[0]}".lower() for edge in edges})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gen", required=True)
    parser.add_argument("paths", nargs="+")
    arguments = parser.parse_args()
    known = json.loads((HERE / "differences.json").read_text())
    differ, compared, texts = {}, 0, 0
    for path in arguments.paths:
        run = subprocess.run([arguments.gen, "sql", "lineage", path], capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stdout + run.stderr)
        traced = json.loads(run.stdout)
        schema = {name: {c: v["type"] for c, v in d["columns"].items()} for name, d in traced.items()}
        for name, query in sorted(queries(path).items()):
            texts += 1
            for column, found in traced[name]["columns"].items():
                compared += 1
                own, other = ours(found["from"]), theirs(column, query, schema)
                if own != other:
                    differ[f"{name}.{column}"] = f"gen {own}, sqlglot {other}"
    wrong = [f"{key}: {what}" for key, what in differ.items() if key not in known]
    wrong += [f"{key}: stands in differences.json, but there is no difference" for key in known if key not in differ]
    wrong += [f"{key}: has no reason" for key, reason in known.items() if not reason.strip()]
    for line in wrong:
        print(line)
    print(f"{compared} columns of {texts} queries compared, {len(differ)} differ, {len(known)} explained")
    sys.exit(1 if wrong else 0)


main()
