//! Columns that must have a value in every row, whether the spec says so or not: those of the key, and the sequence of
//! a history.
//!
//! A row without a key can't be identified, AUTO CDC does not accept NULL in SEQUENCE BY (lakeflow-sql.md, "AUTO
//! CDC"), and a join never matches NULL. So these columns get the rule `<column>_required`, and a spec that
//! contradicts this is rejected rather than overruled.

use lakeflow::diag::Diagnostic;
use lakeflow::is_same_name;

use super::context::Context;
use super::entity::column_pointer;
use crate::codes;
use crate::load::Located;
use crate::model::{ColumnId, EntityColumn, Load};
use crate::spec::{ActionSpec, ColumnEntry, EntitySpec};

/// What a column has to have a value for.
#[derive(Clone, Copy)]
pub enum RequiredFor {
    Key,
    Sequence,
}

impl RequiredFor {
    fn words(self) -> &'static str {
        match self {
            RequiredFor::Key => "part of the key",
            RequiredFor::Sequence => "the sequence of a history",
        }
    }
}

/// The sequence of a history, where the spec names a column that there is.
pub fn of_versions(load: &Load, columns: &[EntityColumn], spec: &Located<EntitySpec>) -> Vec<ColumnId> {
    let Load::History { sequence, .. } = load else { return vec![] };
    let names = spec.spec.sequence.as_ref().map(|s| s.with_pointers("/sequence")).unwrap_or_default();
    let is_named = |c: &EntityColumn| names.iter().any(|(name, _)| is_same_name(&c.name, name));
    columns.get(sequence.0).filter(|c| is_named(c)).map(|_| *sequence).into_iter().collect()
}

/// Columns that the table of duplicates has beside those that tell rows apart.
const OF_DUPLICATES: [&str; 3] = ["row_count", "exact_duplicates", "conflicting_duplicates"];

/// Makes columns required, and reports what their spec says to the contrary.
pub fn imply(
    columns: &mut [EntityColumn],
    ids: &[ColumnId],
    part: RequiredFor,
    spec: &Located<EntitySpec>,
    context: &mut Context<'_>,
) {
    for id in ids {
        let Some(column) = columns.get_mut(id.0) else { continue };
        column.nullable = false;
        if OF_DUPLICATES.iter().any(|own| is_same_name(own, &column.name)) {
            let message = format!(
                "column name `{}` is reserved: `{}_duplicates` has a column of that name",
                column.name, spec.spec.entity
            );
            let fault = Diagnostic::error(codes::RESERVED_NAME, message).at(column.span);
            context.push(fault.hint("rename it, and give the name in the files as `header`"));
        }
        let Some(ColumnEntry::Full(full)) = spec.spec.columns.get(&column.name) else { continue };
        let pointer = column_pointer(&column.name);
        let mut fault = |key: &str, message: String, hint: &str| {
            let at = spec.value(&format!("{pointer}/{key}"));
            context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(at).hint(hint));
        };
        let (name, words) = (&column.name, part.words());
        if full.required == Some(false) {
            let message = format!("`{name}` is {words} and cannot be optional");
            fault(
                "required",
                message,
                "remove `required`: rows without a value are quarantined, or give the column a `default`",
            );
        }
        let has_default = full.default.is_some() || spec.is_lost(&format!("{pointer}/default"));
        if full.on_missing == Some(ActionSpec::Warn) && !has_default {
            let message = format!("`{name}` is {words}, so a row without it cannot be kept");
            fault("on_missing", message, "use `quarantine`, `drop` or `fail`");
        }
    }
}
