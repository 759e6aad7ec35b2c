//! Properties of an expression that follow from the functions it calls, without names and types.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query, Visitor};

use super::call::plain_name;
use crate::functions::{self, FunctionKind};
use crate::walk;

/// Whether an expression holds an aggregate that is no window function; what subqueries hold does not count.
pub fn aggregates(expr: &Expr) -> bool {
    walk::visit(expr, &mut Aggregates { queries: 0 }).is_break()
}

struct Aggregates {
    /// How many subqueries there are around the current place.
    queries: usize,
}

impl Visitor for Aggregates {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let Expr::Function(call) = expr else { return ControlFlow::Continue(()) };
        let function = || functions::lookup(&plain_name(&call.name)?.value);
        match self.queries == 0 && call.over.is_none() && function().is_some_and(|f| f.kind == FunctionKind::Aggregate)
        {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
