//! Queries as terms: which rows come out, and what each column is.

use std::ops::ControlFlow;
use std::sync::Arc;

use lakeflow::walk;
use lakeflow::{StreamSource, folded, query_text, stream_source};
use sqlparser::ast::{
    Expr, ObjectName, OrderBy, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier, TableFactor, Value, Values,
    Visit, Visitor,
};

use super::from::seen;
use super::{Ctes, Evaluator, Term, TermRelation, TermScope, parts, plain, term};

impl Evaluator {
    /// What a query gives.
    pub(in super::super) fn query(
        &mut self,
        query: &Query,
        ctes: &Ctes,
        outer: Option<&TermScope<'_>>,
    ) -> TermRelation {
        let is_recursive = query.with.as_ref().is_some_and(|with| with.recursive);
        if is_recursive || !query.pipe_operators.is_empty() {
            return self.opaque(query, ctes, outer);
        }
        let mut ctes = ctes.clone();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let mut relation = self.query(&cte.query, &ctes, outer);
            if !cte.alias.columns.is_empty() {
                let names: Vec<String> =
                    cte.alias.columns.iter().map(|column| folded(&column.name.value).into_owned()).collect();
                relation = relation.renamed(&names);
            }
            ctes.insert(folded(&cte.alias.name.value).into_owned(), Arc::new(relation));
        }
        let (mut relation, scope) = self.body(&query.body, &ctes, outer);
        if query.limit_clause.is_some() || query.fetch.is_some() {
            let limit = query.limit_clause.as_ref().map_or(String::new(), |limit| plain(limit, ToString::to_string));
            let fetch = query.fetch.as_ref().map_or(String::new(), |fetch| plain(fetch, ToString::to_string));
            let order = query.order_by.as_ref().map(|order| self.order(order, &relation, &scope, &ctes));
            relation.rows = term("limit").text(&limit).text(&fetch).term(relation.rows).terms(order).end();
        }
        relation
    }

    fn order(&mut self, order: &OrderBy, relation: &TermRelation, scope: &TermScope<'_>, ctes: &Ctes) -> Term {
        let mut here = TermScope::of(Arc::new(relation.clone()));
        here.outer = Some(scope);
        match &order.kind {
            OrderByKind::All(options) => term("order all").text(&options.to_string()).term(relation.all()).end(),
            OrderByKind::Expressions(items) => {
                let mut made = term("order");
                for item in items {
                    let value = match ordinal(&item.expr).and_then(|place| relation.columns.get(place)) {
                        Some((_, value)) => *value,
                        None => self.expr(&item.expr, &here, ctes),
                    };
                    made = made.term(value).text(&format!("{:?}", item.options));
                }
                made.end()
            }
        }
    }

    /// The body of a query, and what `ORDER BY` may name besides its columns.
    fn body<'s>(
        &mut self,
        body: &SetExpr,
        ctes: &Ctes,
        outer: Option<&'s TermScope<'s>>,
    ) -> (TermRelation, TermScope<'s>) {
        match body {
            SetExpr::Select(select) => self.select(select, ctes, outer),
            SetExpr::Query(query) => (self.query(query, ctes, outer), TermScope::default()),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let left = self.body(left, ctes, outer).0;
                let right = self.body(right, ctes, outer).0;
                (combined(left, *op, *set_quantifier, right), TermScope::default())
            }
            SetExpr::Values(values) => (self.values(values, ctes, outer), TermScope::default()),
            other => {
                let text = plain(other, ToString::to_string);
                let rows = term("other query").text(&text).terms(self.mentioned(other, ctes)).end();
                (TermRelation::unknown(rows), TermScope::default())
            }
        }
    }

    fn values(&mut self, values: &Values, ctes: &Ctes, outer: Option<&TermScope<'_>>) -> TermRelation {
        let scope = TermScope { outer, ..TermScope::default() };
        let width = values.rows.first().map_or(0, |row| row.len());
        let mut columns: Vec<Vec<Term>> = vec![vec![]; width];
        for row in &values.rows {
            for (column, value) in columns.iter_mut().zip(row.iter()) {
                column.push(self.expr(value, &scope, ctes));
            }
        }
        let rows = term("values").text(&values.rows.len().to_string()).end();
        let name =
            |(place, values): (usize, Vec<Term>)| (format!("col{}", place + 1), term("listed").terms(values).end());
        TermRelation { rows, columns: columns.into_iter().enumerate().map(name).collect(), rest: None }
    }

    /// A query that is not taken apart: it depends on its text and on all of every table that it names.
    pub(super) fn opaque(&mut self, query: &Query, ctes: &Ctes, outer: Option<&TermScope<'_>>) -> TermRelation {
        let made = term("query").text(&plain(query, query_text)).terms(self.mentioned(query, ctes));
        TermRelation::unknown(made.terms(outer.map(seen).unwrap_or_default()).end())
    }

    /// All tables that a tree names.
    pub(super) fn mentioned(&self, node: &impl Visit, ctes: &Ctes) -> Vec<Term> {
        let mut tables = Tables::default();
        let _ = walk::visit(node, &mut tables);
        let named = |name: Vec<String>| match name.as_slice() {
            [only] if ctes.contains_key(only) => ctes.get(only).map(|relation| relation.all()),
            _ => Some(self.table(&name).all()),
        };
        tables.names.into_iter().filter_map(named).collect()
    }
}

/// Two queries one above the other.
fn combined(left: TermRelation, op: SetOperator, quantifier: SetQuantifier, right: TermRelation) -> TermRelation {
    let word = format!("{op} {quantifier}").to_lowercase();
    let keeps_all = op == SetOperator::Union && quantifier == SetQuantifier::All;
    let is_known = left.rest.is_none() && right.rest.is_none() && left.columns.len() == right.columns.len();
    if !is_known {
        return TermRelation::unknown(term(&word).term(left.all()).term(right.all()).end());
    }
    let both = |(a, b): (&(String, Term), &(String, Term))| {
        (a.0.clone(), term(&word).term(a.1).term(b.1).term(left.rows).term(right.rows).end())
    };
    let columns: Vec<_> = left.columns.iter().zip(&right.columns).map(both).collect();
    let mut rows = term(&word).term(left.rows).term(right.rows);
    if !keeps_all {
        rows = rows.terms(columns.iter().map(|(_, value)| *value));
    }
    TermRelation { rows: rows.end(), columns, rest: None }
}

/// The place that a number in `ORDER BY` or `GROUP BY` means, from 0.
pub(super) fn ordinal(expr: &Expr) -> Option<usize> {
    let Expr::Value(value) = expr else { return None };
    let Value::Number(number, _) = &value.value else { return None };
    number.parse::<usize>().ok()?.checked_sub(1)
}

/// Tables by their names, streams of them too.
#[derive(Default)]
struct Tables {
    names: Vec<Vec<String>>,
}

impl Visitor for Tables {
    type Break = ();

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        self.names.push(parts(name));
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let Some(StreamSource::Table(path)) = stream_source(factor) {
            self.names.push(path.iter().map(|part| folded(&part.value).into_owned()).collect());
        }
        ControlFlow::Continue(())
    }
}
