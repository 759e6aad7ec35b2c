"""Shows every query of generated pipelines to Spark's parser and analyser: spark_check.py PIPELINE...

Nothing runs but what looks at types. Each dataset becomes an empty table with the columns that Spark finds, so that its readers are analysed over
what it really has. Looked at are: names and types of declared columns, streams where streams belong, what Spark can't do over
a stream, expectations that are conditions and never NULL, and every expression of an AUTO CDC flow.
"""

import re
import sys
from pathlib import Path

import pipeline_sql
from pipeline_sql import Change, Dataset


class Analyser:
    """A Spark session that analyses, and remembers columns of datasets as empty tables."""

    def __init__(self, warehouse: str):
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[1]").config("spark.sql.warehouse.dir", warehouse)
        options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
        settings = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.log.level": "OFF"}
        for key, value in {**settings, "spark.driver.extraJavaOptions": options}.items():
            builder = builder.config(key, value)
        self.spark = builder.getOrCreate()
        self.files = 0

    def columns(self, query: str) -> tuple[bool, list[tuple[str, str, bool]]]:
        """Whether a query is a stream, and its columns: name, type, whether they may be NULL."""
        jvm, session = self.spark._jvm, self.spark._jsparkSession.sessionState()
        skip = jvm.org.apache.spark.sql.execution.CommandExecutionMode.SKIP()
        execution = session.executePlan(session.sqlParser().parsePlan(query), skip)
        execution.assertAnalyzed()
        plan = execution.analyzed()
        if plan.isStreaming():
            append = jvm.org.apache.spark.sql.streaming.OutputMode.Append()
            jvm.org.apache.spark.sql.catalyst.analysis.UnsupportedOperationChecker.checkForStreaming(plan, append)
        schema = plan.schema()
        fields = [schema.apply(at) for at in range(schema.size())]
        return plan.isStreaming(), [(one.name(), one.dataType().sql(), one.nullable()) for one in fields]

    def table(self, name: str, columns) -> None:
        listed = ", ".join(f"`{column.replace('`', '``')}` {of}" for column, of, *_ in columns)
        self.spark.sql(f"CREATE TABLE `{name}` ({listed}) USING parquet")

    def over_tables(self, query: str, dataset: Dataset) -> str:
        """The query of a dataset with an empty table in place of each call of `read_files`, and of each table outside."""
        for call, columns in pipeline_sql.file_reads(query):
            self.files += 1
            self.table(f"files_{self.files}", columns)
            query = query.replace(call, f"files_{self.files}")
        for name, columns in pipeline_sql.outside_reads(query, dataset):
            self.files += 1
            self.table(f"outside_{self.files}", columns)
            query = re.sub(rf"\b(FROM(?: STREAM)?) {re.escape(name)}(?!\S)", rf"\1 outside_{self.files}", query)
        if "${" in query:
            raise ValueError("a parameter outside of `read_files`")
        return query


def plain(of: str) -> str:
    return re.sub(r"\s*([:,<>()])\s*", r"\1", of).replace("`", "").upper()


def reason(error: Exception) -> str:
    """What Spark says, in one line."""
    text = str(getattr(error, "java_exception", None) or error).split("\n\tat ")[0]
    return re.sub(r"\s+", " ", re.sub(r"^[\w.]+Exception: ", "", text))[:400]


def query_faults(analyser: Analyser, dataset: Dataset, query: str) -> tuple[list, list[str]]:
    """Columns of a query that fills a dataset, and what is wrong with it."""
    try:
        is_stream, found = analyser.columns(analyser.over_tables(query, dataset))
    except Exception as error:
        return [], [f"{dataset.name}: {reason(error)}"]
    faults = []
    if dataset.kind != "TEMPORARY VIEW" and is_stream != (dataset.kind == "STREAMING TABLE"):
        faults.append(f"{dataset.name}: {dataset.kind.lower()} over a {'stream' if is_stream else 'table'}")
    names = [name.lower() for name, *_ in found]
    faults += [f"{dataset.name}: two columns `{name}`" for name in sorted(set(names)) if names.count(name) > 1]
    faults += [f"{dataset.name}: column `{name}` has no type" for name, of, _ in found if of == "VOID"]
    faults += type_faults(analyser, dataset, query)
    declared = [(name.lower(), plain(of)) for name, of in dataset.columns]
    inferred = [(name.lower(), plain(of)) for name, of, _ in found]
    if declared and declared != inferred:
        faults.append(f"{dataset.name} declares {declared}, Spark finds {inferred}")
    return found, faults


def type_faults(analyser: Analyser, dataset: Dataset, query: str) -> list[str]:
    """What the query says of the types of a table outside of the pipeline, against what the expectation wants."""
    wanted = [condition for name, condition in dataset.expectations if name == "column_types"]
    if not wanted:
        return []
    # Types are the same of any row, and of none there is no row to tell.
    query = re.sub(r"\bFROM STREAM ", "FROM ", analyser.over_tables(query, dataset))
    analyser.spark.sql(f"INSERT INTO outside_{analyser.files} SELECT {', '.join(['NULL'] * width(analyser))}")
    rows = analyser.spark.sql(f"SELECT {wanted[0]}, _column_types FROM ({query})").collect()
    return [f"{dataset.name}: a table of the declared types has `{types}`" for is_met, types in rows if not is_met]


def width(analyser: Analyser) -> int:
    """The number of columns of the table that was made last."""
    return len(analyser.spark.table(f"outside_{analyser.files}").columns)


def expectation_faults(analyser: Analyser, dataset: Dataset) -> list[str]:
    faults = []
    for name, condition in dataset.expectations:
        try:
            _, [(_, of, may_be_null)] = analyser.columns(f"SELECT ({condition}) FROM `{dataset.name}`")
        except Exception as error:
            faults.append(f"{dataset.name}.{name}: {reason(error)}")
            continue
        if of != "BOOLEAN" or may_be_null:
            faults.append(f"{dataset.name}.{name}: {of}{', may be NULL' if may_be_null else ''}")
    return faults


def reads(query: str, name: str) -> bool:
    words = [word for _, word in pipeline_sql.tokens(re.sub(pipeline_sql.OUTSIDE, "", query))]
    return any(pipeline_sql.unquoted(word).lower() == name.lower() for word in words if word[0] not in "'\"")


def add(analyser: Analyser, dataset: Dataset) -> list[str]:
    """What is wrong with a dataset, all whose sources are known. It is known afterwards."""
    found, faults = [], [] if dataset.queries else [f"{dataset.name}: nothing fills it"]
    for query in dataset.queries:
        given, wrong = query_faults(analyser, dataset, query)
        found, faults = found or given, faults + wrong
    if not found:
        return faults
    # What is at fault is told above; readers are judged all the same.
    distinct = {name.lower(): (name, "STRING" if of == "VOID" else of) for name, of, _ in reversed(found)}
    analyser.table(dataset.name, reversed(distinct.values()))
    return faults + expectation_faults(analyser, dataset)


def pipeline_faults(analyser: Analyser, texts: list[str]) -> tuple[int, list[str]]:
    """How many datasets a pipeline has, and what is wrong with it."""
    datasets, flows = {}, []
    for text in texts:
        of_file, more = pipeline_sql.read(text)
        datasets.update({dataset.name: dataset for dataset in of_file})
        flows += more
    probes = {}
    for flow in flows:
        target, query = (flow.target, flow.query) if isinstance(flow, Change) else flow
        if isinstance(flow, Change):
            probes.setdefault(target, []).append(flow.probe)
        datasets[target].queries.append(query)
    faults, waiting = [], dict(datasets)
    while waiting:
        ready = [one for one in waiting.values() if not any(reads(q, other) for q in one.queries for other in waiting)]
        if not ready:
            return len(datasets), faults + [f"{name}: reads itself, by whatever way" for name in waiting]
        for dataset in ready:
            faults += add(analyser, dataset)
            for probe in probes.get(dataset.name, []):
                try:
                    analyser.columns(probe)
                except Exception as error:
                    faults.append(f"{dataset.name}: {reason(error)}")
            del waiting[dataset.name]
    return len(datasets), faults


def main() -> int:
    import tempfile

    total, failed = 0, 0
    with tempfile.TemporaryDirectory() as warehouse:
        analyser = Analyser(warehouse)
        for number, pipeline in enumerate(sys.argv[1:]):
            analyser.spark.sql(f"CREATE DATABASE pipeline_{number}")
            analyser.spark.sql(f"USE pipeline_{number}")
            texts = [path.read_text(encoding="utf-8") for path in sorted(Path(pipeline).rglob("*.sql"))]
            count, faults = pipeline_faults(analyser, texts)
            total, failed = total + count, failed + len(faults)
            for fault in faults or ([] if count else ["no datasets"]):
                print(f"fault: {pipeline}: {fault}", file=sys.stderr)
            failed += not count
        analyser.spark.stop()
    print(f"Spark's analyser takes {total} datasets, with {failed} faults")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
