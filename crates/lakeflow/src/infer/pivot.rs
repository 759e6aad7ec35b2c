//! `PIVOT` and `UNPIVOT`.

use std::sync::Arc;

use sqlparser::ast::{ExprWithAlias, PivotValueSource, TableFactor};

use super::OutputColumn;
use super::analyzer::{Analyzer, Frame, FromSource, SelectFrame, SourceRows};
use super::catalog::ExprPlace;
use super::expr::implied_name;
use super::fault::FaultKind;
use super::flow::{Dependence, Influence};
use super::rules::string_literal;
use crate::is_same_name;
use crate::types::{Column, DataType};

impl Analyzer<'_> {
    /// One column for each value and aggregate, beside the columns that neither uses.
    pub(super) fn pivot(&mut self, factor: &TableFactor) -> FromSource {
        let TableFactor::Pivot { table, aggregate_functions, value_column, value_source, .. } = factor else {
            return unknown();
        };
        let PivotValueSource::List(values) = value_source else {
            let range = self.range_of(&**table);
            self.fault(FaultKind::Unsupported, range, "`PIVOT` requires literal values");
            return unknown();
        };
        let frame = self.inner(table);
        let streaming = frame.sources.iter().any(|s| s.streaming);
        let own = columns_of(&frame);
        let open = frame.sources.iter().any(|s| matches!(s.rows, SourceRows::Open));
        self.frames.push(Frame::Select(frame));
        let mark = self.flows.len();
        let ((chooses, aggregates), used) = self.naming(|a| {
            a.as_role(Influence::Conditional, |a| value_column.iter().for_each(|e| drop(a.expr(e))));
            a.chooses_since(mark);
            let chooses = a.flows_since(mark);
            let place = ExprPlace::clause("`PIVOT`", true, false);
            let aggregates: Vec<OutputColumn> =
                a.at(place, |a| aggregate_functions.iter().map(|f| a.measure(f)).collect());
            values.iter().for_each(|v| drop(a.expr(&v.expr)));
            (chooses, aggregates)
        });
        self.bare_reset();
        self.frames.pop();
        if open {
            return unknown();
        }
        let mut columns: Vec<OutputColumn> =
            own.into_iter().filter(|c| !used.iter().any(|u| is_same_name(u, &c.column.name))).collect();
        for value in values {
            for aggregate in &aggregates {
                let mut column = aggregate.clone();
                column.flows.extend(chooses.iter().cloned());
                column.column.name = match aggregates.len() {
                    1 => self.value_name(value),
                    _ => format!("{}_{}", self.value_name(value), aggregate.column.name),
                };
                columns.push(column);
            }
        }
        FromSource::derived(Arc::default(), SourceRows::Derived(columns.into()), streaming)
    }

    /// A row for each of the columns listed, with its name and its value.
    pub(super) fn unpivot(&mut self, factor: &TableFactor) -> FromSource {
        let TableFactor::Unpivot { table, value, name, columns: listed, .. } = factor else { return unknown() };
        let frame = self.inner(table);
        let streaming = frame.sources.iter().any(|s| s.streaming);
        let own = columns_of(&frame);
        let open = frame.sources.iter().any(|s| matches!(s.rows, SourceRows::Open));
        self.frames.push(Frame::Select(frame));
        let mark = self.flows.len();
        let mut ty = DataType::Null;
        let (types, used) = self.naming(|a| listed.iter().map(|c| a.expr(&c.expr).ty).collect::<Vec<_>>());
        for (column, found) in listed.iter().zip(types) {
            ty = ty.common(&found).unwrap_or_else(|| {
                let range = self.range_of_expr(&column.expr);
                self.fault(
                    FaultKind::TypeMismatch,
                    range,
                    format!("`UNPIVOT` needs columns of one type, found {ty} and {found}"),
                );
                DataType::Unknown
            });
        }
        // Values of several columns, or one value in several rows.
        self.hold_since(mark, Dependence::Total);
        let flows = self.flows_since(mark);
        self.bare_reset();
        self.frames.pop();
        let (Some(value), false) = (implied_name(value), open) else { return unknown() };
        let mut columns: Vec<OutputColumn> =
            own.into_iter().filter(|c| !used.iter().any(|u| is_same_name(u, &c.column.name))).collect();
        let label = Column::required(name.value.clone(), DataType::String);
        columns.push(OutputColumn { column: label, named: true, flows: Vec::new() });
        let content = Column::nullable(value.value.clone(), ty);
        columns.push(OutputColumn { column: content, named: true, flows });
        FromSource::derived(Arc::default(), SourceRows::Derived(columns.into()), streaming)
    }

    /// Runs `inner`; gives also the names of the columns that it names, without qualifiers.
    fn naming<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> (T, Vec<String>) {
        let (recorded, mark) = (std::mem::replace(&mut self.records_uses, true), self.uses.len());
        let result = inner(self);
        self.records_uses = recorded;
        let used = self.uses.iter().skip(mark).filter_map(|u| u.parts.last().cloned()).collect();
        (result, used)
    }

    fn inner(&mut self, table: &TableFactor) -> SelectFrame {
        let mut frame = SelectFrame::default();
        self.table_factor(table, &mut frame);
        frame
    }

    fn measure(&mut self, function: &ExprWithAlias) -> OutputColumn {
        let mark = self.flows.len();
        let typed = self.expr(&function.expr);
        let name = match &function.alias {
            Some(alias) => alias.value.clone(),
            None => function.expr.to_string(),
        };
        let column = Column { name, ty: typed.ty, nullable: true };
        OutputColumn { column, named: true, flows: self.flows_since(mark) }
    }

    fn value_name(&self, value: &ExprWithAlias) -> String {
        match (&value.alias, string_literal(&value.expr)) {
            (Some(alias), _) => alias.value.clone(),
            (None, Some(text)) => text.to_string(),
            (None, None) => self.slice(self.range_of_expr(&value.expr)),
        }
    }
}

fn columns_of(frame: &SelectFrame) -> Vec<OutputColumn> {
    let column = |(source, at): &(usize, usize)| {
        let from = frame.sources.get(*source)?;
        Some(OutputColumn { column: from.column(*at)?, named: true, flows: from.flows(*at) })
    };
    frame.star.iter().filter_map(column).collect()
}

fn unknown() -> FromSource {
    FromSource::derived(Arc::default(), SourceRows::Open, false)
}
