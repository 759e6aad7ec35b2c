//! One `SELECT`: clauses in the order in which their names come into scope.

use std::collections::HashSet;

use sqlparser::ast::{
    Distinct, Expr, Ident, NamedWindowExpr, OrderBy, OrderByKind, Select, SelectItem, SelectItemQualifiedWildcardKind,
    WildcardAdditionalOptions,
};

use super::OutputColumn;
use super::analyzer::{Analyzer, BareUse, Frame, Rowset, SourceRows};
use super::catalog::ExprPlace;
use super::expr::implied_name;
use super::fault::FaultKind;
use super::flow::{Influence, narrowed};
use super::generate::generator;
use super::group::{is_long, selected};
use super::rules::position;
use crate::folded;
use crate::print::expr_text;
use crate::types::{Column, DataType, Field};

impl Analyzer<'_> {
    pub(super) fn select(&mut self, select: &Select, order_by: Option<&OrderBy>) -> Rowset {
        let nameless = std::mem::take(&mut self.nameless);
        let mut frame = self.from(&select.from, &select.lateral_views);
        frame.nameless = nameless;
        let streaming = frame.sources.iter().any(|s| s.streaming);
        let around = std::mem::replace(&mut self.over_stream, streaming);
        frame.windows = select.named_window.iter().map(|w| w.0.value.clone()).collect();
        self.frames.push(Frame::Select(frame));
        self.unsupported_clauses(select);
        if let Some(filter) = &select.selection {
            let place = ExprPlace::clause("`WHERE`", false, false);
            self.as_role(Influence::Filter, |a| a.at(place, |a| a.condition(filter, "`WHERE`")));
        }
        self.bare_reset();
        self.group_by(&select.group_by, &select.projection);
        for window in &select.named_window {
            if let NamedWindowExpr::WindowSpec(spec) = &window.1 {
                self.as_role(Influence::Sort, |a| a.window_spec(spec));
            }
        }
        let named = self.select_frame().map_or(0, |frame| frame.aliases.len());
        let open = self.projection(&select.projection);
        self.after_projection(select);
        if let Some(order_by) = order_by {
            self.order_feature(order_by);
            let selected = self.select_frame().map_or(0, |frame| frame.aliases.len() - named);
            self.order(order_by, (!open).then_some(selected));
        }
        self.check_grouping();
        let columns = match self.frames.pop() {
            Some(Frame::Select(frame)) => frame.aliases.into_iter().skip(named).collect(),
            _ => Vec::new(),
        };
        if matches!(select.distinct, Some(Distinct::Distinct | Distinct::On(_))) {
            let range = self.range_in(select.select_token.0.span);
            self.note_distinct(range, streaming);
        }
        self.over_stream = around;
        Rowset { columns, streaming, open }
    }

    fn unsupported_clauses(&mut self, select: &Select) {
        let found = [
            (select.top.is_some(), "`TOP`", "write `LIMIT` at the end"),
            (select.into.is_some(), "`SELECT INTO`", "create a table from the query"),
            (!select.connect_by.is_empty(), "`CONNECT BY`", "write a recursive `WITH`"),
            (select.prewhere.is_some(), "`PREWHERE`", "write `WHERE`"),
            (
                matches!(select.distinct, Some(Distinct::On(_))),
                "`DISTINCT ON`",
                "write `QUALIFY row_number() OVER (..) = 1`",
            ),
        ];
        for (_, what, hint) in found.into_iter().filter(|(is_there, ..)| *is_there) {
            let range = self.range_in(select.select_token.0.span);
            self.fault_with(FaultKind::Unsupported, range, format!("Databricks has no {what}"), Some(hint));
        }
    }

    /// `HAVING`, `QUALIFY` and the clauses that only place rows.
    fn after_projection(&mut self, select: &Select) {
        if let Some(having) = &select.having {
            let place = ExprPlace::clause("`HAVING`", true, false);
            self.as_role(Influence::Filter, |a| a.at(place, |a| a.condition(having, "`HAVING`")));
        }
        if let Some(qualify) = &select.qualify {
            let place = ExprPlace::clause("`QUALIFY`", true, true);
            self.as_role(Influence::Filter, |a| a.at(place, |a| a.condition(qualify, "`QUALIFY`")));
        }
        self.as_role(Influence::Sort, |a| {
            select.cluster_by.iter().chain(&select.distribute_by).for_each(|expr| drop(a.expr(expr)));
            a.order_exprs(&select.sort_by);
        });
    }

    /// `columns` is how many are selected, if that is known.
    fn order(&mut self, order_by: &OrderBy, columns: Option<usize>) {
        let OrderByKind::Expressions(exprs) = &order_by.kind else { return };
        if let Some(frame) = self.select_frame() {
            frame.aliases_first = true;
        }
        for item in exprs {
            // `ORDER BY ALL` reaches us as a name.
            let all = matches!(&item.expr, Expr::Identifier(i) if i.quote_style.is_none() && i.value.eq_ignore_ascii_case("all"));
            match position(&item.expr) {
                Some(ordinal) => self.order_ordinal(&item.expr, ordinal, columns),
                None if all => {}
                None => drop(self.as_role(Influence::Sort, |a| a.expr(&item.expr))),
            }
        }
    }

    fn order_ordinal(&mut self, expr: &Expr, ordinal: i64, columns: Option<usize>) {
        let known = |n: &usize| usize::try_from(ordinal).is_ok_and(|ordinal| (1..=*n).contains(&ordinal));
        if let Some(n) = columns.filter(|n| !known(n)) {
            let range = self.range_of_expr(expr);
            self.fault(FaultKind::WrongArguments, range, format!("`ORDER BY {ordinal}` but {} selected", selected(n)));
        }
    }

    /// Reads the columns that are selected; tells whether there may be others because something is at fault.
    fn projection(&mut self, items: &[SelectItem]) -> bool {
        let (mut columns, mut open) = (Vec::new(), false);
        if let Some(frame) = self.select_frame() {
            frame.aliases.reserve(items.len());
        }
        for (index, item) in items.iter().enumerate() {
            let before = self.bare.len();
            match self.select_item(item, &mut columns) {
                Some(()) => {
                    self.settle_key(index, before, &mut columns);
                    if let Some(frame) = self.select_frame() {
                        columns.drain(..).for_each(|column| frame.add_alias(column));
                    }
                }
                None => open = true,
            }
        }
        open
    }

    /// A select item that is a grouping key needs no further thought; with subtotals it may be NULL.
    fn settle_key(&mut self, index: usize, before: usize, columns: &mut [OutputColumn]) {
        if self.select_frame().is_some_and(|f| f.groups.has_item(index)) {
            self.bare.truncate(before);
            self.emit_keys(columns);
            let subtotals = self.has_subtotals();
            columns.iter_mut().for_each(|c| c.column.nullable |= subtotals);
        }
    }

    /// Notes that rows are summed up by what a select item gives, unless it is an aggregate itself.
    fn emit_keys(&mut self, columns: &[OutputColumn]) {
        let is_aggregate = |c: &OutputColumn| c.flows.iter().any(|f| f.influence == Influence::Aggregation);
        self.emit_columns(columns.iter().filter(|c| !is_aggregate(c)), Influence::GroupBy);
    }

    /// Puts the columns of one select item into `columns`; `None` when they cannot be known.
    fn select_item(&mut self, item: &SelectItem, columns: &mut Vec<OutputColumn>) -> Option<()> {
        *columns = match item {
            SelectItem::UnnamedExpr(expr) => return self.item(expr, &[], columns),
            SelectItem::ExprWithAlias { expr, alias } => return self.item(expr, std::slice::from_ref(alias), columns),
            SelectItem::ExprWithAliases { expr, aliases } => return self.item(expr, aliases, columns),
            SelectItem::Wildcard(options) => self.wildcard(options)?,
            SelectItem::QualifiedWildcard(kind, options) => {
                let columns = match kind {
                    SelectItemQualifiedWildcardKind::ObjectName(name) => {
                        let idents: Vec<Ident> = name.0.iter().filter_map(|p| p.as_ident()).cloned().collect();
                        self.qualified_star(&idents)
                    }
                    SelectItemQualifiedWildcardKind::Expr(expr) => {
                        let mark = self.flows.len();
                        let typed = self.expr(expr);
                        self.struct_columns(&typed.ty, mark)
                    }
                };
                self.without(columns?, options)?
            }
        };
        Some(())
    }

    fn item(&mut self, expr: &Expr, aliases: &[Ident], columns: &mut Vec<OutputColumn>) -> Option<()> {
        let mark = self.flows.len();
        if let Some((call, function)) = generator(expr) {
            *columns = self.generate(call, function)?;
            if !aliases.is_empty() && aliases.len() != columns.len() {
                let range = self.range_of_expr(expr);
                let message =
                    format!("`{}` returns {} columns, but {} are named", function.name, columns.len(), aliases.len());
                self.fault(FaultKind::ColumnCount, range, message);
            }
            columns.iter_mut().zip(aliases).for_each(|(c, alias)| c.column.name.clone_from(&alias.value));
            return Some(());
        }
        let typed = self.expr(expr);
        let name = match aliases.first().or_else(|| implied_name(expr)) {
            Some(ident) => (ident.value.clone(), true),
            None if self.select_frame().is_some_and(|frame| frame.nameless) => (String::new(), false),
            None if is_long(expr) => (self.slice(self.range_of_expr(expr)), false),
            None => (expr_text(expr), false),
        };
        let column = Column { name: name.0, ty: typed.ty, nullable: typed.nullable };
        columns.push(OutputColumn { column, named: name.1, flows: self.take_flows(mark) });
        Some(())
    }

    fn wildcard(&mut self, options: &WildcardAdditionalOptions) -> Option<Vec<OutputColumn>> {
        let columns = self.star();
        self.without(columns?, options)
    }

    /// What `*` gives; `None` when a source is at fault.
    fn star(&mut self) -> Option<Vec<OutputColumn>> {
        let frame = self.select_frame()?;
        if frame.sources.iter().any(|s| matches!(s.rows, SourceRows::Open)) {
            return None;
        }
        let places = frame.star.clone();
        Some(self.columns_at(&places))
    }

    /// The columns at these places, noted as used.
    fn columns_at(&mut self, places: &[(usize, usize)]) -> Vec<OutputColumn> {
        let index = self.select_frame_index().unwrap_or(0);
        let here = self.here.clone();
        let Some(frame) = self.select_frame() else { return Vec::new() };
        let column = |(source, at): &(usize, usize)| {
            let from = frame.sources.get(*source)?;
            Some(OutputColumn { column: from.column(*at)?, named: true, flows: from.flows(*at) })
        };
        let columns: Vec<OutputColumn> = places.iter().filter_map(column).collect();
        let bare = |(source, column): &(usize, usize)| BareUse {
            frame: index,
            source: *source,
            column: *column,
            range: here.clone(),
            is_star: true,
        };
        self.bare.extend(places.iter().map(bare));
        columns
    }

    /// `t.*`, or all fields of a struct.
    fn qualified_star(&mut self, idents: &[Ident]) -> Option<Vec<OutputColumn>> {
        let frame = self.select_frame()?;
        if let Some((index, source)) = frame.sources.iter().enumerate().find(|(_, s)| s.is_called(idents)) {
            if matches!(source.rows, SourceRows::Open) {
                return None;
            }
            let places: Vec<_> = (0..source.width()).map(|at| (index, at)).collect();
            return Some(self.columns_at(&places));
        }
        let mark = self.flows.len();
        let typed = self.path(idents);
        let columns = self.struct_columns(&typed.ty, mark);
        if columns.is_none() && !typed.ty.is_open() {
            let range = idents.first().map_or(self.here.clone(), |i| self.range_of_ident(i));
            self.fault(FaultKind::TypeMismatch, range, format!("`.*` needs a table or a struct, found {}", typed.ty));
        }
        columns
    }

    /// Takes out what `EXCEPT` names.
    fn without(
        &mut self,
        mut columns: Vec<OutputColumn>,
        options: &WildcardAdditionalOptions,
    ) -> Option<Vec<OutputColumn>> {
        if options.opt_replace.is_some()
            || options.opt_rename.is_some()
            || options.opt_ilike.is_some()
            || options.opt_exclude.is_some()
        {
            let range = self.range_in(options.wildcard_token.0.span);
            self.fault(FaultKind::Unsupported, range, "only `EXCEPT` is supported after `*`");
        }
        let star = self.range_in(options.wildcard_token.0.span);
        let unnamed = columns.iter_mut().flat_map(|column| &mut column.flows).filter(|flow| flow.range.is_empty());
        unnamed.for_each(|flow| flow.range = star.clone());
        let Some(except) = &options.opt_except else { return Some(columns) };
        let excepted = || std::iter::once(&except.first_element).chain(&except.additional_elements);
        let names: HashSet<String> = columns.iter().map(|c| folded(&c.column.name).into_owned()).collect();
        let mut left_out: HashSet<String> = HashSet::new();
        for ident in excepted() {
            let name = folded(&ident.value).into_owned();
            if !names.contains(&name) || !left_out.insert(name) {
                let range = self.range_of_ident(ident);
                let hint = self.meant(&ident.value, |_| columns.iter().map(|c| c.column.name.clone()).collect());
                self.fault_with(FaultKind::UnknownColumn, range, format!("unknown column `{}`", ident.value), hint);
            }
        }
        columns.retain(|c| !left_out.contains(&*folded(&c.column.name)));
        Some(columns)
    }

    /// The fields of a struct as columns that come from what was used since `mark`.
    fn struct_columns(&self, ty: &DataType, mark: usize) -> Option<Vec<OutputColumn>> {
        let DataType::Struct(fields) = ty else { return None };
        let flows = self.flows_since(mark);
        let column = |f: &Field| OutputColumn {
            column: Column::nullable(f.name.clone(), f.ty.clone()),
            named: true,
            flows: flows.iter().cloned().filter_map(|flow| narrowed(flow, &f.name)).collect(),
        };
        Some(fields.iter().map(column).collect())
    }
}
