"""Files for a project, twice: what readers don't see differs.

All else is equal: other columns, where there are personal values, and which of them are the same.
"""

import csv
import hashlib
import json
import random
from datetime import datetime, timedelta
from pathlib import Path

from project import PERSONAL, Project

# Every text is a value of its type, and none is blank: whether there is a value is released, and that it has its type.
VALUES = {
    "name": ["Ada", "Ada Lovelace", "bob", "A%", "x", "ada@example.com", "Zoë", "a", "7", "2001-01-01"],
    "email": ["ada@example.com", "bob@b.c", "a", "Ada", "12", "x@y"],
    "phone": ["+41", "123", "2147483648", "x", "a", "Ada"],
    "score": ["0", "1", "2", "3", "5", "-1", "2147483647", "-2147483648"],
    "weight": ["0.0", "-1.0", "80.0", "0.5", "2.0", "1e308"],
    "smokes": ["true", "false"],
    "born": ["2000-01-01", "1999-02-28", "9999-12-31", "1900-01-01"],
    "income": ["0.00", "12.34", "-1.00", "9999999999.99"],
    "town": ["Zurich", "Bern", "Atlantis", "Ada"],
    "comment": ["Ada", "call +41", "a", "x", "2001-01-01"],
}
TOWNS = "town,country\nZurich,CH\nBern,CH\nAda,US\n"
PEOPLE, ORDERS, PARCELS = 12, 16, 10
NOON = datetime(2024, 1, 1, 12)


def write(project: Project, seed: int, folders: list[Path]) -> None:
    """A landing directory for each of the folders; only what readers don't see differs."""
    for number, folder in enumerate(folders):
        folder.mkdir(parents=True)
        common, own = random.Random(seed), random.Random(f"{seed} {number}")
        times = []
        for name, rows in delivered(project, common, own):
            (folder / name).parent.mkdir(exist_ok=True)
            with (folder / name).open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            modified = NOON + timedelta(days=len(times))
            times.append({"file": name, "sha256": digest, "modified": modified.isoformat() + "Z"})
        (folder / "_modified.json").write_text(json.dumps(times), encoding="utf-8")


def delivered(project: Project, common: random.Random, own: random.Random):
    """Names and rows, those of people in one table if they are read from one."""
    people = []
    for name, rows in files(project, common, own):
        if project.appended and name.startswith("people"):
            people += rows
        else:
            yield name, rows
    if people:
        yield "_tables/crm.people.csv", people


def files(project: Project, common: random.Random, own: random.Random):
    """Names and rows. What readers may see comes from `common`, which starts alike for all landing directories."""

    # Other values for the same, so that as many differ: how many different ones there are is released.
    hidden = {name: own.sample(values, len(values)) for name, values in VALUES.items()}

    def personal(name: str, pii: str) -> str:
        index = common.randrange(len(VALUES[name]))
        is_there = common.random() < 0.75
        return (VALUES if pii in project.sees else hidden)[name][index] if is_there else ""

    def person(number: int, delivery: int) -> dict[str, str]:
        values = {name: personal(name, pii) for name, _, _, pii in PERSONAL}
        return {
            "person_id": f"p{number}", **values,
            "state": common.choice(["CA", "NY", "a", ""]), "since": common.choice(["2000-01-01", "2020-05-05", ""]),
            "points": common.choice(["0", "1", "2", "5", ""]),
            # No two rows of a person are equally new.
            "changed": f"2024-02-{delivery * 10 + common.randint(0, 9):02}T{number:02}:00:00Z",
        }

    # A person comes once in a file: which of several rows of one file stays goes by all columns.
    for delivery in (1, 2):
        numbers = [n for n in range(PEOPLE) if delivery == 1 or common.random() < 0.5] or [0]
        yield f"people_{delivery}.csv", [person(number, delivery) for number in numbers]
    yield "orders.csv", [
        {
            "order_id": f"o{number}", "person_id": common.choice(["", *(f"p{n}" for n in range(PEOPLE + 2))]),
            "comment": personal("comment", "other"), "pieces": common.choice(["0", "1", "2", ""]),
            "ordered": common.choice(["2024-01-01", "2024-02-02"]),
        }
        for number in range(ORDERS)
    ]
    yield "parcels.csv", [
        {"parcel_id": f"x{n}", "order_id": f"o{common.randrange(ORDERS + 1)}", "grams": common.choice(["1", "250", ""])}
        for n in range(PARCELS)
    ]
