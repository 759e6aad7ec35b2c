//! Rows that an audience sees, where it does not see all: conditions over the columns of the table.

use indexmap::IndexMap;

use super::Context;
use super::compiled::condition;
use super::project::{escaped, unknown_audience};
use crate::diag::{Code, Diagnostic};
use crate::lakeflow::types::Column as TypedColumn;
use crate::load::Located;
use crate::model::{AudienceId, RowAccess};

/// Resolves `rows` of an entity or metric that `readers` may read; `columns` are those of every table it is about.
pub fn resolve<T>(
    rows: Option<&IndexMap<String, String>>,
    readers: &[AudienceId],
    columns: &[TypedColumn],
    spec: &Located<T>,
    context: &mut Context<'_>,
) -> Vec<RowAccess> {
    let mut resolved = vec![];
    for (name, sql) in rows.into_iter().flatten() {
        let pointer = format!("/rows/{}", escaped(name));
        let condition = condition(sql, &pointer, spec, columns, context);
        let Some(audience) = context.audiences.iter().position(|a| a.name == *name).map(AudienceId) else {
            let fault = unknown_audience(name, context.audiences);
            context.push(fault.at(spec.key(&pointer)));
            continue;
        };
        if !readers.contains(&audience) {
            let message = format!("audience `{name}` does not read the table, so it sees no rows of it");
            let fault = Diagnostic::error(Code::OptionConflict, message).at(spec.key(&pointer));
            context.push(fault.hint(format!("list `{name}` under `audience`, or remove it here")));
        }
        resolved.push(RowAccess { audience, condition: condition.expression, columns: condition.columns });
    }
    resolved
}
