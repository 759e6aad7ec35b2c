//! Gives back the room that sqlparser's lists keep for more.
//!
//! Its nodes are large (an argument of a function has 784 bytes) and a list begins with room for four: of the trees of a
//! large project, half would be empty room, and the first touch of memory costs more than this walk.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, FunctionArguments, GroupByExpr, OrderByKind, Query, Select, VisitMut, VisitorMut};

/// Shrinks every list of a tree to what it holds.
pub(super) fn shrink(node: &mut impl VisitMut) {
    let _ = node.visit(&mut Shrink);
}

struct Shrink;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

impl VisitorMut for Shrink {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        if let Some(with) = &mut query.with {
            with.cte_tables.shrink_to_fit();
        }
        if let Some(OrderByKind::Expressions(keys)) = query.order_by.as_mut().map(|order_by| &mut order_by.kind) {
            keys.shrink_to_fit();
        }
        GO_ON
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        select.projection.shrink_to_fit();
        select.from.shrink_to_fit();
        select.from.iter_mut().for_each(|table| table.joins.shrink_to_fit());
        if let GroupByExpr::Expressions(keys, _) = &mut select.group_by {
            keys.shrink_to_fit();
        }
        GO_ON
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) => {
                if let FunctionArguments::List(list) = &mut function.args {
                    list.args.shrink_to_fit();
                }
            }
            Expr::InList { list, .. } | Expr::Tuple(list) => list.shrink_to_fit(),
            Expr::Case { conditions, .. } => conditions.shrink_to_fit(),
            _ => {}
        }
        GO_ON
    }
}
