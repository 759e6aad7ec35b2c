//! How new rows of an entity meet those of earlier updates: its load, the sequence, and the condition that deletes.

use lakeflow::diag::Diagnostic;
use lakeflow::source::Span;

use super::compiled::{ConditionColumns, condition};
use super::context::Context;
use super::deletion;
use super::entity::find_columns;
use super::nulls;
use super::outside;
use super::suspect::Asked;
use super::written::WrittenExpr;
use crate::codes;
use crate::load::Located;
use crate::model::{ColumnId, EntityColumn, EntityId, Load};
use crate::spec::{EntitySpec, LoadSpec, OneOrMany, SourceSpec};

/// How new rows meet old ones.
pub fn load(spec: &Located<EntitySpec>, id: EntityId, columns: &[EntityColumn], context: &mut Context<'_>) -> Load {
    let entity = &spec.spec;
    let load = entity.load.unwrap_or(if entity.key.is_some() { LoadSpec::Upsert } else { LoadSpec::Append });
    let is_open = spec.is_lost("/load") || entity.load.is_none() && spec.has_lost("/key");
    let needs_key = matches!(load, LoadSpec::Upsert | LoadSpec::History) && !is_open && is_streamed(spec);
    if needs_key && entity.key.as_ref().is_none_or(|names| names.with_pointers("").is_empty()) && !spec.has_lost("/key")
    {
        let message = format!("`load: {}` requires a key", load_word(load));
        let fault = Diagnostic::error(codes::LOAD_NEEDS_KEY, message).at(spec.value("/load"));
        context.push(fault.hint("name the columns that identify a row: `key: <column>`"));
    }
    let names = entity.sequence.as_ref().map(|s| s.with_pointers("/sequence")).unwrap_or_default();
    let sequence = find_columns(spec, &names, columns, context);
    if !is_open {
        check_load_options(spec, load, &sequence, context);
    }
    let delete_when = entity.delete_when.as_ref().map(|entry| {
        let own = ConditionColumns::of_entity(id, columns, spec.is_lost("/columns"));
        let (sql, pointer) = entry.sql();
        condition(&WrittenExpr::at(spec, pointer, sql), Asked::Rows, &own, context).expression
    });
    let kept = nulls::kept(spec, columns, context).filter(|_| load == LoadSpec::Upsert);
    match load {
        LoadSpec::Append => Load::Append,
        LoadSpec::Snapshot => Load::Snapshot,
        LoadSpec::Upsert => {
            let marks = deletion::marks(spec, columns, &sequence, delete_when.as_ref(), context);
            Load::Upsert { sequence, delete_when, kept, marks }
        }
        LoadSpec::History => Load::History { sequence: sequence.first().copied().unwrap_or(ColumnId(0)), delete_when },
    }
}

/// Whether rows come as a stream, of files or of a table.
fn is_streamed(spec: &Located<EntitySpec>) -> bool {
    match &spec.spec.source {
        SourceSpec::Files(_) => true,
        SourceSpec::Table(table) => outside::is_stream(table),
        SourceSpec::Query(_) | SourceSpec::Lookup(_) => false,
    }
}

/// Reports what only the time of a file could decide.
fn report_missing_files(load: LoadSpec, spec: &Located<EntitySpec>, fault: &mut impl FnMut(String, &str, &str)) {
    match load {
        LoadSpec::Snapshot => {
            let hint = "remove `read: appends`: then each update reads the table as it is";
            fault("`load: snapshot` requires files".to_owned(), "/load", hint);
        }
        LoadSpec::Upsert if spec.spec.sequence.is_none() && !spec.has_lost("/sequence") => {
            let hint = "name the columns whose greatest values mark the newest row of a key: `sequence: <column>`";
            fault("rows of a table with a key require a `sequence`".to_owned(), "/source/table", hint);
        }
        LoadSpec::Upsert | LoadSpec::History | LoadSpec::Append => {}
    }
}

/// The words of the sequence in the spec.
pub fn sequence_words(spec: &Located<EntitySpec>) -> Vec<Span> {
    let names = spec.spec.sequence.as_ref().map(|names| names.with_pointers("/sequence")).unwrap_or_default();
    names.iter().map(|(_, pointer)| spec.value(pointer)).collect()
}

fn check_load_options(spec: &Located<EntitySpec>, load: LoadSpec, sequence: &[ColumnId], context: &mut Context<'_>) {
    let word = load_word(load);
    let mut fault = |message: String, pointer: &str, hint: &str| {
        context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(spec.value(pointer)).hint(hint));
    };
    if !is_streamed(spec) {
        return; // Other sources take none of them, and that is reported with their other options.
    }
    if matches!(spec.spec.source, SourceSpec::Table(_)) {
        report_missing_files(load, spec, &mut fault);
    }
    if load == LoadSpec::History
        && !spec.has_lost("/sequence")
        && spec.spec.sequence.as_ref().is_none_or(|s| matches!(s, OneOrMany::Many(m) if m.len() != 1))
    {
        let hint = "name the column that orders the versions of a row: `sequence: <column>`";
        fault("`load: history` requires a `sequence` of one column".into(), "/load", hint);
    }
    if spec.spec.on_delete.is_some() && load != LoadSpec::Upsert {
        let hint = match load {
            LoadSpec::History => "a history keeps the versions of deleted keys, each with `__END_AT`",
            _ => "it is only allowed with `load: upsert`",
        };
        fault(format!("`on_delete` is not allowed with `load: {word}`"), "/on_delete", hint);
    }
    if spec.spec.on_null.is_some() && load != LoadSpec::Upsert {
        let hint = "it is only allowed with `load: upsert`: other loads keep or show rows as they were delivered";
        fault(format!("`on_null` is not allowed with `load: {word}`"), "/on_null", hint);
    }
    if matches!(load, LoadSpec::Append | LoadSpec::Snapshot) {
        let hint = "it is only allowed with `load: upsert` and `load: history`";
        if !sequence.is_empty() {
            fault(format!("`sequence` is not allowed with `load: {word}`"), "/sequence", hint);
        }
        if spec.spec.delete_when.is_some() {
            fault(format!("`delete_when` is not allowed with `load: {word}`"), "/delete_when", hint);
        }
    }
}

fn load_word(load: LoadSpec) -> &'static str {
    match load {
        LoadSpec::Append => "append",
        LoadSpec::Upsert => "upsert",
        LoadSpec::History => "history",
        LoadSpec::Snapshot => "snapshot",
    }
}
