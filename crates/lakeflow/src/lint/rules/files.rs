//! Options of `read_files` with surprising defaults: lakeflow-sql.md, "Reading files".

use sqlparser::tokenizer::Token;

use crate::lint::finding::Finding;
use crate::lint::options::ReadFilesOptions;
use crate::lint::view::{Created, StatementView};

/// Where broken rows go when nothing else is said.
const CORRUPT_RECORD: &str = "_corrupt_record";

/// A finding at the name of each call that `is_at_fault`.
fn at_calls(
    view: &StatementView<'_>,
    is_at_fault: impl Fn(&ReadFilesOptions<'_>) -> bool,
    message: &str,
    hint: &str,
) -> Vec<Finding> {
    let calls = ReadFilesOptions::of(view).into_iter().filter(is_at_fault);
    calls.map(|call| Finding::new(view.range(call.name, call.name), message).hint(hint)).collect()
}

/// The format is guessed.
pub fn missing_format(view: &StatementView<'_>) -> Vec<Finding> {
    at_calls(
        view,
        |call| call.option("format").is_none(),
        "missing `format`: the file format is inferred",
        "add `format => 'csv'`, or whatever the format is",
    )
}

/// CSV without `header`.
pub fn missing_header(view: &StatementView<'_>) -> Vec<Finding> {
    let is_at_fault = |call: &ReadFilesOptions<'_>| call.is_csv() && call.option("header").is_none();
    at_calls(
        view,
        is_at_fault,
        "missing `header`: it depends on a default whether CSV files have a header",
        "add `header => true`, or `false`",
    )
}

/// CSV without `escape`.
pub fn missing_escape(view: &StatementView<'_>) -> Vec<Finding> {
    let is_at_fault = |call: &ReadFilesOptions<'_>| call.is_csv() && call.option("escape").is_none();
    let message = "missing `escape`: quotes in these CSV files are escaped with a backslash, not doubled";
    at_calls(view, is_at_fault, message, "add `escape => '\"'` for RFC 4180 files")
}

/// An explicit schema without a rescue column: fields go by position, and what does not fit is lost.
pub fn missing_rescue_column(view: &StatementView<'_>) -> Vec<Finding> {
    let kept = ["rescuedDataColumn", "failOnUnknownFields"];
    let is_at_fault = |call: &ReadFilesOptions<'_>| {
        call.is_csv() && call.has_schema() && kept.iter().all(|option| call.option(option).is_none())
    };
    let message = "with an explicit schema, CSV columns are read by position and values that do not fit are lost";
    at_calls(view, is_at_fault, message, "add `rescuedDataColumn => '_rescued_data'`: columns are then matched by name")
}

/// `schemaEvolutionMode => 'addNewColumns'` beside a schema is an error.
pub fn evolution_with_schema(view: &StatementView<'_>) -> Vec<Finding> {
    let adds = |call: &ReadFilesOptions<'_>| {
        call.value("schemaEvolutionMode").is_some_and(|mode| mode.eq_ignore_ascii_case("addNewColumns"))
    };
    let find = |call: ReadFilesOptions<'_>| {
        let (first, last) = call.option("schemaEvolutionMode")?;
        let finding = Finding::new(view.range(first, last), "columns cannot be added to an explicit schema");
        (adds(&call) && call.has_schema())
            .then(|| finding.hint("write `schemaHints` instead of `schema`, or `'rescue'` here"))
    };
    ReadFilesOptions::of(view).into_iter().filter_map(find).collect()
}

/// `schemaHints` with an explicit schema, which leaves nothing to hint at.
pub fn schema_hints_with_schema(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |call: ReadFilesOptions<'_>| {
        let (first, last) = call.option("schemaHints").filter(|_| call.has_schema())?;
        let finding = Finding::new(view.range(first, last), "schema hints only apply to an inferred schema");
        Some(finding.hint("move the types to `schema` and remove `schemaHints`"))
    };
    ReadFilesOptions::of(view).into_iter().filter_map(find).collect()
}

/// `enforceSchema` where columns are matched by name.
pub fn enforced_schema_by_name(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |call: ReadFilesOptions<'_>| {
        let (first, last) = call.option("enforceSchema")?;
        let by_name = ["rescuedDataColumn", "failOnUnknownFields"].iter().any(|option| call.option(option).is_some());
        let finding =
            Finding::new(view.range(first, last), "`enforceSchema` is not allowed where columns are matched by name");
        // The comma before the option goes with it.
        by_name.then(|| finding.hint("remove `enforceSchema`").replace(view.range(first - 1, last), ""))
    };
    ReadFilesOptions::of(view).into_iter().filter_map(find).collect()
}

/// `schemaLocation` in a streaming table, which keeps it itself.
pub fn schema_location(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |call: ReadFilesOptions<'_>| {
        let (first, last) = call.option("schemaLocation")?;
        let finding = Finding::new(
            view.range(first, last),
            "`schemaLocation` is not allowed: the pipeline manages the schema location",
        );
        // The comma before the option goes with it.
        Some(finding.hint("remove `schemaLocation`").replace(view.range(first - 1, last), ""))
    };
    ReadFilesOptions::of(view).into_iter().filter_map(find).collect()
}

/// Neither a schema nor `inferColumnTypes => false`.
pub fn inferred_column_types(view: &StatementView<'_>) -> Vec<Finding> {
    let is_text =
        |call: &ReadFilesOptions<'_>| call.value("inferColumnTypes").is_some_and(|v| v.eq_ignore_ascii_case("false"));
    let is_at_fault = |call: &ReadFilesOptions<'_>| {
        call.is_csv() && !call.has_schema() && call.option("schemaHints").is_none() && !is_text(call)
    };
    let message = "the column types are inferred from the first files";
    at_calls(
        view,
        is_at_fault,
        message,
        "add `schema => '..'`, or `inferColumnTypes => false` and cast with `try_cast`",
    )
}

/// A column for broken rows that the schema does not declare, and that so stays empty.
pub fn undeclared_corrupt_record(view: &StatementView<'_>) -> Vec<Finding> {
    let is_read = |at: &usize| {
        let named = at.checked_sub(1).is_some_and(|before| view.is(before, "AS"));
        view.word(*at).is_some_and(|word| word.eq_ignore_ascii_case(CORRUPT_RECORD)) && !named
    };
    let read = std::cell::LazyCell::new(|| (0..view.pieces.len()).find(is_read));
    let find = |call: ReadFilesOptions<'_>| {
        let (_, schema) = call.option("schema")?;
        let schema = view.string(schema).filter(|schema| !schema.contains("${"))?;
        let declares = |name: &str| {
            schema.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word.eq_ignore_ascii_case(name))
        };
        let option = call.option("columnNameOfCorruptRecord");
        let (place, name) = match option {
            Some((first, last)) => (view.range(first, last), view.string(last)?),
            None => {
                let at = (*read)?;
                (view.range(at, at), CORRUPT_RECORD)
            }
        };
        let message = format!("`{name}` is not declared in `schema`, so corrupt records are lost");
        (!declares(name)).then(|| Finding::new(place, message).hint(format!("add `{name} STRING` to `schema`")))
    };
    ReadFilesOptions::of(view).into_iter().filter_map(find).collect()
}

/// `mode => 'FAILFAST'` where values of another type are rescued before the mode sees them.
pub fn mode_beside_rescue_column(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |call: ReadFilesOptions<'_>| {
        let (first, last) = call.option("mode")?;
        let mode = ["FAILFAST", "DROPMALFORMED"]
            .into_iter()
            .find(|mode| view.string(last).is_some_and(|written| written.eq_ignore_ascii_case(mode)))?;
        // An inferred schema has a rescue column without saying so.
        call.option("rescuedDataColumn")
            .filter(|_| call.has_schema())
            .or((!call.has_schema()).then_some((first, last)))?;
        let message = format!("values of another type are rescued, so `{mode}` has no effect on them");
        let hint = "add an expectation: `EXPECT (_rescued_data IS NULL)`, with the `ON VIOLATION` you want";
        Some(Finding::new(view.range(first, last), message).hint(hint))
    };
    ReadFilesOptions::of(view).into_iter().filter_map(find).collect()
}

/// A path or a pattern of names that begin with `_` or `.`, which sources of files skip.
pub fn hidden_path(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |call: ReadFilesOptions<'_>| {
        let first = view.parts(call.name + 1).first().map(|(first, _)| *first);
        let patterns = ["fileNamePattern", "pathGlobFilter"].into_iter().filter_map(|name| call.option(name));
        let places = first.into_iter().chain(patterns.map(|(_, last)| last));
        let is_hidden = |at: &usize| view.string(*at).is_some_and(names_hidden_files);
        let at = places.into_iter().find(is_hidden).filter(|_| call.option("ignoredPathSegmentRegex").is_none())?;
        let finding =
            Finding::new(view.range(at, at), "files and folders whose names start with `_` or `.` are skipped");
        Some(finding.hint("rename them, or state which to skip: `ignoredPathSegmentRegex => '..'`"))
    };
    ReadFilesOptions::of(view).into_iter().filter_map(find).collect()
}

/// Whether the last segment of a path is hidden; `_day=1` is a partition, and `.` and `..` are places.
fn names_hidden_files(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let is_place = last.chars().all(|c| c == '.');
    last.starts_with(['_', '.']) && !is_place && !last.contains('=')
}

/// `SELECT *` over files whose columns nobody stated.
pub fn select_star(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |call: ReadFilesOptions<'_>| {
        let from = (0..call.name).rev().find(|at| view.is(*at, "FROM"))?;
        let (select, star) = (from.checked_sub(2)?, from - 1);
        if call.has_schema() || !view.is(select, "SELECT") || !view.is_token(star, &Token::Mul) {
            return None;
        }
        let finding = Finding::new(view.range(star, star), "the columns of the table depend on the files");
        Some(finding.hint("name the columns, or give `read_files` a `schema`"))
    };
    ReadFilesOptions::of(view).into_iter().filter_map(find).collect()
}

/// Sources that forget, into a table that a full refresh empties (lakeflow-sql.md, "Streaming tables",
/// `pipelines.reset.allowed`).
pub fn ungated_full_refresh(view: &StatementView<'_>) -> Vec<Finding> {
    let is_gated = view.property("pipelines.reset.allowed").is_some_and(|value| value.eq_ignore_ascii_case("false"));
    if is_gated || !view.creates(Created::StreamingTable) {
        return vec![];
    }
    let cleans =
        |call: &ReadFilesOptions<'_>| call.value("cleanSource").is_some_and(|mode| !mode.eq_ignore_ascii_case("off"));
    let files = ReadFilesOptions::of(view).into_iter().filter(cleans).map(|call| call.name);
    let queues = ["read_kafka", "read_kinesis", "read_pubsub", "read_pulsar"];
    let sources = files.chain(queues.into_iter().flat_map(|name| view.calls(name).collect::<Vec<_>>()));
    let find = |at: usize| {
        let message = "a full refresh would lose rows of this table: its source does not keep all of them";
        Finding::new(view.range(at, at), message).hint("add `TBLPROPERTIES ('pipelines.reset.allowed' = 'false')`")
    };
    sources.map(find).collect()
}
