//! Functions and forms of expressions that the local engine does not support: they work in a workspace, but `gen run` stops
//! at the table that uses one.

use std::fmt::Display;
use std::ops::{ControlFlow, Range};

use lakeflow::functions::lacking_locally;
use lakeflow::range_of_node;
use lakeflow::walk;
use sqlparser::ast::{Expr, Query, TableFactor, Visit, Visitor};

use super::Doubt;
use crate::codes;

/// All parts of an expression or a query that the local engine lacks.
pub fn lacking(tree: &impl Visit, sql: &str) -> Vec<Doubt> {
    let mut found = vec![];
    let _ = walk::expressions(tree, |part| {
        if let Some(what) = lacking_locally(part) {
            found.push(doubt(what, place(part, sql), sql));
        }
        ControlFlow::<()>::Continue(())
    });
    found
}

/// All clauses of a query that the local engine lacks.
pub fn lacking_clauses(query: &Query, sql: &str) -> Vec<Doubt> {
    let mut clauses = Clauses { sql, found: vec![] };
    let _ = walk::visit(query, &mut clauses);
    clauses.found
}

struct Clauses<'a> {
    sql: &'a str,
    found: Vec<Doubt>,
}

impl Visitor for Clauses<'_> {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let what = match factor {
            TableFactor::Pivot { .. } => "PIVOT",
            TableFactor::Unpivot { .. } => "UNPIVOT",
            TableFactor::Table { version: Some(_), .. } => "a table at a version",
            TableFactor::Table { sample: Some(_), .. } => "a sample of a table",
            _ => return ControlFlow::Continue(()),
        };
        self.found.push(doubt(what, range_of_node(self.sql, factor), self.sql));
        ControlFlow::Continue(())
    }
}

fn doubt(what: impl Display, range: Option<Range<usize>>, sql: &str) -> Doubt {
    let message = format!("the local engine does not support {what}");
    let hint = Some("it works in a workspace, but `gen run` stops there".to_owned());
    Doubt { code: codes::LACKS_LOCALLY, range: range.unwrap_or(0..sql.len()), message, hint, because: None }
}

/// Where a part stands: the name of a function, the value of an interval, the whole of others.
fn place(part: &Expr, sql: &str) -> Option<Range<usize>> {
    match part {
        Expr::Function(function) => range_of_node(sql, &function.name),
        Expr::Interval(interval) => range_of_node(sql, &*interval.value),
        part => range_of_node(sql, part),
    }
}
