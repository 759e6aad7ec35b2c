//! Functions and forms of expressions that the local engine does not support: they work in a workspace, but `gen run` stops
//! at the table that uses one.

use std::ops::{ControlFlow, Range};

use lakeflow::functions::lacking_locally;
use lakeflow::range_of_node;
use lakeflow::walk;
use sqlparser::ast::{Expr, Visit};

use super::Doubt;
use crate::codes;

/// All parts of an expression or a query that the local engine lacks.
pub fn lacking(tree: &impl Visit, sql: &str) -> Vec<Doubt> {
    let mut found = vec![];
    let _ = walk::expressions(tree, |part| {
        if let Some(what) = lacking_locally(part) {
            let message = format!("the local engine does not support {what}");
            let hint = Some("it works in a workspace, but `gen run` stops there".to_owned());
            let range = place(part, sql).unwrap_or(0..sql.len());
            found.push(Doubt { code: codes::LACKS_LOCALLY, range, message, hint, because: None });
        }
        ControlFlow::<()>::Continue(())
    });
    found
}

/// Where a part stands: the name of a function, the value of an interval, the whole of others.
fn place(part: &Expr, sql: &str) -> Option<Range<usize>> {
    match part {
        Expr::Function(function) => range_of_node(sql, &function.name),
        Expr::Interval(interval) => range_of_node(sql, &*interval.value),
        part => range_of_node(sql, part),
    }
}
