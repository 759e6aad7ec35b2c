"""Every table that a run must write, computed from a project."""

from dataclasses import dataclass

import gold
import silver
from lines import skipped_lines
from project import Entity, Project
from silver import Silver

ORIGIN = ["_rescued_data", "_file_name", "_file_modified_at"]


@dataclass
class Table:
    """Columns and rows, in no particular order."""

    columns: list[str]
    rows: list[tuple]


def compute(project: Project) -> dict[str, Table]:
    """All tables by name. Raises `silver.Stopped` where the data stops the update."""
    silvers = silver.build(project)
    rows = gold.Rows(silvers)
    tables: dict[str, Table] = {}
    judged = [found for found in silvers.values() if not found.entity.lookup]
    loaded = [found for found in judged if not found.entity.is_typed]
    for found in silvers.values():
        tables |= entity_tables(found)
        dialect = found.entity.dialect
        if dialect.skip or dialect.comment:
            name = found.entity.name
            tables[f"{name}_skipped"] = Table(["line", *ORIGIN[1:]], skipped_lines(found.entity, project.files.get(name, [])))
    orphans = {found.entity.name: orphan_table(found, rows) for found in judged if waits(found.entity, silvers)}
    tables |= {f"{name}_orphans": table for name, table in orphans.items()}
    if orphans:
        tables["orphan_counts"] = orphan_counts(orphans, silvers)
    tables["row_counts"] = row_counts(loaded, orphans)
    for metric in project.metrics:
        for name, (columns, figures) in gold.tables(metric, rows).items():
            tables[name] = Table(columns, figures)
    return tables


def entity_tables(found: Silver) -> dict[str, Table]:
    entity = found.entity
    columns = [column.name for column in entity.columns]
    rows = [tuple(row.values()) for row in found.rows]
    if entity.lookup:
        return {entity.name: Table(columns, rows)}
    ends = []
    if entity.loaded_by == "history":
        ends = ["__START_AT", "__END_AT"]
        rows = [(*row, *span) for row, span in zip(rows, found.spans)]
    if entity.is_typed:
        kept = [(sorted(one.violations), *one.given.values()) for one in found.judged if one.quarantined]
        tables = {
            entity.name: Table([*columns, *ends], rows),
            f"{entity.name}_quarantine": Table(["_violations", *columns], kept),
        }
        if entity.appends and entity.key:
            tables[f"{entity.name}_duplicates"] = duplicates(found)
        return tables
    # What is no record stands in a column of its own; the raw table of JSON has a column for each field of the records.
    corrupt = ["_corrupt_record"] if entity.dialect.records else []
    quarantined = [
        (sorted(one.violations), *one.line.fields.values(), *([one.line.corrupt] if corrupt else []), *origin(one.line))
        for one in found.judged
        if one.quarantined
    ]
    tables = {
        entity.name: Table([*columns, *ends], rows),
        f"{entity.name}_quarantine": Table(["_violations", *columns, *corrupt, *ORIGIN], quarantined),
    }
    if not entity.dialect.records:
        lines = [(*line.fields.values(), *origin(line)) for line in found.lines]
        tables = {f"{entity.name}_raw": Table([*columns, *ORIGIN], lines)} | tables
    if entity.key:
        tables[f"{entity.name}_duplicates"] = duplicates(found)
    return tables


def origin(line: object) -> tuple:
    return (line.rescued, line.file_name, line.modified)


def duplicates(found: Silver) -> Table:
    """Keys of clean lines that came more than once; in a history, versions that did."""
    entity = found.entity
    names = [entity.column(name).name for name in entity.key]
    if entity.loaded_by == "history":
        names += [name for name in (entity.column(one).name for one in entity.sequence) if name not in names]
    groups: dict[tuple, list] = {}
    for one in found.clean:
        groups.setdefault(tuple(one.row[name] for name in names), []).append(tuple(one.row.values()))
    rows = [
        (*key, len(group), len(group) - len(set(group)), len(set(group)) - 1)
        for key, group in groups.items()
        if len(group) > 1
    ]
    return Table([*names, "row_count", "exact_duplicates", "conflicting_duplicates"], rows)


def waits(entity: Entity, silvers: dict[str, Silver]) -> bool:
    """Whether rows of an entity may refer to something unknown: keys of a lookup are always known."""
    return any(not silvers[reference.entity].entity.lookup for _, reference in entity.references)


def orphan_table(found: Silver, rows: gold.Rows) -> Table:
    missing = [(row, rows.missing(found.entity.name, row)) for row in found.current]
    columns = [column.name for column in found.entity.columns]
    return Table([*columns, "_missing"], [(*row.values(), sorted(names)) for row, names in missing if names])


def orphan_counts(orphans: dict[str, Table], silvers: dict[str, Silver]) -> Table:
    counts = []
    for name, table in orphans.items():
        for column, reference in silvers[name].entity.references:
            if not silvers[reference.entity].entity.lookup:
                count = sum(column.name in row[-1] for row in table.rows)
                counts.append((name, column.name, reference.entity, count))
    return Table(["entity", "reference_column", "referenced_entity", "orphan_rows"], counts)


def row_counts(loaded: list[Silver], orphans: dict[str, Table]) -> Table:
    fates = ("raw", "clean", "quarantined", "dropped", "duplicate", "table", "orphan")
    counts = []
    for found in loaded:
        name = found.entity.name
        dropped, quarantined = (sum(getattr(one, fate) for one in found.judged) for fate in ("dropped", "quarantined"))
        again = 0
        if found.entity.key:
            # The three counts of a key stand behind it; the first is that of its rows.
            again = sum(row[-3] - 1 for row in duplicates(found).rows)
        waiting = len(orphans[name].rows) if name in orphans else 0
        counts.append((name, len(found.lines), len(found.clean), quarantined, dropped, again, len(found.rows), waiting))
    return Table(["entity", *(f"{fate}_rows" for fate in fates)], counts)
