//! Aliases beside their own definition: `SELECT a + 1 AS b, b * 2 AS c FROM t`.
//!
//! To Spark such a name is a column of FROM if there is one, and else what stands before it in the list. Which of both it is
//! only the planner knows: it misses the column, and then the alias is put in its place.

use std::ops::ControlFlow;

use lakeflow::walk;
use sqlparser::ast::{Expr, Ident, Query, Select, SelectItem, Visitor, VisitorMut};

use super::build::{call, text};
use super::lambda::parameters;

/// Functions that give another value where they stand a second time.
const VOLATILE: [&str; 1] = ["uuid"];

/// Puts the expression in the place of an alias that `name` is. False where that is not certain: no SELECT or several use
/// the name behind such an alias.
pub(in super::super) fn inline(query: &mut Query, name: &str) -> bool {
    let mut users = Users { name, found: 0 };
    let _ = walk::visit(query, &mut users);
    if users.found != 1 {
        return false;
    }
    let _ = walk::visit_mut(query, &mut AliasInliner { name });
    true
}

struct Users<'a> {
    name: &'a str,
    found: usize,
}

impl Visitor for Users<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.found += usize::from(definition(select, self.name).is_some());
        ControlFlow::Continue(())
    }
}

struct AliasInliner<'a> {
    name: &'a str,
}

impl VisitorMut for AliasInliner<'_> {
    type Break = ();

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        if let Some((place, expr)) = definition(select, self.name) {
            let mut put = Put { name: self.name, expr: Expr::Nested(Box::new(expr)) };
            for item in select.projection.iter_mut().skip(place + 1) {
                let _ = walk::visit_mut(item, &mut put);
            }
        }
        ControlFlow::Continue(())
    }
}

struct Put<'a> {
    name: &'a str,
    expr: Expr,
}

impl VisitorMut for Put<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(ident) if ident.value == self.name => *expr = self.expr.clone(),
            Expr::CompoundIdentifier(parts) => {
                if let Some((first, fields)) = parts.split_first()
                    && first.value == self.name
                {
                    let field = |of: Expr, field: &Ident| call("__field", vec![of, text(field.value.clone())]);
                    *expr = fields.iter().fold(self.expr.clone(), field);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// The one item that bears the name, and its place, if an item behind it uses the name.
fn definition(select: &Select, name: &str) -> Option<(usize, Expr)> {
    let named = |item: &SelectItem| match item {
        SelectItem::ExprWithAlias { expr, alias } if alias.value == name => Some(expr.clone()),
        _ => None,
    };
    let mut found = select.projection.iter().enumerate().filter_map(|(place, item)| Some((place, named(item)?)));
    let (place, expr) = found.next()?;
    let mut own = Looked { name, uses: false, is_certain: true };
    let _ = walk::visit(&expr, &mut own);
    let mut behind = Looked { name, uses: false, is_certain: true };
    for item in select.projection.iter().skip(place + 1) {
        let _ = walk::visit(item, &mut behind);
    }
    (found.next().is_none() && own.is_certain && !own.uses && behind.uses && behind.is_certain).then_some((place, expr))
}

/// Whether a name is used, and whether every use of it means the same.
struct Looked<'a> {
    name: &'a str,
    uses: bool,
    is_certain: bool,
}

impl Visitor for Looked<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.is_certain = false;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(ident) => self.uses |= ident.value == self.name,
            Expr::CompoundIdentifier(parts) => self.uses |= parts.first().is_some_and(|first| first.value == self.name),
            Expr::Lambda(lambda) => self.is_certain &= !parameters(lambda).contains(&self.name),
            Expr::Function(function) => {
                self.is_certain &= !VOLATILE.contains(&function.name.to_string().to_lowercase().as_str());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
