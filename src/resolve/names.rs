//! Names: what Unity Catalog and Lakeflow accept, and what the compiler keeps for itself.

use lakeflow::diag::Diagnostic;
use lakeflow::source::Span;
use lakeflow::{folded, is_same_name};

use crate::codes;
use crate::spec::expanded;

/// The longest name of an object in Unity Catalog (lakeflow-sql.md, "Names and literals").
const MAX_LENGTH: usize = 255;
/// Room for what the compiler adds to the name of an entity or table, such as `_quarantine` or `_reconciliation`.
const SUFFIX_ROOM: usize = 20;
/// Names that a query of the compiler uses for its parts.
const INNER_NAMES: [&str; 9] =
    ["texts", "typed", "judged", "newest", "variants", "measured", "expected", "actual", "left_out"];
/// Columns that Delta, Auto Loader and AUTO CDC bring along (lakeflow-sql.md, "Names and literals").
const SYSTEM_COLUMNS: [&str; 2] = ["__start_at", "__end_at"];

/// Names that a raw table adds to the fields of its files, and that of the files' metadata.
const RAW_COLUMNS: [&str; 4] = ["_rescued_data", "_file_name", "_file_modified_at", "_metadata"];

/// The column of a raw table for text that is not a record.
const CORRUPT: &str = "_corrupt_record";

/// What a name is for, as messages call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameOf {
    /// The value of `project`, which bundle and pipeline are named after.
    Project,
    /// An entity, and so a table.
    Entity,
    /// A metric.
    Metric,
    /// A table of a metric.
    Table,
    /// A column, dimension or measure.
    Column,
    /// A rule, and so an expectation.
    Rule,
    /// A target, audience, principal or schedule.
    Setting,
    /// A catalog or schema.
    Place,
}

impl NameOf {
    fn word(self) -> &'static str {
        match self {
            NameOf::Project => "project",
            NameOf::Entity => "entity",
            NameOf::Metric => "metric",
            NameOf::Table => "table",
            NameOf::Column => "column",
            NameOf::Rule => "rule",
            NameOf::Setting => "name",
            NameOf::Place => "catalog or schema",
        }
    }
}

/// A name in snake_case.
pub fn better(name: &str) -> String {
    heck::ToSnakeCase::to_snake_case(name)
}

/// The fault of a name, if it has one.
pub fn check(name: &str, of: NameOf, span: Span) -> Option<Diagnostic> {
    let word = of.word();
    let bad = |why: String| Diagnostic::error(codes::BAD_NAME, format!("{word} `{}` {why}", shown(name))).at(span);
    if expanded(name).is_some() {
        return None; // That is reported already.
    }
    if name.is_empty() {
        return Some(Diagnostic::error(codes::BAD_NAME, format!("the name of a {word} must not be empty")).at(span));
    }
    if name.chars().count() > MAX_LENGTH - SUFFIX_ROOM {
        return Some(bad(format!("is longer than {} characters", MAX_LENGTH - SUFFIX_ROOM)));
    }
    match of {
        NameOf::Place => {
            let refused = name.chars().find(|c| matches!(c, '.' | ' ' | '/') || c.is_control());
            return refused.map(|c| bad(format!("contains {}, which Unity Catalog does not allow", named(c))));
        }
        NameOf::Column => {
            if let Some(c) = name.chars().find(|c| " ,;{}()=.`".contains(*c) || c.is_control()) {
                let hint =
                    "choose a plain name, and give the name in the files as `header` (CSV) or `from` (JSON, Parquet)";
                return Some(bad(format!("contains {}, which Delta tables do not allow", named(c))).hint(hint));
            }
        }
        _ => {
            let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if !name.chars().all(snake) || !name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') {
                let better = better(name);
                let hint = (better.is_ascii() && !better.is_empty()).then(|| format!("write `{better}`"));
                return Some(bad("is not in snake_case".into()).maybe_hint(hint));
            }
        }
    }
    reserved(name, of).map(|why| Diagnostic::error(codes::RESERVED_NAME, format!("{word} `{name}` {why}")).at(span))
}

/// Whether no column can be read from fields of this header.
pub fn is_reserved_header(header: &str) -> bool {
    reserved_header_of(header).is_some()
}

fn reserved_header_of(header: &str) -> Option<&'static str> {
    RAW_COLUMNS.into_iter().find(|name| is_same_name(name, header))
}

/// The fault of a header that is read beside the columns that a raw table adds.
pub fn reserved_header(header: &str, span: Span) -> Option<Diagnostic> {
    let found = reserved_header_of(header)?;
    let message = format!("header `{header}` is reserved: raw tables add a column `{found}`");
    Some(Diagnostic::error(codes::RESERVED_NAME, message).at(span))
}

/// Whether no column can be read from a field of JSON records of this name.
pub fn is_reserved_field(field: &str) -> bool {
    is_reserved_header(field) || is_same_name(field, CORRUPT)
}

/// The fault of a field of JSON records whose name clashes with a column that a raw table adds.
pub fn reserved_field(field: &str, span: Span) -> Option<Diagnostic> {
    let found = reserved_header_of(field).or_else(|| is_same_name(field, CORRUPT).then_some(CORRUPT))?;
    let message = format!("field `{field}` is reserved: raw tables add a column `{found}`");
    Some(Diagnostic::error(codes::RESERVED_NAME, message).at(span))
}

fn reserved(name: &str, of: NameOf) -> Option<&'static str> {
    let lower = folded(name);
    match of {
        NameOf::Column if SYSTEM_COLUMNS.contains(&&*lower) => Some("is reserved: AUTO CDC adds a column of that name"),
        NameOf::Column if name.starts_with('_') => {
            Some("starts with `_`, which is reserved for columns of Databricks and the compiler")
        }
        NameOf::Entity | NameOf::Table if name.starts_with('_') => {
            Some("starts with `_`, which is reserved for the compiler")
        }
        NameOf::Entity | NameOf::Table if INNER_NAMES.contains(&&*lower) => {
            Some("is reserved: generated queries use that name internally")
        }
        _ => None,
    }
}

/// A name as a message can show it: short, and without characters that would break the line.
fn shown(name: &str) -> String {
    let clean: String = name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(60).collect();
    if name.chars().count() > 60 { format!("{clean}…") } else { clean }
}

fn named(c: char) -> String {
    match c {
        ' ' => "a space".into(),
        '\n' => "a line break".into(),
        '\t' => "a tab".into(),
        c if c.is_control() => "a control character".into(),
        c => format!("`{c}`"),
    }
}
