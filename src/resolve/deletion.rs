//! Rows of deleted keys that stay, with a mark (`on_delete`).

use lakeflow::diag::Diagnostic;
use lakeflow::is_same_name;

use super::context::Context;
use crate::codes;
use crate::load::Located;
use crate::model::{ColumnId, Entity, EntityColumn, Expression};
use crate::spec::EntitySpec;

/// Whether deleted rows of an `upsert` are marked. Reports what they can't be marked with.
pub fn marks(
    spec: &Located<EntitySpec>,
    columns: &[EntityColumn],
    sequence: &[ColumnId],
    delete_when: Option<&Expression>,
    context: &mut Context<'_>,
) -> bool {
    if spec.spec.on_delete.is_none() {
        return false;
    }
    let span = spec.value("/on_delete");
    let mut fault = |message: String, hint: &str| {
        context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(span).hint(hint));
    };
    if spec.spec.delete_when.is_none() && !spec.has_lost("/delete_when") {
        let hint = "say which rows delete: `delete_when: operation = 'D'`";
        fault("`on_delete` requires `delete_when`".into(), hint);
    }
    if sequence.is_empty() && spec.spec.sequence.is_none() && !spec.has_lost("/sequence") {
        let hint = "name the column that tells when a row was deleted: `sequence: <column>`";
        fault("`on_delete: mark` requires a `sequence`".into(), hint);
    }
    if spec.spec.on_null.is_some() {
        let hint = "a marked row is the newest one that was not deleted, as it was delivered: remove one of the two";
        fault("`on_delete: mark` is not allowed together with `on_null`".into(), hint);
    }
    let read = delete_when.into_iter().flat_map(Expression::columns);
    if let Some(column) = read.filter_map(|path| columns.get(path.column.0)).find(|column| column.pii.is_some()) {
        let hint = "delete such rows: `on_delete` can't hide what the mark discloses";
        let message = format!("`{}` would show the personal data of `{}`", Entity::IS_DELETED, column.name);
        fault(message, hint);
    }
    if let Some(column) = sequence.first().and_then(|id| columns.get(id.0)).filter(|column| column.pii.is_some()) {
        let hint = "name another column first in `sequence`";
        fault(format!("`{}` would show the personal data of `{}`", Entity::DELETED_AT, column.name), hint);
    }
    for column in columns {
        let own = [Entity::IS_DELETED, Entity::DELETED_AT];
        if let Some(own) = own.into_iter().find(|own| is_same_name(own, &column.name)) {
            let message = format!("column name `{}` is reserved: `on_delete: mark` adds a column `{own}`", column.name);
            let fault = Diagnostic::error(codes::RESERVED_NAME, message).at(column.span);
            context.push(fault.hint("rename it, and give the name in the files as `header`"));
        }
    }
    true
}
