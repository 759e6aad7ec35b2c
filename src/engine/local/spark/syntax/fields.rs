//! All fields of a struct as columns, for `inline` without names: which there are is known when the types are.
//!
//! The query is planned with a call in their place, which fails with their names ([`WantedFields`](super::super::functions)).

use std::ops::ControlFlow;

use lakeflow::walk;
use sqlparser::ast::{Expr, Query, Select, SelectItem, Value, ValueWithSpan, VisitorMut};

use super::build::{arguments, call, column, set_arguments, text};
use super::selects::aliased;

/// The function that stands for the fields.
pub(super) const ALL_FIELDS: &str = "__all_fields";

/// An item that stands for the fields of a column.
pub(super) fn all_fields(of: &str) -> SelectItem {
    SelectItem::UnnamedExpr(call(ALL_FIELDS, vec![column(of)]))
}

/// The struct and the mark of a call; a call that has none yet has a struct alone.
fn parts(item: &mut SelectItem) -> Option<(Vec<Expr>, &mut sqlparser::ast::Function)> {
    match item {
        SelectItem::UnnamedExpr(Expr::Function(function)) if function.name.to_string() == ALL_FIELDS => {
            Some((arguments(function)?, function))
        }
        _ => None,
    }
}

/// Marks each such item by a number.
pub(super) fn number(query: &mut Query) {
    struct Number(usize);
    impl VisitorMut for Number {
        type Break = ();
        fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
            for (mut args, function) in select.projection.iter_mut().filter_map(parts) {
                args.truncate(1);
                args.push(text(self.0.to_string()));
                set_arguments(function, args);
                self.0 += 1;
            }
            ControlFlow::Continue(())
        }
    }
    let _ = walk::visit_mut(query, &mut Number(0));
}

/// Puts a column for each of `names` in the place of the item of this mark; whether there is one.
pub(in super::super) fn expand(query: &mut Query, place: &str, names: &[String]) -> bool {
    struct Expand<'a>(&'a str, &'a [String]);
    impl VisitorMut for Expand<'_> {
        type Break = ();
        fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
            let found = select.projection.iter_mut().position(|item| {
                let mark = parts(item).and_then(|(args, _)| args.into_iter().nth(1));
                matches!(mark, Some(Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(own), .. })) if own == self.0)
            });
            let Some(found) = found else { return ControlFlow::Continue(()) };
            let of = select.projection.get_mut(found).and_then(parts).and_then(|(args, _)| args.into_iter().next());
            let Some(of) = of else { return ControlFlow::Continue(()) };
            let count = self.1.len();
            let field = |(i, name): (usize, &String)| {
                let args = vec![of.clone(), text(i.to_string()), text(count.to_string())];
                aliased(call("__nth_field", args), &name.to_lowercase())
            };
            let fields: Vec<SelectItem> = self.1.iter().enumerate().map(field).collect();
            select.projection.splice(found..=found, fields);
            ControlFlow::Break(())
        }
    }
    walk::visit_mut(query, &mut Expand(place, names)).is_break()
}
