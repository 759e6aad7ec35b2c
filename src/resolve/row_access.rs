//! Rows that an audience sees, where it does not see all: conditions over the columns of the table.

use indexmap::IndexMap;

use super::Context;
use super::compiled::{Columns, condition};
use super::project::unknown_audience;
use super::written::Written;
use crate::diag::{Code, Diagnostic};
use crate::load::{Located, pointer_segment};
use crate::model::{AudienceId, RowAccess};

/// Resolves `rows` of an entity or metric that `readers` may read; `columns` are those of every table it is about.
pub fn resolve<T>(
    rows: Option<&IndexMap<String, String>>,
    readers: &[AudienceId],
    columns: Columns<'_>,
    spec: &Located<T>,
    context: &mut Context<'_>,
) -> Vec<RowAccess> {
    let mut resolved = vec![];
    let Some(rows) = rows else { return resolved };
    for (name, sql) in rows {
        let pointer = format!("/rows/{}", pointer_segment(name));
        let condition = condition(&Written::at(spec, &pointer, sql), columns, context);
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
