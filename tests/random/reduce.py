"""Shrinks a project that fails while the same failure stays, and writes it as a folder for people."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path

import expect
from judge import FAILED, Verdict, judge
from kinds import BOOLEAN
from project import Entity, File, Metric, Project
from silver import Stopped, Undecided
from tree import Node
from write import write

MOST_TRIALS = 150
Change = Callable[[Project], None]


def reduced(project: Project, verdict: Verdict, gen: Path, folder: Path) -> tuple[Project, Verdict]:
    """The smallest project found, with its own verdict."""
    trials, progress = 0, True
    while progress and trials < MOST_TRIALS:
        progress = False
        for change in list(changes(project)):
            smaller = copy.deepcopy(project)
            try:
                change(smaller)
                still = trial(smaller, verdict, gen, folder)
            except (LookupError, StopIteration, Undecided, ValueError, TypeError, AttributeError):
                # Something that is needed went away: not smaller, but broken.
                continue
            trials += 1
            if still is not None:
                project, verdict, progress = smaller, still, True
                break
            if trials >= MOST_TRIALS:
                break
    return project, verdict


def trial(project: Project, verdict: Verdict, gen: Path, folder: Path) -> Verdict | None:
    try:
        expect.compute(project)
    except Stopped:
        pass
    found = judge(project, gen, folder)
    return found if found.outcome == FAILED and found.kind == verdict.kind else None


# --- what may go -----------------------------------------------------------------------------------------------------


def changes(project: Project) -> Iterator[Change]:
    """Ways to a smaller project, the largest steps first. Each is told by index, for it is applied to a copy."""
    for index in range(len(project.metrics)):
        yield lambda p, i=index: p.metrics.pop(i)
    for index in range(len(project.entities)):
        yield lambda p, i=index: without_entity(p, i)
    for index, entity in enumerate(project.entities):
        yield from file_changes(entity, project.files.get(entity.name, []))
        yield from entity_changes(index, entity)
    for index, metric in enumerate(project.metrics):
        yield from metric_changes(index, metric)
    yield from plainer_files(project)


def without_entity(project: Project, index: int) -> None:
    gone = project.entities.pop(index)
    project.files.pop(gone.name, None)
    for entity in project.entities:
        for column, reference in entity.references:
            if reference.entity == gone.name:
                column.references = None
    if any(metric.source == gone.name or metric.per and metric.per.entity == gone.name for metric in project.metrics):
        raise LookupError(gone.name)


def file_changes(entity: Entity, files: list[File]) -> Iterator[Change]:
    """Whole files, then halves of rows, then single rows."""
    name = entity.name
    if not entity.lookup:
        for index in range(len(files)):
            yield lambda p, i=index: p.files[name].pop(i)
    for index, file in enumerate(files):
        count, size = len(file.rows), max(len(file.rows) // 2, 1)
        while count and size:
            for start in range(0, count, size):
                yield lambda p, i=index, s=start, n=size: cut(p.files[name][i], s, n)
            size //= 2


def cut(file: File, start: int, size: int) -> None:
    del file.rows[start : start + size]
    file.blank_after = set()


def plainer_files(project: Project) -> Iterator[Change]:
    for name, files in project.files.items():
        for index, file in enumerate(files):
            if file.mark or file.quote_all or file.end != "\n" or file.blank_after or not file.last_end:
                yield lambda p, n=name, i=index: make_plain(p.files[n][i])


def make_plain(file: File) -> None:
    file.mark, file.quote_all, file.end, file.blank_after, file.last_end = False, False, "\n", set(), True


def entity_changes(index: int, entity: Entity) -> Iterator[Change]:
    for rule in entity.rules:
        yield lambda p, r=rule: p.entities[index].rules.pop(r)
    for derived in entity.derived:
        yield lambda p, d=derived: p.entities[index].derived.pop(d)
    for column in entity.columns:
        yield lambda p, c=column.name: without_column(p, index, c)
    for attribute in ("delete_when", "row_count"):
        if getattr(entity, attribute) is not None:
            yield lambda p, a=attribute: setattr(p.entities[index], a, None)
    for position, column in enumerate(entity.columns):
        for attribute in (
            "references",
            "normalize",
            "matches",
            "accepted",
            "on_invalid",
            "on_missing",
            "default",
            "header",
        ):
            if getattr(column, attribute) is not None:
                yield lambda p, c=position, a=attribute: plainer_column(p, index, c, a)
    for rule, content in entity.rules.items():
        for smaller in smaller_trees(content.condition):
            yield lambda p, r=rule, n=smaller: setattr(p.entities[index].rules[r], "condition", n)
    if entity.delete_when:
        for smaller in smaller_trees(entity.delete_when):
            yield lambda p, n=smaller: setattr(p.entities[index], "delete_when", n)


def without_column(project: Project, index: int, name: str) -> None:
    entity = project.entities[index]
    if name in entity.key or name in entity.sequence:
        raise LookupError(name)
    column = entity.column(name)
    entity.columns.remove(column)
    for file in project.files.get(entity.name, []):
        if file.header and column.delivered_as in file.header:
            at = file.header.index(column.delivered_as)
            del file.header[at]
            file.rows = [row[:at] + row[at + 1 :] for row in file.rows]


def plainer_column(project: Project, index: int, position: int, attribute: str) -> None:
    entity = project.entities[index]
    column = entity.columns[position]
    if attribute == "header":
        for file in project.files.get(entity.name, []):
            if file.header:
                file.header = [column.name if title == column.header else title for title in file.header]
    setattr(column, attribute, None)


def metric_changes(index: int, metric: Metric) -> Iterator[Change]:
    for measure in metric.measures:
        yield lambda p, m=measure: p.metrics[index].measures.pop(m)
    for table in metric.tables or {}:
        yield lambda p, t=table: p.metrics[index].tables.pop(t)
    for dimension in metric.dimensions:
        yield lambda p, d=dimension: p.metrics[index].dimensions.pop(d)
    for attribute in ("where", "time"):
        if getattr(metric, attribute) is not None:
            yield lambda p, a=attribute: setattr(p.metrics[index], a, None)
    if metric.time and len(metric.time[1]) > 1:
        yield lambda p: p.metrics[index].time[1].pop()
    for table, by in (metric.tables or {}).items():
        for position in range(len(by)):
            yield lambda p, t=table, i=position: p.metrics[index].tables[t].pop(i)
    if metric.per:
        if metric.per.where:
            yield lambda p: setattr(p.metrics[index].per, "where", None)
            for smaller in smaller_trees(metric.per.where):
                yield lambda p, n=smaller: setattr(p.metrics[index].per, "where", n)
        for position in range(len(metric.per.columns)):
            yield lambda p, i=position: p.metrics[index].per.columns.pop(i)
    yield from smaller_expressions(index, metric)


def smaller_expressions(index: int, metric: Metric) -> Iterator[Change]:
    if metric.where:
        for smaller in smaller_trees(metric.where):
            yield lambda p, n=smaller: setattr(p.metrics[index], "where", n)
    for name, node in metric.dimensions.items():
        for smaller in smaller_trees(node):
            yield lambda p, m=name, n=smaller: p.metrics[index].dimensions.update({m: n})
    for name, measure in metric.measures.items():
        for attribute in ("type", "empty"):
            if getattr(measure, attribute) is not None:
                yield lambda p, m=name, a=attribute: setattr(p.metrics[index].measures[m], a, None)
        for smaller in smaller_trees(measure.expression):
            yield lambda p, m=name, n=smaller: setattr(p.metrics[index].measures[m], "expression", n)


def smaller_trees(node: Node) -> list[Node]:
    """The parts of a tree that could stand in its place, and the tree with one part replaced by a part of itself."""
    found = [part for part in node.walk() if part is not node and fits(part, node) and part.op != "literal"]
    for position, arg in enumerate(node.args):
        if node.op in ("and", "or") and len(node.args) > 2:
            found.append(Node(node.op, node.kind, node.args[:position] + node.args[position + 1 :], node.value))
        for smaller in smaller_trees(arg):
            args = (*node.args[:position], smaller, *node.args[position + 1 :])
            found.append(Node(node.op, node.kind, args, node.value))
    return found[:40]


def fits(part: Node, whole: Node) -> bool:
    """Numbers stand for numbers of the same type, conditions for conditions; aggregates are not taken apart."""
    inside = any(node.op == "aggregate" for node in whole.walk())
    return part.kind == whole.kind and part.kind in (BOOLEAN, whole.kind) and (not inside or part.op == "aggregate")


# --- for people ------------------------------------------------------------------------------------------------------


def write_case(project: Project, verdict: Verdict, folder: Path, seed: int) -> None:
    """The project with a README: what to run, what is wrong, what is right."""
    write(project, folder)
    lines = [
        f"# seed-{seed}",
        "",
        f"Kind: {verdict.kind}",
        "",
        "Run in this folder:",
        "",
        "```sh",
        "gen check",
        "gen build -q",
    ]
    lines += [
        "gen run --landing landing -q",
        "```",
        "",
        "It gives:",
        "",
        "```text",
        *verdict.lines,
        "```",
        "",
        "Right, by the oracle:",
        "",
    ]
    try:
        for name, table in expect.compute(project).items():
            if any(name in line for line in verdict.lines[:1]):
                lines += ["```text", name, ", ".join(table.columns), *(str(row) for row in table.rows), "```"]
    except Stopped as stop:
        lines.append(f"the update stops by `{stop}`")
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
