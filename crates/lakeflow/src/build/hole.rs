//! Expressions with holes: numbered placeholders for something that is filled in later, such as a column whose table
//! has no alias yet.
//!
//! A hole is a leaf of sqlparser's tree that the parser never produces. A tree with holes is composed, compared and
//! counted like any other; its holes are filled before it is printed.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value, VisitorMut};

use super::precedence;
use crate::walk;

/// What no text holds stands before the number of a hole.
const MARK: char = '\u{1}';
/// The same for a hole that is an argument of a call, where nothing needs brackets.
const ARGUMENT_MARK: char = '\u{2}';

/// A hole.
pub fn hole(number: usize) -> Expr {
    marked(MARK, number)
}

fn marked(mark: char, number: usize) -> Expr {
    Expr::value(Value::Placeholder(format!("{mark}{number}")))
}

/// The number of the hole, if `expr` is one.
pub fn hole_number(expr: &Expr) -> Option<usize> {
    number(expr, MARK)
}

fn number(expr: &Expr, mark: char) -> Option<usize> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Placeholder(text) => text.strip_prefix(mark)?.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// The expression with every hole filled by what `filling` gives for its number; brackets go where they are needed.
pub fn filled(tree: &Expr, filling: impl FnMut(usize) -> Expr) -> Expr {
    let mut tree = tree.clone();
    fill(&mut tree, filling);
    tree
}

/// Fills every hole in place.
pub fn fill(tree: &mut Expr, filling: impl FnMut(usize) -> Expr) {
    let mut filler = Filler { filling };
    if let Some(number) = hole_number(tree) {
        *tree = (filler.filling)(number);
        return;
    }
    let _ = walk::visit_mut(tree, &mut filler);
}

struct Filler<F> {
    filling: F,
}

impl<F: FnMut(usize) -> Expr> VisitorMut for Filler<F> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            arguments(function).for_each(|argument| {
                if let Some(number) = hole_number(argument) {
                    *argument = marked(ARGUMENT_MARK, number);
                }
            });
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Some(number) = hole_number(expr) {
            let filling = (self.filling)(number);
            *expr = if precedence::is_primary(&filling) { filling } else { Expr::Nested(Box::new(filling)) };
        } else if let Some(number) = number(expr, ARGUMENT_MARK) {
            *expr = (self.filling)(number);
        }
        ControlFlow::Continue(())
    }
}

fn arguments(function: &mut Function) -> impl Iterator<Item = &mut Expr> {
    let arguments = match &mut function.args {
        FunctionArguments::List(list) => list.args.as_mut_slice(),
        _ => &mut [],
    };
    arguments.iter_mut().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{expr_text, parse_expr};

    /// `text` with `$0`, `$1`, .. as holes.
    fn with_holes(text: &str) -> Expr {
        let mut tree = parse_expr(&text.replace('$', "hole_")).unwrap();
        let mut make = |expr: &mut Expr| {
            if let Expr::Identifier(ident) = expr
                && let Some(number) = ident.value.strip_prefix("hole_")
            {
                *expr = hole(number.parse().unwrap());
            }
            ControlFlow::<()>::Continue(())
        };
        let _ = walk::expressions_mut(&mut tree, &mut make);
        tree
    }

    fn filled_with(text: &str, fillings: &[&str]) -> String {
        expr_text(&filled(&with_holes(text), |number| parse_expr(fillings[number]).unwrap()))
    }

    #[test]
    fn a_filling_keeps_its_meaning() {
        assert_eq!(filled_with("$0 * 2", &["a + b"]), "(a + b) * 2");
        assert_eq!(filled_with("$0 * $0", &["f(a)"]), "f(a) * f(a)");
        assert_eq!(filled_with("coalesce($0, $1)", &["a OR b", "c"]), "coalesce(a OR b, c)");
        assert_eq!(filled_with("$0", &["a OR b"]), "a OR b");
        assert_eq!(filled_with("NOT $0", &["a OR b"]), "NOT (a OR b)");
        assert_eq!(filled_with("f((a + b), $0)", &["c"]), "f((a + b), c)", "an author's brackets stay");
    }

    #[test]
    fn what_fills_a_hole_may_have_holes_itself() {
        let outer = with_holes("$0 + f($0)");
        let composed = filled(&outer, |_| with_holes("$1 - 1"));
        assert_eq!(composed, with_holes("($1 - 1) + f($1 - 1)"));
    }

    #[test]
    fn no_text_is_a_hole() {
        for text in ["1", "'\u{1}1'", ":x", "`\u{1}1`"] {
            assert_eq!(parse_expr(text).map_or(None, |expr| hole_number(&expr)), None, "{text}");
        }
    }
}
