//! `FROM`: tables, subqueries, joins, lateral views.

use std::sync::Arc;

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArguments, Join, JoinConstraint, JoinOperator, LateralView, ObjectName, Query,
    TableAlias, TableFactor, TableWithJoins,
};

use super::analyzer::{Analyzer, Frame, FromSource, Rowset, SelectFrame, SourceRows};
use super::call::counted;
use super::catalog::{ExprPlace, Relation};
use super::fault::FaultKind;
use super::flow::{Flow, Influence};
use super::generate::generator;
use super::{JoinKind, JoinUse, TableRead};
use crate::is_same_name;
use crate::print::has_watermark;

impl Analyzer<'_> {
    /// The names that a `FROM` with its lateral views brings into force.
    pub(super) fn from(&mut self, from: &[TableWithJoins], views: &[LateralView]) -> SelectFrame {
        let mut frame = SelectFrame::default();
        for (index, item) in from.iter().enumerate() {
            let before = frame.sources.len();
            self.table_with_joins(item, &mut frame);
            if index > 0 {
                self.join_use(&item.relation, JoinKind::Cross, &frame, before);
            }
        }
        for view in views {
            self.lateral_view(view, &mut frame);
        }
        frame
    }

    fn table_with_joins(&mut self, item: &TableWithJoins, frame: &mut SelectFrame) {
        let first = frame.sources.len();
        self.table_factor(&item.relation, frame);
        for join in &item.joins {
            self.join(join, frame, first);
        }
    }

    fn join_use(&mut self, right: &TableFactor, kind: JoinKind, frame: &SelectFrame, boundary: usize) {
        let streaming = |sources: &[FromSource]| sources.iter().any(|s| s.streaming);
        let (left, others) = frame.sources.split_at(boundary.min(frame.sources.len()));
        let range = self.range_of(right);
        let (left_streaming, right_streaming) = (streaming(left), streaming(others));
        self.features.joins.push(JoinUse { range, kind, left_streaming, right_streaming });
    }

    fn join(&mut self, join: &Join, frame: &mut SelectFrame, first: usize) {
        let right = frame.sources.len();
        self.table_factor(&join.relation, frame);
        let (kind, constraint) = match &join.join_operator {
            JoinOperator::Join(c) | JoinOperator::Inner(c) => (JoinKind::Inner, c),
            JoinOperator::Left(c) | JoinOperator::LeftOuter(c) => (JoinKind::Left, c),
            JoinOperator::Right(c) | JoinOperator::RightOuter(c) => (JoinKind::Right, c),
            JoinOperator::FullOuter(c) => (JoinKind::Full, c),
            JoinOperator::CrossJoin(c) => (JoinKind::Cross, c),
            JoinOperator::Semi(c) | JoinOperator::LeftSemi(c) => (JoinKind::Semi, c),
            JoinOperator::Anti(c) | JoinOperator::LeftAnti(c) => (JoinKind::Anti, c),
            _ => {
                let range = self.range_of(&join.relation);
                self.fault(FaultKind::Unsupported, range, "this kind of join is not supported");
                return;
            }
        };
        self.join_use(&join.relation, kind, frame, right);
        match constraint {
            JoinConstraint::On(condition) => {
                let place = ExprPlace::clause("`ON`", false, false);
                self.lateral(frame, |a| {
                    a.at(place, |a| a.as_role(Influence::Join, |a| drop(a.condition(condition, "`ON`"))))
                });
            }
            JoinConstraint::Using(names) => self.using(names, frame, right, kind),
            JoinConstraint::Natural => {
                let keys = natural(frame, right, kind);
                self.join_keys(keys);
            }
            JoinConstraint::None => {}
        }
        let (left_optional, right_optional) = match kind {
            JoinKind::Left => (false, true),
            JoinKind::Right => (true, false),
            JoinKind::Full => (true, true),
            JoinKind::Semi | JoinKind::Anti => {
                frame.sources.truncate(right);
                frame.star.retain(|(source, _)| *source < right);
                return;
            }
            JoinKind::Inner | JoinKind::Cross => return,
        };
        for (index, source) in frame.sources.iter_mut().enumerate().skip(first) {
            source.optional |= if index < right { left_optional } else { right_optional };
        }
    }

    fn using(&mut self, names: &[ObjectName], frame: &mut SelectFrame, right: usize, kind: JoinKind) {
        for (place, ident) in names.iter().filter_map(|n| n.0.last()).filter_map(|p| p.as_ident()).enumerate() {
            let keys = merge(frame, &ident.value, right, kind, place);
            let found = keys.is_some();
            self.join_keys(keys.unwrap_or_default());
            if !found && !frame.sources.iter().any(|s| matches!(s.rows, SourceRows::Open)) {
                let range = self.range_of_ident(ident);
                let hint = self.meant(&ident.value, |_| frame.sources.iter().flat_map(FromSource::names).collect());
                let message = format!("column `{}` is not on both sides of the join", ident.value);
                self.fault_with(FaultKind::UnknownColumn, range, message, hint);
            }
        }
    }

    /// Notes that rows are matched by these columns.
    fn join_keys(&mut self, keys: Vec<Flow>) {
        let here = self.here.clone();
        self.as_role(Influence::Join, |a| a.emit(keys, &here));
    }

    /// Runs `inner` with the sources found so far in force.
    pub(super) fn lateral<T>(&mut self, frame: &mut SelectFrame, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(Frame::Select(std::mem::take(frame)));
        let result = inner(self);
        self.bare_reset();
        if let Some(Frame::Select(own)) = self.frames.pop() {
            *frame = own;
        }
        result
    }

    pub(super) fn table_factor(&mut self, factor: &TableFactor, frame: &mut SelectFrame) {
        self.features.watermark |= has_watermark(factor);
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let source = self.table(name, false);
                self.add(source, alias.as_ref(), frame);
            }
            TableFactor::Table { name, alias, args: Some(args), .. } => {
                self.function_source(name, &args.args, alias.as_ref(), frame)
            }
            TableFactor::Function { name, args, alias, .. } => self.function_source(name, args, alias.as_ref(), frame),
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                let result = self.derived(subquery, *lateral, frame);
                let source = result.into_source();
                self.add(source, alias.as_ref(), frame);
            }
            TableFactor::NestedJoin { table_with_joins, .. } => self.table_with_joins(table_with_joins, frame),
            TableFactor::Pivot { alias, .. } => {
                let source = self.pivot(factor);
                self.add(source, alias.as_ref(), frame);
            }
            TableFactor::Unpivot { alias, .. } => {
                let source = self.unpivot(factor);
                self.add(source, alias.as_ref(), frame);
            }
            TableFactor::TableFunction { expr: Expr::Function(Function { name, args, .. }), alias } => {
                let args = match args {
                    FunctionArguments::List(list) => list.args.as_slice(),
                    _ => &[],
                };
                self.function_source(name, args, alias.as_ref(), frame)
            }
            other => {
                let range = self.range_of(other);
                self.fault(FaultKind::Unsupported, range, "this kind of table is not supported");
                self.add(FromSource::derived(Arc::default(), SourceRows::Open, false), None, frame);
            }
        }
    }

    fn derived(&mut self, query: &Query, lateral: bool, frame: &mut SelectFrame) -> Rowset {
        let inside = std::mem::take(&mut self.inside);
        let place = ExprPlace::clause("the subquery", true, true);
        let result = match lateral {
            true => self.lateral(frame, |a| a.apart(|a| a.at(place, |a| a.query(query)))),
            false => self.apart(|a| a.at(place, |a| a.query(query))),
        };
        self.inside = inside;
        result
    }

    fn function_source(
        &mut self,
        name: &ObjectName,
        args: &[FunctionArg],
        alias: Option<&TableAlias>,
        frame: &mut SelectFrame,
    ) {
        let source = self.lateral(frame, |a| a.table_function(name, args));
        self.add(source, alias, frame);
    }

    /// A table of a `WITH` or of the catalog.
    pub(super) fn table(&mut self, name: &ObjectName, stream: bool) -> FromSource {
        let path: Vec<&str> = name.0.iter().filter_map(|p| p.as_ident()).map(|i| i.value.as_str()).collect();
        if path.len() < name.0.len() {
            self.perhaps_streaming |= !stream;
            return FromSource::derived(Arc::default(), SourceRows::Open, stream); // `IDENTIFIER(..)`: known when it runs
        }
        let parts: Arc<[String]> = path.iter().map(|part| (*part).to_owned()).collect();
        if let ([only], false) = (path.as_slice(), stream)
            && let Some(cte) = self.ctes.iter().rev().find(|c| is_same_name(&c.name, only))
        {
            let rows = if cte.open { SourceRows::Open } else { SourceRows::Derived(cte.columns.clone()) };
            return FromSource::derived(parts, rows, cte.streaming);
        }
        let range = self.range_of_name(name);
        let found = self.catalog.table(&path);
        // A view over a stream has a name of one part, and is a stream without a word.
        let is_known = found.as_ref().is_some_and(|relation| !relation.perhaps_streaming);
        self.perhaps_streaming |= !stream && !is_known && may_be_view(&path);
        let Some(relation) = found else {
            let written = parts.join(".");
            let hint = self.meant(&written, |a| {
                let mut known = a.catalog.table_names();
                known.extend(a.ctes.iter().map(|c| c.name.clone()));
                known
            });
            self.fault_with(FaultKind::UnknownTable, range.clone(), format!("unknown table `{written}`"), hint);
            return self.read(parts, range, stream, false, Relation::unknown());
        };
        self.read(parts, range, stream, false, relation)
    }

    /// Notes that a table is read.
    pub(super) fn read(
        &mut self,
        name: Arc<[String]>,
        range: std::ops::Range<usize>,
        stream: bool,
        function: bool,
        relation: Arc<Relation>,
    ) -> FromSource {
        let rows = if relation.open { SourceRows::Open } else { SourceRows::Table(relation.clone(), self.reads.len()) };
        let streaming = stream || relation.streaming;
        self.reads.push(TableRead { name: name.clone(), range, stream, function, path: None, relation });
        FromSource::derived(name, rows, streaming)
    }

    /// Adds a source under its alias.
    fn add(&mut self, mut source: FromSource, alias: Option<&TableAlias>, frame: &mut SelectFrame) {
        let index = frame.sources.len();
        if let Some(alias) = alias {
            source.qualifier = Arc::from([alias.name.value.clone()]);
            let names: Vec<String> = alias.columns.iter().map(|c| c.name.value.clone()).collect();
            self.rename(&mut source, names, &alias.name);
        }
        frame.star.extend((0..source.width()).map(|column| (index, column)));
        frame.sources.push(source);
    }

    fn rename(&mut self, source: &mut FromSource, names: Vec<String>, alias: &sqlparser::ast::Ident) {
        if names.is_empty() || matches!(source.rows, SourceRows::Open) {
            return;
        }
        if names.len() != source.width() {
            let range = self.range_of_ident(alias);
            let named = counted(names.len(), "column");
            let message = format!("`{}` names {named}, but there are {}", alias.value, source.width());
            self.fault(FaultKind::ColumnCount, range, message);
            source.rows = SourceRows::Open;
            return;
        }
        source.renamed = names;
        source.by_name.take();
    }

    fn lateral_view(&mut self, view: &LateralView, frame: &mut SelectFrame) {
        let found = self.lateral(frame, |a| match generator(&view.lateral_view) {
            Some((call, function)) => a.generate(call, function),
            None => {
                let range = a.range_of_expr(&view.lateral_view);
                a.fault(FaultKind::GeneratorNotAllowed, range, "`LATERAL VIEW` needs a generator such as `explode`");
                None
            }
        });
        let name = view.lateral_view_name.0.last().and_then(|p| p.as_ident());
        let qualifier = name.iter().map(|i| i.value.clone()).collect();
        let rows = found.map_or(SourceRows::Open, |columns| SourceRows::Derived(columns.into()));
        let mut source = FromSource::derived(qualifier, rows, false);
        source.optional = view.outer;
        if let Some(name) = name.or(view.lateral_col_alias.first()) {
            let names = view.lateral_col_alias.iter().map(|i| i.value.clone()).collect();
            self.rename(&mut source, names, name);
        }
        self.add(source, None, frame);
    }
}

/// Whether a name can be that of a temporary view: of one part, or of one behind the old prefix `LIVE`.
fn may_be_view(path: &[&str]) -> bool {
    match path {
        [_] => true,
        [prefix, _] => prefix.eq_ignore_ascii_case("LIVE"),
        _ => false,
    }
}

impl Rowset {
    fn into_source(self) -> FromSource {
        let rows = if self.open { SourceRows::Open } else { SourceRows::Derived(self.columns.into()) };
        FromSource::derived(Arc::default(), rows, self.streaming)
    }
}

/// Makes one column of the two that `USING` names and puts it at `place` of `*`; gives what both hold, or `None` if a
/// side lacks it.
fn merge(frame: &mut SelectFrame, name: &str, right: usize, kind: JoinKind, place: usize) -> Option<Vec<Flow>> {
    let find = |range: std::ops::Range<usize>| {
        range.into_iter().find_map(|i| {
            let source = frame.sources.get(i)?;
            source.column_index(name).filter(|at| !source.merged.contains(at)).map(|at| (i, at))
        })
    };
    let (Some(left), Some(other)) = (find(0..right), find(right..frame.sources.len())) else { return None };
    let held = [left, other].into_iter().filter_map(|(source, at)| Some(frame.sources.get(source)?.flows(at)));
    let held = held.flatten().collect();
    let (kept, hidden) = if kind == JoinKind::Right { (other, left) } else { (left, other) };
    if let Some(source) = frame.sources.get_mut(hidden.0) {
        source.merged.push(hidden.1);
    }
    frame.star.retain(|column| *column != hidden && *column != kept);
    frame.star.insert(place.min(frame.star.len()), kept);
    Some(held)
}

/// Merges all columns that both sides have; gives what they hold.
fn natural(frame: &mut SelectFrame, right: usize, kind: JoinKind) -> Vec<Flow> {
    let names: Vec<String> = frame.sources.iter().skip(right).flat_map(FromSource::names).collect();
    let mut merged = 0;
    let mut held = Vec::new();
    for name in names {
        if let Some(keys) = merge(frame, &name, right, kind, merged) {
            merged += 1;
            held.extend(keys);
        }
    }
    held
}
