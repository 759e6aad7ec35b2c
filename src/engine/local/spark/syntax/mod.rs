//! Rewrites a parsed query into what DataFusion's planner understands, wherever the types do not matter.
//!
//! Names become lower case (Spark compares them so), casts and numbers become calls whose types are ours, Spark's
//! own constructs become standard ones. What has no faithful form is refused by name; nothing is left to chance.

mod aliases;
mod build;
mod calls;
mod fields;
mod generators;
mod lambda;
mod literals;
mod names;
mod selects;
mod shorthands;
mod windows;

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use lakeflow::walk;
use sqlparser::ast::{
    BinaryOperator, Expr, ObjectName, Query, Select, SetOperator, SetQuantifier, Statement, TableFactor, UnaryOperator,
    Value, ValueWithSpan, VisitorMut,
};

use super::fault::QueryFault;
use build::{call, text};
pub use selects::{is_true, select_over};

pub(super) use aliases::inline as inline_alias;
pub(super) use fields::expand as expand_fields;
pub(super) use names::display_names;

/// Gives the relation that a table function or a name stands for.
pub trait Relations {
    /// The name under which the session knows a table, view or dataset.
    ///
    /// # Errors
    /// When the name points elsewhere than the session's catalog and schema.
    fn table(&mut self, name: &ObjectName) -> Result<String, QueryFault>;

    /// Replaces `read_files(..)` and the like by the name of a registered relation; `None` when it is not known.
    ///
    /// # Errors
    /// When the arguments are not usable.
    fn function(&mut self, factor: &TableFactor) -> Result<Option<String>, QueryFault>;

    /// How a column that a wildcard gives is written, by its name in lower case; `None` leaves it so.
    fn written(&self, _column: &str) -> Option<String> {
        None
    }
}

/// Rewrites `query` in place.
///
/// # Errors
/// When a construct has no faithful form on this engine.
pub(super) fn rewrite(query: &mut Query, relations: &mut dyn Relations) -> Result<(), QueryFault> {
    finish(walk::visit_mut(query, &mut Rewriter { relations, scopes: vec![], now: Utc::now() }))?;
    fields::number(query);
    Ok(())
}

fn finish(flow: ControlFlow<QueryFault>) -> Result<(), QueryFault> {
    match flow {
        ControlFlow::Break(fault) => Err(fault),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Rewriter<'a> {
    relations: &'a mut dyn Relations,
    /// Names of common table expressions, query by query inwards.
    scopes: Vec<Vec<String>>,
    /// The moment that all calls in one query agree on.
    now: DateTime<Utc>,
}

fn flow(result: Result<(), QueryFault>) -> ControlFlow<QueryFault> {
    match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(fault) => ControlFlow::Break(fault),
    }
}

impl VisitorMut for Rewriter<'_> {
    type Break = QueryFault;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryFault> {
        self.scopes.push(names::lower_query(query));
        flow(refuse_clauses(query).and_then(|()| generators::unqualify_order(query)))
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryFault> {
        self.scopes.pop();
        literals::restore_in_query(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<QueryFault> {
        if let Err(fault) = generators::in_items(select) {
            return ControlFlow::Break(fault);
        }
        names::name_items(select);
        flow(names::lower_select(select).and_then(|()| selects::before(select)))
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<QueryFault> {
        literals::restore_in_select(select);
        flow(selects::after(select))
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<QueryFault> {
        flow(names::relation(factor, self.relations, &self.scopes))
    }

    fn pre_visit_statement(&mut self, statement: &mut Statement) -> ControlFlow<QueryFault> {
        ControlFlow::Break(QueryFault::refused(format!("a statement inside a query: {statement}")))
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryFault> {
        names::keep_in_fields(expr);
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryFault> {
        flow(self.after_expr(expr))
    }
}

fn refuse_clauses(query: &mut Query) -> Result<(), QueryFault> {
    if !query.pipe_operators.is_empty() {
        return Err(QueryFault::refused("the pipe operator `|>`"));
    }
    set_operations(&mut query.body)
}

fn set_operations(body: &mut sqlparser::ast::SetExpr) -> Result<(), QueryFault> {
    if let sqlparser::ast::SetExpr::SetOperation { left, op, set_quantifier, right } = body {
        if matches!(set_quantifier, SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName) {
            return Err(QueryFault::refused("set operations BY NAME"));
        }
        if *op == SetOperator::Minus {
            *op = SetOperator::Except;
        }
        set_operations(left)?;
        set_operations(right)?;
    }
    Ok(())
}

impl Rewriter<'_> {
    fn after_expr(&self, expr: &mut Expr) -> Result<(), QueryFault> {
        let taken = std::mem::replace(expr, Expr::value(Value::Null));
        *expr = match taken {
            Expr::Value(ValueWithSpan { value: Value::Number(digits, long), .. }) => literals::number(digits, long),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => literals::negative(*expr),
            Expr::Identifier(ident) => Expr::Identifier(names::lowered(ident)),
            Expr::CompoundIdentifier(parts) => {
                Expr::CompoundIdentifier(parts.into_iter().map(names::lowered).collect())
            }
            Expr::CompoundFieldAccess { root, access_chain } => literals::access(*root, access_chain)?,
            // The operators of the engine do not wrap around at the width of the left side, as Spark's functions do.
            Expr::BinaryOp { left, op: BinaryOperator::PGBitwiseShiftLeft, right } => shift("shiftleft", *left, *right),
            Expr::BinaryOp { left, op: BinaryOperator::PGBitwiseShiftRight, right } => {
                shift("shiftright", *left, *right)
            }
            Expr::BinaryOp { left, op: BinaryOperator::Custom(op), right } if op == ">>>" => {
                shift("shiftrightunsigned", *left, *right)
            }
            Expr::Cast { data_type, .. } if data_type.to_string().to_ascii_uppercase().contains(" COLLATE ") => {
                return Err(QueryFault::refused("COLLATE"));
            }
            Expr::Cast { kind, expr, data_type, array: false, format: None } => {
                literals::cast(kind, *expr, &data_type, self.now)
            }
            Expr::TypedString(typed) => literals::typed(&typed, self.now)?,
            Expr::Interval(interval) => literals::interval(interval)?,
            Expr::RLike { negated, expr, pattern, regexp: _ } => {
                negate_if(negated, call("regexp_like", vec![*expr, *pattern]))
            }
            Expr::Like { negated, any: true, expr, pattern, escape_char: None } => {
                any_of(negated, *pattern, |pattern| call("__like", vec![expr.as_ref().clone(), pattern]))
            }
            Expr::ILike { negated, any: true, expr, pattern, escape_char: None } => {
                any_of(negated, *pattern, |pattern| call("__ilike", vec![expr.as_ref().clone(), pattern]))
            }
            Expr::Function(function) => calls::function(function, self.now)?,
            Expr::Between { expr, negated, low, high } => between(negated, *expr, *low, *high),
            Expr::JsonAccess { .. } => {
                return Err(QueryFault::refused("the path operator `:` on VARIANT or JSON text"));
            }
            Expr::AtTimeZone { .. } => return Err(QueryFault::refused("AT TIME ZONE")),
            Expr::Collate { .. } => return Err(QueryFault::refused("COLLATE")),
            Expr::SimilarTo { .. } => return Err(QueryFault::refused("SIMILAR TO")),
            other => calls::special_form(other)?,
        };
        Ok(())
    }
}

/// A shift, whose right side counts as an INT.
fn shift(function: &str, left: Expr, right: Expr) -> Expr {
    call(function, vec![left, call("__cast", vec![right, text("INT")])])
}

/// Two comparisons, so that each bound is compared by the rules for its own type.
fn between(negated: bool, expr: Expr, low: Expr, high: Expr) -> Expr {
    let compare = |op, bound| Expr::BinaryOp { left: Box::new(expr.clone()), op, right: Box::new(bound) };
    let (low, high) = (compare(BinaryOperator::GtEq, low), compare(BinaryOperator::LtEq, high));
    let both = Expr::BinaryOp { left: Box::new(low), op: BinaryOperator::And, right: Box::new(high) };
    negate_if(negated, Expr::Nested(Box::new(both)))
}

fn negate_if(negated: bool, expr: Expr) -> Expr {
    if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) } } else { expr }
}

/// `x LIKE ANY (a, b)` as `x LIKE a OR x LIKE b`.
fn any_of(negated: bool, patterns: Expr, like: impl Fn(Expr) -> Expr) -> Expr {
    let patterns = match patterns {
        Expr::Tuple(patterns) => patterns,
        Expr::Nested(pattern) => vec![*pattern],
        single => vec![single],
    };
    let either = |left: Expr, right: Expr| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::Or,
        right: Box::new(right),
    };
    // NOT LIKE ANY holds when any of the patterns is missed.
    let any = patterns.into_iter().map(|pattern| negate_if(negated, like(pattern))).reduce(either);
    Expr::Nested(Box::new(any.unwrap_or_else(|| text("false"))))
}
