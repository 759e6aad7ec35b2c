//! The rows that an audience sees if it does not see all: conditions over the columns of the table.

use indexmap::IndexMap;
use lakeflow::diag::Diagnostic;
use lakeflow::yaml::pointer_segment;

use super::compiled::{ConditionColumns, condition};
use super::context::Context;
use super::project::audience_id;
use super::suspect::Asked;
use super::written::WrittenExpr;
use crate::codes;
use crate::load::Located;
use crate::model::{AudienceId, RowAccess};

/// Resolves `rows` of an entity or metric that `readers` may read; `columns` gives those of every table it is about.
pub fn resolve<'c, T>(
    rows: Option<&IndexMap<String, String>>,
    readers: &[AudienceId],
    columns: impl FnOnce() -> ConditionColumns<'c>,
    spec: &Located<T>,
    context: &mut Context<'_>,
) -> Vec<RowAccess> {
    let mut resolved = vec![];
    let Some(rows) = rows else { return resolved };
    let columns = columns();
    for (name, sql) in rows {
        let pointer = format!("/rows/{}", pointer_segment(name));
        let condition = condition(&WrittenExpr::at(spec, &pointer, sql), Asked::Rows, &columns, context);
        let Some(audience) = audience_id(name, spec.key(&pointer), context) else { continue };
        if !readers.contains(&audience) && !spec.has_lost("/audience") {
            let message = format!("`rows` names audience `{name}`, which does not read the table");
            let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(spec.key(&pointer));
            context.push(fault.hint(format!("add `{name}` to `audience`, or remove it here")));
        }
        resolved.push(RowAccess { audience, condition: condition.expression, columns: condition.columns });
    }
    resolved
}
