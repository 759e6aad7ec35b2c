//! Tables that something else keeps: how they are named, and which column an entity reads from which of theirs.

use lakeflow::NameIndex;
use lakeflow::diag::Diagnostic;
use lakeflow::is_same_name;

use super::context::Context;
use super::typed::{self, TypedOptions};
use crate::codes;
use crate::load::Located;
use crate::model::{EntityColumn, FieldPath, SourceTable};
use crate::spec::{EntitySpec, OutsideSpec, TableReadSpec};

/// What to do in place of keys that are for rows of files.
const COLUMN_OPTIONS: &[(&str, &str)] =
    &[("header", "`from` names the column of the table"), ("format", "the values of a table have their types already")];
const WATCHED: [(&str, &str); 2] =
    [("freshness", "watch the table where it is filled"), ("row_count", "watch the table where it is filled")];
const SNAPSHOT_OPTIONS: TypedOptions = TypedOptions {
    source: "a table",
    entity: &[
        ("load", "the rows are always those that the table has: remove it, or add `read: appends` to the source"),
        (
            "sequence",
            "write a query over this entity that chooses the newest rows, or add `read: appends` to the source",
        ),
        ("delete_when", "write a rule with `on_violation: drop`, or add `read: appends` to the source"),
        ("on_delete", "rows are taken as the table has them; to mark deleted ones, add `read: appends` to the source"),
        ("on_null", "rows are taken as the table has them; to keep older values, add `read: appends` to the source"),
        WATCHED[0],
        WATCHED[1],
    ],
    columns: COLUMN_OPTIONS,
};
const STREAM_OPTIONS: TypedOptions = TypedOptions { source: "a table", entity: &WATCHED, columns: COLUMN_OPTIONS };

/// Whether a source is the stream of what is appended to a table.
pub fn is_stream(wanted: &OutsideSpec) -> bool {
    wanted.read == Some(TableReadSpec::Appends)
}

/// The table that a spec names; without parts after a fault.
pub fn resolve(
    wanted: &OutsideSpec,
    spec: &Located<EntitySpec>,
    columns: &[EntityColumn],
    context: &mut Context<'_>,
) -> SourceTable {
    typed::report_options(spec, if is_stream(wanted) { &STREAM_OPTIONS } else { &SNAPSHOT_OPTIONS }, context);
    context.extend(columns.iter().filter_map(|column| typed::pattern_fault(spec, column, "the column is")));
    report_twins(columns, context);
    report_captured(columns, context);
    let place = spec.value("/source/table");
    let fault = |message: String, hint: &str| Diagnostic::error(codes::BAD_NAME, message).at(place).hint(hint);
    let parts = match parts(&wanted.table) {
        Ok(parts) => parts,
        Err(why) => {
            let message = format!("`{}` {why}", wanted.table);
            context.push(fault(message, "write `schema.table`, or `catalog.schema.table`"));
            vec![]
        }
    };
    if let [schema, _] = parts.as_slice()
        && is_same_name(schema, "live")
    {
        let message = format!("`{}` would mean a table of the pipeline", wanted.table);
        context.push(fault(message, "name the catalog too: `catalog.live.table`"));
    }
    SourceTable { parts, is_stream: is_stream(wanted) }
}

/// The parts of a name, or what is wrong with it.
fn parts(name: &str) -> Result<Vec<String>, String> {
    let path = FieldPath::parse(name)?;
    let parts: Vec<String> = [path.field].into_iter().chain(path.inner).collect();
    // Unity Catalog, "Names and literals".
    if parts.iter().any(|part| part.len() > 255 || part.contains(['.', ' ', '/', '\u{7f}'])) {
        return Err("has a name that no table can have".to_owned());
    }
    match parts.len() {
        2 | 3 => Ok(parts),
        1 => Err("does not name the schema".to_owned()),
        count => Err(format!("has {count} parts")),
    }
}

/// Reports columns that are read from one column of the table.
fn report_twins(columns: &[EntityColumn], context: &mut Context<'_>) {
    let mut read = NameIndex::default();
    for (index, column) in columns.iter().enumerate() {
        let twin = read.add(&column.header, index).and_then(|place| columns.get(place));
        // Of columns that are called alike, their names are reported.
        if let Some(twin) = twin.filter(|twin| !is_same_name(&twin.name, &column.name)) {
            let message = format!("columns `{}` and `{}` are read from the same column", twin.name, column.name);
            let fault = Diagnostic::error(codes::DUPLICATE_NAME, message).at(column.span);
            context.push(fault.related(twin.span, "the other one"));
        }
    }
}

/// Reports a column that is read from a name which another column bears here. Were that column of the table removed, Spark would
/// take the other one for it, a lateral alias, and nobody would be told.
fn report_captured(columns: &[EntityColumn], context: &mut Context<'_>) {
    let names: NameIndex = columns.iter().map(|column| &*column.name).collect();
    for column in columns {
        let other = names.place(&column.header).and_then(|place| columns.get(place));
        // Columns that are read from one are reported as such.
        let is_captured = |other: &&EntityColumn| {
            !is_same_name(&other.name, &column.name) && !is_same_name(&other.header, &column.header)
        };
        if let Some(other) = other.filter(is_captured) {
            let message =
                format!("`{}` is read from `{}`, which is the name of another column", column.name, other.name);
            let fault = Diagnostic::error(codes::DUPLICATE_NAME, message).at(column.span);
            let fault = fault.related(other.span, "the other one");
            context.push(
                fault.hint("give the other one another name: it would be taken for a column that the table lost"),
            );
        }
    }
}
