//! Values that may be counted too often: an aggregate over rows whose value comes from rows that they refer to.
//!
//! Several rows may refer to the same row, so its value occurs once for each of them. `sum(quantity * products.price)`
//! intends that; `sum(orders.freight)` over order lines most likely does not.

use lakeflow::ast::arguments_of;
use lakeflow::build;
use lakeflow::diag::Diagnostic;
use lakeflow::types::DataType;
use lakeflow::walk;
use sqlparser::ast::{Expr, Function, FunctionArguments, Visitor};

use super::compiled::Compiled;
use super::context::Context;
use super::rows::EntityRows;
use crate::codes;
use crate::model::{ColumnPath, HoleName, Leaf};

/// Aggregates of numbers whose result changes when a row comes twice. A list shows what it holds, so it is none.
const SENSITIVE: &[&str] = &[
    "sum",
    "avg",
    "mean",
    "try_sum",
    "try_avg",
    "median",
    "percentile",
    "percentile_approx",
    "approx_percentile",
    "percentile_cont",
    "percentile_disc",
    "stddev",
    "std",
    "stddev_pop",
    "stddev_samp",
    "variance",
    "var_pop",
    "var_samp",
    "skewness",
    "kurtosis",
];

/// Reports aggregates of a measure that take their value through references alone, each at the word.
pub fn check(compiled: &Compiled, rows: &EntityRows<'_>, context: &mut Context<'_>) {
    let mut found = Calls { compiled, rows, repeated: vec![] };
    let _ = walk::visit(&compiled.tree, &mut found);
    for (function, leaf, column) in found.repeated {
        let entity = &rows.graph.entities[column.entity.0].name;
        let own = &rows.graph.entities[rows.base.0].name;
        let message = format!("`{function}` counts a value of `{entity}` once per row of `{own}` that refers to it");
        let hint = format!("measure it `from: {entity}`, or state why every row should count: `repeated: <reason>`");
        context.push(Diagnostic::error(codes::REPEATED_VALUE, message).at(leaf.span).hint(hint));
    }
}

struct Calls<'a> {
    compiled: &'a Compiled,
    rows: &'a EntityRows<'a>,
    /// The function, the first name that its value comes from, and the column behind that.
    repeated: Vec<(String, &'a Leaf, &'a ColumnPath)>,
}

impl Visitor for Calls<'_> {
    type Break = std::convert::Infallible;

    fn pre_visit_expr(&mut self, expr: &Expr) -> std::ops::ControlFlow<Self::Break> {
        if let Expr::Function(function) = expr
            && is_sensitive(function)
        {
            let mut values = vec![];
            // Further arguments say how, not what: a percentage, a separator.
            if let Some(value) = arguments_of(function).next() {
                self.values(value, &mut values);
            }
            let columns = values.iter().filter_map(|leaf| match &leaf.named {
                HoleName::Column(column) => Some((*leaf, column)),
                HoleName::Output(_) | HoleName::Measure(_) => None,
            });
            let columns: Vec<_> = columns.collect();
            if let Some((leaf, column)) = columns.first()
                && columns.iter().all(|(_, column)| !column.path.is_empty())
            {
                self.repeated.push((function.name.to_string().to_lowercase(), leaf, column));
            }
        }
        std::ops::ControlFlow::Continue(())
    }
}

fn is_sensitive(function: &Function) -> bool {
    let is_distinct = matches!(&function.args, FunctionArguments::List(list) if list.duplicate_treatment.is_some());
    !is_distinct && SENSITIVE.contains(&function.name.to_string().to_lowercase().as_str())
}

impl<'a> Calls<'a> {
    /// The names that a value is made of. What only decides whether there is one, or which, is no part of it.
    fn values(&self, expr: &Expr, found: &mut Vec<&'a Leaf>) {
        if let Some(number) = build::hole_number(expr) {
            let leaf = self.compiled.leaves.get(number);
            // A truth value counts rows, whatever it is written as.
            found.extend(leaf.filter(|leaf| !self.is_truth(leaf)));
            return;
        }
        match expr {
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::UnaryOp { expr: inner, .. } => {
                self.values(inner, found);
            }
            Expr::BinaryOp { left, op, right } if !build::is_test(op) => {
                self.values(left, found);
                self.values(right, found);
            }
            Expr::Case { conditions, else_result, .. } => {
                conditions
                    .iter()
                    .map(|when| &when.result)
                    .chain(else_result.as_deref())
                    .for_each(|e| self.values(e, found));
            }
            Expr::Function(function) => {
                let name = function.name.to_string().to_lowercase();
                let skipped = usize::from(matches!(name.as_str(), "if" | "iff" | "nvl2"));
                let taken = if name == "nullif" { 1 } else { usize::MAX };
                arguments_of(function).skip(skipped).take(taken).for_each(|argument| self.values(argument, found));
            }
            // Tests give truth values; other expressions hold their operands where the functions above would.
            _ if build::is_predicate(expr) => {}
            other => self.all(other, found),
        }
    }

    /// Every name in an expression.
    fn all(&self, expr: &Expr, found: &mut Vec<&'a Leaf>) {
        let _ = walk::expressions(expr, |part| {
            let leaf = build::hole_number(part).and_then(|number| self.compiled.leaves.get(number));
            found.extend(leaf);
            std::ops::ControlFlow::<()>::Continue(())
        });
    }

    fn is_truth(&self, leaf: &Leaf) -> bool {
        match &leaf.named {
            HoleName::Column(column) => self.rows.column(column).ty == DataType::Boolean,
            HoleName::Output(_) | HoleName::Measure(_) => false,
        }
    }
}
