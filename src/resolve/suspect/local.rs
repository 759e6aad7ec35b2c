//! Functions that the local engine does not support: they work in a workspace, but `gen run` stops at the table that
//! calls one.

use std::ops::ControlFlow;

use lakeflow::functions::is_lacking_locally;
use lakeflow::range_of_node;
use lakeflow::walk;
use sqlparser::ast::{Expr, FunctionArguments, Visit};

use super::Doubt;
use crate::codes;

/// All calls of functions that the local engine lacks.
pub fn lacking(tree: &impl Visit, sql: &str) -> Vec<Doubt> {
    let mut found = vec![];
    let _ = walk::expressions(tree, |part| {
        if let Expr::Function(function) = part
            && let [name] = function.name.0.as_slice()
            && let Some(name) = name.as_ident()
            && let FunctionArguments::List(list) = &function.args
            && is_lacking_locally(&name.value, list.args.len())
            && let Some(range) = range_of_node(sql, &function.name)
        {
            let message = format!("the local engine does not support this form of `{}`", name.value);
            let hint = Some("it works in a workspace, but `gen run` stops there".to_owned());
            found.push(Doubt { code: codes::LACKS_LOCALLY, range, message, hint, because: None });
        }
        ControlFlow::<()>::Continue(())
    });
    found
}
