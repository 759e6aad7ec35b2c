//! Queries: `WITH`, set operations, `VALUES`, and the clauses after a body.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use sqlparser::ast::{
    Cte as CteNode, LimitClause, OrderBy, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier, Spanned, Values,
    With,
};

use super::OutputColumn;
use super::analyzer::{Analyzer, Cte, Frame, FromSource, Rowset, SelectFrame, SourceRows};
use super::call::counted;
use super::fault::FaultKind;
use super::flow::{Dependence, Influence, tidy_flows};
use crate::is_same_name;
use crate::types::Column;

impl Analyzer<'_> {
    /// The result of a query.
    pub(super) fn query(&mut self, query: &Query) -> Rowset {
        let ctes = self.ctes.len();
        let nameless = std::mem::take(&mut self.nameless);
        let result = self.deeper(|a| {
            if let Some(with) = &query.with {
                a.with(with);
            }
            let limits = a.features.all.limit.len();
            a.limit(query);
            let limits = a.features.all.limit.get(limits..).unwrap_or(&[]).to_vec();
            let result = match (&*query.body, &query.order_by) {
                (SetExpr::Select(select), order_by) => {
                    a.nameless = nameless;
                    a.select(select, order_by.as_ref())
                }
                (body, order_by) => {
                    let result = a.body(body);
                    a.order_result(&result, order_by.as_ref());
                    result
                }
            };
            if result.streaming {
                a.features.over_stream.limit.extend(limits);
                let sorted = query.order_by.as_ref().map(|order| a.range_of(order));
                a.features.over_stream.order_by.extend(sorted);
            }
            result
        });
        self.ctes.truncate(ctes);
        result.unwrap_or_else(Rowset::open)
    }

    fn with(&mut self, with: &With) {
        self.recursive |= with.recursive;
        for cte in &with.cte_tables {
            if with.recursive {
                // The table may name itself: its columns are known only afterwards.
                self.ctes.push(Cte {
                    name: cte.alias.name.value.clone(),
                    columns: Rc::from([]),
                    open: true,
                    streaming: false,
                });
            }
            let result = self.query(&cte.query);
            self.add_cte(cte, result);
        }
    }

    fn add_cte(&mut self, cte: &CteNode, mut result: Rowset) {
        let names: Vec<_> = cte.alias.columns.iter().map(|c| &c.name).collect();
        if !names.is_empty() && names.len() != result.columns.len() && !result.open {
            let range = self.range_of_ident(&cte.alias.name);
            let message = format!(
                "`{}` names {}, but its query has {}",
                cte.alias.name.value,
                counted(names.len(), "column"),
                result.columns.len()
            );
            self.fault(FaultKind::ColumnCount, range, message);
        }
        for (column, name) in result.columns.iter_mut().zip(&names) {
            column.column.name.clone_from(&name.value);
            column.named = true;
        }
        let name = cte.alias.name.value.clone();
        self.ctes.push(Cte { name, columns: result.columns.into(), open: result.open, streaming: result.streaming });
    }

    fn limit(&mut self, query: &Query) {
        match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                for expr in limit.iter().chain(offset.iter().map(|o| &o.value)) {
                    let range = self.range_of_expr(expr);
                    self.features.all.limit.push(range);
                    self.expr(expr);
                }
            }
            Some(LimitClause::OffsetCommaLimit { limit, .. }) => {
                let range = self.range_of_expr(limit);
                self.fault_with(
                    FaultKind::Unsupported,
                    range,
                    "Databricks has no `LIMIT a, b`",
                    Some("write `LIMIT b OFFSET a`"),
                );
            }
            None => {}
        }
        if !query.pipe_operators.is_empty() {
            let range = self.range_of(&*query.body);
            self.fault(FaultKind::Unsupported, range, "pipe operators are not supported");
        }
    }

    /// Notes that duplicates of rows are removed.
    pub(super) fn note_distinct(&mut self, range: std::ops::Range<usize>, streaming: bool) {
        if streaming {
            self.features.over_stream.distinct.push(range.clone());
        }
        self.features.all.distinct.push(range);
    }

    pub(super) fn order_feature(&mut self, order_by: &OrderBy) {
        let range = self.range_of(order_by);
        self.features.all.order_by.push(range);
    }

    /// `ORDER BY` after a set operation: only the columns of its result can be named.
    fn order_result(&mut self, result: &Rowset, order_by: Option<&OrderBy>) {
        let Some(order_by) = order_by else { return };
        self.order_feature(order_by);
        let rows = if result.open { SourceRows::Open } else { SourceRows::Derived(result.columns.clone().into()) };
        let frame =
            SelectFrame { sources: vec![FromSource::derived(Arc::default(), rows, false)], ..SelectFrame::default() };
        self.frames.push(Frame::Select(frame));
        if let OrderByKind::Expressions(exprs) = &order_by.kind {
            self.as_role(Influence::Sort, |a| a.order_exprs(exprs));
        }
        self.bare_reset();
        self.frames.pop();
    }

    /// A body without `ORDER BY`. Chains of set operations are walked in a loop, so long ones take no stack.
    fn body(&mut self, body: &SetExpr) -> Rowset {
        let mut chain = Vec::new();
        let mut first = body;
        while let SetExpr::SetOperation { left, op, set_quantifier, right } = first {
            chain.push((op, set_quantifier, &**right));
            first = left;
        }
        let mut result = self.simple_body(first);
        for (op, quantifier, right) in chain.into_iter().rev() {
            let other = self.deeper(|a| a.body(right)).unwrap_or_else(Rowset::open);
            result = self.combine(result, other, *op, *quantifier, right);
        }
        result
    }

    fn simple_body(&mut self, body: &SetExpr) -> Rowset {
        match body {
            SetExpr::Select(select) => self.select(select, None),
            SetExpr::Query(query) => self.query(query),
            SetExpr::Values(values) => self.values(values),
            other => {
                let range = self.range_of(other);
                self.fault(FaultKind::Unsupported, range, "expected a query");
                Rowset::open()
            }
        }
    }

    fn combine(
        &mut self,
        left: Rowset,
        right: Rowset,
        op: SetOperator,
        quantifier: SetQuantifier,
        at: &SetExpr,
    ) -> Rowset {
        if !matches!(quantifier, SetQuantifier::All | SetQuantifier::AllByName) {
            let range = self.range_of(at);
            self.note_distinct(range, left.streaming || right.streaming);
        }
        let streaming = left.streaming || right.streaming;
        if left.open || right.open {
            return Rowset { streaming, ..Rowset::open() };
        }
        let by_name =
            matches!(quantifier, SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName);
        let right = if by_name { self.in_order_of(&left.columns, right.columns, at) } else { right.columns };
        if left.columns.len() != right.len() {
            let message =
                format!("`{op}` needs as many columns on both sides, found {} and {}", left.columns.len(), right.len());
            let range = self.range_of(at);
            self.fault(FaultKind::ColumnCount, range, message);
            return Rowset { columns: left.columns, streaming, open: false };
        }
        if op != SetOperator::Union {
            self.emit_columns(&right, Influence::Filter);
        }
        let pairs = left.columns.into_iter().zip(right);
        let columns = pairs.enumerate().map(|(i, (l, r))| self.merge(l, r, op, i, at)).collect();
        Rowset { columns, streaming, open: false }
    }

    fn merge(
        &mut self,
        left: OutputColumn,
        right: OutputColumn,
        op: SetOperator,
        index: usize,
        at: &SetExpr,
    ) -> OutputColumn {
        let ty = left.column.ty.common(&right.column.ty).unwrap_or_else(|| {
            let name = &left.column.name;
            let message =
                format!("column {} (`{name}`) of `{op}` is {} and {}", index + 1, left.column.ty, right.column.ty);
            let range = self.range_of(at);
            self.fault(FaultKind::TypeMismatch, range, message);
            crate::types::DataType::Unknown
        });
        let both = left.column.nullable || right.column.nullable;
        let nullable = if op == SetOperator::Union { both } else { left.column.nullable };
        let column = Column { name: left.column.name, ty, nullable };
        let mut flows = left.flows;
        flows.extend(right.flows);
        // Values from elsewhere stand between those of each column.
        flows.iter_mut().for_each(|flow| flow.hold = flow.hold.max(Dependence::Total));
        OutputColumn { column, named: left.named, flows: tidy_flows(flows) }
    }

    /// The right side of `BY NAME`, put in the order of the left side.
    fn in_order_of(&mut self, left: &[OutputColumn], right: Vec<OutputColumn>, at: &SetExpr) -> Vec<OutputColumn> {
        let same = |a: &OutputColumn, b: &OutputColumn| is_same_name(&a.column.name, &b.column.name);
        for (own, other, side) in [(left, &right[..], "right"), (&right[..], left, "left")] {
            for missing in own.iter().filter(|c| !other.iter().any(|o| same(c, o))) {
                let name = &missing.column.name;
                let hint = self.meant(name, |_| other.iter().map(|c| c.column.name.as_str()).collect());
                let message = format!("column `{name}` is missing on the {side} side of `BY NAME`");
                let range = self.range_of(at);
                self.fault_with(FaultKind::UnknownColumn, range, message, hint);
            }
        }
        left.iter().map(|l| right.iter().find(|r| same(l, r)).unwrap_or(l).clone()).collect()
    }

    /// `VALUES (..), (..)`: columns `col1`, `col2`, ...
    fn values(&mut self, values: &Values) -> Rowset {
        let mut columns: Vec<OutputColumn> = Vec::new();
        for (row, exprs) in values.rows.iter().enumerate() {
            let range = self.range_in(exprs.span());
            let exprs = &exprs.content;
            if row > 0 && exprs.len() != columns.len() {
                let wanted = counted(columns.len(), "value");
                let message = format!("expected {wanted} as in the first row, found {}", exprs.len());
                self.fault(FaultKind::ColumnCount, range, message);
            }
            for (i, expr) in exprs.iter().enumerate() {
                let mark = self.flows.len();
                let typed = self.expr(expr);
                let flows = self.flows_since(mark);
                let column = Column { name: format!("col{}", i + 1), ty: typed.ty, nullable: typed.nullable };
                let cell = OutputColumn { column, named: false, flows };
                match columns.get_mut(i) {
                    None if row == 0 => columns.push(cell),
                    None => {}
                    Some(column) => match column.column.ty.common(&cell.column.ty) {
                        Some(ty) => {
                            column.column.ty = ty;
                            column.column.nullable |= cell.column.nullable;
                            column.flows.extend(cell.flows);
                            column.flows.iter_mut().for_each(|flow| flow.hold = flow.hold.max(Dependence::Total));
                        }
                        None => {
                            let range = self.range_of_expr(expr);
                            let message =
                                format!("values of column {} are {} and {}", i + 1, column.column.ty, cell.column.ty);
                            self.fault(FaultKind::TypeMismatch, range, message);
                        }
                    },
                }
            }
        }
        Rowset { columns, streaming: false, open: false }
    }
}

impl Rowset {
    /// The result of something that is at fault.
    pub(super) fn open() -> Self {
        Rowset { columns: Vec::new(), streaming: false, open: true }
    }
}

impl FromSource {
    /// Rows under an alias.
    pub(super) fn derived(qualifier: Arc<[String]>, rows: SourceRows, streaming: bool) -> Self {
        FromSource {
            qualifier,
            rows,
            renamed: Vec::new(),
            optional: false,
            streaming,
            merged: Vec::new(),
            by_name: OnceCell::new(),
        }
    }
}
