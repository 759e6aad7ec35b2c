//! Metric views: checks that the tables they read, and the columns their expressions use, exist.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::ast::{MetricExpr, MetricJoin, MetricView, Text};
use crate::infer::{self, ExprInfo, ExprPlace, FaultKind, Resolution, Scope, TypeFault};
use crate::is_same_name;
use crate::{folded, types::Column};

/// What is wrong with a metric view, each fault at the text of the YAML that it is in; `columns` tells the columns of a
/// table, if there is one of that name.
pub fn faults<'a>(view: &MetricView, columns: impl Fn(&str) -> Option<&'a [Column]>) -> Vec<TypeFault> {
    let mut rows = JoinedRows::default();
    rows.add("source", &view.source, &columns);
    rows.join(&view.joins, "", &columns);
    let mut faults = std::mem::take(&mut rows.faults);
    let mut report = |sql: &MetricExpr, info: ExprInfo| {
        faults.extend(info.faults.into_iter().map(|fault| TypeFault { range: sql.text.range.clone(), ..fault }));
    };
    for sql in view.joins.iter().flat_map(conditions).chain(&view.filter) {
        report(sql, infer::analyze_condition(&sql.expr, &sql.text.value, &rows, ExprPlace::row("a condition")));
    }
    for sql in &view.dimensions {
        report(sql, infer::analyze_expr(&sql.expr, &sql.text.value, &rows, ExprPlace::row("a dimension")));
    }
    for sql in &view.measures {
        report(sql, infer::analyze_expr(&sql.expr, &sql.text.value, &rows, ExprPlace::measure("a measure")));
    }
    faults
}

/// The condition of a join, and those of the joins that hang on it.
fn conditions(join: &MetricJoin) -> Vec<&MetricExpr> {
    join.on.iter().chain(join.joins.iter().flat_map(conditions)).collect()
}

/// The rows that expressions can name, by their path: `source`, `customers`, `customers.us_states`. Conditions of joins
/// name joined rows by the last part alone.
#[derive(Default)]
struct JoinedRows<'a> {
    columns: BTreeMap<String, &'a [Column]>,
    faults: Vec<TypeFault>,
}

impl<'a> JoinedRows<'a> {
    fn add(&mut self, path: &str, source: &Text, columns: &impl Fn(&str) -> Option<&'a [Column]>) {
        let last = source.value.rsplit('.').next().unwrap_or_default().trim_matches('`').to_lowercase();
        let Some(found) = columns(&last) else {
            let (kind, range) = (FaultKind::UnknownTable, source.range.clone());
            let message = format!("unknown table `{}`", source.value);
            self.faults.push(TypeFault { kind, range, message, hint: None });
            return;
        };
        let name = path.rsplit('.').next().unwrap_or(path);
        self.columns.insert(name.to_lowercase(), found);
        self.columns.insert(path.to_lowercase(), found);
    }

    fn join(&mut self, joins: &[MetricJoin], path: &str, columns: &impl Fn(&str) -> Option<&'a [Column]>) {
        for join in joins {
            let own = if path.is_empty() { join.name.clone() } else { format!("{path}.{}", join.name) };
            self.add(&own, &join.source, columns);
            self.join(&join.joins, &own, columns);
        }
    }
}

impl Scope for JoinedRows<'_> {
    fn resolve(&self, path: &[&str]) -> Resolution {
        let named = (1..path.len()).rev().find_map(|used| {
            let rows = match path.get(..used)? {
                [only] => Cow::Borrowed(*only),
                parts => Cow::Owned(parts.join(".")),
            };
            let (columns, name) = (self.columns.get(&*folded(&rows))?, path.get(used)?);
            Some((columns.iter().find(|column| is_same_name(&column.name, name))?, used + 1))
        });
        match named {
            Some((Column { ty, nullable, .. }, used)) => {
                Resolution::Found { ty: ty.clone(), nullable: *nullable, used, path: path.join(".") }
            }
            None => Resolution::Unknown {
                part: path.len().saturating_sub(1),
                message: None,
                candidates: self.columns.keys().cloned().collect(),
            },
        }
    }
}
