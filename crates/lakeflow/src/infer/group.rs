//! What rows are grouped by, and whether the items of the select list are grouped or aggregated.
//!
//! A select item is valid if it is itself a key, or only uses keys. Keys that are columns are compared as columns;
//! other keys are compared as expressions, ignoring qualifiers and letter case.

use std::collections::HashSet;
use std::mem::Discriminant;

use sqlparser::ast::{Expr, GroupByExpr, GroupByWithModifier, Ident, ObjectNamePart, SelectItem};

use super::OutputColumn;
use super::analyzer::{Analyzer, BareUse, Frame, Typed};
use super::call::{counted, plain_name};
use super::calls::aggregates;
use super::catalog::ExprPlace;
use super::fault::FaultKind;
use super::flow::Influence;
use super::names::joined;
use super::rules::position;
use crate::types::Column;
use crate::walk;
use crate::{NameIndex, folded};
use crate::{expr_text, parse_expr};

/// The grouping of one select.
#[derive(Default)]
pub(super) struct Groups {
    /// Source and column of keys that are columns.
    columns: HashSet<(usize, usize)>,
    /// Keys that are expressions, in a form that can be compared.
    exprs: HashSet<Expr>,
    /// The kinds of these.
    kinds: HashSet<Discriminant<Expr>>,
    /// Select items that are keys: by place, or by alias.
    items: HashSet<usize>,
    /// `GROUP BY ALL`: every item without an aggregate is a key.
    all: bool,
    /// `ROLLUP`, `CUBE` or `GROUPING SETS`: keys are NULL in the rows that sum them up.
    subtotals: bool,
    /// There is a `GROUP BY`.
    pub present: bool,
    /// An aggregate was seen.
    pub aggregated: bool,
}

impl Groups {
    /// Whether the select item at this place is a key, so that what it uses needs no further thought.
    pub(super) fn has_item(&self, item: usize) -> bool {
        self.all || self.items.contains(&item)
    }
}

/// The select list that keys may mean by place or by alias.
struct SelectedItems<'a> {
    items: &'a [SelectItem],
    names: NameIndex,
}

impl<'a> SelectedItems<'a> {
    fn of(items: &'a [SelectItem]) -> Self {
        let mut names = NameIndex::default();
        for (place, item) in items.iter().enumerate() {
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                names.add(&alias.value, place);
            }
        }
        SelectedItems { items, names }
    }
}

impl Analyzer<'_> {
    /// Reads the keys of a `GROUP BY`.
    pub(super) fn group_by(&mut self, group_by: &GroupByExpr, items: &[SelectItem]) {
        let (exprs, modifiers) = match group_by {
            GroupByExpr::All(modifiers) => {
                self.groups(|g| (g.all, g.present) = (true, true));
                (&[][..], modifiers)
            }
            GroupByExpr::Expressions(exprs, modifiers) => (exprs.as_slice(), modifiers),
        };
        if !exprs.is_empty() {
            self.groups(|g| g.present = true);
        }
        let items = &SelectedItems::of(items);
        for expr in exprs {
            self.group_keys(expr, items);
        }
        for modifier in modifiers {
            self.groups(|g| g.subtotals = true);
            if let GroupByWithModifier::GroupingSets(sets) = modifier {
                self.group_keys(sets, items);
            }
        }
        self.bare_reset();
    }

    fn groups(&mut self, change: impl FnOnce(&mut Groups)) {
        if let Some(select) = self.select_frame() {
            change(&mut select.groups);
        }
    }

    fn group_keys(&mut self, expr: &Expr, items: &SelectedItems<'_>) {
        match expr {
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                self.groups(|g| g.subtotals = true);
                sets.iter().flatten().for_each(|key| self.group_key(key, items));
            }
            Expr::Tuple(keys) => keys.iter().for_each(|key| self.group_key(key, items)),
            key => self.group_key(key, items),
        }
    }

    fn group_key(&mut self, key: &Expr, items: &SelectedItems<'_>) {
        if let Expr::Nested(inner) = key {
            return self.group_key(inner, items);
        }
        if let Some(ordinal) = position(key) {
            return self.ordinal_key(key, ordinal, items.items);
        }
        if let Some(item) = self.alias_key(key, &items.names) {
            return self.groups(|g| _ = g.items.insert(item));
        }
        let before = self.bare.len();
        let place = ExprPlace::clause("`GROUP BY`", false, false);
        let typed = self.as_role(Influence::GroupBy, |a| a.at(place, |a| a.expr(key)));
        self.name_time_window(key, &typed);
        let column = match key {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.bare.get(before).map(|b| (b.source, b.column)),
            _ => None,
        };
        self.groups(|g| match column {
            Some(column) => _ = g.columns.insert(column),
            None => {
                let key = normal(key);
                g.kinds.insert(std::mem::discriminant(&key));
                g.exprs.insert(key);
            }
        });
    }

    fn ordinal_key(&mut self, key: &Expr, ordinal: i64, items: &[SelectItem]) {
        let item = usize::try_from(ordinal).ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < items.len());
        match item {
            Some(item) => {
                let selected = items.get(item).and_then(|item| match item {
                    SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
                    _ => None,
                });
                if let Some(aggregate) = selected.filter(|expr| aggregates(expr)) {
                    let range = self.range_of_expr(key);
                    let message = format!("`GROUP BY {ordinal}` is `{}`, an aggregate", expr_text(aggregate));
                    self.fault(FaultKind::WrongArguments, range, message);
                }
                self.groups(|g| _ = g.items.insert(item));
            }
            None => {
                let range = self.range_of_expr(key);
                let message = format!("`GROUP BY {ordinal}` but {} selected", selected(items.len()));
                self.fault(FaultKind::WrongArguments, range, message);
                // Whatever was meant to be grouped is not known.
                self.groups(|g| g.all = true);
            }
        }
    }

    /// The select item with the name `key`, unless a column of `FROM` has it.
    fn alias_key(&mut self, key: &Expr, items: &NameIndex) -> Option<usize> {
        let Expr::Identifier(ident) = key else { return None };
        let select = self.select_frame()?;
        if select.sources.iter().any(|s| s.column_index(&ident.value).is_some()) {
            return None;
        }
        items.place(&ident.value)
    }

    /// `GROUP BY window(ts, '1 day')` makes a column `window`.
    fn name_time_window(&mut self, key: &Expr, typed: &Typed) {
        let Expr::Function(call) = key else { return };
        let Some(called) = plain_name(&call.name) else { return };
        let window = ["window", "session_window"].into_iter().find(|name| called.value.eq_ignore_ascii_case(name));
        if let Some(name) = window
            && let Some(select) = self.select_frame()
        {
            let name = name.to_owned();
            let column = Column { name, ty: typed.ty.clone(), nullable: typed.nullable };
            select.add_alias(OutputColumn { column, named: true, flows: Vec::new() });
        }
    }

    /// Whether `expr` is one of the keys that are no plain columns; what it uses is grouped then.
    pub(super) fn is_group_key(&mut self, expr: &Expr) -> bool {
        if self.inside.aggregate.is_some() || matches!(expr, Expr::Identifier(_) | Expr::Value(_)) || is_long(expr) {
            return false;
        }
        match self.frames.iter().rev().find_map(|f| if let Frame::Select(s) = f { Some(&s.groups) } else { None }) {
            Some(groups) => {
                // Most nodes are of another kind than every key, which spares them the copy.
                groups.kinds.contains(&std::mem::discriminant(expr)) && groups.exprs.contains(&normal(expr))
            }
            None => false,
        }
    }

    /// Whether keys of the current select are NULL in some rows although what they name is not.
    pub(super) fn has_subtotals(&mut self) -> bool {
        self.inside.aggregate.is_none() && self.select_frame().is_some_and(|s| s.groups.subtotals)
    }

    /// Forgets the columns used so far in the current select: grouping does not concern them.
    pub(super) fn bare_reset(&mut self) {
        self.bare.truncate(self.bare_start());
    }

    /// Where the uses of columns begin that the current select has collected.
    fn bare_start(&self) -> usize {
        let frame = self.select_frame_index().unwrap_or(usize::MAX);
        self.bare.partition_point(|bare| bare.frame < frame)
    }

    /// Reports columns of the current select that are neither grouped nor aggregated.
    pub(super) fn check_grouping(&mut self) {
        let uses: Vec<BareUse> = self.bare.drain(self.bare_start()..).collect();
        let Some(groups) = self.select_frame().map(|select| &select.groups) else { return };
        if !groups.present && !groups.aggregated {
            return;
        }
        let is_loose = |bare: &BareUse| !groups.columns.contains(&(bare.source, bare.column));
        let loose: Vec<BareUse> = uses.into_iter().filter(is_loose).collect();
        let hint = if groups.present {
            "add it to `GROUP BY` or aggregate it, e.g. with `any_value`"
        } else {
            "add a `GROUP BY`"
        };
        for bare in loose {
            let message = format!("column `{}` is neither grouped nor aggregated", self.bare_name(&bare));
            self.fault_with(FaultKind::MissingGroupBy, bare.range, message, Some(hint));
        }
    }

    /// What a column is called where it is used.
    fn bare_name(&mut self, bare: &BareUse) -> String {
        let written = self.slice(bare.range.clone());
        let source = self.select_frame().and_then(|select| select.sources.get(bare.source));
        let own = source.and_then(|source| source.name(bare.column)).unwrap_or_default();
        match parse_expr(&written) {
            Ok(Expr::Identifier(ident)) if !bare.is_star => ident.value,
            Ok(Expr::CompoundIdentifier(idents)) if !bare.is_star => joined(&idents),
            _ => own.to_owned(),
        }
    }
}

/// `1 column is`, `2 columns are`.
pub(super) fn selected(n: usize) -> String {
    format!("{} {}", counted(n, "column"), if n == 1 { "is" } else { "are" })
}

/// Whether `expr` is a chain of operators so long that comparing, copying or printing it would take much stack.
pub(super) fn is_long(expr: &Expr) -> bool {
    let mut node = expr;
    for _ in 0..64 {
        match node {
            Expr::BinaryOp { left, .. } => node = left,
            _ => return false,
        }
    }
    true
}

/// `expr` without qualifiers, quotes and capitals.
fn normal(expr: &Expr) -> Expr {
    let mut copy = expr.clone();
    let _: std::ops::ControlFlow<()> = walk::expressions_mut(&mut copy, |node| {
        match node {
            Expr::CompoundIdentifier(parts) => {
                if let Some(last) = parts.last() {
                    *node = Expr::Identifier(lower(last));
                }
            }
            Expr::Identifier(ident) => *ident = lower(ident),
            Expr::Function(call) => {
                for part in &mut call.name.0 {
                    if let ObjectNamePart::Identifier(ident) = part {
                        *ident = lower(ident);
                    }
                }
            }
            _ => {}
        }
        std::ops::ControlFlow::Continue(())
    });
    copy
}

fn lower(ident: &Ident) -> Ident {
    Ident { value: folded(&ident.value).into_owned(), quote_style: None, span: ident.span }
}
