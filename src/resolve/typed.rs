//! Entities whose values have types already, those of a query or a table.

use lakeflow::diag::Diagnostic;
use lakeflow::types::DataType;

use super::context::Context;
use super::entity::column_pointer;
use crate::codes;
use crate::load::Located;
use crate::model::EntityColumn;
use crate::spec::{ColumnSpec, EntitySpec};

/// Keys that say how files are read, or how their rows meet those of earlier files, each with what to do instead.
pub struct TypedOptions {
    /// What rows come from, as messages call it.
    pub source: &'static str,
    /// Keys of the entity.
    pub entity: &'static [(&'static str, &'static str)],
    /// Keys of columns.
    pub columns: &'static [(&'static str, &'static str)],
}

/// Reports keys that such a source has no use for.
pub fn report_options(spec: &Located<EntitySpec>, options: &TypedOptions, context: &mut Context<'_>) {
    let entity = &spec.spec;
    let is_stated = |key: &str| match key {
        "load" => entity.load.is_some(),
        "sequence" => entity.sequence.is_some(),
        "delete_when" => entity.delete_when.is_some(),
        "on_delete" => entity.on_delete.is_some(),
        "on_null" => entity.on_null.is_some(),
        "freshness" => entity.freshness.is_some(),
        _ => entity.row_count.is_some(),
    };
    let stated = options.entity.iter().filter(|(key, _)| is_stated(key));
    let mut stated: Vec<(String, &str, &str)> = stated.map(|(key, hint)| (format!("/{key}"), *key, *hint)).collect();
    for (name, column) in entity.columns.iter().filter_map(|(name, entry)| Some((name, entry.full()?))) {
        let options = options.columns.iter().filter(|(key, _)| is_stated_of(column, key));
        stated.extend(options.map(|(key, hint)| (format!("{}/{key}", column_pointer(name)), *key, *hint)));
    }
    for (pointer, key, hint) in stated {
        let message = format!("`{key}` is not allowed with {}", options.source);
        context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(spec.key(&pointer)).hint(hint));
    }
}

fn is_stated_of(column: &ColumnSpec, key: &str) -> bool {
    match key {
        "header" => column.header.is_some(),
        "from" => column.from.is_some(),
        "format" => column.format.is_some(),
        "normalize" => column.normalize.is_some(),
        _ => column.default.is_some(),
    }
}

/// A pattern is asked of texts, and values that have types are none; `gives` says who gives them.
pub fn pattern_fault(spec: &Located<EntitySpec>, column: &EntityColumn, gives: &str) -> Option<Diagnostic> {
    if column.validity.matches.is_none() || matches!(column.ty, DataType::String | DataType::Unknown) {
        return None;
    }
    let message = format!("`matches` requires a string, but {gives} {}", column.ty);
    let place = spec.key(&format!("{}/matches", column_pointer(&column.name)));
    Some(
        Diagnostic::error(codes::OPTION_CONFLICT, message)
            .at(place)
            .hint("write a rule: `rules: { <name>: <condition> }`"),
    )
}
